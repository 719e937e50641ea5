"""Content of an image file, and the options of reading it."""

from dataclasses import dataclass
from typing import Any

import numpy as np


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
    """

    orientation: bool = True
    frame: int | tuple[int, ...] | None = None
    axes: str | None = None
    white: float | None = None


@dataclass
class ImageFile:
    """Content of an image file.

    Attributes
    ----------
    pixels : ndarray of shape (H, W) or (H, W, C)
        The values of the file. CMYK and palettes are converted to RGB.
    mask : ndarray of shape (H, W), bool, or None
        True where a pixel counts. None if all pixels count.
    axes : str or None
        Names of the axes of `pixels`, "YX" or "YXC", if the file names them. None if the last
        of three axes is taken for channels by convention.
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
