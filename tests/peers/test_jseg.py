import numpy as np
import pytest
from skimage.measure import label

from sklearn_dic.metrics import probabilistic_rand_index
from sklearn_dic.peers import JSEG
from sklearn_dic.peers._jseg import merge_by_histograms, quantize
from sklearn_dic.peers._local_j import local_j, measure_j
from sklearn_dic.peers._valleys import find_valleys, split_region


@pytest.mark.parametrize(
    ("class_map", "expected"),
    [
        ([[0, 0], [1, 1]], 1.0),  # S_T = 4 x 1/2, S_W = 2 x 1/2
        ([[0, 1], [1, 0]], 0.0),  # each class has the mean position of all
        ([[0, 0, 1, 1]], 4.0),  # S_T = 5, S_W = 1
        ([[0, 0, 0], [0, 0, 0]], 0.0),
        ([[-1, 0, 0, 1, 1, -1]], 4.0),  # pixels outside do not count
        ([[0, 1]], np.inf),
    ],
)
def test_j_of_maps_computed_by_hand(class_map, expected):
    assert measure_j(np.array(class_map)) == pytest.approx(expected)


@pytest.mark.parametrize("scale", [1, 2])
def test_local_j_is_j_in_a_round_window(scale):
    classes = np.random.default_rng(0).integers(4, size=(30, 32))
    found = local_j(classes, scale)
    step = 2 ** (scale - 1)
    for row, column in ((15, 16), (14, 10), (0, 3), (29, 31)):  # also where the image ends
        window = np.full((9, 9), -1)
        for y in range(-4, 5):
            for x in range(-4, 5):
                place = row + step * y, column + step * x
                inside = 0 <= place[0] < 30 and 0 <= place[1] < 32
                if y**2 + x**2 <= 4.5**2 and inside:
                    window[y + 4, x + 4] = classes[place]
        assert found[row, column] == pytest.approx(measure_j(window), rel=1e-6, abs=1e-9)


def test_valleys_are_low_large_pieces():
    j_image = np.ones((20, 20))
    j_image[2:8, 2:8] = j_image[12:18, 12:18] = 0
    j_image[2, 15] = 0  # too small
    valleys = find_valleys(j_image, np.ones((20, 20), bool), smallest=10)
    expected = np.zeros((20, 20), int)
    expected[2:8, 2:8], expected[12:18, 12:18] = 1, 2
    np.testing.assert_array_equal(valleys, expected)


def test_a_region_without_two_valleys_stays_whole():
    region = np.ones((20, 20), bool)
    np.testing.assert_array_equal(split_region([np.zeros((20, 20))], 1, region), region)


def test_mixtures_of_the_same_colours_are_merged_and_others_are_not():
    regions = np.repeat([[0, 1, 2]], 4, axis=0).repeat(4, axis=1)
    classes = np.indices(regions.shape).sum(axis=0) % 2
    classes[:, 8:] = 2
    merged = merge_by_histograms(regions, classes, 0.4)
    np.testing.assert_array_equal(merged, regions == 2)


def test_two_textures_of_the_same_colours_are_told_apart():
    rng = np.random.default_rng(0)
    truth = np.repeat([[0, 1]], 96, axis=0).repeat(64, axis=1)
    share = np.where(truth == 0, 0.25, 0.75)
    image = np.where(rng.uniform(size=truth.shape) < share, 0.2, 0.8)
    labels = JSEG(merge_threshold=0.3).fit_predict(image)
    assert probabilistic_rand_index(truth, labels) > 0.85


def test_regions_are_connected(photo):
    labels = JSEG().fit_predict(photo)
    assert label(labels, background=-1, connectivity=1).max() == labels.max() + 1


def test_close_colours_are_one_class():
    image = np.repeat([[0.5, 0.51, 0.9]], 30, axis=0).repeat(10, axis=1)[..., None]
    image = image.repeat(3, axis=2)
    assert len(np.unique(quantize(image, 5, 10.0, 0))) == 2
    assert len(np.unique(quantize(image, 5, 0.1, 0))) == 3


def test_number_of_scales_follows_the_size():
    sizes = [(8, 8), (64, 64), (321, 481), (512, 512), (4000, 4000)]
    assert [JSEG()._count_scales(size) for size in sizes] == [1, 1, 3, 4, 4]
    assert JSEG(n_scales=2)._count_scales((8, 8)) == 2
