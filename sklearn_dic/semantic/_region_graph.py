"""Regions of an image with their borders: the nodes and edges of the random field."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from sklearn_dic.hierarchy._adjacency import RegionAdjacency, find_adjacency
from sklearn_dic.hierarchy._channels import expose, to_comparable
from sklearn_dic.hierarchy._contrast import mean_along_borders
from sklearn_dic.hierarchy._features import mean_by_region
from sklearn_dic.images._color import gradient_length
from sklearn_dic.images._masks import fill_outside

SIGMA = 1.0  # pixels: width of the Gaussian whose derivative is the gradient


@dataclass(frozen=True)
class Appearance:
    """What an image looks like, for all its segmentations.

    Attributes
    ----------
    channels : ndarray of shape (H, W, C)
        In the units of Lab.
    gradient : ndarray of shape (H, W)
        Length of their gradient, per pixel.
    """

    channels: np.ndarray
    gradient: np.ndarray


def describe_image(image: np.ndarray, mask: np.ndarray | None = None) -> Appearance:
    """(H, W, C) image -> its channels and gradient; pixels outside of the mask do not count."""
    if mask is not None:
        image = fill_outside(image, mask)
    channels = to_comparable(image, expose(image, mask))
    return Appearance(channels, gradient_length(channels, SIGMA))


class RegionGraph:
    """Regions and their borders.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W)
        Regions, consecutive from 0; -1 outside of the mask.

    Attributes
    ----------
    labels : ndarray of int, shape (H, W)
        As given.
    adjacency : RegionAdjacency
        Pairs of regions that touch.
    sizes : ndarray of shape (n_regions,)
        Number of pixels.
    """

    def __init__(self, labels: np.ndarray) -> None:
        self.labels = labels
        self.adjacency: RegionAdjacency = find_adjacency(labels)
        self.sizes = np.bincount(labels[labels >= 0])

    @cached_property
    def membership(self) -> sparse.csr_array:
        """(n_regions, H * W) sparse, 1 where a pixel lies in a region."""
        places = np.flatnonzero(self.labels.ravel() >= 0)
        regions = self.labels.ravel()[places]
        shape = len(self.sizes), self.labels.size
        return sparse.csr_array((np.ones(len(places), np.float32), (regions, places)), shape=shape)

    def average(self, values: np.ndarray) -> np.ndarray:
        """(H, W, K) values of pixels -> (n_regions, K) means."""
        return self.membership @ values.reshape(self.labels.size, -1) / self.sizes[:, None]

    def compare_neighbours(self, appearance: Appearance) -> np.ndarray:
        """Compare each pair of regions -> (n_pairs, 2) colour distance, gradient at the border."""
        means = mean_by_region(appearance.channels, self.labels)
        first, second = means[self.adjacency.pairs.T]
        distances = np.linalg.norm(first - second, axis=1)
        contrasts = mean_along_borders(appearance.gradient, self.adjacency)
        return np.stack([distances, contrasts], axis=1)
