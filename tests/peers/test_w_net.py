import numpy as np
import pytest
import torch

from sklearn_dic.peers import WNet
from sklearn_dic.peers._soft_cut import pixel_weights, soft_cut
from sklearn_dic.peers._w_network import UNetwork, WNetwork

SMALL = {"n_features": 4, "depth": 2, "max_iter": 3}


def dense_soft_cut(probabilities, colors, radius, color_scale, space_scale):
    """Compute every weight between two pixels, as the equation is written."""
    n_labels, height, width = probabilities.shape
    places = np.indices((height, width)).reshape(2, -1).T
    values = colors.reshape(len(colors), -1).T
    weights = np.zeros((height * width,) * 2)
    for i, (place, value) in enumerate(zip(places, values, strict=True)):
        for j, (other, color) in enumerate(zip(places, values, strict=True)):
            distance = ((place - other) ** 2).sum()
            if distance < radius**2:
                weights[i, j] = np.exp(
                    -((value - color) ** 2).sum() / color_scale**2 - distance / space_scale**2
                )
    rows = probabilities.reshape(n_labels, -1)
    shares = [row @ weights @ row / (row @ weights.sum(axis=1)) for row in rows]
    return n_labels - sum(shares)


@pytest.mark.parametrize("shape", [(6, 7), (1, 5), (3, 9)])
@pytest.mark.parametrize("radius", [1.5, 3.0, 5.0])
def test_soft_cut_is_the_dense_computation(shape, radius):
    rng = np.random.default_rng(0)
    colors = rng.uniform(0, 10, (3, *shape))
    probabilities = rng.dirichlet(np.ones(4), shape).transpose(2, 0, 1)
    graph = pixel_weights(torch.from_numpy(colors), radius=radius, color_scale=5.0, space_scale=2.0)
    found = float(soft_cut(torch.from_numpy(probabilities), graph))
    expected = dense_soft_cut(probabilities, colors, radius, 5.0, 2.0)
    assert found == pytest.approx(expected, rel=1e-10)


def test_soft_cut_of_parts_that_share_no_weight_is_zero():
    colors = torch.zeros(1, 6, 8, dtype=torch.float64)
    colors[..., 4:] = 1000
    halves = torch.zeros(2, 6, 8, dtype=torch.float64)
    halves[0, :, :4] = halves[1, :, 4:] = 1
    graph = pixel_weights(colors)
    assert float(soft_cut(halves, graph)) == pytest.approx(0, abs=1e-12)
    assert float(soft_cut(torch.full_like(halves, 0.5), graph)) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(16, 16), (13, 9), (1, 1), (2, 31)])
def test_networks_keep_the_size_of_any_image(shape):
    image = torch.rand(1, 2, *shape)
    assert UNetwork(2, 5, 4, 3)(image).shape == (1, 5, *shape)
    network = WNetwork(2, 5, 4, 1)
    torch.testing.assert_close(network(image).sum(dim=1), torch.ones(1, *shape))
    assert network.reconstruct(image).shape == image.shape


def test_both_losses_fall(photo):
    w_net = WNet(6, n_features=8, depth=1, max_iter=10).fit(photo)
    assert w_net.cut_curve_[-1] < w_net.cut_curve_[0]
    assert w_net.reconstruction_curve_[-1] < 0.7 * w_net.reconstruction_curve_[0]


def test_labels_of_a_collection_mean_the_same(photo):
    images = [photo[:24], photo[:20, :30]]
    w_net = WNet(5, **SMALL).fit(images)
    used = np.unique(np.concatenate([labels.ravel() for labels in w_net.labels_]))
    np.testing.assert_array_equal(used, np.arange(w_net.n_segments_))
    for image, labels in zip(images, w_net.labels_, strict=True):
        np.testing.assert_array_equal(w_net.predict(image), labels)


def test_the_copy_that_is_seen_may_be_smaller(photo):
    labels = WNet(4, resolution=0.5, **SMALL).fit_predict(photo)
    assert labels.shape == photo.shape[:2]
