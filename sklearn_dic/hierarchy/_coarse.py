"""Coarse segmentations, whose segments make the superpixels within them more alike."""

from collections.abc import Sequence

import numpy as np
from skimage.transform import resize_local_mean

from sklearn_dic.hierarchy._forest import segment_at_scales
from sklearn_dic.superpixels._felzenszwalb import REFERENCE_PIXELS

# Chosen on images of BSDS300 train and every other image of val; the sizes of pixels are those of
# an image of 481 x 321 pixels.
SCALES = {0.5: [100], 0.8: [200, 400]}  # by sigma
SMALLEST = 20
LARGEST = 250_000  # pixels


def coarse_segmentations(image: np.ndarray, scene_pixels: float | None = None) -> list[np.ndarray]:
    """Segment an image coarsely, at three scales; a volume plane by plane.

    Coarse borders need not be exact, so that a large scene is segmented at a lower resolution.

    Parameters
    ----------
    image : ndarray of shape (H, W, C) or (Z, Y, X, C)
        Values from 0 to 1. The number of channels does not change the answer.
    scene_pixels : float, default=None
        Area of a scene. None: the image, or a plane of the volume, is one.

    Returns
    -------
    segmentations : list of ndarray of int, shape (H, W) or (Z, Y, X)
        Felzenszwalb's segmentation at scale 100, 200 and 400. Each plane has segments of its own.
    """
    planes = image.reshape(-1, *image.shape[-3:])
    found = [_segment_plane(plane, scene_pixels) for plane in planes]
    return [_join(maps).reshape(image.shape[:-1]) for maps in zip(*found, strict=True)]


def _join(maps: Sequence[np.ndarray]) -> np.ndarray:
    """Join label maps of planes -> (Z, H, W), without a label in two planes."""
    counts = [int(labels.max()) + 1 for labels in maps]
    firsts = np.cumsum([0, *counts[:-1]])
    return np.stack([first + labels for first, labels in zip(firsts, maps, strict=True)])


def _segment_plane(image: np.ndarray, scene_pixels: float | None) -> list[np.ndarray]:
    """(H, W, C) -> Felzenszwalb's segmentation at each scale, (H, W)."""
    image = image * (3 / image.shape[2]) ** 0.5  # edge weights are lengths over all channels
    height, width = image.shape[:2]
    scene_pixels = height * width if scene_pixels is None else scene_pixels
    step = int(np.ceil((scene_pixels / LARGEST) ** 0.5))
    rows, columns = np.arange(height) // step, np.arange(width) // step
    if step > 1:
        image = resize_local_mean(image, (rows[-1] + 1, columns[-1] + 1))
    area = scene_pixels / step**2 / REFERENCE_PIXELS
    found = [
        labels
        for sigma, scales in SCALES.items()
        for labels in segment_at_scales(
            image, scales, sigma=sigma * area**0.5, min_size=round(SMALLEST * area)
        )
    ]
    return found if step == 1 else [labels[rows][:, columns] for labels in found]
