"""Pictures of every kind are compared in channels that do not depend on how they were stored."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from skimage import data
from skimage.color import rgb2lab
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import RegionMerging
from sklearn_dic.hierarchy import build_merge_tree
from sklearn_dic.hierarchy._channels import expose, to_comparable


@pytest.fixture(scope="module")
def grey():
    return data.coffee()[::4, ::4].mean(axis=2) / 255


def channels_of(image):
    return to_comparable(image, expose(image))


def test_white_is_white_and_black_stays(photo):
    image = photo / 255 * 0.3
    exposed = expose(image)
    white = np.quantile(image, 0.999)
    np.testing.assert_allclose(exposed, np.minimum(image / white, 1))
    np.testing.assert_allclose(channels_of(image), rgb2lab(exposed))


@given(st.integers(1, 4), st.floats(0.01, 0.99), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_scaling_changes_nothing(n_channels, factor, seed):
    image = np.random.default_rng(seed).uniform(0, 1, (9, 12, n_channels))
    np.testing.assert_allclose(channels_of(factor * image), channels_of(image), atol=1e-6)


@given(st.integers(1, 4), st.floats(-1e3, 1e3), st.floats(10, 1e4), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_other_units_are_also_shifted(n_channels, shift, factor, seed):
    image = np.random.default_rng(seed).uniform(-10, 10, (9, 12, n_channels))
    np.testing.assert_allclose(
        channels_of(factor * image + shift), channels_of(image), rtol=1e-4, atol=1e-2
    )


@pytest.mark.parametrize("n_channels", [2, 4, 9])
def test_repeated_channels_are_as_far_apart(n_channels):
    one = np.random.default_rng(0).uniform(0, 1, (8, 9, 2))
    several = channels_of(one.repeat(n_channels, axis=2))
    distances = np.linalg.norm(np.diff(several, axis=1), axis=-1)
    expected = np.linalg.norm(np.diff(channels_of(one), axis=1), axis=-1)
    np.testing.assert_allclose(distances, expected, rtol=1e-3)  # quantiles differ a little


def test_masked_pixels_do_not_expose(photo):
    image, mask = photo / 510, np.ones(photo.shape[:2], bool)
    mask[:10] = False
    bright = np.where(mask[..., None], image, 1)
    np.testing.assert_array_equal(expose(bright, mask)[mask], expose(image, mask)[mask])
    assert not np.allclose(expose(bright)[mask], expose(image)[mask])


@pytest.mark.parametrize("values", [(0, 1), (0, 0.2), (-7, 300), (5, 0)])
def test_a_few_pixels_unlike_all_others_are_seen(values):
    image = np.full((60, 80, 1), values[0], float)
    image[20:22, 30:32] = values[1]  # fewer than a thousandth
    exposed = expose(image)
    assert exposed[20, 30, 0] == (values[1] > values[0])
    assert exposed[0, 0, 0] == (values[1] < values[0])


def test_nothing_varies():
    for value in (0, 0.4, 1, -3, 5e4):
        channels = channels_of(np.full((5, 6, 2), value, float))
        assert np.isfinite(channels).all()
        assert np.ptp(channels) == 0


def test_a_grey_picture_and_its_copies_have_one_tree(grey):
    expected = build_merge_tree(grey[..., None])
    as_rgb = build_merge_tree(grey[..., None].repeat(3, axis=2))
    np.testing.assert_array_equal(as_rgb.leaf_labels, expected.leaf_labels)
    np.testing.assert_array_equal(as_rgb.distances_, expected.distances_)
    labels = RegionMerging().fit_predict(grey)
    assert labels.max() > 2
    np.testing.assert_array_equal(labels, RegionMerging().fit_predict(grey[..., None]))
    np.testing.assert_array_equal(labels, RegionMerging().fit_predict(np.dstack(3 * [grey])))


def test_four_equal_bands_are_about_a_grey_picture(grey):
    bands = np.dstack(4 * [grey])
    for n_segments in (4, 8):
        labels = RegionMerging(n_segments).fit_predict(bands)
        expected = RegionMerging(n_segments).fit_predict(grey)
        assert adjusted_rand_score(labels.ravel(), expected.ravel()) > 0.6


def test_the_exposure_does_not_matter(photo):
    expected = build_merge_tree(photo / 255)
    assert expected.auto_threshold_ < expected.distances_[-2]
    for factor in (1 / 2, 1 / 64):  # powers of 2: no rounding
        dark = build_merge_tree(photo / 255 * factor)
        np.testing.assert_array_equal(dark.leaf_labels, expected.leaf_labels)
        np.testing.assert_array_equal(dark.children_, expected.children_)
        np.testing.assert_allclose(dark.distances_, expected.distances_)
        assert dark.auto_threshold_ == pytest.approx(expected.auto_threshold_)


def test_twelve_bits_in_sixteen_are_as_good_as_eight(grey):
    values = np.round(grey * 4095).astype(np.uint16)
    expected = RegionMerging(6).fit(values * 16)
    with pytest.warns(UserWarning, match="dtype uint16"):
        dark = RegionMerging(6).fit(values)
    np.testing.assert_array_equal(dark.labels_, expected.labels_)
