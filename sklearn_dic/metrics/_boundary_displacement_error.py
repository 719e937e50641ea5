"""Boundary displacement error."""

from functools import cache
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from sklearn_dic.metrics._borders import touches
from sklearn_dic.metrics._check import AnnotatedImage, read_annotated_images


def boundary_displacement_error(
    y_true: Any, y_pred: Any, *, ignore_label: int | None = None
) -> float:
    r"""Mean distance between the boundaries of segmentation and annotation, in pixels (BDE).

    .. math:: BDE = \frac{1}{2} \Bigl[ \frac{1}{|A|} \sum_{a \in A} \min_{b \in B} \|a - b\|
        + \frac{1}{|B|} \sum_{b \in B} \min_{a \in A} \|a - b\| \Bigr]

    with the boundaries A of the annotation and B of the segmentation: the pixels where the
    central difference of the labels (`numpy.gradient`) is not zero, that is, where the left
    and right or the upper and lower neighbours lie in different regions. The mean over
    annotators, then over the images of a collection.

    Parameters
    ----------
    y_true : array-like of int, shape (H, W) or (K, H, W), or list of these
        The annotation of the image, or the annotations of K annotators, also as a list of
        maps. For a collection, a list with such an entry for each image.
    y_pred : array-like of int, shape (H, W) or (N, H, W), or list of maps
        The segmentation. 2-D is a single image. Otherwise `y_pred` and `y_true` are
        collections, and their first axis counts images.
    ignore_label : int or None, default=None
        Pixels with this label in `y_true` are left out.
        Boundary pixels that touch them, also diagonally, do not count.

    Returns
    -------
    score : float
        From 0 to the diagonal of the image, in pixels; lower is better. Symmetric for
        a single annotator.

    Notes
    -----
    The boundary of a single region, or of a map with ignored boundaries only, is the frame of
    the image. An over-segmentation lowers only half of the score.

    References
    ----------
    .. [1] J. Freixenet et al., "Yet another survey on image segmentation: region and boundary
       information integration", ECCV (2002), doi:10.1007/3-540-47977-5_27.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_dic.metrics import boundary_displacement_error
    >>> columns = np.tile(np.arange(8), (5, 1))
    >>> boundary_displacement_error(columns < 4, columns < 5)
    0.5
    """
    images = read_annotated_images(y_true, y_pred, ignore_label)
    return float(np.mean([np.mean(displacements(image)) for image in images]))


def displacements(image: AnnotatedImage) -> list[float]:
    """Boundary displacement error for the map of each annotator of an image."""
    # The distance transform takes most of the time. That of the prediction is shared by all
    # annotators without ignored pixels.
    whole = cache(lambda: _Boundary(image.prediction, None))
    errors = []
    for comparison in image.comparisons:
        ignored = comparison.ignored
        true = _Boundary(comparison.truth, ignored)
        predicted = whole() if ignored is None else _Boundary(image.prediction, ignored)
        errors.append((true.mean_distance_to(predicted) + predicted.mean_distance_to(true)) / 2)
    return errors


class _Boundary:
    """Boundary pixels of a label map, and the nearest of them for each pixel."""

    def __init__(self, regions: np.ndarray, ignored: np.ndarray | None) -> None:
        changes = _has_central_difference(regions)
        if ignored is not None:
            changes &= ~touches(ignored)
        if not changes.any():
            changes[[0, -1]] = True
            changes[:, [0, -1]] = True
        self.rows, self.columns = np.nonzero(changes)
        self.nearest_row, self.nearest_column = distance_transform_edt(
            ~changes, return_distances=False, return_indices=True
        )

    def mean_distance_to(self, other: "_Boundary") -> float:
        """Mean distance from the pixels of this boundary to another boundary."""
        down = other.nearest_row[self.rows, self.columns] - self.rows
        right = other.nearest_column[self.rows, self.columns] - self.columns
        return float(np.sqrt(down**2 + right**2).mean())


def _has_central_difference(regions: np.ndarray) -> np.ndarray:
    """Pixels where `np.gradient` of the labels is not zero."""
    changes = np.zeros(regions.shape, bool)
    for lines, along in ((changes, regions), (changes.T, regions.T)):
        if len(along) > 1:
            lines[0] |= along[1] != along[0]
            lines[1:-1] |= along[2:] != along[:-2]
            lines[-1] |= along[-1] != along[-2]
    return changes
