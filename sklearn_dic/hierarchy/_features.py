"""What a region looks like: means over its pixels."""

from collections.abc import Sequence

import numpy as np


def mean_by_region(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, D) values, (H, W) labels from 0 -> (n_regions, D) means."""
    regions = labels.ravel()
    sizes = np.bincount(regions)
    return np.stack(
        [
            np.bincount(regions, plane.ravel(), len(sizes)) / sizes
            for plane in np.moveaxis(values.astype(np.float64), -1, 0)
        ],
        axis=1,
    )


def color_features(
    channels: np.ndarray,
    labels: np.ndarray,
    enclosing: Sequence[np.ndarray] = (),
    enclosing_weight: float = 0.5,
) -> np.ndarray:
    """Describe each region by its colours and by those of what encloses it.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    labels : ndarray of int, shape (H, W)
        Regions, consecutive from 0.
    enclosing : sequence of ndarray of int, shape (H, W)
        Other divisions of the picture, mostly coarser ones. Regions of one object tend to lie
        in the same of their regions.
    enclosing_weight : float, default=0.5
        How much these count.

    Returns
    -------
    features : ndarray of shape (n_regions, (2 + len(enclosing)) * C)
        Mean and standard deviation of the channels, then the mean colours of the enclosing
        regions of each map.
    """
    means = mean_by_region(channels, labels)
    squares = mean_by_region(channels.astype(np.float64) ** 2, labels)
    deviations = np.sqrt(np.maximum(squares - means**2, 0))
    surroundings = [
        enclosing_weight * mean_by_region(mean_by_region(channels, other)[other], labels)
        for other in enclosing
    ]
    return np.concatenate([means, deviations, *surroundings], axis=1)


def as_spread_as(features: np.ndarray, channels: np.ndarray) -> np.ndarray:
    """Scale (H, W, D) features so that they vary as much over the picture as its channels do.

    Their units do not matter then, only how they differ from each other.
    """
    wanted = channels.reshape(-1, channels.shape[-1]).var(axis=0).sum()
    found = features.reshape(-1, features.shape[-1]).astype(np.float64).var(axis=0).sum()
    return features * np.sqrt(wanted / found) if found > 0 else np.zeros_like(features)
