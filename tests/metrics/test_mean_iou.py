"""Intersection over union of classes: against scikit-learn, by hand, and along boundaries."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.base import BaseEstimator
from sklearn.metrics import jaccard_score

from sklearn_dic.metrics import (
    get_scorer,
    intersection_over_union,
    mean_intersection_over_union,
)
from sklearn_dic.metrics import mean_intersection_over_union as miou

CLASSES = hnp.arrays(np.int64, (5, 7), elements=st.integers(0, 4))


@settings(max_examples=50, deadline=None)
@given(truth=CLASSES, prediction=CLASSES, other=CLASSES)
def test_equals_the_macro_jaccard_score_of_scikit_learn(truth, prediction, other):
    expected = jaccard_score(truth.ravel(), prediction.ravel(), average="macro")
    assert miou(truth, prediction) == pytest.approx(expected)
    both = [np.concatenate([one.ravel(), two.ravel()]) for one, two in
            ((truth, other), (prediction, truth))]  # fmt: skip
    pooled = jaccard_score(*both, average="macro")
    assert miou([truth, other], [prediction, truth]) == pytest.approx(pooled)
    assert miou(np.stack([truth, other]), np.stack([prediction, truth])) == pytest.approx(pooled)
    assert miou([truth, truth], prediction) == pytest.approx(miou(truth, prediction))


@settings(max_examples=30, deadline=None)
@given(truth=CLASSES, prediction=CLASSES)
def test_void_pixels_do_not_count(truth, prediction):
    known = truth != 3
    if known.any():
        expected = jaccard_score(truth[known], prediction[known], average="macro")
        assert miou(truth, prediction, ignore_label=3) == pytest.approx(expected)
    else:
        with pytest.raises(ValueError, match="has no label but ignore_label=3"):
            miou(truth, prediction, ignore_label=3)


@settings(max_examples=30, deadline=None)
@given(truth=CLASSES, prediction=CLASSES, width=st.floats(1, 4))
def test_boundaries_are_those_of_a_plain_loop(truth, prediction, width):
    def near(labels, label):
        outside = np.argwhere(labels != label)
        return {
            (row, column)
            for row, column in np.argwhere(labels == label).tolist()
            if len(outside) and np.hypot(*(outside - [row, column]).T).min() <= width
        }

    expected = {}
    for label in range(5):
        true, predicted = near(truth, label), near(prediction, label)
        if true | predicted:
            expected[label] = len(true & predicted) / len(true | predicted)
    assert intersection_over_union(truth, prediction, boundary_width=width) == expected
    mean = np.mean(list(expected.values())) if expected else 1
    assert miou(truth, prediction, boundary_width=width) == pytest.approx(mean)


def test_wide_boundaries_are_everything():
    truth, prediction = np.random.RandomState(0).randint(0, 3, (2, 6, 6))
    assert miou(truth, prediction, boundary_width=100) == miou(truth, prediction)


def test_void_is_no_boundary():
    truth = np.zeros((6, 9), int)
    truth[:, 3:6] = 255
    truth[:, 6:] = 1
    prediction = np.where(np.arange(9) < 4, 0, np.ones((6, 1), int))
    assert miou(truth, prediction, ignore_label=255, boundary_width=2) == 1
    with_void = miou(truth, prediction, boundary_width=2)
    assert with_void < 1


def test_numbers_matter_here():
    truth = np.array([[0, 1]])
    assert miou(truth, 1 - truth) == 0
    assert intersection_over_union([[-1, 7]], [[-1, 3]]) == {-1: 1.0, 3: 0.0, 7: 0.0}


def test_perfect_and_single_class():
    ones = np.ones((3, 4), int)
    assert miou(ones, ones) == 1
    assert miou(ones, ones, boundary_width=1) == 1  # neither has a boundary


@pytest.mark.parametrize("width", [0, -1, np.inf, np.nan])
def test_widths_that_are_refused(width):
    with pytest.raises(ValueError, match=f"boundary_width is {width}; it is a number of pixels"):
        miou([[0, 1]], [[0, 1]], boundary_width=width)


def test_scorer():
    class Constant(BaseEstimator):
        def predict(self, X):
            return np.zeros((2, 2), int)

    truth = np.array([[0, 0], [0, 1]])
    score = get_scorer("mean_intersection_over_union")(Constant(), None, truth)
    assert score == mean_intersection_over_union(truth, np.zeros((2, 2), int)) == 0.375
