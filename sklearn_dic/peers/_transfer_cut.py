"""The transfer cut: eigenvectors of a bipartite graph from its smaller side."""

import numpy as np
from scipy.sparse import csr_array

from sklearn_dic.peers._eigenvectors import smallest_costs
from sklearn_dic.peers._sparse import diagonal


def transfer_cut(
    affinities: csr_array, n_vectors: int, counts: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Find the smallest normalized cuts of a bipartite graph.

    With affinities B between the sides X and Y, and degrees :math:`D_X` and :math:`D_Y`, the
    eigenvectors of the graph satisfy :math:`L f = \gamma D f`. They follow from the problem

    .. math:: (D_Y - B^T D_X^{-1} B) v = \lambda D_Y v

    of the side Y alone: :math:`\gamma (2 - \gamma) = \lambda`, and the part on X is
    :math:`u = D_X^{-1} B v / (1 - \gamma)` [1]_.

    Parameters
    ----------
    affinities : sparse array of shape (n_x, n_y)
        B. No row and no column is empty.
    n_vectors : int
        Number of eigenvectors, at most n_y.
    counts : ndarray of shape (n_x,), default=None
        How many nodes of X have the affinities of each row. None: one each.

    Returns
    -------
    costs : ndarray of shape (n_vectors,)
        The eigenvalues gamma, from 0 to 1, increasing.
    of_x : ndarray of shape (n_x, n_vectors)
        The eigenvectors on X. Where gamma is 1 they cannot be transferred and are 0.
    of_y : ndarray of shape (n_y, n_vectors)
        The eigenvectors on Y, of unit length by :math:`D_Y`.

    References
    ----------
    .. [1] Z. Li, X.-M. Wu, S.-F. Chang, "Segmentation using superpixels: a bipartite graph
       partitioning approach", CVPR 2012, doi:10.1109/CVPR.2012.6247750, theorem 1.
    """
    counts = np.ones(affinities.shape[0]) if counts is None else np.asarray(counts, float)
    degrees_x = affinities.sum(axis=1)
    degrees_y = affinities.T @ counts
    to_y = diagonal(1 / degrees_x) @ affinities  # rows sum to 1
    roots = np.sqrt(degrees_y)
    small = affinities.T @ (diagonal(counts) @ to_y)
    small = diagonal(1 / roots) @ small @ diagonal(1 / roots)
    costs, vectors = smallest_costs(small.tocsr(), n_vectors)
    of_y = vectors / roots[:, None]
    remaining = np.sqrt(np.clip(1 - costs, 0, 1))  # 1 - gamma
    of_x = np.divide(to_y @ of_y, remaining, out=np.zeros((to_y.shape[0], n_vectors)),
                     where=remaining > 1e-12)  # fmt: skip
    return 1 - remaining, of_x, of_y
