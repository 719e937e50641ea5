"""Colour conversion and gradients for the superpixel methods."""

from collections.abc import Sequence

import numpy as np
from skimage.color import rgb2lab

from sklearn_dic.images._spacing import check_spacing, gradient_magnitude
from sklearn_dic.utils._warnings import warn_caller

FEW = 0.001  # fraction of the values


def is_converted(image: np.ndarray, convert2lab: bool | None) -> bool:
    """Whether an image is read as RGB and converted to Lab; by default if it has 3 channels."""
    if convert2lab and image.shape[-1] != 3:
        raise ValueError(
            f"convert2lab=True needs images of 3 channels, and this image has {image.shape[-1]}"
        )
    return image.shape[-1] == 3 if convert2lab is None else convert2lab


def to_lab(image: np.ndarray, convert2lab: bool | None) -> np.ndarray:
    """(H, W, C) -> (H, W, C): RGB -> Lab; other channels are stretched to 0..100, its range."""
    if is_converted(image, convert2lab):
        if not is_in_unit_range(image):
            warn_caller(
                f"three channels are taken for RGB from 0 to 1, and these go from {image.min():g} "
                f"to {image.max():g}. Divide the image (by 255, if it was 8-bit; in the "
                "shell --white 255), or pass convert2lab=False if it is not RGB"
            )
        return rgb2lab(np.clip(image, 0, 1))
    spread = np.ptp(image)
    return (image - image.min()) * (100 / spread if spread > 0 else 1)


def is_in_unit_range(image: np.ndarray) -> bool:
    """Whether values are in [0, 1], except for rounding errors and a few bad pixels."""
    return int(np.count_nonzero((image < -0.01) | (image > 1.01))) <= image.size * FEW


def color_gradient(image: np.ndarray, sigma: float, convert2lab: bool | None) -> np.ndarray:
    """(H, W, C) -> (H, W): gradient magnitude over all channels of `to_lab`."""
    return gradient_length(to_lab(image, convert2lab), sigma)


def gradient_length(
    channels: np.ndarray, sigma: float, spacing: Sequence[float] | None = None
) -> np.ndarray:
    """(..., C) -> (...): gradient magnitude of a Gaussian filter over all channels."""
    planes = np.moveaxis(channels, -1, 0)
    spacing = check_spacing(spacing, channels.ndim - 1)
    return np.linalg.norm([gradient_magnitude(plane, sigma, spacing) for plane in planes], axis=0)
