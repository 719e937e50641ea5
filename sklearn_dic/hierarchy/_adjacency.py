"""Which regions touch."""

from dataclasses import dataclass

import numpy as np

Slices = tuple[slice, slice]


@dataclass(frozen=True)
class RegionAdjacency:
    """Pairs of regions that touch.

    Attributes
    ----------
    labels : ndarray of int, shape (H, W)
        Regions, consecutive from 0.
    pairs : ndarray of int, shape (n_pairs, 2)
        Regions with pixels side by side or one above the other, the smaller label first,
        sorted.
    lengths : ndarray of int, shape (n_pairs,)
        How many such pairs of pixels.
    """

    labels: np.ndarray
    pairs: np.ndarray
    lengths: np.ndarray

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.labels.max()) + 1

    def find(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Places in `pairs` of pairs of labels; -1 for regions that do not touch."""
        if len(self.pairs) == 0:
            return np.full(len(first), -1)
        wanted = _encode(first, second, self.n_regions)
        known = self.pairs[:, 0] * self.n_regions + self.pairs[:, 1]
        places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[places] == wanted, places, -1)


def find_adjacency(labels: np.ndarray) -> RegionAdjacency:
    """(H, W) labels, consecutive from 0 -> which of them touch."""
    n_regions = int(labels.max()) + 1
    codes = []
    for step in ((0, 1), (1, 0)):
        first, second = (labels[part] for part in step_slices(*step))
        differ = first != second
        codes.append(_encode(first[differ], second[differ], n_regions))
    found, lengths = np.unique(np.concatenate(codes), return_counts=True)
    return RegionAdjacency(labels, np.stack(np.divmod(found, n_regions), axis=1), lengths)


def step_slices(rows: int, columns: int) -> tuple[Slices, Slices]:
    """Slices that pair each pixel of an image with the one a step away."""
    (top, bottom), (left, right) = _along(rows), _along(columns)
    return (top, left), (bottom, right)


def _along(step: int) -> tuple[slice, slice]:
    if step < 0:
        return slice(-step, None), slice(None, step)
    return slice(None, -step or None), slice(step, None)


def _encode(first: np.ndarray, second: np.ndarray, n_regions: int) -> np.ndarray:
    """Pairs of labels in any order -> one number for each pair."""
    return np.minimum(first, second).astype(np.int64) * n_regions + np.maximum(first, second)
