"""Textures: where learned features count."""

from typing import Protocol

import numpy as np
from skimage.transform import resize_local_mean

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._features import spread, squared_differences

# Chosen on photographs, textures, nuclei, membranes, objects and materials together.
WEIGHT = 7.0
CONTIGUITY = 5.0
SMALLEST_CELL = 8  # pixels
CELLS_OF_SCENE = 64  # along a side of a large image
CELL_CONTIGUITY = 0.2


class Borders(Protocol):
    """Regions that touch."""

    @property
    def sizes(self) -> np.ndarray: ...  # see `RegionAdjacency`
    @property
    def pairs(self) -> np.ndarray: ...
    @property
    def lengths(self) -> np.ndarray: ...


def choose_weight(features: np.ndarray, colors: np.ndarray, adjacency: Borders) -> float:
    """Choose the weight of features: 7 in textures, else 0.

    Textures are where neighbouring regions differ in colour, and not in the features: where the
    features are at least 5 times as contiguous as the colours.

    Parameters
    ----------
    features, colors : ndarray of shape (n_regions, n_features)
        Means of the regions.
    adjacency : RegionAdjacency, or any with its sizes, pairs and lengths
        Their borders.

    Returns
    -------
    weight : float
    """
    of_features, of_colors = geary_ratio(features, adjacency), geary_ratio(colors, adjacency)
    return WEIGHT if CONTIGUITY * of_features < of_colors else 0.0


def may_have_textures(image: np.ndarray) -> bool:
    """Say whether learned features may get a weight in an image, before they are learned.

    They get none unless neighbouring regions differ in colour. Square cells are compared in place
    of regions, which are not known yet: of 8 pixels, or a 64th of the side of a large image. The
    bound of their contiguity ratio is below those of all textures in which features got a weight.

    Parameters
    ----------
    image : ndarray of shape (H, W, C)

    Returns
    -------
    may_have_textures : bool
    """
    height, width, n_channels = image.shape
    side = max(SMALLEST_CELL, (height * width) ** 0.5 / CELLS_OF_SCENE)
    shape = max(1, round(height / side)), max(1, round(width / side))
    means = resize_local_mean(image, shape).reshape(-1, n_channels)
    cells = find_adjacency(np.arange(len(means)).reshape(shape))
    return geary_ratio(means, cells) > CELL_CONTIGUITY


def geary_ratio(features: np.ndarray, adjacency: Borders) -> float:
    r"""Compute Geary's contiguity ratio of regions [1]_.

    It is :math:`\sum_{ab} l_{ab} |f_a - f_b|^2 / (2 \sigma^2 \sum_{ab} l_{ab})` over the pairs of
    neighbours, where l is the length of a border: near 0 if neighbours have about the same
    features, 1 if they differ like any two regions.

    Parameters
    ----------
    features : ndarray of shape (n_regions, n_features)
        Means of the regions.
    adjacency : RegionAdjacency, or any with its sizes, pairs and lengths
        Their borders.

    Returns
    -------
    ratio : float
        0 if nothing varies.

    References
    ----------
    .. [1] R. C. Geary, "The contiguity ratio and statistical mapping", The Incorporated
       Statistician 5 (1954), doi:10.2307/2986645.
    """
    variance = spread(features, adjacency.sizes)
    if variance == 0 or len(adjacency.pairs) == 0:
        return 0.0
    squares = squared_differences(features, adjacency.pairs)
    return float(np.average(squares, weights=adjacency.lengths) / (2 * variance))
