"""SAS: the bipartite graph of a small image, and its cut."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from skimage.measure import block_reduce
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.datasets import make_mosaic
from sklearn_dic.images._color import to_lab
from sklearn_dic.peers import SAS
from sklearn_dic.peers._sas import _link_superpixels, aggregate, over_segment
from sklearn_dic.peers._transfer_cut import transfer_cut


@pytest.fixture(scope="module")
def mosaic():
    """Four textures, softened so that superpixels are larger than grains."""
    image, truth = make_mosaic(4, (96, 128), random_state=1)
    return block_reduce(image, (2, 2, 1), np.mean).astype(np.float32), truth[::2, ::2]


def whole_graph(image, maps, alpha, beta):
    """B as in the paper, with a row for each pixel."""
    rows = []
    for labels in maps:
        member = np.zeros((labels.size, labels.max() + 1))
        member[np.arange(labels.size), labels.ravel()] = alpha
        rows.append(member)
    sizes = [labels.max() + 1 for labels in maps]
    of_superpixels = np.zeros((sum(sizes), sum(sizes)))
    first = 0
    for labels, size in zip(maps, sizes, strict=True):
        block = _link_superpixels(labels, image, beta).toarray()
        of_superpixels[first : first + size, first : first + size] = block
        first += size
    return np.vstack([np.hstack(rows), of_superpixels])


def test_pixels_of_the_same_superpixels_are_one_row(mosaic):
    image = mosaic[0][:20, :24]
    grid = np.indices(image.shape[:2])
    maps = [grid[0] // 5 * 6 + grid[1] // 4, grid[0] // 7 * 3 + grid[1] // 8, grid[1] // 3]
    B = whole_graph(to_lab(image, None), maps, 0.01, 20)
    _, vectors, _ = transfer_cut(csr_array(B), 3)
    rows = vectors[: image.shape[0] * image.shape[1]]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = aggregate(image, maps, 3, alpha=0.01, beta=20, seed=0)
    centers = np.stack([rows[labels.ravel() == i].mean(axis=0) for i in range(3)])
    # k-means has converged on the pixels of the whole graph.
    gaps = np.linalg.norm(rows[:, None] - centers, axis=2)
    np.testing.assert_array_equal(gaps.argmin(axis=1), labels.ravel())


def test_superpixels_are_linked_to_the_most_similar_neighbour():
    labels = np.repeat([[0, 1, 2, 3]], 2, axis=0)
    colors = np.array([0.0, 1.0, 3.0, 13.0])[labels][..., None]
    # Differences of 1, 2 and 10, which are 0, 1/9 and 1 of their range.
    linked = _link_superpixels(labels, colors, 2.0).toarray()
    expected = np.eye(4)
    for i, share in enumerate([0, 1 / 9, 1]):
        expected[i, i + 1] = expected[i + 1, i] = np.exp(-2 * share) + 1e-5
    np.testing.assert_allclose(linked, expected)
    farther = np.array([0.0, 1.0, 3.0, 4.0])[labels][..., None]
    assert _link_superpixels(labels, farther, 2.0).toarray()[1, 2] == 0  # neither's nearest


def test_flat_patches_are_found():
    truth = np.kron([[0, 1], [2, 3]], np.ones((30, 40), int))
    colors = np.array([[0.9, 0.2, 0.2], [0.2, 0.7, 0.2], [0.2, 0.2, 0.9], [0.8, 0.8, 0.2]])
    image = colors[truth] + np.random.default_rng(0).normal(scale=0.02, size=(*truth.shape, 3))
    labels = SAS(4).fit_predict(np.clip(image, 0, 1))
    assert adjusted_rand_score(truth.ravel(), labels.ravel()) > 0.98


def test_five_or_six_over_segmentations(photo):
    assert len(over_segment(photo.astype(np.float32) / 255)) == 6
    assert len(over_segment(photo[..., :1].astype(np.float32) / 255)) == 5  # without chroma


def test_large_images_are_reduced(mosaic):
    image, truth = mosaic
    labels = SAS(4, max_pixels=800).fit_predict(image)
    assert labels.shape == truth.shape
    assert adjusted_rand_score(truth.ravel(), labels.ravel()) > 0.4


def test_more_segments_than_superpixels(photo):
    halves = np.indices(photo.shape[:2])[1] // 38
    with pytest.warns(ConvergenceWarning, match="n_segments=5, and .* at most 2 segments"):
        labels = SAS(5).fit_predict(photo, superpixels=[halves, halves])
    assert adjusted_rand_score(labels.ravel(), halves.ravel()) == 1
