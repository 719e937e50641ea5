"""Intersection over union of classes, whole or along their boundaries."""

from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from sklearn_dic.metrics._check import Comparison, read_annotated_images


def mean_intersection_over_union(
    y_true: Any,
    y_pred: Any,
    *,
    ignore_label: int | None = None,
    boundary_width: float | None = None,
) -> float:
    r"""Mean intersection over union of the classes (mIoU), for semantic segmentation.

    .. math:: mIoU = \frac{1}{K} \sum_c \frac{|G_c \cap P_c|}{|G_c \cup P_c|}

    with the pixels :math:`G_c` of the class c in the annotations and :math:`P_c` in the
    predictions of all images, and the K classes that occur in either. Labels are classes here:
    unlike in the measures of regions, their numbers matter.

    Parameters
    ----------
    y_true : array-like of int, shape (H, W) or (K, H, W), or list of these
        The annotation of the image, or the annotations of K annotators, also as a list of
        maps. For a collection, a list with such an entry for each image.
    y_pred : array-like of int, shape (H, W) or (N, H, W), or list of maps
        The predicted classes. 2-D is a single image. Otherwise `y_pred` and `y_true` are
        collections, and their first axis counts images.
    ignore_label : int or None, default=None
        Pixels with this label in `y_true`, often called void, are left out.
    boundary_width : float or None, default=None
        Compare only the pixels of each class that are at most so many pixels away from a pixel
        outside of the class: the boundary IoU [2]_. None: all pixels.

    Returns
    -------
    score : float
        From 0 to 1; higher is better.

    Raises
    ------
    ValueError, TypeError
        If a label map or `boundary_width` cannot be used; the message names it.

    See Also
    --------
    intersection_over_union : The score of each class.
    sklearn.metrics.jaccard_score : The same of flat arrays, with ``average="macro"``.

    Notes
    -----
    Pixels are counted over all images and annotators first, as in the PASCAL VOC challenge [1]_,
    so a class that is rare in an image does not decide its score. The score of a collection is
    thus not the mean of the scores of its images.

    The border of the image is no boundary. Neither is that of ignored pixels.

    References
    ----------
    .. [1] M. Everingham et al., "The PASCAL visual object classes challenge: a
       retrospective", IJCV 111 (2015), doi:10.1007/s11263-014-0733-5, section 4.1.
    .. [2] B. Cheng, R. Girshick, P. Dollar, A. C. Berg, A. Kirillov, "Boundary IoU: improving
       object-centric image segmentation evaluation", CVPR (2021),
       doi:10.1109/CVPR46437.2021.01508.

    Examples
    --------
    >>> from sklearn_dic.metrics import mean_intersection_over_union
    >>> mean_intersection_over_union([[0, 0, 1, 1]], [[0, 1, 1, 1]])
    0.5833333333333333
    >>> mean_intersection_over_union([[0, 255, 1, 1]], [[0, 1, 1, 1]], ignore_label=255)
    1.0
    """
    scores = intersection_over_union(
        y_true, y_pred, ignore_label=ignore_label, boundary_width=boundary_width
    )
    # Nothing to compare along boundaries: both have a single class.
    return float(np.mean(list(scores.values()))) if scores else 1.0


def intersection_over_union(
    y_true: Any,
    y_pred: Any,
    *,
    ignore_label: int | None = None,
    boundary_width: float | None = None,
) -> dict[int, float]:
    """Intersection over union of each class.

    Parameters
    ----------
    y_true, y_pred, ignore_label, boundary_width
        As in `mean_intersection_over_union`.

    Returns
    -------
    scores : dict of int to float
        The score of each class that occurs in the annotations or the predictions, in the order
        of the classes.

    Examples
    --------
    >>> from sklearn_dic.metrics import intersection_over_union
    >>> intersection_over_union([[0, 0, 1, 1]], [[0, 1, 1, 1]])
    {0: 0.5, 1: 0.6666666666666666}
    """
    counts = count_pixels(y_true, y_pred, ignore_label, boundary_width)
    return {label: common / joint for label, (common, joint) in counts.items() if joint > 0}


def count_pixels(
    y_true: Any, y_pred: Any, ignore_label: int | None, boundary_width: float | None
) -> dict[int, tuple[int, int]]:
    """Count the pixels in the intersection and in the union of each class, over all images.

    The parameters are those of `mean_intersection_over_union`.
    """
    if boundary_width is not None and not 0 < boundary_width < np.inf:
        raise ValueError(
            f"boundary_width is {boundary_width}; it is a number of pixels above 0, or None"
        )
    counts: dict[int, np.ndarray] = {}
    for image in read_annotated_images(y_true, y_pred, ignore_label):
        for comparison in image.comparisons:
            found = (
                _count(*_without_ignored(comparison))
                if boundary_width is None
                else _count_near_boundaries(comparison, boundary_width)
            )
            for label, pixels in found.items():
                counts[label] = counts.get(label, 0) + pixels
    return {label: (int(counts[label][0]), int(counts[label][1])) for label in sorted(counts)}


def _without_ignored(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    truth, prediction = comparison.given
    if comparison.ignored is None:
        return truth.ravel(), prediction.ravel()
    return truth[~comparison.ignored], prediction[~comparison.ignored]


def _count(truth: np.ndarray, prediction: np.ndarray) -> dict[int, np.ndarray]:
    """(N,) classes of pixels -> pixels in the intersection and the union of each class."""
    common = dict(zip(*np.unique(truth[truth == prediction], return_counts=True), strict=True))
    sizes: dict[int, int] = {}
    for labels in (truth, prediction):
        for label, size in zip(*np.unique(labels, return_counts=True), strict=True):
            sizes[int(label)] = sizes.get(int(label), 0) + int(size)
    both = {int(label): int(size) for label, size in common.items()}
    return {
        label: np.array([both.get(label, 0), size - both.get(label, 0)])
        for label, size in sizes.items()
    }


def _count_near_boundaries(comparison: Comparison, width: float) -> dict[int, np.ndarray]:
    """Pixels in the intersection and the union of the boundaries of each class."""
    truth, prediction = comparison.given
    ignored = comparison.ignored
    counts = {}
    for label in set(np.unique(truth).tolist()) | set(np.unique(prediction).tolist()):
        inside = (truth == label), (prediction == label)
        box = _surroundings(inside[0] | inside[1], width)
        left_out = None if ignored is None else ignored[box]
        true, predicted = (_near_boundary(each[box], left_out, width) for each in inside)
        counts[int(label)] = np.array([(true & predicted).sum(), (true | predicted).sum()])
    return counts


def _surroundings(inside: np.ndarray, width: float) -> tuple[slice, slice]:
    """Bounding box of the pixels, and so many pixels around it."""
    margin = int(min(np.ceil(width), max(inside.shape)))
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )


def _near_boundary(inside: np.ndarray, ignored: np.ndarray | None, width: float) -> np.ndarray:
    """Pixels of a class that are near a pixel outside of it; ignored pixels are neither."""
    outside = ~inside
    if ignored is not None:
        inside, outside = inside & ~ignored, outside & ~ignored
    if not outside.any():
        return outside
    return inside & (distance_transform_edt(~outside) <= width)
