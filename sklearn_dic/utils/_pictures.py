"""Pictures of a segmentation, as arrays."""

import numpy as np
from skimage.color import label2rgb
from skimage.segmentation import mark_boundaries
from skimage.util import img_as_ubyte


def as_rgb(pixels: np.ndarray) -> np.ndarray:
    """(H, W, C) float -> (H, W, 3) float in [0, 1], to look at.

    One or two channels show the first as grey; more than three show the first three. Values
    outside [0, 1] are stretched into it, with one scale for all channels.
    """
    shown = pixels[..., :3] if pixels.shape[2] >= 3 else pixels[..., [0, 0, 0]]
    low, high = min(0.0, float(shown.min())), max(1.0, float(shown.max()))
    return (shown.astype(np.float64) - low) / (high - low)


def draw_boundaries(pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, C) float, (H, W) labels -> (H, W, 3) uint8: boundaries over the picture.

    Yellow with a black rim, so that they stand out on any ground.
    """
    drawn = mark_boundaries(as_rgb(pixels), labels, color=(1, 1, 0), outline_color=(0, 0, 0))
    return img_as_ubyte(drawn)


def draw_mean_colors(pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(H, W, C) float, (H, W) labels -> (H, W, 3) uint8: each label in its mean colour."""
    return img_as_ubyte(label2rgb(labels, as_rgb(pixels), kind="avg", bg_label=-1))
