"""Segmentation covering."""

from typing import Any

import numpy as np

from sklearn_dic.metrics._check import read_annotated_images
from sklearn_dic.metrics._contingency import ContingencyTable


def segmentation_covering(y_true: Any, y_pred: Any, *, ignore_label: int | None = None) -> float:
    r"""Covering of the annotated regions by regions of the segmentation (SC).

    .. math:: SC = \frac{\sum_u n_u \max_v O(u, v)}{\sum_u n_u}, \quad
        O(u, v) = \frac{n_{uv}}{n_u + n_v - n_{uv}}

    with the pixels :math:`n_{uv}` that the true region u shares with the predicted region v.
    As in the Berkeley benchmark, the sums run over the regions of all annotators and of all
    images: large images count more than small images.

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
        Above 0 and up to 1; higher is better. Not symmetric: the annotation is covered by
        the segmentation.

    Notes
    -----
    If the prediction is a single region, the score is the mean share of the true regions in the
    image, weighted by these shares: :math:`\sum_u n_u^2 / N^2`.

    References
    ----------
    .. [1] P. Arbelaez, M. Maire, C. Fowlkes, J. Malik, "Contour detection and hierarchical
       image segmentation", IEEE TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161.

    Examples
    --------
    >>> from sklearn_dic.metrics import segmentation_covering
    >>> segmentation_covering([[0, 0, 0, 1]], [[0, 0, 0, 0]])
    0.625
    """
    tables = [
        comparison.table
        for image in read_annotated_images(y_true, y_pred, ignore_label)
        for comparison in image.comparisons
    ]
    return pooled_covering(tables)


def pooled_covering(tables: list[ContingencyTable]) -> float:
    """Segmentation covering over the regions of several annotators' maps."""
    covered = sum(float((table.true_sizes * best_overlaps(table)).sum()) for table in tables)
    return covered / sum(table.n_pixels for table in tables)


def best_overlaps(table: ContingencyTable) -> np.ndarray:
    """(n_true_regions,) largest intersection over union of each true region."""
    union = table.sizes_of_true + table.sizes_of_predicted - table.overlaps
    best = np.zeros(len(table.true_sizes))
    np.maximum.at(best, table.true_regions, table.overlaps / union)
    return best
