"""Variation of information."""

from typing import Any

import numpy as np

from sklearn_dic.metrics._contingency import ContingencyTable
from sklearn_dic.metrics._mean import mean_of_tables


def variation_of_information(y_true: Any, y_pred: Any, *, ignore_label: int | None = None) -> float:
    r"""Information that segmentation and annotation do not share, in bits (VoI).

    .. math:: VoI = H(u) + H(v) - 2 I(u, v)
        = -\sum_{uv} \frac{n_{uv}}{N}
        \Bigl[ \log_2 \frac{n_{uv}}{n_u} + \log_2 \frac{n_{uv}}{n_v} \Bigr]

    with the pixels :math:`n_{uv}` that the true region u shares with the predicted region v.
    The mean over annotators, then over the images of a collection.

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
        From 0, for equal partitions only, to :math:`2 \log_2 N`; lower is better.
        A metric on partitions, so symmetric for a single annotator.

    Notes
    -----
    If the prediction is a single region, the score is the entropy of the annotation.

    References
    ----------
    .. [1] M. Meila, "Comparing clusterings: an axiomatic view", ICML (2005),
       doi:10.1145/1102351.1102424.

    Examples
    --------
    >>> from sklearn_dic.metrics import variation_of_information
    >>> variation_of_information([[0, 0], [1, 1]], [[3, 3], [3, 3]])
    1.0
    """
    return mean_of_tables(information_distance, y_true, y_pred, ignore_label)


def information_distance(table: ContingencyTable) -> float:
    """Variation of information for the map of an annotator, in bits."""
    shared = np.log2(table.overlaps / table.sizes_of_true)
    shared += np.log2(table.overlaps / table.sizes_of_predicted)
    return float(-(table.overlaps * shared).sum() / table.n_pixels) + 0.0  # never -0
