"""Synthetic images of textured regions, with their true segmentations."""

from numbers import Integral, Real

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.segmentation import watershed
from sklearn.utils import check_random_state, check_scalar


def make_mosaic(
    n_regions: int = 6,
    shape: tuple[int, int] = (128, 128),
    *,
    n_channels: int = 3,
    texture: float = 0.15,
    noise: float = 0.05,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Generate an image of textured regions, and its true segmentation.

    The regions have similar sizes. Each has a distinct colour, and stripes of a random
    direction, width and colour.

    Parameters
    ----------
    n_regions : int, default=6
        Number of regions, at most the number of pixels.
    shape : tuple of (int, int), default=(128, 128)
        Height and width of the image.
    n_channels : int, default=3
        Number of channels.
    texture : float, default=0.15
        Amplitude of the stripes; the image ranges from 0 to 1. With 0 each region has a
        single colour.
    noise : float, default=0.05
        Standard deviation of the Gaussian noise on each pixel and channel.
    random_state : int, RandomState instance or None, default=None
        An int gives the same image every time.

    Returns
    -------
    image : ndarray of shape (height, width, n_channels), float32
        Values from 0 to 1.
    labels : ndarray of shape (height, width), int32
        The true region of each pixel, from 0 to ``n_regions - 1``. Each region is present
        and connected.

    Raises
    ------
    ValueError
        If `shape` is not a pair of sizes, or a parameter is out of its range.

    See Also
    --------
    load_bsds : Photographs with human annotations.

    Examples
    --------
    >>> from sklearn_dic.datasets import make_mosaic
    >>> image, labels = make_mosaic(n_regions=4, shape=(48, 64), random_state=0)
    >>> image.shape, labels.shape
    ((48, 64, 3), (48, 64))
    >>> int(labels.max())
    3
    """
    if len(shape) != 2:
        raise ValueError(f"shape is (height, width), got {shape!r}")
    for size in shape:
        check_scalar(size, "each size in shape", Integral, min_val=1)
    n_pixels = shape[0] * shape[1]
    check_scalar(n_regions, "n_regions", Integral, min_val=1, max_val=n_pixels)
    check_scalar(n_channels, "n_channels", Integral, min_val=1)
    check_scalar(texture, "texture", Real, min_val=0)
    check_scalar(noise, "noise", Real, min_val=0)
    if not np.isfinite([texture, noise]).all():
        raise ValueError(f"texture={texture} and noise={noise} must be finite")
    random = check_random_state(random_state)
    labels = _make_regions(n_regions, shape, random)
    image = _paint(labels, n_regions, n_channels, texture, random)
    image += noise * random.standard_normal(image.shape)
    return image.clip(0, 1).astype(np.float32), labels


def _make_regions(
    n_regions: int, shape: tuple[int, int], random: np.random.RandomState
) -> np.ndarray:
    """Flood a wavy relief from seeds far apart -> labels (H, W) from 0, each connected."""
    pixels = np.indices(shape).reshape(2, -1).T
    markers = np.zeros(shape, np.int32)
    seeds = _far_apart(pixels, n_regions, random)
    markers[tuple(seeds.T)] = np.arange(1, n_regions + 1)
    width = np.sqrt(len(pixels) / n_regions) / 6
    waves = gaussian_filter(random.standard_normal(shape), width, mode="wrap")
    relief = distance_transform_edt(markers == 0) * (2 + waves / (np.abs(waves).max() + 1e-9))
    return watershed(relief, markers).astype(np.int32) - 1


def _paint(
    labels: np.ndarray,
    n_regions: int,
    n_channels: int,
    texture: float,
    random: np.random.RandomState,
) -> np.ndarray:
    """(H, W) labels -> (H, W, C): for each region a colour, and stripes across it."""
    colors = _far_apart(random.uniform(0.2, 0.8, (10 * n_regions, n_channels)), n_regions, random)
    stripes = random.uniform(-1, 1, (n_regions, n_channels))
    stripes *= texture / np.abs(stripes).max(axis=1, keepdims=True)
    direction = random.uniform(0, np.pi, n_regions)
    frequency = 2 * np.pi / random.uniform(3, 12, n_regions)  # of 3 to 12 pixels' width
    rows, columns = np.indices(labels.shape)
    across = rows * np.sin(direction)[labels] + columns * np.cos(direction)[labels]
    wave = np.sin(frequency[labels] * across)
    return colors[labels] + wave[..., None] * stripes[labels]


def _far_apart(points: np.ndarray, n_chosen: int, random: np.random.RandomState) -> np.ndarray:
    """(N, D) distinct points -> n of them, each the farthest of ten random candidates."""
    chosen = np.empty((n_chosen, points.shape[1]), points.dtype)
    distance = np.full(len(points), np.inf)  # to the nearest chosen point
    for i in range(n_chosen):
        candidates = random.choice(np.flatnonzero(distance), 10)
        best = candidates[distance[candidates].argmax()]
        chosen[i] = points[best]
        distance = np.minimum(distance, ((points - points[best]) ** 2).sum(axis=1))
    return chosen
