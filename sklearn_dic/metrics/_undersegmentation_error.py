"""Under-segmentation error of superpixels."""

from typing import Any

import numpy as np

from sklearn_dic.metrics._contingency import ContingencyTable
from sklearn_dic.metrics._mean import mean_of_tables


def undersegmentation_error(y_true: Any, y_pred: Any, *, ignore_label: int | None = None) -> float:
    r"""Pixels of superpixels that leak across true borders.

    For each true region that a superpixel overlaps, the error is the smaller of the two parts
    of the superpixel, inside and outside of the region:

    .. math:: E = \frac{1}{N} \sum_{uv} \min(n_{uv}, n_v - n_{uv})

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
        From 0 to 1; lower is better.
        It falls with any over-segmentation, so compare at equal numbers of superpixels.

    Notes
    -----
    If the prediction is a single region, the error of each true region is its size or the size
    of the rest of the image, whichever is smaller.

    References
    ----------
    .. [1] P. Neubert, P. Protzel, "Superpixel benchmark and comparison", Forum
       Bildverarbeitung (2012).

    Examples
    --------
    >>> from sklearn_dic.metrics import undersegmentation_error
    >>> undersegmentation_error([[0, 0, 0, 1]], [[0, 0, 1, 1]])
    0.5
    """
    return mean_of_tables(leaked_share, y_true, y_pred, ignore_label)


def leaked_share(table: ContingencyTable) -> float:
    """Under-segmentation error for the map of an annotator."""
    outside = table.sizes_of_predicted - table.overlaps
    return float(np.minimum(table.overlaps, outside).sum() / table.n_pixels)
