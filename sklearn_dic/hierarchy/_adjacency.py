"""Adjacency of regions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sklearn_dic.images._spacing import check_spacing

Slices = tuple[slice, ...]


@dataclass(frozen=True)
class RegionAdjacency:
    """Pairs of regions that touch.

    Attributes
    ----------
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Regions, consecutive from 0; -1 outside of the mask.
    pairs : ndarray of int, shape (n_pairs, 2)
        Regions that share a border, the smaller label first, sorted. Pixels have neighbours
        along the axes, four in an image and six in a volume.
    lengths : ndarray of shape (n_pairs,)
        Length of the border, in a volume its area: the number of pairs of neighbouring pixels
        across it, each times the size of the side that they share.
    faces : tuple of float
        Size of the side that neighbours along each axis share.
    """

    labels: np.ndarray
    pairs: np.ndarray
    lengths: np.ndarray
    faces: tuple[float, ...]

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.labels.max()) + 1

    @property
    def sizes(self) -> np.ndarray:
        """Number of pixels of each region."""
        return np.bincount(self.labels[self.labels >= 0])

    def find(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Find the places of pairs of labels in `pairs`; -1 for regions that do not touch."""
        if len(self.pairs) == 0:
            return np.full(len(first), -1)
        wanted = _encode(first, second, self.n_regions)
        known = self.pairs[:, 0] * self.n_regions + self.pairs[:, 1]
        places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[places] == wanted, places, -1)


def find_adjacency(labels: np.ndarray, spacing: Sequence[float] | None = None) -> RegionAdjacency:
    """Find the regions that touch.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Regions, consecutive from 0; -1 outside of the mask.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.
    """
    spacing = check_spacing(spacing, labels.ndim)
    faces = tuple(float(np.prod(spacing) / distance) for distance in spacing)
    n_regions = int(labels.max()) + 1
    codes, counts = [], []
    for (before, after), face in zip(neighbor_slices(labels.ndim), faces, strict=True):
        first, second = labels[before], labels[after]
        at_border = find_borders(first, second)
        along = _encode(first[at_border], second[at_border], n_regions)
        found, n_found = np.unique(along, return_counts=True)
        codes.append(found)
        counts.append(n_found * face)
    found, places = np.unique(np.concatenate(codes), return_inverse=True)
    lengths = np.bincount(places, np.concatenate(counts), len(found))
    pairs = np.stack(np.divmod(found, n_regions), axis=1)
    return RegionAdjacency(labels, pairs, lengths, faces)


def find_borders(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Labels of neighbours -> bool: both are inside of the mask, in different regions."""
    return (first != second) & (first >= 0) & (second >= 0)


def pixel_pairs(labels: np.ndarray, step: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Labels -> those of each pixel and of the pixel a step away, both inside the mask."""
    first, second = (labels[part].ravel() for part in step_slices(*step))
    if labels.min() >= 0:
        return first, second
    inside = (first >= 0) & (second >= 0)
    return first[inside], second[inside]


def neighbor_slices(n_dims: int) -> list[tuple[Slices, Slices]]:
    """Return, for each axis, slices that pair each pixel with the next along the axis."""
    return [step_slices(*(int(i == axis) for i in range(n_dims))) for axis in range(n_dims)]


def step_slices(*steps: int) -> tuple[Slices, Slices]:
    """Return slices that pair each pixel of an image with the pixel a step along each axis away."""
    pairs = [_along(step) for step in steps]
    return tuple(first for first, _ in pairs), tuple(second for _, second in pairs)


def _along(step: int) -> tuple[slice, slice]:
    if step < 0:
        return slice(-step, None), slice(None, step)
    return slice(None, -step or None), slice(step, None)


def _encode(first: np.ndarray, second: np.ndarray, n_regions: int) -> np.ndarray:
    """Pairs of labels in any order -> a number for each pair."""
    return np.minimum(first, second).astype(np.int64) * n_regions + np.maximum(first, second)
