"""Achievable segmentation accuracy of superpixels."""

from typing import Any

import numpy as np

from sklearn_dic.metrics._contingency import ContingencyTable
from sklearn_dic.metrics._mean import mean_of_tables


def achievable_segmentation_accuracy(
    y_true: Any, y_pred: Any, *, ignore_label: int | None = None
) -> float:
    r"""Best accuracy that labels of whole superpixels can reach (ASA).

    Each superpixel takes the true region that it shares most pixels with:

    .. math:: ASA = \frac{1}{N} \sum_v \max_u n_{uv}

    with the pixels :math:`n_{uv}` that the true region u shares with the superpixel v. The
    mean over annotators, then over the images of a collection.

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

    Returns
    -------
    score : float
        Above 0 and up to 1; higher is better. It rises with any over-segmentation, so compare at
        equal numbers of superpixels.

    Notes
    -----
    If the prediction is a single region, the score is the share of the largest true region.

    References
    ----------
    .. [1] M.-Y. Liu, O. Tuzel, S. Ramalingam, R. Chellappa, "Entropy rate superpixel
       segmentation", CVPR (2011), doi:10.1109/CVPR.2011.5995323.

    Examples
    --------
    >>> from sklearn_dic.metrics import achievable_segmentation_accuracy
    >>> achievable_segmentation_accuracy([[0, 0, 0, 1]], [[0, 0, 1, 1]])
    0.75
    """
    return mean_of_tables(achievable_accuracy, y_true, y_pred, ignore_label)


def achievable_accuracy(table: ContingencyTable) -> float:
    """Achievable segmentation accuracy for the map of an annotator."""
    largest = np.zeros(len(table.predicted_sizes))
    np.maximum.at(largest, table.predicted_regions, table.overlaps)
    return float(largest.sum() / table.n_pixels)
