"""Watershed by flooding, where basins smaller than a number of pixels join a neighbour."""

import numpy as np

from sklearn_dic.hierarchy._union_find import find_root
from sklearn_dic.utils._compiled import compiled

OUTSIDE, DRY = -2, -1


def flood(heights: np.ndarray, smallest: int, mask: np.ndarray | None = None) -> np.ndarray:
    """Divide heights into basins, from the lowest pixel to the highest.

    A pixel joins the basin of its lowest flooded neighbour. Where two basins meet, they become one
    if either has fewer than `smallest` pixels so far, or no depth. This is the watershed of the
    area closing [1]_ in a single pass: `skimage.morphology.area_closing` takes the square of the
    time where large areas are even.

    Parameters
    ----------
    heights : ndarray of shape (H, W), or of any number of dimensions
    smallest : int
        Pixels of the smallest basin.
    mask : ndarray of bool, of the shape of `heights`, default=None
        True where basins are found. None: everywhere.

    Returns
    -------
    basins : ndarray of int, of the shape of `heights`
        Labels from 1, and 0 outside of the mask. Neighbours are pixels that share an edge. A piece
        of the mask may be smaller than `smallest`.

    References
    ----------
    .. [1] L. Vincent, "Morphological area openings and closings for grey-scale images", Shape in
       Picture 126 (1994), doi:10.1007/978-3-662-03039-4_13.
    """
    padded = np.pad(heights, 1)  # so that each pixel has all neighbours
    basins = np.full(padded.shape, OUTSIDE, np.int32)
    middle = (slice(1, -1),) * heights.ndim
    basins[middle] = DRY if mask is None else np.where(mask, DRY, OUTSIDE)
    steps = np.array([stride // padded.itemsize for stride in padded.strides])
    order = np.flatnonzero(basins == DRY)
    order = order[np.argsort(padded.ravel()[order])]
    steps = np.concatenate([-steps, steps[::-1]])
    _flood(padded.ravel(), basins.ravel(), order, steps, smallest)
    return basins[middle]


@compiled
def _flood(heights, basins, order, steps, smallest):  # type: ignore[no-untyped-def]
    """Flood the pixels in their order; `basins` becomes labels from 1, and 0 outside."""
    parents = np.empty(len(order), np.int32)  # of each basin: the basin it joined
    sizes, bottoms = np.zeros(len(order), np.int32), np.empty(len(order))
    n_basins = 0
    for pixel in order:
        height, lowest = heights[pixel], -1
        for step in steps:
            neighbor = pixel + step
            if basins[neighbor] >= 0 and (lowest < 0 or heights[neighbor] < heights[lowest]):
                lowest = neighbor
        if lowest < 0:
            basin = n_basins
            parents[basin], bottoms[basin] = basin, height
            n_basins += 1
        else:
            basin = find_root(parents, basins[lowest])
        basins[pixel] = basin
        sizes[basin] += 1
        for step in steps:
            if basins[pixel + step] < 0:
                continue
            other = find_root(parents, basins[pixel + step])
            if other == basin:
                continue
            has_depth = max(bottoms[basin], bottoms[other]) < height
            if has_depth and min(sizes[basin], sizes[other]) >= smallest:
                continue
            if bottoms[other] < bottoms[basin]:
                basin, other = other, basin
            parents[other] = basin
            sizes[basin] += sizes[other]
    numbers, n_numbers = np.zeros(n_basins, np.int32), 0
    for pixel in range(len(basins)):
        if basins[pixel] < 0:
            basins[pixel] = 0
            continue
        basin = find_root(parents, basins[pixel])
        if numbers[basin] == 0:
            n_numbers += 1
            numbers[basin] = n_numbers
        basins[pixel] = numbers[basin]
