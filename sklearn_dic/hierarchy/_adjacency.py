"""Adjacency of regions."""

from dataclasses import dataclass

import numpy as np

Slices = tuple[slice, ...]

STEPS = ((0, 1), (1, 0))  # to the right and to the lower neighbour


@dataclass(frozen=True)
class RegionAdjacency:
    """Pairs of regions that touch.

    Attributes
    ----------
    labels : ndarray of int, shape (H, W)
        Regions, consecutive from 0; -1 outside of the mask.
    pairs : ndarray of int, shape (n_pairs, 2)
        Regions that share a border (4-connectivity), the smaller label first, sorted.
    lengths : ndarray of int, shape (n_pairs,)
        Number of pairs of neighbouring pixels across the border.
    """

    labels: np.ndarray
    pairs: np.ndarray
    lengths: np.ndarray

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.labels.max()) + 1

    def find(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Find the places of pairs of labels in `pairs`; -1 for regions that do not touch."""
        if len(self.pairs) == 0:
            return np.full(len(first), -1)
        wanted = _encode(first, second, self.n_regions)
        known = self.pairs[:, 0] * self.n_regions + self.pairs[:, 1]
        places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[places] == wanted, places, -1)


def find_adjacency(labels: np.ndarray) -> RegionAdjacency:
    """(H, W) labels, consecutive from 0, -1 outside of the mask -> regions that touch."""
    n_regions = int(labels.max()) + 1
    codes = []
    for step in STEPS:
        first, second = (labels[part] for part in step_slices(*step))
        at_border = find_borders(first, second)
        codes.append(_encode(first[at_border], second[at_border], n_regions))
    found, lengths = np.unique(np.concatenate(codes), return_counts=True)
    return RegionAdjacency(labels, np.stack(np.divmod(found, n_regions), axis=1), lengths)


def find_borders(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Labels of neighbours -> bool: both are inside of the mask, in different regions."""
    return (first != second) & (first >= 0) & (second >= 0)


def pixel_pairs(labels: np.ndarray, step: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) labels -> labels of each pixel and of the pixel a step away, both inside the mask."""
    first, second = (labels[part].ravel() for part in step_slices(*step))
    if labels.min() >= 0:
        return first, second
    inside = (first >= 0) & (second >= 0)
    return first[inside], second[inside]


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
