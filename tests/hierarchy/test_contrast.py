import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from skimage import data
from skimage.graph import RAG

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._contrast import gradient_contrast, mean_along_borders
from sklearn_dic.hierarchy._features import describe_regions
from sklearn_dic.hierarchy._quantization import (
    NEAR,
    PRIOR,
    RHO,
    color_histograms,
    mutual_information,
    quantize_colors,
)
from sklearn_dic.images._color import to_lab

label_maps = st.integers(0, 9999).map(
    lambda seed: np.unique(
        np.random.RandomState(seed).randint(9, size=(3 + seed % 5, 2 + seed % 7)),
        return_inverse=True,
    )[1].reshape(3 + seed % 5, 2 + seed % 7)
)


@settings(max_examples=40, deadline=None)
@given(label_maps)
def test_neighbors_are_those_of_scikit_image(labels):
    adjacency = find_adjacency(labels)
    expected = {tuple(sorted(edge)) for edge in RAG(labels, connectivity=1).edges}
    assert {tuple(pair) for pair in adjacency.pairs.tolist()} == expected
    n_borders = (np.diff(labels, axis=0) != 0).sum() + (np.diff(labels, axis=1) != 0).sum()
    assert adjacency.lengths.sum() == n_borders


def plain_information(kinds):
    """Count pair by pair which kinds lie a step apart, in 16 directions."""
    n_kinds = kinds.max() + 1
    counts = np.zeros((n_kinds, n_kinds))
    height, width = kinds.shape
    for distance in NEAR:
        for direction in range(16):
            angle = direction * np.pi / 8
            down, right = round(distance * np.sin(angle)), round(distance * np.cos(angle))
            for row in range(height):
                for column in range(width):
                    if 0 <= row + down < height and 0 <= column + right < width:
                        counts[kinds[row, column], kinds[row + down, column + right]] += 1
    joint = counts / counts.sum() + PRIOR
    joint /= joint.sum()
    each = joint.sum(axis=0)
    return np.log(joint**RHO / np.outer(each, each))


def test_mutual_information_is_that_of_the_equation():
    random = np.random.RandomState(0)
    labels = np.arange(3).repeat(7)[None].repeat(16, axis=0)
    kinds = 2 * (labels > 0) + random.randint(2, size=labels.shape)
    information = mutual_information(kinds)
    np.testing.assert_allclose(information, plain_information(kinds))
    assert information[2, 3] > information[0, 2]  # mixed with each other, and met at one border


def test_contrast_does_not_depend_on_axes():
    image = data.coffee()[::8, ::8] / 255.0
    labels = np.arange(50).reshape(50, 1) // 10 * 5 + np.arange(75) // 15
    expected = gradient_contrast(image, find_adjacency(labels))
    found = gradient_contrast(image.transpose(1, 0, 2), find_adjacency(labels.T))
    np.testing.assert_allclose(found, expected)


def test_means_along_borders_by_hand():
    labels = np.array([[0, 0, 1], [2, 2, 1]])
    values = np.array([[1.0, 2, 3], [4, 5, 6]])
    means = mean_along_borders(values, find_adjacency(labels))  # 0-1, 0-2, 1-2
    np.testing.assert_allclose(means, [2.5, (2.5 + 3.5) / 2, 5.5])


@pytest.mark.parametrize("n_kinds", [1, 2, 5, 48])
def test_kinds_differ_in_color_or_texture(n_kinds):
    image = np.zeros((30, 40, 2))
    assert quantize_colors(image, n_kinds).max() == 0  # nothing to tell apart
    image[:, 20:, 1] = 1
    kinds = quantize_colors(image, n_kinds, sigma=0.5)
    assert np.array_equal(np.unique(kinds), np.arange(kinds.max() + 1))
    assert kinds.max() < n_kinds
    if n_kinds > 1:
        assert set(kinds[:, :15].ravel()).isdisjoint(kinds[:, 25:].ravel())


@given(st.integers(0, 255), st.integers(1, 12), st.integers(1, 12))
def test_even_pictures_have_one_kind_of_pixels(value, height, width):
    image = np.full((height, width, 3), value / 255, np.float32)
    assert quantize_colors(to_lab(image, None)).max() == 0


def test_descriptions_by_hand():
    channels = np.array([[[0.0], [2.0], [5.0], [5.0]]])
    labels = np.array([[0, 0, 1, 2]])
    halves = np.array([[0, 0, 0, 1]])
    kinds = np.array([[0, 1, 1, 1]])
    features = describe_regions(channels, kinds, labels, [halves], coarse_weight=0.5)
    np.testing.assert_allclose(features[:, 0], [1, 5, 5])
    left = np.sqrt([1 / 3, 2 / 3])
    np.testing.assert_allclose(features[:, 1:], 0.5 * np.array([left, left, [0, 1]]))
    across = np.array([[0, 1, 1, 1]])
    features = describe_regions(channels, kinds, labels, [across], coarse_weight=1)
    shares = np.array([[1, 1], [0, 2], [0, 2]]) / 2  # of the two regions of `across` in each
    np.testing.assert_allclose(features[:, 1:], shares)
    assert describe_regions(channels, kinds, labels, [], coarse_weight=1).shape == (3, 1)
    np.testing.assert_allclose(color_histograms(kinds, labels) ** 2 @ np.ones(2), 1)
