"""Regions by connected pixels, and fusion of regions, on sparse graphs."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sklearn_dic.hierarchy._adjacency import find_adjacency


def join(n_nodes: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pairs of nodes -> (n_nodes,) number of the connected part of each node."""
    pairs = coo_array((np.ones(len(first), bool), (first, second)), shape=(n_nodes, n_nodes))
    return connected_components(pairs, directed=False)[1].astype(np.int32)


def region_means(labels: np.ndarray, channels: np.ndarray) -> np.ndarray:
    """(H, W) labels, consecutive from 0, (H, W, C) channels -> (n_regions, C) means."""
    flat = labels.ravel()
    sums = [np.bincount(flat, plane.ravel()) for plane in np.moveaxis(channels, -1, 0)]
    return np.stack(sums, axis=1) / np.bincount(flat)[:, None]


def nearest_neighbors(pairs: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """(n, 2) pairs and their distances -> (m, 2): each region that has neighbours, its nearest."""
    directed = np.vstack([pairs, pairs[:, ::-1]])
    order = np.lexsort((np.tile(distances, 2), directed[:, 0]))
    directed = directed[order]
    is_first = np.diff(directed[:, 0], prepend=-1) > 0
    return directed[is_first]


def absorb_small(labels: np.ndarray, channels: np.ndarray, min_size: int) -> np.ndarray:
    """Join regions smaller than a size with the neighbour of the most similar mean.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W)
        Consecutive from 0.
    channels : ndarray of shape (H, W, C)
        What is compared.
    min_size : int
        In pixels.

    Returns
    -------
    labels : ndarray of int, shape (H, W)
        Consecutive from 0; each region has the size, or is the only one.
    """
    while True:
        sizes = np.bincount(labels.ravel())
        small = sizes < min_size
        if not small.any() or len(sizes) == 1:
            return labels
        means, pairs = region_means(labels, channels), find_adjacency(labels).pairs
        gaps = np.linalg.norm(means[pairs[:, 0]] - means[pairs[:, 1]], axis=1)
        nearest = nearest_neighbors(pairs, gaps)
        labels = join(len(sizes), *nearest[small[nearest[:, 0]]].T)[labels]
