"""Each measure against another library, hand calculations, and what holds for every map."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import skimage.metrics
from hypothesis import given, settings
from sklearn.metrics import rand_score

from sklearn_dic.metrics import (
    achievable_segmentation_accuracy,
    boundary_displacement_error,
    boundary_recall,
    boundary_scores,
    global_consistency_error,
    probabilistic_rand_index,
    segmentation_covering,
    undersegmentation_error,
    variation_of_information,
)

FIVE = [
    probabilistic_rand_index,
    variation_of_information,
    global_consistency_error,
    boundary_displacement_error,
    segmentation_covering,
]
ALL = [
    *FIVE,
    achievable_segmentation_accuracy,
    undersegmentation_error,
    boundary_recall,
    boundary_scores,
]
SYMMETRIC = [
    probabilistic_rand_index,
    variation_of_information,
    global_consistency_error,
    boundary_displacement_error,
]
LINES_ARE_ONE_SIDED = [boundary_recall, boundary_scores]  # right and lower neighbours count
PERFECT = {
    probabilistic_rand_index: 1,
    variation_of_information: 0,
    global_consistency_error: 0,
    boundary_displacement_error: 0,
    segmentation_covering: 1,
    achievable_segmentation_accuracy: 1,
    undersegmentation_error: 0,
    boundary_recall: 1,
    boundary_scores: (1, 1, 1),
}

each = pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.__name__)


@st.composite
def pairs(draw):
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    labels = hnp.arrays(np.int64, shape, elements=st.integers(0, draw(st.integers(0, 8))))
    return draw(labels), draw(labels)


@each
@settings(max_examples=40, deadline=None)
@given(maps=pairs(), seed=st.integers(0, 2**16), dtype=st.sampled_from([np.int8, np.int64]))
def test_the_numbers_of_the_labels_mean_nothing(measure, maps, seed, dtype):
    truth, prediction = maps
    random = np.random.RandomState(seed)
    names = (random.permutation(256) - 128).astype(dtype)
    assert measure(names[truth], prediction) == pytest.approx(measure(truth, prediction))
    names = random.permutation(9).astype(np.uint64) * 2**60
    assert measure(truth, names[prediction]) == pytest.approx(measure(truth, prediction))


@pytest.mark.parametrize("measure", [m for m in ALL if m not in LINES_ARE_ONE_SIDED])
@settings(max_examples=40, deadline=None)
@given(maps=pairs())
def test_transposed_and_turned_images(measure, maps):
    truth, prediction = maps
    expected = pytest.approx(measure(truth, prediction))
    assert measure(truth.T, prediction.T) == expected
    assert measure(truth[::-1, ::-1], prediction[::-1, ::-1]) == expected


@pytest.mark.parametrize("measure", SYMMETRIC)
@settings(max_examples=40, deadline=None)
@given(maps=pairs())
def test_symmetric(measure, maps):
    assert measure(*maps) == pytest.approx(measure(*maps[::-1]))


@each
@settings(max_examples=20, deadline=None)
@given(maps=pairs())
def test_nothing_is_better_than_the_truth(measure, maps):
    truth, prediction = maps
    perfect = np.array(PERFECT[measure])
    np.testing.assert_allclose(measure(truth, truth), perfect, atol=1e-12)
    score = np.array(measure(truth, prediction))
    assert (score <= perfect + 1e-12).all() if perfect.all() else score >= 0


@settings(max_examples=40, deadline=None)
@given(maps=pairs())
def test_against_other_libraries(maps):
    truth, prediction = maps
    theirs = rand_score(truth.ravel(), prediction.ravel())
    assert probabilistic_rand_index(truth, prediction) == pytest.approx(theirs)
    theirs = skimage.metrics.variation_of_information(truth, prediction).sum()
    assert variation_of_information(truth, prediction) == pytest.approx(theirs, abs=1e-12)


def test_tables_with_more_cells_than_pixels():
    random = np.random.RandomState(0)
    truth, prediction = random.randint(0, 900, (2, 40, 50))
    theirs = rand_score(truth.ravel(), prediction.ravel())
    assert probabilistic_rand_index(truth, prediction) == pytest.approx(theirs, rel=1e-12)
    theirs = skimage.metrics.variation_of_information(truth, prediction).sum()
    assert variation_of_information(truth, prediction) == pytest.approx(theirs)


@settings(max_examples=40, deadline=None)
@given(maps=pairs())
def test_refinements_cost_nothing(maps):
    truth, other = maps
    finer = truth * 10 + other
    assert global_consistency_error(truth, finer) == pytest.approx(0, abs=1e-12)
    assert achievable_segmentation_accuracy(truth, finer) == 1
    assert undersegmentation_error(truth, finer) == 0
    assert boundary_recall(truth, finer, tolerance=0) == 1


@settings(max_examples=60, deadline=None)
@given(maps=pairs())
def test_displacement_is_that_of_its_definition(maps):
    def boundary(labels):
        found = np.zeros(labels.shape, bool)
        for axis in range(2):
            if labels.shape[axis] > 1:
                codes = 4.0**labels  # differences of no two pairs of labels cancel
                found |= np.gradient(codes, axis=axis) != 0
        if not found.any():
            found[[0, -1]] = found[:, [0, -1]] = True
        return np.argwhere(found)

    def mean_distance(ours, theirs):
        distances = np.linalg.norm(ours[:, None] - theirs[None], axis=2)
        return distances.min(axis=1).mean()

    true, predicted = map(boundary, maps)
    expected = (mean_distance(true, predicted) + mean_distance(predicted, true)) / 2
    assert boundary_displacement_error(*maps) == pytest.approx(expected, abs=1e-12)


# By hand: two true regions of 4, cut by a prediction of 2 + 6 pixels.
TRUE = np.array([[0, 0, 1, 1], [0, 0, 1, 1]])
PREDICTED = np.array([[0, 1, 1, 1], [0, 1, 1, 1]])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (probabilistic_rand_index, (28 - 4 - 8) / 28),  # 2 x 2 pairs are split, 2 x 4 joined
        (variation_of_information, 1 + 0.25 * 2 + 0.75 * np.log2(4 / 3) - 2 * 0.3112781244591328),
        (global_consistency_error, (2 * 2 / 4 + 2 * 2 / 4) / 8),  # the other way is 1/3
        (segmentation_covering, (4 * 2 / 4 + 4 * 4 / 6) / 8),
        (achievable_segmentation_accuracy, (2 + 4) / 8),
        (undersegmentation_error, (2 + 2) / 8),
        # columns 1 and 2 against columns 0 and 1
        (boundary_displacement_error, 0.5),
    ],
)
def test_by_hand(measure, expected):
    assert measure(TRUE, PREDICTED) == pytest.approx(expected)


def test_consistency_error_by_hand():
    # Three regions of three against columns moved by one: n_uv are 3, 1 | 2, 1 | 2.
    truth, prediction = [[0, 0, 0, 1, 1, 1, 2, 2, 2]], [[0, 0, 0, 0, 1, 1, 1, 2, 2]]
    of_truth = (0 + 1 * 2 + 2 * 1 + 1 * 2 + 2 * 1) / 3
    of_prediction = (3 * 1 + 1 * 3) / 4 + (2 * 1 + 1 * 2) / 3
    assert of_truth < of_prediction
    assert global_consistency_error(truth, prediction) == pytest.approx(of_truth / 9)


def test_displacement_of_one_region_is_measured_from_the_frame():
    middle = np.zeros((5, 7), int)
    middle[:, 4:] = 1  # boundary in columns 3 and 4
    flat = np.zeros((5, 7), int)
    to_frame = np.mean([0, 1, 2, 1, 0, 0, 1, 2, 1, 0])
    rows = [3, 2, 1, 0, 0, 1, 2]
    from_frame = np.mean([*rows, *rows, *[3] * 3, *[2] * 3])
    expected = (to_frame + from_frame) / 2
    assert boundary_displacement_error(middle, flat) == pytest.approx(expected)
    assert boundary_displacement_error(flat, flat) == 0


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (probabilistic_rand_index, 12 / 28),
        (variation_of_information, 1),
        (global_consistency_error, 0),
        (segmentation_covering, 0.5),
        (achievable_segmentation_accuracy, 0.5),
        (undersegmentation_error, 1),
        (boundary_recall, 0),
        (boundary_scores, (1, 0, 0)),
    ],
)
def test_one_region(measure, expected):
    assert measure(TRUE, np.zeros_like(TRUE)) == pytest.approx(expected)


@pytest.mark.parametrize("measure", FIVE)
def test_one_pixel(measure):
    assert measure([[3]], [[7]]) == PERFECT[measure]


@pytest.mark.parametrize("measure", FIVE[:2])
def test_ignored_pixels_are_as_if_cut_off(measure):
    random = np.random.RandomState(0)
    truth, prediction = random.randint(0, 4, (2, 12, 15))
    marked = truth.copy()
    marked[:, 10:] = -1
    assert measure(marked, prediction, ignore_label=-1) == pytest.approx(
        measure(truth[:, :10], prediction[:, :10])
    )


@each
def test_what_is_predicted_in_ignored_pixels_does_not_matter(measure):
    random = np.random.RandomState(0)
    truth = np.kron(random.randint(0, 3, (4, 5)), np.ones((6, 6), int))
    prediction = np.kron(random.randint(0, 5, (8, 10)), np.ones((3, 3), int))
    truth[:, :7] = 255
    other = prediction.copy()
    other[:, :6] = random.randint(0, 9, (24, 6))
    expected = measure(truth, prediction, ignore_label=255)
    assert measure(truth, other, ignore_label=255) == pytest.approx(expected)
    absent = measure(truth, prediction, ignore_label=99)
    assert absent == measure(truth, prediction)


def test_matching_is_one_to_one_and_as_large_as_can_be():
    columns = np.tile(np.arange(100), (40, 1))
    truth, both_sides = columns < 50, (columns > 47).astype(int) + (columns > 51)
    # Two predicted lines, two pixels to either side of the true one: one of them is superfluous.
    scores = boundary_scores(truth, both_sides, tolerance=2.1 / np.hypot(40, 100))
    assert scores.precision == pytest.approx(0.5)
    assert scores.recall == 1
    assert scores.f_score == pytest.approx(2 / 3)
    assert boundary_scores(truth, both_sides, tolerance=1.9 / np.hypot(40, 100)) == (0, 0, 0)


def test_precision_counts_what_any_annotator_drew():
    columns = np.tile(np.arange(60), (40, 1))
    annotators = [columns < 20, columns < 40]
    scores = boundary_scores(annotators, columns // 20)
    assert scores == (1, 1, 1)
    assert boundary_scores(annotators, columns < 20).recall == 0.5
    flat = np.zeros((40, 60), int)
    assert boundary_scores(flat, flat) == (1, 1, 1)
    assert boundary_scores(flat, columns < 20) == (0, 1, 0)


@pytest.mark.parametrize("measure", [boundary_recall, boundary_scores])
@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf])
def test_bad_tolerance(measure, tolerance):
    with pytest.raises(ValueError, match=f"tolerance is {tolerance}; it is a"):
        measure(TRUE, TRUE, tolerance=tolerance)
