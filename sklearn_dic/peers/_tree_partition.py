"""Normalised cuts of a tree: the exact best two parts, and the best first of many."""

import heapq

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import (
    breadth_first_order,
    connected_components,
    minimum_spanning_tree,
)


def spanning_tree(n_nodes: int, pairs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Find the edges of the maximum spanning tree -> places in `pairs`.

    Parameters
    ----------
    n_nodes : int
        Number of nodes.
    pairs : ndarray of int, shape (E, 2)
        Edges, each once, the smaller node first.
    weights : ndarray of shape (E,)
        Weights of the edges. Of a graph that is not connected, the forest is found.
    """
    # SciPy drops edges of length 0, so the lengths are ranks, from 1.
    ranks = np.empty(len(weights))
    ranks[np.argsort(-weights, kind="stable")] = np.arange(1, len(weights) + 1)
    graph = csr_array((ranks, (pairs[:, 0], pairs[:, 1])), shape=(n_nodes, n_nodes))
    kept = minimum_spanning_tree(graph).data.astype(np.int64)
    return np.sort(np.argsort(-weights, kind="stable")[kept - 1])


def bipartition(
    nodes: np.ndarray, pairs: np.ndarray, weights: np.ndarray
) -> tuple[float, int, np.ndarray]:
    r"""Cut a tree in two, where the normalised cut is smallest.

    The best two parts of a tree are always divided by a single edge: with every further edge in
    the cut, one of its pieces alone has a smaller cut. So the edges are compared, each by
    :math:`w / vol(A) + w / vol(B)`, where the volume is the sum of the degrees in the tree.

    Parameters
    ----------
    nodes : ndarray of int, shape (n,)
        Nodes of the tree, sorted.
    pairs : ndarray of int, shape (n - 1, 2)
        Its edges.
    weights : ndarray of shape (n - 1,)
        Weights of the edges, larger than 0.

    Returns
    -------
    cut : float
        The normalised cut.
    edge : int
        The edge that divides the parts.
    side : ndarray of bool, shape (n,)
        Nodes of one part.
    """
    n = len(nodes)
    ends = np.searchsorted(nodes, pairs)
    degrees = np.bincount(ends.ravel(), np.repeat(weights, 2), n)
    graph = csr_array((np.arange(1, n), (ends[:, 0], ends[:, 1])), shape=(n, n))
    order, parents = breadth_first_order(graph, 0, directed=False)
    volumes = degrees.copy()
    for node in order[:0:-1]:  # children before their parents
        volumes[parents[node]] += volumes[node]
    lower = np.where(parents[ends[:, 0]] == ends[:, 1], ends[:, 0], ends[:, 1])
    parts = volumes[lower]
    cuts = weights / parts + weights / (degrees.sum() - parts)
    edge = int(np.argmin(cuts))
    side = np.zeros(n, bool)
    side[lower[edge]] = True
    for node in order[1:]:
        side[node] |= side[parents[node]]
    return float(cuts[edge]), edge, side


def partition_tree(
    n_nodes: int, pairs: np.ndarray, weights: np.ndarray, n_parts: int
) -> np.ndarray:
    """Cut a tree or a forest in two until there are enough parts -> (n_nodes,) parts from 0.

    The part is cut whose own normalised cut is smallest.

    Parameters
    ----------
    n_nodes, pairs, weights
        The tree, as in `spanning_tree` and `bipartition`.
    n_parts : int
        Number of parts. A forest has at least its trees, and at most a part for each node.
    """
    parts = _trees(n_nodes, pairs)
    queue: list[tuple[float, int]] = []
    best: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def add(part: int, edges: np.ndarray) -> None:
        if len(edges):
            nodes = np.flatnonzero(parts == part)
            cut, edge, side = bipartition(nodes, pairs[edges], weights[edges])
            best[part] = (nodes[side], np.delete(edges, edge))
            heapq.heappush(queue, (cut, part))

    n_found = int(parts.max()) + 1
    for part in range(n_found):
        add(part, np.flatnonzero(parts[pairs[:, 0]] == part))
    while n_found < n_parts and queue:
        _, part = heapq.heappop(queue)
        moved, edges = best[part]
        parts[moved] = n_found
        for half in (part, n_found):
            add(half, edges[parts[pairs[edges, 0]] == half])
        n_found += 1
    return parts


def _trees(n_nodes: int, pairs: np.ndarray) -> np.ndarray:
    """Count through the trees of a forest -> (n_nodes,)."""
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n_nodes, n_nodes))
    return connected_components(graph, directed=False)[1].astype(np.int64)
