"""Alpha-expansion: labels of pixels that minimise an energy of pairs, by maximum flows."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from sklearn_dic.hierarchy._adjacency import neighbor_slices

_LARGEST_FLOW = 2**30  # SciPy computes in 32-bit integers


def grid_edges(shape: tuple[int, ...]) -> np.ndarray:
    """(H, W) -> (E, 2): pairs of neighbours (4-connectivity), pixels numbered row by row."""
    places = np.arange(shape[0] * shape[1]).reshape(shape)
    pairs = [(places[first], places[second]) for first, second in neighbor_slices(2)]
    return np.concatenate([np.stack(pair, axis=-1).reshape(-1, 2) for pair in pairs])


def labelling_energy(
    costs: np.ndarray, labels: np.ndarray, edges: np.ndarray, pair_costs: np.ndarray
) -> float:
    """Energy of labels: the cost of each label, and of each pair of labels along the edges.

    Parameters
    ----------
    costs : ndarray of shape (N, K)
        Cost of each label at each pixel.
    labels : ndarray of int, shape (N,)
        Labels of the pixels.
    edges : ndarray of int, shape (E, 2)
        Neighbours.
    pair_costs : ndarray of shape (K, K)
        Cost of two labels on an edge: symmetric, 0 or larger, 0 for equal labels.
    """
    data = costs[np.arange(len(labels)), labels].sum()
    return float(data + pair_costs[labels[edges[:, 0]], labels[edges[:, 1]]].sum())


def expand(
    costs: np.ndarray, labels: np.ndarray, edges: np.ndarray, pair_costs: np.ndarray, alpha: int
) -> np.ndarray:
    """Let any pixels change to the label alpha, the best of all such moves -> (N,) labels.

    Where the costs of pairs break the triangle inequality, a cost of the move is raised until it
    does not [1]_. The energy does not rise, but the move may not be the best.

    Parameters
    ----------
    costs, labels, edges, pair_costs
        As in `labelling_energy`.
    alpha : int
        The label that expands.

    References
    ----------
    .. [1] C. Rother et al., "Digital tapestry", CVPR 2005, doi:10.1109/CVPR.2005.130.
    """
    first, second = edges[:, 0], edges[:, 1]
    keep_both = pair_costs[labels[first], labels[second]]
    keep_first = pair_costs[labels[first], alpha]
    keep_second = pair_costs[alpha, labels[second]]
    keep_first = keep_first + np.maximum(keep_both - keep_first - keep_second, 0)
    gains = costs[:, alpha] - costs[np.arange(len(labels)), labels]
    np.add.at(gains, first, keep_second - keep_both)
    np.add.at(gains, second, -keep_second)
    changes = _minimum_cut(gains, edges, keep_first + keep_second - keep_both)
    moved = np.where(changes, alpha, labels)
    before, after = (labelling_energy(costs, found, edges, pair_costs) for found in (labels, moved))
    return moved if after < before else labels  # a rounded flow may cost more


def _minimum_cut(gains: np.ndarray, edges: np.ndarray, capacities: np.ndarray) -> np.ndarray:
    """Minimise a binary energy -> (N,) bool.

    The energy has the gain of each pixel that is True, and the capacity of each edge whose first
    pixel is False and whose second is True.
    """
    n = len(gains)
    source, sink = n, n + 1
    largest = max(np.abs(gains).sum(), capacities.max(initial=0))
    if largest == 0:
        return np.zeros(n, bool)
    scale = _LARGEST_FLOW / largest
    positive = gains > 0
    rows = [np.full(positive.sum(), source), np.flatnonzero(~positive), edges[:, 0]]
    columns = [np.flatnonzero(positive), np.full((~positive).sum(), sink), edges[:, 1]]
    values = np.concatenate([gains[positive], -gains[~positive], capacities])
    whole = np.round(values * scale).astype(np.int32)
    places = np.concatenate(rows), np.concatenate(columns)
    # A matrix, since the maximum flow of older versions of SciPy refuses sparse arrays.
    graph = csr_matrix((whole, places), shape=(n + 2, n + 2))
    residual = graph - maximum_flow(graph, source, sink).flow
    residual.data = np.maximum(residual.data, 0)
    residual.eliminate_zeros()
    changes = np.ones(n + 2, bool)
    changes[breadth_first_order(residual, source, return_predecessors=False)] = False
    return changes[:n]
