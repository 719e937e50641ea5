"""Read and check label maps in all accepted forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np

from sklearn_dic.metrics._contingency import ContingencyTable, count_overlaps, number_regions


@dataclass
class Comparison:
    """The label map of an annotator, and the prediction.

    Attributes
    ----------
    truth, prediction : ndarray of shape (H, W)
        Regions, numbered from 0.
    ignored : ndarray of bool, shape (H, W), or None
        Pixels that are left out.
    given : tuple of two ndarray of shape (H, W)
        Truth and prediction with the labels of the caller, which are classes to some measures.
    """

    truth: np.ndarray
    prediction: np.ndarray
    ignored: np.ndarray | None
    given: tuple[np.ndarray, np.ndarray]

    @cached_property
    def table(self) -> ContingencyTable:
        """Overlaps of the regions, without ignored pixels."""
        if self.ignored is None:
            return count_overlaps(self.truth, self.prediction)
        return count_overlaps(self.truth[~self.ignored], self.prediction[~self.ignored])


@dataclass
class AnnotatedImage:
    """Prediction and annotations of an image.

    Attributes
    ----------
    prediction : ndarray of shape (H, W)
        Regions, numbered from 0.
    comparisons : list of Comparison
        The comparison with each annotator.
    """

    prediction: np.ndarray
    comparisons: list[Comparison]


def read_annotated_images(
    y_true: Any, y_pred: Any, ignore_label: int | None = None
) -> Iterator[AnnotatedImage]:
    """Yield each image of a collection, or the single image.

    Parameters
    ----------
    y_true : array-like of int, shape (H, W) or (K, H, W), or list of these
        The annotations.
    y_pred : array-like of int, shape (H, W) or (N, H, W), or list of maps
        The segmentations. 2-D is a single image, otherwise a collection.
    ignore_label : int or None
        The true label whose pixels are left out.

    Raises
    ------
    ValueError, TypeError
        If a label map is invalid; the message names image, annotator and remedy.
    """
    if ignore_label is not None and (
        isinstance(ignore_label, bool) or not isinstance(ignore_label, Integral)
    ):
        raise TypeError(f"ignore_label is {ignore_label!r}; it is a label, an integer, or None")
    for value, name in ((y_true, "y_true"), (y_pred, "y_pred")):
        if value is None:
            raise TypeError(f"{name} is None; label maps are needed")
    if _n_dimensions(y_pred) == 2:
        yield _read_image(y_true, y_pred, "", ignore_label)
        return
    if _n_dimensions(y_pred) != 3:
        raise ValueError(
            f"y_pred is {_describe(y_pred)}; a label map is (H, W), and a collection a list "
            "of maps or (N, H, W)"
        )
    if isinstance(y_pred, np.ndarray) and y_pred.shape[-1] in (1, 3, 4):
        raise ValueError(
            f"y_pred is {_describe(y_pred)}: a label map has no channel axis, so pass "
            "y_pred[..., 0] of a label map; a stack of maps so narrow goes into a list"
        )
    if _n_dimensions(y_true) == 2 or len(y_true) != len(y_pred):
        raise ValueError(
            f"y_pred is a collection of {len(y_pred)} label map(s), and y_true is "
            f"{_describe(y_true)}: it needs an entry for each image, a map or the list of its "
            "annotators' maps"
        )
    for i, (annotations, prediction) in enumerate(zip(y_true, y_pred, strict=True)):
        yield _read_image(annotations, prediction, f" of image {i}", ignore_label)


def _read_image(
    annotations: Any, prediction: Any, of_image: str, ignore_label: int | None
) -> AnnotatedImage:
    prediction = _read_map(prediction, f"y_pred{of_image}")
    regions = number_regions(prediction)
    dimensions = _n_dimensions(annotations)
    if dimensions == 2:
        maps = [_read_map(annotations, f"y_true{of_image}")]
        names = [f"y_true{of_image}"]
    elif annotations is not None and dimensions in (1, 3) and len(annotations) == 0:
        raise ValueError(f"y_true{of_image} has no annotators: at least one label map is needed")
    elif dimensions == 3:
        names = [f"y_true{of_image}, annotator {k}," for k in range(len(annotations))]
        maps = [_read_map(item, name) for item, name in zip(annotations, names, strict=True)]
    else:
        raise ValueError(
            f"y_true{of_image} is {_describe(annotations)}; it is a label map (H, W), or several "
            "annotators' as a list of maps or (K, H, W)"
        )
    comparisons = []
    for truth, name in zip(maps, names, strict=True):
        if truth.shape != prediction.shape:
            raise ValueError(
                f"{name} has shape {truth.shape} where y_pred{of_image} has {prediction.shape}: "
                "both are label maps of the same pixels"
            )
        ignored = None if ignore_label is None else truth == ignore_label
        if ignored is not None and ignored.all():
            raise ValueError(
                f"{name} of shape {truth.shape} has no label but ignore_label={ignore_label}: "
                "nothing is left to compare"
            )
        if ignored is not None and not ignored.any():
            ignored = None
        given = truth, prediction
        comparisons.append(Comparison(number_regions(truth), regions, ignored, given))
    return AnnotatedImage(regions, comparisons)


def _read_map(item: Any, name: str) -> np.ndarray:
    """Input of `numpy.asarray` -> (H, W) labels."""
    if isinstance(item, np.ma.MaskedArray) and np.ma.is_masked(item):
        raise TypeError(
            f"{name} is a masked array: fill it with a label of its own (`.filled(-1)`), and pass "
            "that as ignore_label"
        )
    try:
        labels = np.asarray(item)
    except ValueError as error:  # nested sequences of unequal lengths
        raise ValueError(f"{name} is no array: {error}") from error
    if labels.ndim != 2:
        raise ValueError(f"{name} is {_describe(item)}; a label map is (H, W)")
    if labels.size == 0:
        raise ValueError(f"{name} is empty: its shape is {labels.shape}")
    found = f"{name} has dtype {labels.dtype} (shape {labels.shape})"
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        row, column = np.argwhere(np.isnan(labels))[0]
        raise ValueError(
            f"{found} and contains NaN, first at row {row}, column {column}; labels are integers: "
            "give these pixels a label of their own, and pass it as ignore_label"
        )
    if labels.dtype.kind not in "biu":
        raise TypeError(f"{found}; labels are integers: convert them, `labels.astype(int)`")
    return labels


def _is_sequence(item: Any) -> bool:
    return isinstance(item, list | tuple) or (
        isinstance(item, np.ndarray) and item.dtype == object and item.ndim == 1
    )


def _n_dimensions(item: Any) -> int:
    """Count axes and levels of nesting."""
    if _is_sequence(item):
        return 1 + max((_n_dimensions(part) for part in item), default=0)
    return np.ndim(item)


def _describe(item: Any) -> str:
    if _is_sequence(item):
        return f"a {type(item).__name__} of {len(item)} with {_n_dimensions(item)} dimension(s)"
    return f"a {type(item).__name__} of shape {np.shape(item)}"
