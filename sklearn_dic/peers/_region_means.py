"""Mean colours of regions."""

import numpy as np


def mean_colors_of(labels: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """(H, W) labels, (H, W, C) -> (n_regions, C): mean colours; pixels below 0 do not count."""
    inside = labels >= 0
    numbers = labels[inside]
    sizes = np.bincount(numbers)
    sums = [np.bincount(numbers, channel) for channel in colors[inside].T]
    return np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]
