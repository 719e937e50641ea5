import numpy as np
import pytest
from sklearn.cluster import MeanShift

from sklearn_dic.peers import ContourGuidedPalette
from sklearn_dic.peers._contour_palette import divide, find_contours, make_palette, sample_colors


@pytest.fixture
def halves():
    image = np.zeros((60, 80, 3))
    image[:, :40] = 0.8, 0.2, 0.2
    image[:, 40:] = 0.2, 0.2, 0.8
    return image


def test_two_colours_are_two_regions(halves):
    labels = ContourGuidedPalette().fit_predict(halves)
    expected = np.tile(np.arange(80) >= 40, (60, 1))
    assert (labels == expected).mean() > 0.95
    assert labels.max() == 1


def test_a_gradient_has_no_borders():
    ramp = np.linspace(0.3, 0.6, 120)[None, :, None].repeat(80, axis=0).repeat(3, axis=2)
    assert ContourGuidedPalette().fit_predict(ramp).max() == 0


def test_long_contours_alone_count():
    lab = np.zeros((40, 40, 3))
    lab[:, 20:] = 80
    lab[5:8, 5:8] = 80
    contours = find_contours(lab, 15)
    assert contours[:, 18:22].any(axis=1).mean() > 0.8
    assert not contours[:, :12].any()


def test_the_palette_has_the_colours_of_both_sides():
    lab = np.zeros((40, 40, 3))
    lab[:, 20:, 0] = 80
    lab[:, 35:, 1] = 50  # smooth, and far from the contour
    contours = np.zeros((40, 40), bool)
    contours[:, 20] = True
    palette = make_palette(sample_colors(lab, contours), 5.0)
    np.testing.assert_allclose(sorted(palette[:, 0]), [0, 80], atol=1e-6)
    np.testing.assert_allclose(palette[:, 1:], 0, atol=1e-6)


def test_equal_colours_do_not_leak_through_a_contour():
    contours = np.zeros((10, 10), bool)
    contours[:, 5] = True
    regions = divide(np.zeros((10, 10), int), contours)
    assert regions.max() == 1
    assert regions[0, 0] != regions[0, 9]


def test_contours_everywhere_leave_the_colours():
    nearest = np.repeat([[0, 1]], 4, axis=0)
    np.testing.assert_array_equal(divide(nearest, np.ones((4, 2), bool)), nearest)


def test_the_palette_is_that_of_mean_shift():
    rng = np.random.default_rng(0)
    blobs = rng.uniform(0, 100, (6, 3))
    colors = blobs[rng.integers(6, size=600)] + rng.normal(scale=1.5, size=(600, 3))
    expected = MeanShift(bandwidth=8.0, bin_seeding=True).fit(colors).cluster_centers_
    found = make_palette(colors, 8.0)
    assert len(found) == len(expected)
    np.testing.assert_allclose(
        found[np.argsort(found[:, 0])], expected[np.argsort(expected[:, 0])], atol=0.2
    )
