"""Global consistency error."""

from typing import Any

from sklearn_dic.metrics._contingency import ContingencyTable
from sklearn_dic.metrics._mean import mean_of_tables


def global_consistency_error(y_true: Any, y_pred: Any, *, ignore_label: int | None = None) -> float:
    r"""Global consistency error: distance of two maps from a refinement (GCE).

    .. math:: GCE = \min(E_1, E_2), \quad
        E_1 = \frac{1}{N} \sum_{uv} n_{uv} \frac{n_u - n_{uv}}{n_u}, \quad
        E_2 = \frac{1}{N} \sum_{uv} n_{uv} \frac{n_v - n_{uv}}{n_v}

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
        From 0 to less than 1; lower is better. Symmetric for a single annotator.

    Notes
    -----
    The score is 0 if a map refines the other. So it is 0 for a prediction of a single region,
    and for a region per pixel, and falls with any over-segmentation: report it together with
    other measures.

    References
    ----------
    .. [1] D. Martin, C. Fowlkes, D. Tal, J. Malik, "A database of human segmented natural
       images", ICCV (2001), doi:10.1109/ICCV.2001.937655.

    Examples
    --------
    >>> from sklearn_dic.metrics import global_consistency_error
    >>> global_consistency_error([[0, 0, 0, 1]], [[0, 0, 1, 1]])
    0.25
    >>> global_consistency_error([[0, 0, 1, 1]], [[0, 1, 2, 3]])
    0.0
    """
    return mean_of_tables(consistency_error, y_true, y_pred, ignore_label)


def consistency_error(table: ContingencyTable) -> float:
    """Global consistency error for the map of an annotator."""
    outside_truth = (table.overlaps * (1 - table.overlaps / table.sizes_of_true)).sum()
    outside_prediction = (table.overlaps * (1 - table.overlaps / table.sizes_of_predicted)).sum()
    return float(min(outside_truth, outside_prediction) / table.n_pixels)
