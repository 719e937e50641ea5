"""Draw images and segmentations as RGB arrays."""

from collections.abc import Sequence

import numpy as np
from skimage.segmentation import mark_boundaries
from skimage.util import img_as_ubyte

_LARGEST_SAMPLE = 100_000  # pixels that determine the range and the components


def as_rgb(pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
    """[(H_i, W_i, C)] float -> [(H_i, W_i, 3)] float32 in [0, 1].

    Of 1 or 2 channels, the first is shown as grey; of 3 or 4, the first three as RGB; of more,
    their 3 principal components. Values outside of [0, 1], or within less than a quarter of it,
    are stretched to [0, 1]. Components and range are common to all pictures, so frames of a
    film stay comparable.
    """
    n_channels = pictures[0].shape[2]
    if n_channels > 4:
        components, middle = _principal_components(_sample(pictures))
        shown = [(picture - middle) @ components for picture in pictures]
        low, high = np.percentile(_sample(shown), [1, 99], axis=0)
    else:
        shown = [part[..., [0, 0, 0]] if n_channels < 3 else part[..., :3] for part in pictures]
        low, high = 0.0, 1.0
        darkest = min(float(part.min()) for part in shown)
        brightest = max(float(part.max()) for part in shown)
        if darkest < 0 or not 0.25 <= brightest <= 1:
            low, high = np.percentile(_sample(shown), [0.5, 99.5])
    width = np.where(np.greater(high, low), np.subtract(high, low), 1)
    return [np.clip((part - low) / width, 0, 1).astype(np.float32) for part in shown]


def _sample(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Sample pixels of all pictures -> (n, C)."""
    step = 1 + sum(part.shape[0] * part.shape[1] for part in pictures) // _LARGEST_SAMPLE
    return np.concatenate([part.reshape(-1, part.shape[2])[::step] for part in pictures])


def _principal_components(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, C) -> the first 3 principal components (C, 3), and the mean (C,)."""
    middle = rows.mean(axis=0)
    components = np.linalg.eigh(np.cov(rows - middle, rowvar=False, bias=True))[1][:, :-4:-1]
    largest = np.abs(components).argmax(axis=0)
    return components * np.sign(components[largest, range(3)]), middle


def draw_boundaries(pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, C) float, (H, W) labels -> (H, W, 3) uint8: boundaries over the picture.

    Yellow with a black rim, visible on any background. Masked pixels are white.
    """
    picture = _blank(as_rgb([pixels])[0], labels)
    return img_as_ubyte(mark_boundaries(picture, labels, color=(1, 1, 0), outline_color=(0, 0, 0)))


def draw_mean_colors(pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, C) float, (H, W) labels -> (H, W, 3) uint8: each label in its mean colour.

    Masked pixels are white.
    """
    return img_as_ubyte(_blank(mean_colors(as_rgb([pixels])[0], labels), labels))


def _blank(picture: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Paint the pixels of negative labels, which are masked, white."""
    return np.where(labels[..., None] < 0, np.float32(1), picture)


def mean_colors(picture: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, 3) float, (H, W) labels -> (H, W, 3) float: each label in its mean colour."""
    numbers = np.unique(labels, return_inverse=True)[1].ravel()
    sums = [np.bincount(numbers, channel.ravel()) for channel in np.moveaxis(picture, 2, 0)]
    means = np.stack(sums, axis=1) / np.bincount(numbers)[:, None]
    return np.clip(means, 0, 1)[numbers].reshape(picture.shape)
