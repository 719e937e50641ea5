"""Under-segmentation error of superpixels."""

from typing import Any

import numpy as np

from sklearn_dic.metrics._contingency import ContingencyTable
from sklearn_dic.metrics._mean import mean_of_tables


def undersegmentation_error(y_true: Any, y_pred: Any, *, ignore_label: int | None = None) -> float:
    r"""Pixels of superpixels that leak across true borders.

    A superpixel that a border cuts is charged its smaller side, for each true region that
    it touches:

    .. math:: E = \frac{1}{N} \sum_{uv} \min(n_{uv}, n_v - n_{uv})

    with the pixels :math:`n_{uv}` that the true region u shares with the superpixel v. The
    mean over annotators, then over the images of a collection.

    Parameters
    ----------
    y_true : array-like of int, shape (H, W) or (K, H, W), or list of these
        The annotation of the image, or those of its K annotators, also as a list of maps.
        For a collection, a list with one such entry for each image.
    y_pred : array-like of int, shape (H, W) or (N, H, W), or list of maps
        The segmentation. Two dimensions are one image, anything else is a collection, and
        then the first axis of `y_true` counts images as well.
    ignore_label : int or None, default=None
        Pixels with this label in `y_true` are left out.

    Returns
    -------
    score : float
        From 0; lower is better. Up to 1, since no superpixel is charged more than its size.
        It falls with any over-segmentation, so compare at equal numbers of superpixels.

    Notes
    -----
    If the prediction is one region, each true region is charged its own size or that of the
    rest of the image, whichever is smaller.

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
    """Under-segmentation error by one annotator's map."""
    outside = table.sizes_of_predicted - table.overlaps
    return float(np.minimum(table.overlaps, outside).sum() / table.n_pixels)
