"""Forms of label maps, and what is refused."""

import numpy as np
import pytest

from sklearn_dic.metrics import probabilistic_rand_index as pri
from sklearn_dic.metrics import segmentation_covering
from sklearn_dic.superpixels import SuperpixelMap

RANDOM = np.random.RandomState(0)
MAPS = list(RANDOM.randint(0, 4, (3, 6, 8)))
OTHER = RANDOM.randint(0, 4, (5, 7))
PREDICTED = RANDOM.randint(0, 3, (6, 8))


def test_annotators():
    expected = np.mean([pri(one, PREDICTED) for one in MAPS])
    object_array = np.empty(3, object)
    object_array[:] = MAPS
    nested = [one.tolist() for one in MAPS]
    for annotators in (MAPS, tuple(MAPS), np.stack(MAPS), object_array, nested):
        assert pri(annotators, PREDICTED) == pytest.approx(expected)
    assert pri(MAPS, PREDICTED.tolist()) == pytest.approx(expected)


def test_collections():
    expected = (pri(MAPS[0], PREDICTED) + pri(MAPS[1], MAPS[2])) / 2
    predictions = [PREDICTED, MAPS[2]]
    assert pri(MAPS[:2], predictions) == pytest.approx(expected)
    assert pri(np.stack(MAPS[:2]), np.stack(predictions)) == pytest.approx(expected)
    assert pri([[MAPS[0]], [MAPS[1]]], predictions) == pytest.approx(expected)
    several = [MAPS, OTHER]
    expected = (pri(MAPS, PREDICTED) + pri(OTHER, OTHER)) / 2
    assert pri(several, [PREDICTED, OTHER]) == pytest.approx(expected)
    assert pri([MAPS], [PREDICTED]) == pytest.approx(pri(MAPS, PREDICTED))


def test_covering_is_pooled_over_pixels():
    scores = [segmentation_covering(MAPS, PREDICTED), segmentation_covering(OTHER, OTHER)]
    pixels = [3 * PREDICTED.size, OTHER.size]
    pooled = segmentation_covering([MAPS, OTHER], [PREDICTED, OTHER])
    assert pooled == pytest.approx(np.average(scores, weights=pixels))


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.int32, np.uint64])
def test_dtypes(dtype):
    truth, prediction = (MAPS[0] > 1).astype(dtype), (PREDICTED > 1).astype(dtype)
    assert pri(truth, prediction) == pri(MAPS[0] > 1, PREDICTED > 1)


def test_superpixel_maps():
    superpixels = SuperpixelMap(PREDICTED, np.zeros((6, 8, 3)))
    assert pri(MAPS, superpixels) == pri(MAPS, PREDICTED)
    assert pri([MAPS], [superpixels]) == pri(MAPS, PREDICTED)


def test_the_maps_are_not_changed():
    truth, prediction = MAPS[0].copy(), PREDICTED.copy()
    pri(truth, prediction, ignore_label=1)
    np.testing.assert_array_equal(truth, MAPS[0])
    np.testing.assert_array_equal(prediction, PREDICTED)


WITH_NAN = np.where(PREDICTED == 2, np.nan, 1.0)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        (MAPS[0].T, PREDICTED, ValueError, r"y_true has shape \(8, 6\) where y_pred has \(6, 8\)"),
        (
            [MAPS, [MAPS[0], OTHER]],
            [PREDICTED, PREDICTED],
            ValueError,
            r"y_true of image 1, annotator 1, has shape \(5, 7\) where y_pred of image 1 has",
        ),
        (MAPS, PREDICTED / 1, TypeError, r"y_pred has dtype float64 .*`labels.astype\(int\)`"),
        (MAPS[0] / 1, PREDICTED, TypeError, r"y_true has dtype float64"),
        (MAPS, WITH_NAN, ValueError, r"y_pred .* contains NaN, first at row \d, column \d"),
        (MAPS, PREDICTED * 1j, TypeError, "dtype complex128"),
        (MAPS, PREDICTED.astype(str), TypeError, "dtype <U"),
        (np.zeros((0, 4), int), np.zeros((0, 4), int), ValueError, r"empty: its shape is \(0, 4\)"),
        ([], PREDICTED, ValueError, "y_true has no annotators"),
        (np.zeros((0, 6, 8), int), PREDICTED, ValueError, "y_true has no annotators"),
        ([MAPS, []], [PREDICTED, PREDICTED], ValueError, "y_true of image 1 has no annotators"),
        (None, PREDICTED, TypeError, "y_true is None"),
        (MAPS, None, TypeError, "y_pred is None"),
        (
            [MAPS, None],
            [PREDICTED, PREDICTED],
            ValueError,
            r"y_true of image 1 is a NoneType of shape \(\)",
        ),
        (MAPS, [PREDICTED], ValueError, r"collection of 1 label map.* list of 3 with 3 dimension"),
        (MAPS[0], [PREDICTED], ValueError, r"collection of 1 label map.* shape \(6, 8\)"),
        (MAPS, PREDICTED[0], ValueError, r"y_pred is a ndarray of shape \(8,\)"),
        (MAPS, [], ValueError, r"y_pred is a list of 0"),
        (MAPS, PREDICTED[None, None], ValueError, r"ndarray of shape \(1, 1, 6, 8\)"),
        ([[MAPS]], PREDICTED, ValueError, r"y_true is a list of 1 with 5 dimension"),
        ([MAPS, MAPS], [PREDICTED, None], ValueError, r"y_pred of image 1 is a NoneType"),
        (MAPS, [[1, 2], [3]], ValueError, "y_pred is no array"),
        (MAPS, np.ma.masked_equal(PREDICTED, 1), TypeError, r"masked array.* ignore_label"),
    ],
)
def test_refused(y_true, y_pred, error, message):
    with pytest.raises(error, match=message):
        pri(y_true, y_pred)


def test_nothing_left():
    with pytest.raises(ValueError, match=r"y_true, annotator 1, .* no label but ignore_label=7"):
        pri([MAPS[0], np.full((6, 8), 7)], PREDICTED, ignore_label=7)


@pytest.mark.parametrize("label", [0.0, "void", True, [0]])
def test_bad_ignore_label(label):
    with pytest.raises(TypeError, match=r"ignore_label is .*; it is a label, an integer, or None"):
        pri(MAPS, PREDICTED, ignore_label=label)


def test_a_channel_axis_is_noticed():
    labels = np.zeros((6, 8, 1), int)
    with pytest.raises(ValueError, match=r"shape \(6, 8, 1\): a label map has no channel axis"):
        pri(labels, labels)
