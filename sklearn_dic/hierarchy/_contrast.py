"""Contrast along the borders of regions."""

import numpy as np

from sklearn_dic.hierarchy._adjacency import STEPS, RegionAdjacency, find_borders, step_slices
from sklearn_dic.images._color import gradient_length

SIGMA = 2.0  # pixels: width of the Gaussian whose derivative is the gradient


def gradient_contrast(channels: np.ndarray, adjacency: RegionAdjacency) -> np.ndarray:
    """Mean length of the gradient along each border.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The image.
    adjacency : RegionAdjacency
        Its regions.

    Returns
    -------
    contrasts : ndarray of shape (n_pairs,)
        In the units of the channels, per pixel.
    """
    return mean_along_borders(gradient_length(channels, SIGMA), adjacency)


def mean_along_borders(values: np.ndarray, adjacency: RegionAdjacency) -> np.ndarray:
    """(H, W) values -> (n_pairs,) means over the pixels on both sides of each border."""
    totals = np.zeros(len(adjacency.pairs))
    for step in STEPS:
        first, second = step_slices(*step)
        labels, others = adjacency.labels[first], adjacency.labels[second]
        at_border = find_borders(labels, others)
        places = adjacency.find(labels[at_border], others[at_border])
        means = (values[first][at_border] + values[second][at_border]) / 2
        totals += np.bincount(places, means, len(totals))
    return totals / adjacency.lengths
