"""Regions around the valleys of J, as in JSEG."""

import numpy as np
from scipy.ndimage import binary_fill_holes
from skimage.measure import label
from skimage.segmentation import watershed

SHARES = (-0.7, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4)  # standard deviations from the mean
_SMALLEST_SEED = 32  # pixels, at the smallest scale


def split_region(j_images: list[np.ndarray], scale: int, region: np.ndarray) -> np.ndarray:
    """Split a region at the high values of J -> (H, W) labels from 1, 0 outside of the region.

    Parameters
    ----------
    j_images : list of ndarray of shape (H, W)
        J at each scale, the smallest first.
    scale : int
        Scale of the valleys, from 1.
    region : ndarray of bool, shape (H, W)
        The region.
    """
    valleys = find_valleys(j_images[scale - 1], region, _SMALLEST_SEED * 4 ** (scale - 1))
    if valleys.max() < 2:
        return region.astype(np.int64)
    valleys = _fill_holes(valleys, region)
    for finer in range(scale, max(scale - 2, 0), -1):  # this scale, and the next
        valleys = _grow(valleys, j_images[finer - 1], region)
    return watershed(j_images[0], markers=valleys, mask=region)


def find_valleys(j_image: np.ndarray, region: np.ndarray, smallest: int) -> np.ndarray:
    """Find connected low values of J -> (H, W) labels from 1, 0 elsewhere.

    Of several thresholds, the one counts that gives the largest number of valleys.

    Parameters
    ----------
    j_image : ndarray of shape (H, W)
        J.
    region : ndarray of bool, shape (H, W)
        Where to look.
    smallest : int
        Smallest valley, in pixels.
    """
    values = j_image[region]
    best, most = np.zeros(region.shape, np.int64), 0
    for share in SHARES:
        low = region & (j_image < values.mean() + share * values.std())
        pieces = label(low, connectivity=1)
        sizes = np.bincount(pieces.ravel())
        kept = np.flatnonzero(sizes >= smallest)
        kept = kept[kept > 0]
        if len(kept) > most:
            numbers = np.zeros(len(sizes), np.int64)
            numbers[kept] = np.arange(1, len(kept) + 1)
            best, most = numbers[pieces], len(kept)
    return best


def _fill_holes(valleys: np.ndarray, region: np.ndarray) -> np.ndarray:
    filled = valleys.copy()
    for number in range(1, int(valleys.max()) + 1):
        hole = binary_fill_holes(valleys == number) & region & (filled == 0)
        filled[hole] = number
    return filled


def _grow(valleys: np.ndarray, j_image: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Join pieces of J below the mean of the rest that touch exactly one valley."""
    rest = region & (valleys == 0)
    if not rest.any():
        return valleys
    pieces = label(rest & (j_image < j_image[rest].mean()), connectivity=1)
    grown = valleys.copy()
    touching: list[set[int]] = [set() for _ in range(int(pieces.max()) + 1)]
    for first, second in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        for here, there in ((first, second), (second, first)):
            both = (pieces[here] > 0) & (valleys[there] > 0)
            pairs = np.unique(np.stack([pieces[here][both], valleys[there][both]]), axis=1)
            for piece, valley in pairs.T:
                touching[piece].add(int(valley))
    owners = np.array([valley.pop() if len(valley) == 1 else 0 for valley in touching])
    grown[rest] = owners[pieces[rest]]
    return grown
