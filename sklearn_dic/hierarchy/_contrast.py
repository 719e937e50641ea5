"""How strongly the two sides of a border differ, without a label."""

import numpy as np

from sklearn_dic.hierarchy._adjacency import RegionAdjacency, step_slices
from sklearn_dic.images._color import gradient_length


def gradient_contrast(
    channels: np.ndarray, adjacency: RegionAdjacency, sigma: float = 2.0
) -> np.ndarray:
    """Mean length of the gradient along each border.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    adjacency : RegionAdjacency
        Its regions.
    sigma : float, default=2.0
        Width of the Gaussian whose derivative is taken, in pixels.

    Returns
    -------
    contrasts : ndarray of shape (n_pairs,)
        In the units of the channels, for each pixel.
    """
    return mean_along_borders(gradient_length(channels, sigma), adjacency)


def mean_along_borders(values: np.ndarray, adjacency: RegionAdjacency) -> np.ndarray:
    """(H, W) values -> (n_pairs,) means over the pixels on both sides of each border."""
    totals = np.zeros(len(adjacency.pairs))
    for step in ((0, 1), (1, 0)):
        first, second = step_slices(*step)
        differ = adjacency.labels[first] != adjacency.labels[second]
        places = adjacency.find(adjacency.labels[first][differ], adjacency.labels[second][differ])
        means = (values[first][differ] + values[second][differ]) / 2
        totals += np.bincount(places, means, len(totals))
    return totals / adjacency.lengths
