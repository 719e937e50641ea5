"""Features of regions: means over their pixels."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.hierarchy._quantization import color_histograms, overlap


def mean_by_region(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, D) values, (H, W) labels, -1 outside of the mask -> (n_regions, D) means."""
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
    channels : ndarray of shape (H, W, C)
        The image, as `to_lab` gives it.
    colors : ndarray of int, shape (H, W)
        Palette index of each pixel, from `quantize_colors`.
    labels : ndarray of int, shape (H, W)
        Regions, consecutive from 0; -1 outside of the mask.
    coarse : sequence of ndarray of int, shape (H, W)
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
        coarse_weight * overlap(labels, segments) @ color_histograms(colors, segments)
        for segments in coarse
    ]
    return np.concatenate([mean_by_region(channels, labels), *histograms], axis=1)


def relative_spread(features: np.ndarray, channels: np.ndarray) -> float:
    """Return the factor by which features vary as much as the channels.

    Both are of shape (..., D), over the same pixels. The units of the features do not matter.
    """
    found = _spread(features)
    return float(np.sqrt(_spread(channels) / found)) if found > 0 else 0.0


def _spread(values: np.ndarray) -> float:
    return sum(np.var(plane, dtype=np.float64) for plane in np.moveaxis(values, -1, 0))
