"""What a region looks like: means over its pixels."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.hierarchy._quantization import kind_histograms, overlap


def mean_by_region(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, D) values, (H, W) labels from 0 -> (n_regions, D) means."""
    regions = labels.ravel()
    sizes = np.bincount(regions)
    return np.stack(
        [
            np.bincount(regions, plane.ravel(), len(sizes)) / sizes
            for plane in np.moveaxis(values, -1, 0)
        ],
        axis=1,
    )


def describe_regions(
    channels: np.ndarray,
    kinds: np.ndarray,
    labels: np.ndarray,
    enclosing: Sequence[np.ndarray],
    enclosing_weight: float,
) -> np.ndarray:
    """Describe regions by their colours, and by colours and textures of what encloses them.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    kinds : ndarray of int, shape (H, W)
        Kinds of pixels, as `quantize_colors` finds them.
    labels : ndarray of int, shape (H, W)
        Regions, consecutive from 0.
    enclosing : sequence of ndarray of int, shape (H, W)
        Other divisions of the picture, mostly coarser ones. Regions of one object tend to lie
        in the same of their regions.
    enclosing_weight : float
        How much a Hellinger distance of 1 between what encloses them counts, against a
        difference of the channels.

    Returns
    -------
    features : ndarray of shape (n_regions, n_features)
        Means of the channels; then, for each division, the mean histogram of the enclosing
        regions.
    """
    enclosed = [  # their mean colours would say nothing more
        enclosing_weight * overlap(labels, other) @ kind_histograms(kinds, other)
        for other in enclosing
    ]
    return np.concatenate([mean_by_region(channels, labels), *enclosed], axis=1)


def relative_spread(features: np.ndarray, channels: np.ndarray) -> float:
    """Find what (H, W, D) features are multiplied by to vary as much as the channels do.

    Their units do not matter then, only how they differ from each other.
    """
    found = _spread(features)
    return float(np.sqrt(_spread(channels) / found)) if found > 0 else 0.0


def _spread(values: np.ndarray) -> float:
    return sum(np.var(plane, dtype=np.float64) for plane in np.moveaxis(values, -1, 0))
