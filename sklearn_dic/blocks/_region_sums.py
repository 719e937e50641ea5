"""Sums over the pixels of regions, which blocks of an image add in any order.

The sums are integers: values are rounded to a millionth, so that neither the order of the blocks
nor the pixels that a block holds change a sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from sklearn_dic.hierarchy._adjacency import find_borders
from sklearn_dic.hierarchy._quantization import color_histograms

SCALE = 2**20  # of values
SHARES = 2**6  # of the weights of a block at a pixel


@dataclass
class RegionSums:
    """Sums over the pixels of regions.

    Attributes
    ----------
    regions : ndarray of int, shape (n,)
        The regions, each once.
    sizes : ndarray of int, shape (n,)
        Number of pixels.
    values : ndarray of int, shape (n, D)
        Sums of the values of the pixels, times `SCALE`.
    """

    regions: np.ndarray
    sizes: np.ndarray
    values: np.ndarray


@dataclass
class BorderSums:
    """Sums along the borders of regions.

    Attributes
    ----------
    pairs : ndarray of int, shape (n, 2)
        Two regions, the smaller number first; each pair once.
    lengths : ndarray of int, shape (n,)
        Number of pairs of pixels.
    values : ndarray of int, shape (n, D)
        Sums of values over both pixels of each pair, times `SCALE`.
    """

    pairs: np.ndarray
    lengths: np.ndarray
    values: np.ndarray


def sum_regions(labels: np.ndarray, values: np.ndarray) -> RegionSums:
    """(H, W) labels, -1 where no pixel counts, and (H, W, D) values -> sums of each region."""
    inside = labels >= 0
    regions, places = np.unique(labels[inside], return_inverse=True)
    totals = np.zeros((len(regions), values.shape[-1]), np.int64)
    for i, plane in enumerate(np.moveaxis(values, -1, 0)):
        totals[:, i] = np.bincount(places, _fixed(plane[inside]), len(regions))
    return RegionSums(regions, np.bincount(places, minlength=len(regions)), totals)


def sum_borders(
    labels: np.ndarray, values: Sequence[np.ndarray], size: tuple[int, int]
) -> BorderSums:
    """Sum values along the borders between each pixel of a block and the next pixels.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W)
        Regions of the block, and of the next row and column where there are any; -1 where no
        pixel counts.
    values : sequence of ndarray of shape (H, W)
        Maps to sum.
    size : tuple of (int, int)
        Rows and columns of the block.
    """
    planes = [_fixed(plane) for plane in values]
    height, width = size
    codes, totals = [], []
    n_labels = int(labels.max(initial=0)) + 1
    for window, first, second in (
        (np.s_[:height, : width + 1], np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[: height + 1, :width], np.s_[:-1], np.s_[1:]),
    ):
        here, there = labels[window][first], labels[window][second]
        at_border = find_borders(here, there)
        here, there = here[at_border].astype(np.int64), there[at_border].astype(np.int64)
        codes.append(np.minimum(here, there) * n_labels + np.maximum(here, there))
        totals.append(
            [plane[window][first][at_border] + plane[window][second][at_border] for plane in planes]
        )
    found, places = np.unique(np.concatenate(codes), return_inverse=True)
    sums = np.zeros((len(found), len(planes)), np.int64)
    for i, parts in enumerate(zip(*totals, strict=True)):
        sums[:, i] = np.bincount(places, np.concatenate(parts), len(found))
    lengths = np.bincount(places, minlength=len(found))
    return BorderSums(np.stack(np.divmod(found, n_labels), axis=1), lengths, sums)


def sum_enclosing(
    labels: np.ndarray,
    colors: np.ndarray,
    coarse: Sequence[np.ndarray],
    shares: np.ndarray,
    axes: np.ndarray,
) -> RegionSums:
    """Sum the histograms of the coarse segments of each region.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W)
        Regions; -1 where no pixel counts.
    colors : ndarray of int, shape (H, W)
        Palette indices; -1 where no pixel counts.
    coarse : sequence of ndarray of int, shape (H, W)
        Coarse segmentations, with labels from 0.
    shares : ndarray of int, shape (H, W)
        Weight of the coarse segmentations at each pixel, up to `SHARES`.
    axes : ndarray of shape (n_coarse, n_colors, D)
        Projection of the histograms.

    Returns
    -------
    sums : RegionSums
        Its sizes are sums of `shares`.
    """
    inside = (labels >= 0) & (shares > 0)
    regions, places = np.unique(labels[inside], return_inverse=True)
    weights = shares[inside].astype(np.float64)
    totals = np.zeros((len(regions), axes.shape[2]), np.int64)
    for segments, projection in zip(coarse, axes, strict=True):
        histograms = color_histograms(colors, segments)
        projected = _fixed(histograms @ projection[: histograms.shape[1]])
        shape = len(regions), len(histograms)
        overlap = coo_array((weights, (places, segments[inside])), shape=shape).tocsr()
        totals += (overlap @ projected).astype(np.int64)
    sizes = np.bincount(places, weights, len(regions)).astype(np.int64)
    return RegionSums(regions, sizes, totals)


def _fixed(values: np.ndarray) -> np.ndarray:
    """Round to integers, kept as floats, in which sums of integers up to 2**53 are exact."""
    return np.rint(values.astype(np.float64) * SCALE)
