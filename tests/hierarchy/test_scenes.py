"""`scene_size`: an image is one scene, or a map of many."""

from itertools import pairwise

import numpy as np
import pytest
from skimage import data
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.hierarchy import _spectral as spectral
from sklearn_dic.hierarchy import build_merge_tree
from sklearn_dic.hierarchy._cuts import find_auto_threshold
from sklearn_dic.hierarchy._memory import tree_bytes
from sklearn_dic.hierarchy._quantization import mutual_information, quantize_colors
from sklearn_dic.hierarchy._spectral import spectral_contours


@pytest.fixture(scope="module")
def mosaic():
    parts = [data.coffee()[:400, :400], data.coffee()[:400, 200:], data.astronaut()[:400, :400],
             data.astronaut()[112:, 112:]]  # fmt: skip
    coffee, cup, face, hand = (part[::4, ::4] / 255 for part in parts)
    return np.vstack([np.hstack([coffee, face]), np.hstack([hand, cup])])


def test_an_image_of_a_scene_has_about_the_regions_of_a_whole(mosaic):
    image = mosaic[:100, :100]
    whole = RegionMerging(8).fit(image)
    scene = RegionMerging(8, scene_size=100).fit(image)
    np.testing.assert_array_equal(scene.labels_, whole.labels_)
    np.testing.assert_allclose(scene.tree_.distances_, whole.tree_.distances_)
    assert scene.tree_.auto_threshold_ == pytest.approx(whole.tree_.auto_threshold_)
    larger = RegionMerging(8, scene_size=110).fit_predict(image)
    assert adjusted_rand_score(larger.ravel(), whole.labels_.ravel()) > 0.7


def test_a_mosaic_has_the_regions_of_its_parts(mosaic):
    parts = [mosaic[i : i + 100, j : j + 100] for i in (0, 100) for j in (0, 100)]
    alone = RegionMerging().fit(parts)
    whole, scenes = RegionMerging().fit(mosaic), RegionMerging(scene_size=100).fit(mosaic)
    assert 0.7 < scenes.n_segments_ / sum(alone.n_segments_) < 1.3
    # A distance means about the same as in an image of one scene.
    counts = [merging.segment(threshold=60).max() + 1 for merging in (whole, scenes)]
    n_parts = sum(labels.max() + 1 for labels in alone.segment(threshold=60))
    assert counts[0] < 0.75 * n_parts < 0.8 * n_parts < counts[1] < 1.2 * n_parts


def test_what_lies_far_away_changes_little(mosaic):
    wide = np.hstack([mosaic[:100], mosaic[100:]])
    other = np.hstack([mosaic[:100], mosaic[100:, ::-1] ** 2])
    regions = [
        RegionMerging(threshold=40, scene_size=100).fit_predict(one) for one in (wide, other)
    ]
    near = [labels[:, :100].ravel() for labels in regions]
    assert adjusted_rand_score(*near) > 0.6


def test_the_network_passes_the_scene_on(mosaic):
    image = mosaic[::2, ::2]
    dic = DeepImageClustering(
        8, region_merging=RegionMerging(scene_size=30), max_iter=2, random_state=0
    ).fit(image)
    np.testing.assert_array_equal(dic.labels_, RegionMerging(scene_size=30).fit_predict(image))
    assert dic.labels_.max() > RegionMerging().fit_predict(image).max()


def test_windows_cover_an_axis_and_overlap():
    for side in (1, 2, 5, 16, 100):
        for extent in range(1, 400, 7):
            windows = spectral._windows(extent, side)
            assert windows[0][0] == 0
            assert windows[-1][1] == extent
            for (_, end), (start, _) in pairwise(windows):
                assert start <= end
                assert end - start == side // spectral.OVERLAP
            assert max(end - start for start, end in windows) <= 1.5 * side + 1
            assert (spectral._fade(extent, side) > 0).all()


def test_one_window_is_the_whole(mosaic):
    colors = quantize_colors(mosaic[:60, :80] * 100, 12)
    information = mutual_information(colors)
    expected = spectral_contours(colors, information)
    for scene_pixels in (4100.0, 4800.0, 10_000.0):  # of 60 x 80; the last window may be longer
        found = spectral_contours(colors, information, scene_pixels)
        np.testing.assert_array_equal(found, expected)
    windows = spectral_contours(colors, information, 900.0)
    assert windows.shape == expected.shape
    assert not np.allclose(windows, expected)


def test_a_window_sees_nothing_of_the_others(mosaic):
    colors = quantize_colors(mosaic[:60, :180] * 100, 12)
    information = mutual_information(colors)
    found = spectral_contours(colors, information, 3600.0)
    changed = colors.copy()
    changed[:, 110:] = colors[::-1, 110:]
    again = spectral_contours(changed, information, 3600.0)
    np.testing.assert_allclose(again[:, :45], found[:, :45])  # windows 0 to 60, and 45 to 105
    assert not np.allclose(again[:, 120:], found[:, 120:])


def test_contours_of_windows_join(mosaic):
    """A contour along the whole image is as strong where windows overlap."""
    colors = np.zeros((100, 30), int)
    colors[:, 15:] = 1
    contours = spectral_contours(colors, mutual_information(colors), 900.0)
    along = contours[:, 14:16].mean(axis=1)
    assert along.min() > 0.5 * along.max()
    assert contours[:, :10].max() < 0.5 * along.min()


def test_so_many_regions_for_each_scene():
    children = np.array([[2 * i, 2 * i + 1] for i in range(15)])
    sizes, distances = np.full(16, 1 / 16), np.arange(15.0)
    one = find_auto_threshold(children, distances, np.eye(16), sizes)
    larger = find_auto_threshold(children, distances, np.eye(16), 1.4 * sizes)
    assert larger == pytest.approx(one * 1.4**0.25) != 76
    assert find_auto_threshold(children, distances, np.eye(16), 1e6 * sizes) == 76


@pytest.mark.parametrize("scene_size", [1, 3.5])
def test_scenes_of_a_few_pixels(photo, scene_size):
    tree = build_merge_tree(photo[:8, :9] / 255, scene_size=scene_size)
    assert np.isfinite(tree.distances_).all()


def test_windows_take_less_memory():
    assert tree_bytes(10**8, 1, scene_size=400) <= tree_bytes(10**8, 1)
    assert tree_bytes(10**4, 1, scene_size=400) == tree_bytes(10**4, 1)
