"""Contrast along the borders of regions."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.hierarchy._adjacency import RegionAdjacency, find_borders, neighbor_slices
from sklearn_dic.images._color import gradient_length

SIGMA = 2.0  # pixels: width of the Gaussian whose derivative is the gradient


def gradient_contrast(
    channels: np.ndarray, adjacency: RegionAdjacency, spacing: Sequence[float] | None = None
) -> np.ndarray:
    """Mean length of the gradient along each border.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C) or (Z, Y, X, C)
        The image.
    adjacency : RegionAdjacency
        Its regions.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.

    Returns
    -------
    contrasts : ndarray of shape (n_pairs,)
        In the units of the channels, per pixel.
    """
    return mean_along_borders(gradient_length(channels, SIGMA, spacing), adjacency)


def mean_along_borders(values: np.ndarray, adjacency: RegionAdjacency) -> np.ndarray:
    """(H, W) or (Z, Y, X) values -> (n_pairs,) means over both sides of each border."""
    totals = np.zeros(len(adjacency.pairs))
    slices = neighbor_slices(values.ndim)
    for (first, second), face in zip(slices, adjacency.faces, strict=True):
        labels, others = adjacency.labels[first], adjacency.labels[second]
        at_border = find_borders(labels, others)
        places = adjacency.find(labels[at_border], others[at_border])
        means = (values[first][at_border] + values[second][at_border]) / 2
        totals += np.bincount(places, face * means, len(totals))
    return totals / adjacency.lengths
