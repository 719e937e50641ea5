"""Features of regions: means over their pixels."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.sparse import coo_array

from sklearn_dic.hierarchy._quantization import color_histograms
from sklearn_dic.images._spacing import check_spacing

# Chosen on photographs, textures, nuclei, membranes, objects and materials together.
SMOOTHING = 1 / 32  # width of the Gaussian, relative to the side of a scene
CHUNK = 2**16  # pairs of regions whose differences are in memory at a time
CELLS = 4  # of the smoothed copy, per width of the Gaussian


def mean_by_region(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(..., D) values, labels of the pixels, -1 outside of the mask -> (n_regions, D) means."""
    inside = labels >= 0
    regions = labels[inside]
    sizes = np.bincount(regions)
    return np.stack(
        [
            np.bincount(regions, plane[inside], len(sizes)) / sizes
            for plane in np.moveaxis(values, -1, 0)
        ],
        axis=1,
    )


def describe_regions(
    channels: np.ndarray,
    colors: np.ndarray,
    labels: np.ndarray,
    coarse: Sequence[np.ndarray],
    coarse_weight: float,
) -> np.ndarray:
    """Describe regions by their mean colours, and by the colours of the coarse segments.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C) or (Z, Y, X, C)
        The image, from `to_comparable`.
    colors : ndarray of int, shape (H, W) or (Z, Y, X)
        Palette index of each pixel, from `quantize_colors`.
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Regions, consecutive from 0; -1 outside of the mask.
    coarse : sequence of ndarray of int, shape (H, W) or (Z, Y, X)
        Coarse segmentations, with labels from 0. Regions of the same object tend to lie in
        the same coarse segment.
    coarse_weight : float
        The difference of the channels that equals a Hellinger distance of 1.

    Returns
    -------
    features : ndarray of shape (n_regions, n_features)
        Means of the channels; then, for each coarse segmentation, the mean histogram of the
        segments that a region lies in.
    """
    histograms = [  # mean colours of the segments would add nothing
        _mean_histograms(labels, segments, coarse_weight, color_histograms(colors, segments))
        for segments in coarse
    ]
    return np.concatenate([mean_by_region(channels, labels), *histograms], axis=1)


def _mean_histograms(
    labels: np.ndarray, segments: np.ndarray, weight: float, histograms: np.ndarray
) -> np.ndarray:
    """Average the histograms of the segments that each region lies in, times a weight."""
    inside = labels >= 0
    places = labels[inside], segments[inside]
    shape = int(labels.max()) + 1, len(histograms)
    counts = coo_array((np.ones(len(places[0])), places), shape=shape).tocsr()
    return weight / counts.sum(axis=1)[:, None] * (counts @ histograms)


def squared_differences(features: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(n_regions, D) features, (n_pairs, 2) -> (n_pairs,) squared distances of neighbours."""
    squares = np.empty(len(pairs))
    for start in range(0, len(pairs), CHUNK):
        part = slice(start, start + CHUNK)
        first, second = pairs[part].T
        squares[part] = ((features[first] - features[second]) ** 2).sum(axis=1)
    return squares


def smooth_by_region(
    values: np.ndarray,
    labels: np.ndarray,
    scene_pixels: float,
    spacing: Sequence[float] | None = None,
    centers: np.ndarray | None = None,
) -> np.ndarray:
    """Smooth values, and sample them at the centres of regions.

    Parameters
    ----------
    values : ndarray of shape (H, W, D) or (Z, Y, X, D)
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Regions, consecutive from 0; -1 outside of the mask, whose pixels do not count.
    scene_pixels : float
        Area of a scene, in a volume its volume, in pixels as long as those of the finest axis:
        the Gaussian is a 32nd of its side wide.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.
    centers : ndarray of shape (2, n_regions) or (3, n_regions), default=None
        Places of the centres of regions along each axis. None: those of `labels`.

    Returns
    -------
    smooth : ndarray of shape (n_regions, D)
        Means, for regions around a hole of the mask that is wider than the Gaussian; NaN if
        their centres are given.
    """
    sigmas = (
        SMOOTHING
        * scene_pixels ** (1 / labels.ndim)
        / np.array(check_spacing(spacing, labels.ndim))
    )
    steps = np.maximum(1, (sigmas / CELLS).astype(int))
    sigmas /= steps
    inside = labels >= 0
    pixels = np.nonzero(inside)
    shape = tuple(-(-np.array(labels.shape) // steps))
    cells = np.ravel_multi_index(
        [along // step for along, step in zip(pixels, steps, strict=True)], shape
    )
    n_cells = int(np.prod(shape))
    counts = _smooth(np.bincount(cells, minlength=n_cells).reshape(shape), sigmas)
    knows_regions = centers is None
    if centers is None:
        regions = labels[inside]
        sizes = np.bincount(regions)
        centers = np.stack([np.bincount(regions, along) / sizes for along in pixels])
    # The centre of the cell i is at the pixel (i + 1/2) step - 1/2.
    places = (centers + 0.5) / steps[:, None] - 0.5
    weights = map_coordinates(counts, places, order=1, mode="nearest")
    is_far = weights <= 0  # from all pixels of the mask: in the hole of a ring
    weights[is_far] = 1
    smooth = np.empty((centers.shape[1], values.shape[-1]))
    for i, plane in enumerate(np.moveaxis(values, -1, 0)):
        totals = np.bincount(cells, plane[inside], n_cells).reshape(shape)
        smooth[:, i] = map_coordinates(_smooth(totals, sigmas), places, order=1, mode="nearest")
    smooth /= weights[:, None]
    if is_far.any():
        smooth[is_far] = mean_by_region(values, labels)[is_far] if knows_regions else np.nan
    return smooth


def _smooth(plane: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    return gaussian_filter(plane.astype(np.float64), sigmas, mode="constant")


def relative_spread(features: np.ndarray, channels: np.ndarray, labels: np.ndarray) -> float:
    """Return the factor by which features of regions vary as much as the channels.

    Parameters
    ----------
    features : ndarray of shape (n_regions, D)
        Of the regions. Their units do not matter.
    channels : ndarray of shape (H, W, C) or (Z, Y, X, C)
        Of the pixels.
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        The regions; -1 outside of the mask.

    Returns
    -------
    factor : float
        0 if the features do not vary.
    """
    inside = labels >= 0
    wanted = sum(np.var(plane[inside], dtype=np.float64) for plane in np.moveaxis(channels, -1, 0))
    return spread_factor(features, np.bincount(labels[inside]), float(wanted))


def spread_factor(features: np.ndarray, sizes: np.ndarray, variance: float) -> float:
    """Return the factor by which features of regions get a variance over the pixels."""
    found = spread(features, sizes)
    return float(np.sqrt(variance / found)) if found > 0 else 0.0


def spread(features: np.ndarray, sizes: np.ndarray) -> float:
    """Sum of the variances over all pixels of features that are constant in regions."""
    means = np.average(features, axis=0, weights=sizes)
    return float(np.average(((features - means) ** 2).sum(axis=1), weights=sizes))
