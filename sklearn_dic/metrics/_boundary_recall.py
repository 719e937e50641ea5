"""Boundary recall of superpixels."""

from functools import cache
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from sklearn_dic.metrics._borders import border_pixels
from sklearn_dic.metrics._check import AnnotatedImage, read_annotated_images


def boundary_recall(
    y_true: Any, y_pred: Any, *, tolerance: float = 2, ignore_label: int | None = None
) -> float:
    r"""Share of the true boundary that is near a boundary of the superpixels (BR).

    .. math:: BR = \frac{|\{a \in A: \min_{b \in B} \|a - b\| \le t\}|}{|A|}

    with the boundaries A of the annotation and B of the superpixels, the pixels whose right,
    lower or lower right neighbour has another label, and the tolerance t. The mean over
    annotators, then over the images of a collection.

    Parameters
    ----------
    y_true : array-like of int, shape (H, W) or (K, H, W), or list of these
        The annotation of the image, or the annotations of K annotators, also as a list of
        maps. For a collection, a list with such an entry for each image.
    y_pred : array-like of int, shape (H, W) or (N, H, W), or list of maps
        The segmentation. 2-D is a single image. Otherwise `y_pred` and `y_true` are
        collections, and their first axis counts images.
    tolerance : float, default=2
        Largest distance that counts as nearby, in pixels.
    ignore_label : int or None, default=None
        Pixels with this label in `y_true` are left out.
        Boundary pixels that touch them, also diagonally, do not count.

    Returns
    -------
    score : float
        From 0 to 1; higher is better. It rises with any over-segmentation, so compare at
        equal numbers of superpixels.

    See Also
    --------
    boundary_scores : Precision and recall, with each pixel matched once.

    Notes
    -----
    A prediction of a single region has no boundaries and scores 0. The score of an annotation
    without boundaries is 1.

    References
    ----------
    .. [1] P. Neubert, P. Protzel, "Superpixel benchmark and comparison", Forum
       Bildverarbeitung (2012).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_dic.metrics import boundary_recall
    >>> columns = np.tile(np.arange(8), (5, 1))
    >>> boundary_recall(columns // 4, columns // 3, tolerance=1)
    1.0
    """
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"tolerance is {tolerance}; it is a number of pixels, 0 or larger")
    images = read_annotated_images(y_true, y_pred, ignore_label)
    return float(np.mean([np.mean(_recalls(image, tolerance)) for image in images]))


def _recalls(image: AnnotatedImage, tolerance: float) -> list[float]:
    """Boundary recall for the map of each annotator of an image."""
    # The distance transform is shared by all annotators without ignored pixels.
    near_whole = cache(lambda: _is_near(border_pixels(image.prediction), tolerance))
    recalls = []
    for comparison in image.comparisons:
        ignored = comparison.ignored
        true = border_pixels(comparison.truth, ignored)
        if ignored is None:
            near = near_whole()
        else:
            near = _is_near(border_pixels(image.prediction, ignored), tolerance)
        recalls.append(float(near[true].mean()) if true.any() else 1.0)
    return recalls


def _is_near(border: np.ndarray, tolerance: float) -> np.ndarray:
    """Pixels within the tolerance of a border."""
    if not border.any():
        return border
    return distance_transform_edt(~border) <= tolerance
