import itertools
import math

import pytest
import torch

from sklearn_dic.network import DICNetwork, make_batches, overfit
from tests.network import _plain


def two_tone(height=9, width=8):
    """A dark and a bright half with a little texture, and superpixels of 2 x 3 pixels."""
    generator = torch.Generator().manual_seed(1)
    image = 0.1 * torch.rand(1, 3, height, width, generator=generator)
    image[..., width // 2 :] += 0.8
    rows, columns = torch.arange(height)[:, None] // 2, torch.arange(width)[None] // 3
    return image, rows * 10 + columns


def small_network(n_clusters=6, **parameters):
    network = DICNetwork(3, n_clusters, n_centers=3, **parameters)
    return network.reset_parameters(torch.Generator().manual_seed(0))


@pytest.mark.parametrize("clustering", ["residual", "paper", None])
@pytest.mark.parametrize(
    ("upsampling", "head_norm"), [("bilinear", True), ("deconvolution", False)]
)
def test_same_labels_and_loss_as_the_plain_computation(clustering, upsampling, head_norm):
    image, superpixels = two_tone()
    image = image.double()
    network = small_network(
        clustering=clustering,
        clustering_gradient=clustering == "paper",
        upsampling=upsampling,
        head_norm=head_norm,
    ).double()
    settings = {"learning_rate": 0.05, "momentum": 0.9, "max_iter": 5}
    expected = list(
        _plain.train(
            network.state_dict(),
            [image[0]],
            superpixels.flatten().tolist(),
            clustering,
            n_iter=3,
            **settings,
        )
    )
    epochs = []
    overfit(
        network, *make_batches([image], [superpixels[None]]), on_epoch=epochs.append, **settings
    )
    assert len(epochs) == len(expected)
    for epoch, (refined, loss) in zip(epochs, expected, strict=True):
        assert epoch.refined.tolist() == refined
        assert epoch.loss == pytest.approx(loss, abs=1e-5)
        assert epoch.n_labels == len(set(refined))


@pytest.mark.parametrize(
    ("capability", "layout"),
    [
        ("AVX2", torch.contiguous_format),
        ("AVX512", torch.channels_last),
        ("DEFAULT", torch.channels_last),
    ],
)
def test_the_layout_changes_nothing_else(monkeypatch, capability, layout):
    image, superpixels = two_tone()
    epochs = []
    for name in (capability, "AVX512"):
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda name=name: name)
        network = small_network().double()
        network.lay_out()
        batches, *rest = make_batches([image.double()], [superpixels[None]], layout=network.layout)
        overfit(network, batches, *rest, max_iter=5, on_epoch=epochs.append)
        if name == capability:
            assert network.layout == layout
            assert batches[0].is_contiguous(memory_format=layout)
            assert network.fts.fine[1].convolution.weight.is_contiguous(memory_format=layout)
    for epoch, expected in zip(epochs[:5], epochs[5:], strict=True):
        assert epoch.refined.tolist() == expected.refined.tolist()
        assert epoch.loss == pytest.approx(expected.loss)


def test_plain_computation_for_images_of_different_sizes():
    (first, parts), (second, other_parts) = two_tone(7, 8), two_tone(5, 6)
    second = 1 - second
    images = [first.double(), second.double()]
    network = small_network(clustering="residual", clustering_gradient=False).double()
    settings = {"learning_rate": 0.05, "momentum": 0.9, "max_iter": 4}
    plain_superpixels = parts.flatten().tolist() + [
        1000 + number for number in other_parts.flatten().tolist()
    ]
    expected = list(
        _plain.train(
            network.state_dict(),
            [image[0] for image in images],
            plain_superpixels,
            "residual",
            n_iter=3,
            **settings,
        )
    )
    epochs = []
    batches = make_batches(images, [parts[None], other_parts[None]])
    overfit(network, *batches, on_epoch=epochs.append, **settings)
    for epoch, (refined, loss) in zip(epochs, expected, strict=True):
        assert epoch.refined.tolist() == refined
        assert epoch.loss == pytest.approx(loss, abs=1e-5)


def test_training_lowers_the_loss_and_merges_labels():
    image, superpixels = two_tone(24, 24)
    network = small_network(20)
    training = overfit(network, *make_batches([image], [superpixels[None]]), max_iter=30)
    assert training.loss_curve[-1] < 0.5 * training.loss_curve[0]
    assert training.n_labels_curve[-1] < training.n_labels_curve[0]
    assert training.stopped_by == "max_iter"


def test_divergence_names_epoch_and_remedy():
    image, _ = two_tone()
    image[0, 0, 0, 0] = math.nan
    with pytest.raises(FloatingPointError, match=r"nan at epoch 1 of 7.*lower learning_rate"):
        overfit(small_network(), [image], None, max_iter=7)


def test_too_large_a_learning_rate_is_reported():
    image, superpixels = two_tone()
    network = small_network(head_norm=False, clustering=None)
    with pytest.raises(FloatingPointError, match=r"epoch \d+ of 50 with learning_rate=1e\+30"):
        overfit(
            network, *make_batches([image], [superpixels[None]]), learning_rate=1e30, max_iter=50
        )


def test_stops_when_labels_are_stable():
    image, superpixels = two_tone(24, 24)
    settings = {"max_iter": 200, "tol": 0.0, "n_iter_no_change": 5}
    epochs = []
    batches = make_batches([image], [superpixels[None]])
    training = overfit(small_network(), *batches, on_epoch=epochs.append, **settings)
    assert training.stopped_by == "stability"
    assert len(training.loss_curve) < 200
    last = epochs[-6:]
    assert all(torch.equal(a.refined, b.refined) for a, b in itertools.pairwise(last))


def test_min_clusters_goes_back_to_the_last_map_that_has_as_many():
    image, superpixels = two_tone(24, 24)
    batches = make_batches([image], [superpixels[None]])
    free = overfit(small_network(12, clustering="residual"), *batches, max_iter=60)
    least = free.n_labels_curve[-1] + 1
    first_below = next(i for i, n in enumerate(free.n_labels_curve) if n < least)
    assert first_below > 0
    network = small_network(12, clustering="residual")
    training = overfit(network, *batches, max_iter=60, min_clusters=least)
    assert training.stopped_by == "min_clusters"
    assert training.n_labels_curve == free.n_labels_curve[:first_below]
    # One epoch from the weights that are left shows the last accepted map again.
    again = overfit(network, *batches, max_iter=1)
    assert again.loss_curve[0] == pytest.approx(training.loss_curve[-1], rel=1e-5)


def test_interrupt_keeps_the_last_whole_epoch():
    image, superpixels = two_tone()

    def interrupt(epoch):
        if epoch.number == 3:
            raise KeyboardInterrupt

    network, batches = small_network(), make_batches([image], [superpixels[None]])
    training = overfit(network, *batches, max_iter=10, on_epoch=interrupt)
    assert training.stopped_by == "interrupt"
    assert len(training.loss_curve) == 3
    assert not network.training
    again = overfit(network, *batches, max_iter=1)
    assert again.loss_curve[0] == pytest.approx(training.loss_curve[-1], rel=1e-5)


def test_a_callback_sees_each_epoch_begin_and_stops_at_its_weights():
    image, superpixels = two_tone()
    batches = make_batches([image], [superpixels[None]])
    begun, network = [], small_network()
    training = overfit(
        network,
        *batches,
        max_iter=10,
        on_epoch_begin=begun.append,
        on_epoch=lambda epoch: epoch.number == 3,
    )
    assert training.stopped_by == "callback"
    assert begun == [1, 2, 3]
    expected = overfit(small_network(), *batches, max_iter=3)
    assert training.loss_curve == expected.loss_curve
    again = overfit(network, *batches, max_iter=1)
    assert again.loss_curve[0] == pytest.approx(training.loss_curve[-1], rel=1e-5)


def test_interrupt_before_the_first_epoch_is_not_swallowed():
    class Interrupting(DICNetwork):
        def aggregate(self, images, inside=None):
            raise KeyboardInterrupt

    image, _ = two_tone()
    network = Interrupting(3, 4).reset_parameters(torch.Generator())
    with pytest.raises(KeyboardInterrupt):
        overfit(network, [image], None)
