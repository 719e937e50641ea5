"""Superpixels to merge: the watershed basins of the contours."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.hierarchy._flooding import flood
from sklearn_dic.images._color import gradient_length
from sklearn_dic.images._spacing import check_spacing, find_far_axis

SIGMA = 1.0  # pixels: width of the Gaussian whose derivative is the gradient
SMALLEST = 20  # pixels of a basin; with 10 to 50 the scores of BSDS300 are about the same
SMALLEST_SHARE = 0.001  # of a small image, which has few pixels to divide


def find_basins(
    channels: np.ndarray,
    contours: np.ndarray,
    mask: np.ndarray | None = None,
    spacing: Sequence[float] | None = None,
    smallest: int | None = None,
) -> np.ndarray:
    """Divide an image where both its colours and its contours change.

    The gradient alone has borders inside textures, and the contours, of a reduced copy, lie
    beside the edges that they follow. The watershed floods their product.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C) or (Z, Y, X, C)
        The image, as `to_lab` gives it.
    contours : ndarray of shape (H, W) or (Z, Y, X)
        0 or larger, from `spectral_contours`.
    mask : ndarray of bool, shape (H, W) or (Z, Y, X), default=None
        True where basins are found. None: everywhere.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.
    smallest : int, default=None
        Pixels of the smallest basin, from `smallest_basin`. None: that of this image.

    Returns
    -------
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Connected basins of at least 20 pixels, in a volume the cube of their root, or a
        thousandth of a small image. Pieces of the mask may be smaller. All equal where nothing
        changes; 0 outside of the mask. Slices of a volume that are at least 4 pixels of the
        finest axis apart have basins of their own.
    """
    spacing = check_spacing(spacing, contours.ndim)
    far = find_far_axis(spacing)
    if far is not None:
        return _find_in_slices(channels, contours, mask, spacing, far, smallest)
    heights = gradient_length(channels, SIGMA, spacing) * contours
    if smallest is None:
        n_pixels = heights.size if mask is None else np.count_nonzero(mask)
        smallest = smallest_basin(int(n_pixels), spacing)
    return flood(heights, smallest, mask)


def smallest_basin(n_pixels: int, spacing: Sequence[float] = (1.0, 1.0)) -> int:
    """Choose the pixels of the smallest basin of an image."""
    smallest = round(SMALLEST ** (len(spacing) / 2) / np.prod(spacing))
    return min(smallest, int(SMALLEST_SHARE * n_pixels))


def _find_in_slices(
    channels: np.ndarray,
    contours: np.ndarray,
    mask: np.ndarray | None,
    spacing: Sequence[float],
    axis: int,
    smallest: int | None,
) -> np.ndarray:
    """Find the basins of each slice along an axis; none is in two slices."""
    near = np.delete(spacing, axis).tolist()
    basins = np.zeros(contours.shape, np.int32)
    n_basins = 0
    for i in range(contours.shape[axis]):
        place = (slice(None),) * axis + (i,)
        part = None if mask is None else mask[place]
        found = find_basins(channels[place], contours[place], part, near, smallest)
        basins[place] = np.where(found > 0, found + n_basins, 0)
        n_basins += int(found.max())
    return basins
