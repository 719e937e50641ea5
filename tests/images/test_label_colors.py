from itertools import combinations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import data

from sklearn_dic.images._label_colors import label_colors, paint_labels
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels
from tests.images._vision import VISIONS, seen_distance, touching

MAPS = hnp.arrays(np.int32, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.integers(-3, 40))


def distances(colors, pairs, vision):
    one, other = (np.array([colors[label] for label in side]) for side in zip(*pairs, strict=True))
    return seen_distance(one, other, vision)


@pytest.fixture(scope="module")
def hundreds_of_superpixels():
    """Label maps of photographs, with hundreds of labels, and which of these touch."""
    maps = [
        SLICSuperpixels(800).fit_transform(data.coffee()[::4, ::4]),
        FelzenszwalbSuperpixels(scale=30).fit_transform(data.chelsea()[::3, ::3]),
    ]
    maps = [np.asarray(one) for one in maps]
    assert min(one.max() for one in maps) > 200
    return [(one, touching(one)) for one in maps]


@pytest.mark.parametrize("vision", VISIONS)
def test_neighbours_are_clearly_different_to_every_eye(hundreds_of_superpixels, vision):
    for labels, pairs in hundreds_of_superpixels:
        seen = distances(label_colors([labels]), pairs, vision)
        assert seen.min() > 10
        assert np.quantile(seen, 0.05) > 15


@pytest.mark.parametrize(("n_labels", "least"), [(4, 20), (8, 20), (12, 12), (20, 8), (32, 6)])
@pytest.mark.parametrize("vision", VISIONS)
def test_labels_that_all_touch_each_other(n_labels, least, vision):
    pairs = list(combinations(range(n_labels), 2))
    every_pair = np.array(pairs).reshape(-1, 1, 2)
    colors = label_colors(list(every_pair))
    assert len(set(colors.values())) == n_labels
    assert distances(colors, pairs, vision).min() > least


@given(MAPS)
def test_any_map(labels):
    colors = label_colors([labels])
    assert list(colors) == np.unique(labels).tolist()
    of_labels = {label: color for label, color in colors.items() if label >= 0}
    of_none = {color for label, color in colors.items() if label < 0}
    assert len(of_none) <= 1
    assert of_none.isdisjoint(of_labels.values())
    if len(of_labels) <= 32:
        assert len(set(of_labels.values())) == len(of_labels)
    for one, other in touching(labels):
        assert colors[one] != colors[other] or max(one, other) < 0
    assert label_colors([labels.T]) == colors  # who touches whom is the same
    painted = paint_labels(labels, colors)
    assert painted.shape == (*labels.shape, 3)
    for place in np.ndindex(labels.shape):
        np.testing.assert_allclose(painted[place], colors[labels[place]], rtol=1e-6)


def test_frames_share_colours():
    """Labels that touch in one frame only differ in all of them."""
    rows = np.arange(100)
    first, second = np.stack([rows, rows + 100]), np.stack([rows, rows[::-1] + 100])
    colors = label_colors([first, second])
    assert len(colors) == 200
    for one, other in touching(first) + touching(second):
        assert seen_distance(colors[one], colors[other], "normal") > 15


def test_a_label_with_hundreds_of_neighbours_differs_from_all():
    labels = np.zeros((3, 801), int)
    labels[1, 1::2] = 1 + np.arange(400)
    colors = label_colors([labels])
    assert min(seen_distance(colors[0], colors[i], "deuteranopia") for i in range(1, 401)) > 19


def test_more_labels_that_all_touch_than_colours():
    """Then neighbours must share colours, as few as possible."""
    pairs = np.array(list(combinations(range(40), 2))).reshape(-1, 1, 2)
    values = list(label_colors(list(pairs)).values())
    assert max(map(values.count, values)) == 2
