"""Probabilistic Rand index."""

from typing import Any

from sklearn_dic.metrics._contingency import ContingencyTable
from sklearn_dic.metrics._mean import mean_of_tables


def probabilistic_rand_index(y_true: Any, y_pred: Any, *, ignore_label: int | None = None) -> float:
    r"""Share of pixel pairs on which segmentation and annotators agree (PRI).

    Two maps agree on a pair of pixels if it lies in the same region of both, or in different
    regions of both:

    .. math:: PRI = \frac{1}{K} \sum_k \Bigl[ 1 + \frac{2 \sum_{uv} \binom{n_{uv}}{2}
        - \sum_u \binom{n_u}{2} - \sum_v \binom{n_v}{2}}{\binom{N}{2}} \Bigr]

    with the pixels :math:`n_{uv}` that the true region u shares with the predicted region v.
    It is the Rand index, averaged over the annotators, and over the images of a collection.

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
        Between 0 and 1; higher is better. Symmetric for a single annotator.

    Notes
    -----
    If the prediction is a single region, the score is the share of pairs in the same region
    of the annotations. An image of 1 pixel has no pairs and scores 1.

    References
    ----------
    .. [1] R. Unnikrishnan, C. Pantofaru, M. Hebert, "Toward objective evaluation of image
       segmentation algorithms", IEEE TPAMI 29 (2007), doi:10.1109/TPAMI.2007.1046.

    Examples
    --------
    >>> from sklearn_dic.metrics import probabilistic_rand_index
    >>> probabilistic_rand_index([[0, 0], [1, 1]], [[5, 5], [5, 2]])
    0.5
    """
    return mean_of_tables(rand_index, y_true, y_pred, ignore_label)


def rand_index(table: ContingencyTable) -> float:
    """Rand index for the map of an annotator: agreeing pairs of pixels over all pairs."""
    pairs = _pairs(table.n_pixels)
    if pairs == 0:
        return 1.0
    together = int(_pairs(table.overlaps).sum())
    together_in_truth = int(_pairs(table.true_sizes).sum())
    together_in_prediction = int(_pairs(table.predicted_sizes).sum())
    return (pairs + 2 * together - together_in_truth - together_in_prediction) / pairs


def _pairs(count: Any) -> Any:
    return count * (count - 1) // 2
