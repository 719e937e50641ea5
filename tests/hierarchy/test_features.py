"""Learned features: when they are used, and how they are smoothed."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.ndimage import gaussian_filter
from skimage import data
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.hierarchy import _building, build_merge_tree
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._features import (
    mean_by_region,
    relative_spread,
    smooth_by_region,
)
from sklearn_dic.hierarchy._textures import WEIGHT, choose_weight, geary_ratio
from sklearn_dic.superpixels import SLICSuperpixels


def squares(height, width, side=1):
    """Labels of squares, row by row."""
    rows, columns = np.arange(height) // side, np.arange(width) // side
    return rows[:, None] * (columns[-1] + 1) + columns


def test_features_of_any_unit_count_the_same():
    random = np.random.RandomState(0)
    channels, labels = random.rand(9, 8, 3), squares(9, 8)
    features = random.rand(72, 5)
    scaled = relative_spread(features, channels, labels) * features
    assert scaled.var(axis=0).sum() == pytest.approx(channels.var(axis=(0, 1)).sum())
    assert relative_spread(1e3 * features, channels, labels) == pytest.approx(
        1e-3 * relative_spread(features, channels, labels)
    )
    assert relative_spread(np.full((72, 2), 7), channels, labels) == 0
    np.testing.assert_array_equal(mean_by_region(features.reshape(9, 8, 5), labels), features)


def test_the_spread_of_features_counts_pixels_and_not_regions():
    labels = np.array([[0, 0, 0, 1]])
    channels = np.array([[[1.0], [2.0], [3.0], [50.0]]])
    features = np.array([[0.0], [4.0]])  # variance over the pixels: 16 * 3 / 16
    assert relative_spread(features, channels, labels) == pytest.approx((channels.var() / 3) ** 0.5)
    masked = np.array([[0, 0, 1, -1]])
    factor = relative_spread(features, channels, masked)
    assert factor == pytest.approx((channels[:, :3].var() / (16 * 2 / 9)) ** 0.5)


def test_geary_ratio_by_hand():
    # Three regions of 2, 1 and 3 pixels; borders 0-1 and 0-2, 1-2 have the lengths 1, 1, 1.
    labels = np.array([[0, 0, 1], [2, 2, 2]])
    labels = labels[:, ::1]
    features = np.array([[0.0, 0], [3, 0], [0, 4]])
    adjacency = find_adjacency(labels)
    assert adjacency.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert adjacency.lengths.tolist() == [1, 2, 1]
    squares = (1 * 9 + 2 * 16 + 1 * 25) / 4
    means = np.array([3 / 6, 3 * 4 / 6])
    variance = (2 * (means**2).sum() + ((features[1] - means) ** 2).sum()) / 6
    variance += 3 * ((features[2] - means) ** 2).sum() / 6
    assert geary_ratio(features, adjacency) == pytest.approx(squares / (2 * variance))
    assert geary_ratio(np.ones((3, 2)), adjacency) == 0
    assert geary_ratio(np.ones((1, 2)), find_adjacency(np.zeros((4, 5), int))) == 0


@given(st.integers(0, 9999), st.integers(2, 5), st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=40, deadline=None)
def test_geary_ratio_has_no_unit_and_no_order(seed, n_features, factor, shift):
    random = np.random.RandomState(seed)
    labels = np.unique(random.randint(9, size=(6, 7)), return_inverse=True)[1].reshape(6, 7)
    features = random.rand(labels.max() + 1, n_features)
    expected = geary_ratio(features, find_adjacency(labels))
    assert expected >= 0
    order = random.permutation(len(features))
    renamed = np.empty_like(features)
    renamed[order] = factor * features + shift
    found = geary_ratio(renamed, find_adjacency(order[labels]))
    assert found == pytest.approx(expected, rel=1e-6)


def test_features_of_shuffled_regions_have_ratio_1():
    labels, random = squares(60, 60, 3), np.random.RandomState(0)
    adjacency = find_adjacency(labels)
    rows = np.arange(400)[:, None] // 20.0
    assert geary_ratio(rows, adjacency) < 0.05
    ratios = [geary_ratio(random.permutation(rows), adjacency) for _ in range(50)]
    assert np.mean(ratios) == pytest.approx(1, abs=0.02)


def test_features_count_where_they_are_five_times_as_contiguous():
    labels, random = squares(60, 60, 3), np.random.RandomState(0)
    adjacency = find_adjacency(labels)
    halves = (np.arange(400)[:, None] % 20 >= 10).astype(float)
    colors = random.rand(400, 3)
    assert choose_weight(halves, colors, adjacency) == WEIGHT
    assert choose_weight(colors, halves, adjacency) == 0
    assert choose_weight(halves, halves + 0.1 * random.rand(400, 3), adjacency) == 0
    assert choose_weight(np.ones((400, 1)), np.ones((400, 1)), adjacency) == 0
    wanted = geary_ratio(colors, adjacency) / 5
    noises = [halves + spread * random.normal(size=(400, 1)) for spread in np.linspace(0, 2, 40)]
    below = [geary_ratio(noisy, adjacency) < wanted for noisy in noises]
    assert 0 < sum(below) < 40
    weights = [choose_weight(noisy, colors, adjacency) for noisy in noises]
    assert [weight > 0 for weight in weights] == below


@pytest.fixture(scope="module")
def textures():
    """Stripes that lie, and stripes that stand, of the same grey values."""
    random, (rows, columns) = np.random.default_rng(0), np.indices((128, 128))
    truth = (columns >= 64).astype(int)
    waves = np.sin(2 * np.pi * np.where(truth, columns, rows) / 8)
    noisy = waves + 0.3 * random.normal(size=(128, 128))
    for half in (0, 1):
        noisy[truth == half] -= noisy[truth == half].mean()
        noisy[truth == half] /= noisy[truth == half].std()
    return (0.5 + 0.15 * noisy).clip(0, 1), truth


def test_the_features_tell_textures_apart(textures):
    image, truth = textures
    dic = DeepImageClustering(
        n_segments=2,
        superpixels=SLICSuperpixels(200, compactness=100),
        resolution=1,
        random_state=0,
    ).fit(image)
    assert adjusted_rand_score(truth.ravel(), dic.labels_.ravel()) > 0.8
    weighted = RegionMerging(2, features_weight=WEIGHT)
    weighted.fit(image, features=dic.predict_proba(image))
    np.testing.assert_array_equal(weighted.labels_, dic.labels_)
    without = RegionMerging(2).fit_predict(image)
    assert adjusted_rand_score(truth.ravel(), without.ravel()) < 0.1


@pytest.mark.parametrize("name", ["coffee", "astronaut"])
def test_a_photograph_has_the_regions_of_a_tree_without_features(name):
    image = getattr(data, name)()[::4, ::4]
    dic = DeepImageClustering(max_iter=4, random_state=0).fit(image)
    expected = RegionMerging().fit(image)
    np.testing.assert_array_equal(dic.labels_, expected.labels_)
    np.testing.assert_array_equal(dic.region_merging_.tree_.distances_, expected.tree_.distances_)
    weighted = RegionMerging(features_weight=1).fit(image, features=dic.predict_proba(image))
    assert not np.array_equal(weighted.tree_.distances_, expected.tree_.distances_)


def test_the_weight_is_chosen_by_the_regions_that_are_merged(textures, monkeypatch):
    image, truth = textures
    learned = np.dstack([truth, 1.0 - truth])
    seen = []

    def spy(*args):
        seen.append(choose_weight(*args))
        return seen[-1]

    monkeypatch.setattr(_building, "choose_weight", spy)
    auto = build_merge_tree(image[..., None], squares(128, 128, 8), features=learned)
    assert seen == [WEIGHT]
    fixed = build_merge_tree(
        image[..., None], squares(128, 128, 8), features=learned, features_weight=WEIGHT
    )
    assert seen == [WEIGHT]
    np.testing.assert_array_equal(auto.distances_, fixed.distances_)
    assert adjusted_rand_score(truth.ravel(), auto.cut(n_segments=2).ravel()) == 1


@given(st.integers(1, 40), st.integers(1, 40), st.floats(-9, 9), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_constants_stay_constants(height, width, value, seed):
    random = np.random.RandomState(seed)
    labels = np.unique(random.randint(-1, 5, (height, width)), return_inverse=True)[1]
    labels = (
        labels.reshape(height, width) - 1 if labels.max() > 0 else np.zeros((height, width), int)
    )
    found = smooth_by_region(np.full((height, width, 2), value), labels, 400.0 * (1 + seed))
    np.testing.assert_allclose(found, value, atol=1e-9)


def test_smooth_values_are_those_of_a_plain_gaussian():
    image = data.coffee()[::2, ::2].astype(float)
    labels = squares(200, 300, 10)
    found = smooth_by_region(image, labels, 200 * 300)
    sigma = (200 * 300) ** 0.5 / 32
    inside = gaussian_filter(np.ones((200, 300)), sigma, mode="constant")[..., None]
    plain = gaussian_filter(image, (sigma, sigma, 0), mode="constant") / inside
    middles = (plain[4:-1:10, 4:-1:10] + plain[5::10, 5::10]) / 2  # between the pixels 4 and 5
    np.testing.assert_allclose(found, middles.reshape(-1, 3), atol=1.5)
    assert abs(mean_by_region(image, labels) - middles.reshape(-1, 3)).max() > 30


@pytest.mark.parametrize("scene_pixels", [400.0, 40_000.0])
def test_large_scenes_are_smoothed_on_a_smaller_copy_at_the_same_places(scene_pixels):
    rows, columns = np.indices((90, 130)).astype(float)
    labels = squares(90, 130, 10)
    found = smooth_by_region(np.dstack([rows, columns]), labels, scene_pixels)
    inner = np.zeros((9, 13), bool)
    inner[4:-4, 4:-4] = True  # a plane is no plane at the rim of the image
    expected = mean_by_region(np.dstack([rows, columns]), labels)
    np.testing.assert_allclose(found[inner.ravel()], expected[inner.ravel()], atol=0.6)


def test_masked_values_are_not_smoothed_into_the_rest():
    random = np.random.RandomState(0)
    values, labels = random.rand(40, 60, 3), squares(40, 60, 5)
    labels[:, 25:] = -1
    labels[labels >= 0] = np.unique(labels[labels >= 0], return_inverse=True)[1]
    expected = smooth_by_region(values, labels, 2400)
    for other in (0, 1e6, -3):
        changed = np.where((labels < 0)[..., None], other, values)
        np.testing.assert_array_equal(smooth_by_region(changed, labels, 2400), expected)


def test_a_ring_around_a_hole_has_its_mean():
    rows, columns = np.indices((80, 80)) - 40
    radius = np.hypot(rows, columns)
    labels = np.full((80, 80), -1)
    labels[(radius > 30) & (radius < 36)] = 0
    values = np.where(labels >= 0, rows + 7.0, 1e9)[..., None]
    found = smooth_by_region(values, labels, 80 * 80)
    np.testing.assert_allclose(found, mean_by_region(values, labels))
