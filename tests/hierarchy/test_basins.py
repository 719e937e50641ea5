import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from skimage import data
from skimage.measure import label
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import RegionMerging
from sklearn_dic.hierarchy import build_merge_tree
from sklearn_dic.hierarchy._basins import SMALLEST, find_basins


@given(st.integers(3, 200), st.integers(3, 150), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_basins_are_connected_and_not_small(height, width, seed):
    rng = np.random.default_rng(seed)
    basins = find_basins(
        rng.uniform(0, 100, (height, width, 3)), rng.uniform(1, 2, (height, width))
    )
    assert basins.shape == (height, width)
    _, n_pieces = label(basins, background=-1, return_num=True, connectivity=1)
    sizes = np.bincount(basins.ravel())[basins.min() :]
    assert n_pieces == len(sizes)
    assert sizes.min() >= min(SMALLEST, basins.size // 1000)


def test_borders_are_where_both_are():
    channels = np.zeros((30, 60, 3))
    channels[:, 20:] = 30
    channels[:, 40:] = 60
    contours = np.ones((30, 60))
    basins = find_basins(channels, contours)
    assert [len(np.unique(row)) for row in basins] == 30 * [3]
    np.testing.assert_array_equal(np.nonzero(np.diff(basins[0]))[0], [19, 39])
    contours[:, 30:] = 0
    assert len(np.unique(find_basins(channels, contours))) == 2


def test_an_even_picture_is_one_region():
    for value in (0, 0.3, 1):
        assert RegionMerging().fit(np.full((40, 30, 3), value)).tree_.n_leaves == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (50, 1), (2, 2), (2, 90)])
def test_thin_pictures(shape):
    basins = find_basins(np.random.default_rng(0).uniform(0, 100, (*shape, 3)), np.ones(shape))
    assert basins.shape == shape
    assert len(np.unique(basins)) <= 1 + basins.size // 3


def test_noise_is_not_what_divides():
    rng = np.random.default_rng(0)
    truth = np.zeros((60, 90), int)
    truth[10:50, 20:70] = 1
    colors = np.array([[0.2, 0.5, 0.4], [0.5, 0.3, 0.5]])
    noisy = np.clip(colors[truth] + rng.normal(0, 0.1, (60, 90, 3)), 0, 1)
    found = RegionMerging(2).fit_predict(noisy)
    assert adjusted_rand_score(truth.ravel(), found.ravel()) > 0.95


def test_a_tree_finds_its_own_superpixels():
    image = data.coffee()[::4, ::4] / 255
    tree = build_merge_tree(image)
    assert 50 < tree.n_leaves < 15_000 / 15
    assert np.bincount(tree.leaf_labels.ravel()).min() >= 15  # a thousandth of 100 x 150


def test_what_was_learned_draws_no_basins():
    image = data.coffee()[::4, ::4] / 255
    learned = np.zeros((*image.shape[:2], 1))
    learned[:, 75:] = 1
    alone = build_merge_tree(image)
    for weight in (0, 1):
        helped = build_merge_tree(image, features=learned, features_weight=weight)
        np.testing.assert_array_equal(alone.leaf_labels, helped.leaf_labels)
        assert np.array_equal(alone.distances_, helped.distances_) == (weight == 0)
