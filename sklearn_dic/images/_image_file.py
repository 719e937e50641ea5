"""Content of an image file, and the options of reading it."""

from dataclasses import dataclass
from typing import Any

import numpy as np


class ImageFileError(ValueError):
    """A file that can be read in several ways, or in none; the message has a remedy.

    Its message continues the name of the file.
    """


@dataclass(frozen=True)
class ReadingOptions:
    """Options of reading a file.

    Attributes
    ----------
    orientation : bool
        Whether the picture is turned as its EXIF orientation says.
    frame : int, tuple of int, or None
        Picture of a file of several pictures; a number for each axis of pictures.
    axes : str or None
        Name of each axis of the array in the file, such as "CYX", instead of the names in the
        file.
    white : float or None
        Value of the file that becomes 1.
    n_spatial_dims : {2, 3}
        2 for an image, 3 for a volume of all slices.
    """

    orientation: bool = True
    frame: int | tuple[int, ...] | None = None
    axes: str | None = None
    white: float | None = None
    n_spatial_dims: int = 2


@dataclass
class ImageFile:
    """Content of an image file.

    Attributes
    ----------
    pixels : ndarray of shape (H, W) or (H, W, C), of a volume (Z, Y, X) or (Z, Y, X, C)
        The values of the file. CMYK and palettes are converted to RGB.
    mask : ndarray of shape (H, W) or (Z, Y, X), bool, or None
        True where a pixel counts. None if all pixels count.
    axes : str or None
        Names of the axes of `pixels`, "YX", "YXC", "ZYX" or "ZYXC", if the file names them. None
        if the last of three axes is taken for channels by convention.
    georeference : object or None
        Place of the pixels on the ground, which the results inherit.
    white : float or None
        Largest possible value of integers, if the file says so. None: that of the dtype.
    """

    pixels: np.ndarray
    mask: np.ndarray | None = None
    axes: str | None = None
    georeference: Any = None
    white: float | None = None


def without_alpha(pixels: np.ndarray, place: int = -1) -> ImageFile:
    """(..., C) with alpha -> (...) or (..., C - 1), masked where alpha is 0.

    A constant alpha has no meaning and gives no mask.

    Parameters
    ----------
    pixels : ndarray of shape (H, W, C) or (Z, Y, X, C)
        The channels, alpha among them.
    place : int
        The channel of alpha.
    """
    alpha = pixels[..., place]
    channels = np.delete(pixels, place, axis=-1)
    mask = None if alpha.min() == alpha.max() else alpha > 0
    return ImageFile(channels[..., 0] if channels.shape[-1] == 1 else channels, mask)


def turn(image: np.ndarray, orientation: int, axis: int = 0) -> np.ndarray:
    """(..., H, W, ...) -> upright, by a number from 1 to 8 of the EXIF orientation.

    The axis is that of the rows.
    """
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(axis, axis + 1)
    if orientation in (2, 3, 6, 7):
        image = np.flip(image, axis + 1)
    if orientation in (3, 4, 7, 8):
        image = np.flip(image, axis)
    return image
