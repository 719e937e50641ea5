"""Small regions join the neighbour of the most similar colour."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.peers._region_means import mean_colors_of


def absorb_small_regions(labels: np.ndarray, colors: np.ndarray, smallest: float) -> np.ndarray:
    """Merge regions of fewer pixels with their most similar neighbour, until none is left.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W)
        Connected regions, consecutive from 0; -1 outside of the mask.
    colors : ndarray of shape (H, W, C)
        Colours, compared by their means.
    smallest : float
        Smallest region, in pixels. A region without neighbours stays.

    Returns
    -------
    labels : ndarray of int, shape (H, W)
    """
    while True:
        adjacency = find_adjacency(labels)
        sizes = np.bincount(labels[labels >= 0], minlength=adjacency.n_regions)
        pairs = np.concatenate([adjacency.pairs, adjacency.pairs[:, ::-1]])
        pairs = pairs[sizes[pairs[:, 0]] < smallest]
        if len(pairs) == 0:
            return labels
        means = mean_colors_of(labels, colors)
        distances = ((means[pairs[:, 0]] - means[pairs[:, 1]]) ** 2).sum(axis=1)
        pairs = pairs[np.lexsort([distances, pairs[:, 0]])]
        nearest = pairs[np.unique(pairs[:, 0], return_index=True)[1]]
        n_regions = adjacency.n_regions
        graph = csr_array((np.ones(len(nearest)), tuple(nearest.T)), shape=(n_regions, n_regions))
        merged = connected_components(graph, directed=False)[1]
        labels = np.append(merged, -1)[labels]
