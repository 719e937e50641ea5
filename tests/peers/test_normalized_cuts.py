"""Normalized cuts of pixels, superpixels and several scales."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.segmentation import watershed
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.images._color import color_gradient
from sklearn_dic.peers import MultiscaleNormalizedCuts, NormalizedCuts
from sklearn_dic.peers._eigenvectors import normalized_cuts
from sklearn_dic.peers._intervening_contours import contour_affinities
from sklearn_dic.peers._multiscale_normalized_cuts import constraint_matrix
from sklearn_dic.peers._normalized_cuts import sum_affinities
from sklearn_dic.peers._reduction import Reduction, cover
from sklearn_dic.peers._sparse import along_diagonal


@pytest.fixture
def quarters():
    """Four flat colours with noise, and their labels."""
    truth = np.kron([[0, 1], [2, 3]], np.ones((20, 24), int))
    noise = np.random.default_rng(0).normal(scale=0.01, size=(*truth.shape, 1))
    return np.array([0.1, 0.4, 0.65, 0.95])[truth][..., None] + noise, truth


def test_affinities_are_those_of_the_definition(photo):
    image = photo[10:19, 20:31] / 255
    affinities = contour_affinities(image, 3, 0.2).toarray()
    contours = color_gradient(image, 1.0, None)
    contours /= contours.max()
    basins = watershed(contours)
    places = np.stack(np.indices(contours.shape), axis=-1).reshape(-1, 2)
    expected = np.zeros_like(affinities)
    for i, start in enumerate(places):
        for j, end in enumerate(places):
            if i < j and np.linalg.norm(end - start) <= 3:
                n = np.abs(end - start).max()
                line = [start + np.round(k * (end - start) / n).astype(int) for k in range(n + 1)]
                steps = [(tuple(a), tuple(b)) for a, b in pairwise(line)]
                crossed = [
                    max(contours[a], contours[b]) for a, b in steps if basins[a] != basins[b]
                ]
                strongest = max(crossed, default=0)
                expected[i, j] = expected[j, i] = np.exp(-(strongest**2) / (2 * 0.2**2)) + 1e-6
    np.testing.assert_allclose(affinities, expected + np.eye(len(places)), atol=1e-12)


@pytest.mark.parametrize("superpixels", [None, "slic"])
def test_flat_patches_are_found(quarters, superpixels):
    image, truth = quarters
    labels = NormalizedCuts(4, superpixels=superpixels).fit_predict(image)
    assert adjusted_rand_score(truth.ravel(), labels.ravel()) > 0.97


def test_sums_of_affinities_keep_the_cut(quarters):
    affinities = contour_affinities(quarters[0], 2, 0.2)
    nodes = (np.indices((40, 48)) // 8).reshape(2, -1)
    nodes = nodes[0] * 6 + nodes[1]
    summed = sum_affinities(affinities, nodes)
    half = np.arange(summed.shape[0]) % 2 == 0

    def cost(graph, side):
        cut = graph[side][:, ~side].sum()
        return cut / graph[side].sum() + cut / graph[~side].sum()

    assert cost(summed, half) == pytest.approx(cost(affinities, half[nodes]))


def test_values_of_all_scales_agree(photo):
    image = photo[:30, :40] / 255
    averages = [cover((30, 40), 3), cover((10, 14), 3)]
    coarse = (averages[0] @ image.reshape(-1, 3)).reshape(10, 14, 3)
    coarser = (averages[1] @ coarse.reshape(-1, 3)).reshape(4, 5, 3)
    graphs = [contour_affinities(scale, 2, 0.2) for scale in (image, coarse, coarser)]
    affinities, C = along_diagonal(graphs), constraint_matrix(averages)
    costs, vectors = normalized_cuts(affinities, 4, C)
    np.testing.assert_allclose(C @ vectors, 0, atol=1e-10)
    fine, middle, rough = np.split(vectors, [1200, 1340])
    np.testing.assert_allclose(middle[0], fine.reshape(30, 40, 4)[:3, :3].mean((0, 1)), atol=1e-9)
    np.testing.assert_allclose(rough, averages[1] @ middle, atol=1e-9)
    assert costs[0] == pytest.approx(0, abs=1e-9)  # a constant keeps all constraints


def test_one_scale_is_the_plain_cut(photo):
    several = MultiscaleNormalizedCuts(5, n_scales=1, radius=4, max_pixels=800)
    plain = NormalizedCuts(5, radius=4, max_pixels=800)
    np.testing.assert_array_equal(several.fit_predict(photo), plain.fit_predict(photo))


def test_scales_are_cut_together(quarters):
    image, truth = quarters
    labels = MultiscaleNormalizedCuts(4, radius=2).fit_predict(image)
    assert adjusted_rand_score(truth.ravel(), labels.ravel()) > 0.97


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), most=st.integers(1, 2000))
def test_reductions(height, width, most):
    reduction = Reduction((height, width), most)
    small = reduction.reduced
    assert small[0] * small[1] <= max(most, max(small))
    labels = np.arange(height * width).reshape(height, width)
    assert reduction.sample(labels).shape == small
    if small == (height, width):
        np.testing.assert_array_equal(reduction.sample(labels), labels)
    of_small = np.arange(small[0] * small[1]).reshape(small)
    np.testing.assert_array_equal(np.unique(reduction.enlarge(of_small)), of_small.ravel())


def test_more_segments_than_pixels():
    with pytest.warns(ConvergenceWarning, match="n_segments=8, and the graph .* has 6 nodes"):
        assert NormalizedCuts(8).fit_predict(np.random.default_rng(0).random((2, 3))).max() < 6
