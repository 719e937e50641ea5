import math
from fractions import Fraction

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from sklearn_dic.network import (
    DeepClustering,
    DICNetwork,
    FeatureTransformation,
    PooledBatchNorm,
    Vote,
    associate,
    make_batches,
    sample_pixels,
    update_centers,
)


def make_network(n_channels=3, n_clusters=5, seed=0, **parameters):
    network = DICNetwork(n_channels, n_clusters, n_centers=4, **parameters)
    return network.reset_parameters(torch.Generator().manual_seed(seed))


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 11),
    width=st.integers(1, 11),
    n_channels=st.integers(1, 5),
    upsampling=st.sampled_from(["bilinear", "deconvolution"]),
    head_norm=st.booleans(),
    clustering=st.sampled_from(["paper", "residual", None]),
    resolution=st.sampled_from([1.0, 0.5, 0.3]),
)
def test_any_size_and_number_of_channels(
    height, width, n_channels, upsampling, head_norm, clustering, resolution
):
    network = make_network(
        n_channels,
        upsampling=upsampling,
        head_norm=head_norm,
        clustering=clustering,
        resolution=resolution,
    )
    image = torch.rand(1, n_channels, height, width)
    network.freeze([network.reduce(image)])
    aggregated = network.apply_frozen(image)
    assert aggregated.shape == (1, 5, height, width)
    assert torch.isfinite(aggregated).all()


@pytest.mark.parametrize(
    "arguments",
    [
        {"n_centers": 7, "n_center_iter": 2, "clustering": "paper", "clustering_gradient": False},
        {"n_centers": 3, "n_center_iter": 5, "clustering": "residual", "clustering_gradient": True},
        {"clustering": None},
    ],
)
def test_the_arguments_of_a_network_make_another(arguments):
    arguments = {
        "n_channels": 2,
        "n_clusters": 9,
        **arguments,
        "upsampling": "bilinear" if arguments["clustering"] is None else "deconvolution",
        "head_norm": arguments["clustering"] is None,
        "precision": "bfloat16",
        "resolution": 0.3,
    }
    assert DICNetwork(**arguments).arguments == arguments


def test_layers_of_figure_2():
    fts = FeatureTransformation(3, 100, upsampling="deconvolution", head_norm=False)
    convolutions = [m for m in fts.modules() if isinstance(m, torch.nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.kernel_size) for m in convolutions] == [
        (3, 64, (3, 3)),
        (64, 64, (3, 3)),
        (64, 128, (3, 3)),
        (128, 128, (3, 3)),
        (192, 128, (3, 3)),
        (128, 128, (3, 3)),
        (128, 100, (1, 1)),
    ]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 5), st.integers(1, 5)), min_size=1))
def test_norm_of_a_list_is_that_of_all_its_pixels(sizes):
    norm = PooledBatchNorm(3).double()
    images = [torch.rand(batch, 3, h, w, dtype=torch.float64) for batch, h, w in sizes]
    pixels = torch.cat([image.permute(1, 0, 2, 3).flatten(1) for image in images], dim=1)
    mean, variance = pixels.mean(1), pixels.var(1, correction=0)
    expected = [
        (image - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt() for image in images
    ]
    for result, right in zip(norm.train()(images), expected, strict=True):
        torch.testing.assert_close(result, right)
    norm.recording = True
    norm(images)
    norm.recording = False
    for result, right in zip(norm.eval()(images), expected, strict=True):
        torch.testing.assert_close(result, right)


def test_a_batch_is_a_list_of_its_images():
    network = make_network(clustering="residual").double().train()
    images = [torch.rand(1, 3, 7, 6, dtype=torch.float64) for _ in range(3)]
    together = network([torch.cat(images)])[0]
    apart = network(images)
    torch.testing.assert_close(together, torch.cat(apart))


@pytest.mark.parametrize("clustering", ["paper", "residual", None])
def test_frozen_statistics_are_those_of_the_last_pass(clustering):
    network = make_network(clustering=clustering)
    image = torch.rand(1, 3, 12, 10)
    aggregated = network.train()([image])[0]
    network.freeze([image])
    torch.testing.assert_close(network([image])[0], aggregated, rtol=1e-4, atol=1e-4)


def test_weights_come_from_the_generator_alone(global_random_states):
    first, second, other = make_network(seed=0), make_network(seed=0), make_network(seed=1)
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name])
    assert not torch.equal(first.fts.head.weight, other.fts.head.weight)
    assert not torch.equal(first.dcs.initial_centers, other.dcs.initial_centers)


def test_initial_weights_have_the_distribution_of_pytorch():
    weight = make_network(seed=0).fts.merged[0].convolution.weight
    torch.manual_seed(0)
    usual = torch.nn.Conv2d(192, 128, 3).weight
    assert weight.std().item() == pytest.approx(usual.std().item(), rel=0.02)
    assert weight.abs().max().item() == pytest.approx(usual.abs().max().item(), rel=0.001)


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 20),
    m=st.integers(1, 5),
    size=st.sampled_from([1.0, 1e3, 1e18]),
    seed=st.integers(0, 1000),
)
def test_associations_are_distributions_whatever_the_size_of_the_features(n, m, size, seed):
    generator = torch.Generator().manual_seed(seed)
    features = size * torch.randn(n, 4, generator=generator)
    centers = torch.randn(m, 4, generator=generator)
    associations = associate(features, centers)
    assert (associations >= 0).all()
    torch.testing.assert_close(associations.sum(1), torch.ones(n))
    updated = update_centers(features, associations)
    assert torch.isfinite(updated).all()
    low, high = features.min(0).values, features.max(0).values
    slack = 1e-4 * size
    assert (
        (updated >= torch.minimum(low, low * 0) - slack) & (updated <= high.clamp(min=0) + slack)
    ).all()


def test_centers_are_weighted_means():
    features = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 8.0]])
    associations = torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    expected = torch.tensor([[2 / 3, 5 / 3], [10 / 3, 19 / 3]])
    torch.testing.assert_close(update_centers(features, associations), expected)


@pytest.mark.parametrize(
    ("clustering", "gradient", "learns"),
    [
        ("paper", True, {"fts"}),
        ("paper", False, {"fts"}),
        ("residual", True, {"fts", "dcs.project_in", "dcs.project_out"}),
        ("residual", False, {"fts", "dcs.project_out"}),
        (None, False, {"fts"}),
    ],
)
def test_what_learns(clustering, gradient, learns):
    network = make_network(clustering=clustering, clustering_gradient=gradient).train()
    network([torch.rand(1, 3, 8, 8)])[0].square().sum().backward()
    moved = {
        name.rsplit(".", 1)[0] if name.startswith("dcs") else "fts"
        for name, parameter in network.named_parameters()
        if parameter.grad is not None and parameter.grad.abs().sum() > 0
    }
    assert moved == learns


def test_paper_without_gradient_holds_the_centers_constant():
    features = torch.randn(30, 4, dtype=torch.float64, requires_grad=True)
    gradients = []
    for gradient in (True, False):
        dcs = DeepClustering(4, 3, gradient=gradient).double().train()
        dcs.initial_centers.copy_(torch.eye(3, 4))
        out = dcs(features)
        gradients.append(torch.autograd.grad(out.square().sum(), features)[0])
        values = out.detach() if gradient else values  # noqa: F821  # both passes compute the same
        torch.testing.assert_close(out.detach(), values)
    assert not torch.allclose(*gradients)


def loop_vote(labels, superpixels):
    refined = labels.copy()
    for superpixel in set(superpixels):
        inside = [label for label, s in zip(labels, superpixels, strict=True) if s == superpixel]
        winner = min(set(inside), key=lambda label: (-inside.count(label), label))
        refined = [
            winner if s == superpixel else r for r, s in zip(refined, superpixels, strict=True)
        ]
    return refined


@settings(deadline=None)
@given(
    pixels=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=60),
    n_labels=st.sampled_from([5, 65_535]),  # a table of votes, and too many labels for one
)
def test_vote_is_the_most_frequent_label_and_ties_go_to_the_smallest(pixels, n_labels):
    labels, superpixels = map(list, zip(*pixels, strict=True))
    vote = Vote(torch.tensor([superpixels]))
    refined = vote(torch.tensor(labels), n_labels)
    assert refined.tolist() == loop_vote(labels, superpixels)
    assert torch.equal(vote(refined, n_labels), refined)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60
    )
)
def test_each_of_several_maps_has_one_vote(pixels):
    labels, *maps = map(list, zip(*pixels, strict=True))
    refined = Vote(torch.tensor(maps))(torch.tensor(labels), 5)
    for pixel, winner in enumerate(refined.tolist()):
        shares = [Fraction(0)] * 5
        for superpixels in maps:
            inside = [
                label
                for label, superpixel in zip(labels, superpixels, strict=True)
                if superpixel == superpixels[pixel]
            ]
            for label in inside:
                shares[label] += Fraction(1, len(inside))
        assert abs(shares[winner] - max(shares)) < 1e-12


def test_the_same_map_twice_votes_like_once():
    labels, superpixels = torch.randint(0, 8, (500,)), torch.randint(0, 30, (500,))
    once = Vote(superpixels[None])(labels, 8)
    assert torch.equal(Vote(torch.stack([superpixels, superpixels]))(labels, 8), once)


@pytest.mark.parametrize("n_maps", [1, 2])
def test_a_vote_does_not_wait_for_values(n_maps):
    """Tensors without values stand for a GPU that has not computed them yet."""
    vote = Vote(torch.randint(0, 30, (n_maps, 500)))
    for name in ("superpixels", "cells", "cell_of_pixel"):
        if hasattr(vote, name):
            setattr(vote, name, getattr(vote, name).to("meta"))
    assert vote(torch.empty(500, dtype=torch.int64, device="meta"), 8).shape == (500,)


def test_vote_of_many_superpixels_and_labels():
    superpixels = torch.tensor([0, 50_000, 50_000, 50_000], dtype=torch.int32)
    labels = torch.tensor([65_534, 3, 65_000, 65_000])
    refined = Vote(superpixels[None])(labels, 65_535)
    assert refined.tolist() == [65_534, 65_000, 65_000, 65_000]


def test_batches_keep_pixels_and_superpixels_together():
    sizes = [(4, 5), (3, 3), (4, 5)]
    images = [torch.full((1, 1, h, w), float(i)) for i, (h, w) in enumerate(sizes)]
    superpixels = [
        torch.stack([torch.arange(h * w).view(h, w), torch.zeros(h, w, dtype=int)])
        for h, w in sizes
    ]
    batches, (flat, whole_images), _ = make_batches(images, superpixels)
    assert [tuple(batch.shape) for batch in batches] == [(2, 1, 4, 5), (1, 1, 3, 3)]
    values = torch.cat([batch.permute(0, 2, 3, 1).flatten() for batch in batches])
    assert values.tolist() == [0.0] * 20 + [2.0] * 20 + [1.0] * 9
    assert len(flat.unique()) == 49  # no superpixel is shared between images
    assert whole_images.bincount().tolist() == [20, 20, 9]


@settings(deadline=None)
@given(height=st.integers(1, 20), width=st.integers(1, 20), resolution=st.floats(0.05, 1.0))
def test_sampled_superpixels_are_near_the_reduced_pixel(height, width, resolution):
    rows = torch.arange(height)[:, None].expand(height, width)
    size = torch.Size([max(1, round(height * resolution)), max(1, round(width * resolution))])
    (sampled,) = sample_pixels(rows[None], size)
    assert sampled.shape == size
    middle = (torch.arange(size[0]) + 0.5) * height / size[0] - 0.5
    assert ((sampled[:, 0] - middle).abs() <= 0.5 + 1e-4).all()
    if resolution == 1.0:
        assert torch.equal(sampled, rows)


def test_bilinear_and_antialiased_reduction_keeps_the_mean():
    network = make_network(resolution=0.5)
    image = torch.rand(1, 3, 40, 60)
    reduced = network.reduce(image)
    assert reduced.shape == (1, 3, 20, 30)
    assert reduced.mean().item() == pytest.approx(image.mean().item(), abs=5e-3)
    assert math.isclose(network.reduce(torch.ones(1, 3, 9, 9)).min().item(), 1, rel_tol=1e-6)
