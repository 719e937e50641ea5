"""Parts of the tree in two and three dimensions, with pixels that are longer along one axis."""

from collections import Counter
from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from sklearn_dic.hierarchy import _spectral as spectral
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._basins import find_basins
from sklearn_dic.hierarchy._coarse import coarse_segmentations
from sklearn_dic.hierarchy._contrast import mean_along_borders
from sklearn_dic.hierarchy._features import describe_regions, smooth_by_region
from sklearn_dic.hierarchy._quantization import (
    color_histograms,
    mutual_information,
    overlap,
    quantize_colors,
)
from sklearn_dic.hierarchy._spectral import reduction_steps, spectral_contours
from sklearn_dic.images._spacing import check_spacing, find_far_axis, gradient_magnitude

shapes = st.lists(st.integers(1, 5), min_size=2, max_size=3).map(tuple)
seeds = st.integers(0, 999)


def random_labels(shape, seed, lowest=-1):
    drawn = np.random.RandomState(seed).randint(lowest, 5, shape)
    drawn.flat[0] = 4
    inside = np.unique(drawn[drawn >= 0])
    return np.where(drawn < 0, -1, np.searchsorted(inside, drawn))


@given(shapes, seeds, st.sampled_from([1.0, 2.0, 3.5]))
@settings(max_examples=40, deadline=None)
def test_borders_are_those_of_each_pair_of_neighbours(shape, seed, first_distance):
    labels, values = random_labels(shape, seed), np.random.RandomState(seed).rand(*shape)
    spacing = (first_distance, *[1.0] * (len(shape) - 1))
    faces = [1.0, *[first_distance] * (len(shape) - 1)]
    lengths, totals = Counter(), Counter()
    for place in product(*map(range, shape)):
        for axis, face in enumerate(faces):
            other = tuple(n + (i == axis) for i, n in enumerate(place))
            if other[axis] == shape[axis]:
                continue
            pair = tuple(sorted((int(labels[place]), int(labels[other]))))
            if pair[0] >= 0 and pair[0] != pair[1]:
                lengths[pair] += face
                totals[pair] += face * (values[place] + values[other]) / 2
    adjacency = find_adjacency(labels, spacing)
    found = dict(zip(map(tuple, adjacency.pairs.tolist()), adjacency.lengths, strict=True))
    assert found == pytest.approx(dict(lengths))
    means = [totals[pair] / lengths[pair] for pair in found]
    np.testing.assert_allclose(mean_along_borders(values, adjacency), means)


@pytest.mark.parametrize("spacing", [(1, 1), (3, 1), (1, 1, 1), (2.5, 1, 1), (12, 1, 1)])
def test_the_gradient_of_a_slope_is_its_slope(spacing):
    spacing = check_spacing(spacing, len(spacing))
    places = np.indices([15] * len(spacing))
    middle = (7,) * len(spacing)
    for axis, distance in enumerate(spacing):
        found = gradient_magnitude(places[axis] * distance, 2.0, spacing)[middle]
        assert found == pytest.approx(1, rel=0.16)  # a narrow Gaussian sees a little less


def test_spacing_is_relative_to_the_finest_axis():
    assert check_spacing(None, 3) == (1, 1, 1)
    assert check_spacing((30, 4, 4), 3) == (7.5, 1, 1)
    assert find_far_axis((7.5, 1, 1)) == 0
    assert find_far_axis((1, 1, 4)) == 2
    assert find_far_axis((3.9, 1, 1)) is None
    assert find_far_axis((1, 8, 8)) is None  # the pixels of its slices are as long
    assert find_far_axis((9, 1)) is None


@given(st.integers(1, 10**8), st.sampled_from([(1, 1), (1, 1, 1), (12.5, 1, 1), (3, 1, 2)]))
def test_copies_are_small_and_about_even(n_pixels, spacing):
    steps = reduction_steps(n_pixels, spacing)
    assert n_pixels / np.prod(steps) <= spectral.LARGEST
    if max(steps) > 1:
        less = [max(1, round((max(steps) - 1) / distance)) for distance in spacing]
        assert n_pixels / np.prod(less) > spectral.LARGEST


@pytest.mark.parametrize("spacing", [None, (2, 1, 1), (8, 1, 1)])
def test_contours_and_basins_of_two_halves(spacing):
    random = np.random.default_rng(0)
    volume = random.normal(0, 2, (10, 20, 24, 1))
    volume[:, :, 12:] += 40
    colors = quantize_colors(volume, 12, spacing=spacing)
    contours = spectral_contours(colors, mutual_information(colors, spacing), spacing=spacing)
    assert contours.shape == colors.shape
    along = contours.mean(axis=(0, 1))
    assert along[10:14].min() > 1.5 * max(along[:4].max(), along[20:].max())
    basins = find_basins(volume, contours, spacing=spacing)
    left, right = np.unique(basins[..., :12]), np.unique(basins[..., 12:])
    assert not set(left) & set(right)
    is_in_one_slice = [len({int(z) for z in np.nonzero(basins == n)[0]}) == 1 for n in left]
    assert all(is_in_one_slice) == (spacing == (8, 1, 1))


def test_far_slices_are_images():
    random = np.random.default_rng(0)
    volume = random.uniform(0, 100, (3, 16, 18, 2))
    colors = quantize_colors(volume, 8)
    information = mutual_information(colors)
    mask = np.ones(colors.shape, bool)
    mask[0] = mask[1, :9] = False
    colors[~mask] = -1
    found = spectral_contours(colors, information, spacing=(9, 1, 1))
    for part, contours in zip(colors, found, strict=True):
        np.testing.assert_array_equal(contours, spectral_contours(part, information))
    basins = find_basins(volume, found, mask, (9, 1, 1))
    np.testing.assert_array_equal(basins > 0, mask)
    assert not set(np.unique(basins[1][mask[1]])) & set(np.unique(basins[2]))


def test_coarse_segments_of_planes():
    volume = np.random.default_rng(0).uniform(0, 1, (3, 30, 40, 3))
    for labels, of_plane in zip(
        coarse_segmentations(volume), coarse_segmentations(volume[1]), strict=True
    ):
        in_planes = [set(np.unique(part)) for part in labels]
        assert len(set.union(*in_planes)) == sum(map(len, in_planes))
        np.testing.assert_array_equal(labels[1] - labels[1].min(), of_plane)


@given(st.integers(1, 4), st.integers(1, 5), seeds)
@settings(max_examples=40, deadline=None)
def test_histograms_of_segments_are_averaged_over_planes(depth, side, seed):
    shape = (depth, side, 6)
    random = np.random.RandomState(seed)
    labels, segments = random_labels(shape, seed), random_labels(shape, seed + 1, lowest=0)
    colors = np.where(labels < 0, -1, random.randint(0, 4, shape))
    channels = random.rand(*shape, 2)
    found = describe_regions(channels, colors, labels, [segments], 7.0)[:, 2:]
    expected = 7 * overlap(labels, segments) @ color_histograms(colors, segments)
    np.testing.assert_allclose(found, expected)


@given(shapes, st.floats(-9, 9), seeds)
@settings(max_examples=40, deadline=None)
def test_constants_stay_constants(shape, value, seed):
    labels = random_labels(shape, seed)
    spacing = (3.0, *[1.0] * (len(shape) - 1))
    found = smooth_by_region(np.full((*shape, 2), value), labels, 1e4, spacing)
    np.testing.assert_allclose(found, value, atol=1e-9)
