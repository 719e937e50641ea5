"""A palette of the colours and textures of an image, and their mutual information."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from sklearn_dic.hierarchy._adjacency import pixel_pairs
from sklearn_dic.hierarchy._palette import fit_palette
from sklearn_dic.images._spacing import check_spacing, smooth

N_COLORS = 48
SIGMA = 2.0  # pixels: width of the Gaussian window
NEAR = (2, 4, 6, 8, 10, 12)  # pixels between the members of a pair
RHO = 1.25  # of the paper: weight of frequent pairs of colours
ENOUGH = 2**20  # pixels whose pairs are counted, spread over a large image
PRIOR = 1e-5  # added to the frequency of each pair of colours


def quantize_colors(
    channels: np.ndarray,
    n_colors: int = N_COLORS,
    sigma: float = SIGMA,
    mask: np.ndarray | None = None,
    spacing: Sequence[float] | None = None,
) -> np.ndarray:
    """Quantize the mean and the deviation of the channels around each pixel.

    The palette entry that varies most along an axis is split at its mean, until there are
    enough or nothing varies: k-means would be about as good [1]_, and depends on a draw.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C) or (Z, Y, X, C)
        The image.
    n_colors : int, default=48
        Largest size of the palette.
    sigma : float, default=2.0
        Width of the Gaussian window, in pixels.
    mask : ndarray of bool, shape (H, W) or (Z, Y, X), default=None
        False at pixels that do not count. None: all count.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.

    Returns
    -------
    colors : ndarray of shape (H, W) or (Z, Y, X), int64
        Palette indices, consecutive from 0; -1 outside of the mask.

    References
    ----------
    .. [1] S. J. Wan et al., "Variance-based color image quantization for frame buffer
       display", Color Research and Application 15 (1990), doi:10.1002/col.5080150109.
    """
    spacing = check_spacing(spacing, channels.ndim - 1)
    features = local_statistics(channels, sigma, spacing).reshape(-1, 2 * channels.shape[-1])
    if mask is None:
        return fit_palette(features, n_colors)[1].reshape(channels.shape[:-1])
    colors = np.full(channels.shape[:-1], -1, np.int64)
    colors[mask] = fit_palette(features[mask.ravel()], n_colors)[1]
    return colors


def color_histograms(colors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Count the palette indices in each region.

    Parameters
    ----------
    colors, labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Consecutive from 0; -1 where a pixel does not count.

    Returns
    -------
    roots : ndarray of shape (n_regions, n_colors)
        Square roots of the shares, so that the distance between two regions is that of
        Hellinger, from 0 to the root of 2.
    """
    return np.sqrt(overlap(labels, colors))


def overlap(labels: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n_regions, n_others) shares of each region that have each label of another map."""
    n_regions, n_others = int(labels.max()) + 1, int(other.max()) + 1
    inside = (labels >= 0) & (other >= 0)
    codes = labels[inside].astype(np.int64) * n_others + other[inside]
    counts = np.bincount(codes, minlength=n_regions * n_others).reshape(-1, n_others)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def mutual_information(colors: np.ndarray, spacing: Sequence[float] | None = None) -> np.ndarray:
    r"""Pointwise mutual information of the colours of nearby pixels.

    Two colours A and B that are neighbours all over the image, like the two colours of a
    leopard, belong together; colours that meet only at a border do not. Their information [1]_ is

    .. math:: \log \frac{P(A, B)^\rho}{P(A) P(B)}

    where P(A, B) is counted between pixels up to 12 apart in this image.

    Parameters
    ----------
    colors : ndarray of int, shape (H, W) or (Z, Y, X)
        Palette indices, from `quantize_colors`; -1 outside of the mask.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.

    Returns
    -------
    information : ndarray of shape (n_colors, n_colors)

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information", ECCV
       2014, doi:10.1007/978-3-319-10578-9_52. There the density is estimated with kernels.
    """
    n_colors = int(colors.max()) + 1
    counts = np.zeros(n_colors**2)
    spacing = check_spacing(spacing, colors.ndim)
    every = 1 + colors.size // ENOUGH
    for distance in NEAR:
        for step in _steps(distance, 8, spacing):
            first, second = (of_pixels[::every] for of_pixels in pixel_pairs(colors, step))
            counts += np.bincount(first * n_colors + second, minlength=n_colors**2)
    table = counts.reshape(n_colors, n_colors)
    joint = (table + table.T) / max(2 * counts.sum(), 1) + PRIOR
    joint /= joint.sum()
    each = joint.sum(axis=1)
    return RHO * np.log(joint) - np.log(np.outer(each, each))


def local_statistics(
    channels: np.ndarray, sigma: float = SIGMA, spacing: Sequence[float] = (1.0, 1.0)
) -> np.ndarray:
    """(..., C) -> (..., 2C): mean and standard deviation in a Gaussian window."""
    planes = list(np.moveaxis(channels.astype(np.float64), -1, 0))
    means = [smooth(plane, sigma, spacing) for plane in planes]
    squares = [smooth(plane**2, sigma, spacing) for plane in planes]
    deviations = [
        np.sqrt(np.maximum(square - mean**2, 0))
        for square, mean in zip(squares, means, strict=True)
    ]
    return np.stack([*means, *deviations], axis=-1)


def _steps(distance: int, n_directions: int, spacing: Sequence[float]) -> list[tuple[int, ...]]:
    """List steps of equal length over half a circle in the plane of each two axes.

    The other half are their reverse. Steps that are shorter than half a pixel are left out.
    """
    angles = np.arange(n_directions) * np.pi / n_directions
    ring = list(zip(distance * np.sin(angles), distance * np.cos(angles), strict=True))
    steps = []
    for first, second in combinations(range(len(spacing)), 2):
        for lengths in ring:
            step = [0] * len(spacing)
            step[first], step[second] = (
                round(length / spacing[axis])
                for length, axis in zip(lengths, (first, second), strict=True)
            )
            steps.append(tuple(step))
    return [step for step in steps if any(step)]
