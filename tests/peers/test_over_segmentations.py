"""Mean shift and graph-based regions, also against the authors' of SAS."""

import numpy as np
import pytest
from skimage.io import imread
from skimage.measure import label
from skimage.segmentation import felzenszwalb
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.metrics import probabilistic_rand_index
from sklearn_dic.peers import GraphBased, MeanShift
from sklearn_dic.peers._mean_shift_filter import filter_mean_shift
from sklearn_dic.peers._region_graph import absorb_small

RED = (255, 0, 0)


def plain_mode(image, row, column, spatial, range_):
    """One pixel's mode, in NumPy."""
    places = np.stack(np.indices(image.shape[:2]), axis=-1).reshape(-1, 2)
    colors = image.reshape(-1, image.shape[2])
    place, color = np.array([row, column], float), image[row, column]
    for _ in range(100):
        inside = (np.linalg.norm(places - place, axis=1) <= spatial + 1e-12) & (
            np.linalg.norm(colors - color, axis=1) <= range_
        )
        moved = np.linalg.norm(places[inside].mean(axis=0) - place) / spatial
        shifted = np.linalg.norm(colors[inside].mean(axis=0) - color) / range_
        place, color = places[inside].mean(axis=0), colors[inside].mean(axis=0)
        if moved**2 + shifted**2 < 1e-3:
            break
    return np.concatenate([color, place])


def test_modes_are_those_of_the_definition(photo):
    image = photo[10:28, 20:40].astype(float)
    modes = filter_mean_shift(image, 4.5, 30.0)
    for row, column in [(0, 0), (17, 19), (8, 11), (3, 15)]:
        expected = plain_mode(image, row, column, 4.5, 30.0)
        np.testing.assert_allclose(modes[row, column], expected, atol=1e-9)


def test_flat_patches_in_noise_are_found():
    truth = np.kron([[0, 1], [2, 0]], np.ones((20, 20), int))
    noise = np.random.default_rng(0).normal(scale=0.02, size=(*truth.shape, 1))
    image = np.array([0.2, 0.5, 0.8])[truth][..., None] + noise
    labels = MeanShift(5, 20, min_size=20 * 481 * 321 // 1600).fit_predict(image)
    pieces = label(truth + 1, connectivity=1)
    assert adjusted_rand_score(pieces.ravel(), labels.ravel()) == 1


def test_small_regions_join_the_most_similar_neighbour():
    labels = np.array([[0, 0, 0, 0], [0, 1, 2, 2], [2, 2, 2, 2]])
    channels = np.array([0.0, 0.8, 1.0])[labels][..., None]
    np.testing.assert_array_equal(
        absorb_small(labels, channels, 2), [[0, 0, 0, 0], [0, 1, 1, 1], [1, 1, 1, 1]]
    )
    assert absorb_small(labels, channels, 100).max() == 0


def test_graph_based_regions_are_those_of_scikit_image(photo):
    image = photo / 255
    expected = felzenszwalb(image, scale=80, sigma=0.6, min_size=9, channel_axis=-1)
    peer = GraphBased(80, sigma=0.6, min_size=9, relative_to_size=False)
    np.testing.assert_array_equal(peer.fit_predict(photo), expected)


OF_THE_AUTHORS = [
    *(MeanShift(7, range_bandwidth, min_size=100) for range_bandwidth in (7, 9, 11)),
    GraphBased(100, sigma=0.5, min_size=50),
    GraphBased(200, sigma=0.8, min_size=100),
]


@pytest.mark.parametrize("place", range(5))
def test_regions_are_those_of_the_authors_of_sas(berkeley, place):
    picture = imread(berkeley / f"peers/sas/2092_{place + 1}.png")[..., :3]
    labels = OF_THE_AUTHORS[place].fit_predict(berkeley / "bsds300/images/train/2092.jpg")
    colors = (picture.astype(int) * [65536, 256, 1]).sum(axis=2)
    pieces = label(np.where((picture == RED).all(axis=2), 0, colors), background=0, connectivity=1)
    inside = np.bincount(pieces.ravel())[pieces] >= 20  # smaller ones lie between red borders
    inside &= pieces > 0
    similarity = probabilistic_rand_index(pieces[inside][None], labels[inside][None])
    assert similarity > (0.94 if place < 3 else 0.99)
    n_theirs = len(np.unique(pieces[inside]))
    assert 0.5 < (labels.max() + 1) / n_theirs < 1.5
