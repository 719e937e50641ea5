"""The channels in which an image is compared, whatever its exposure and its kind of channels."""

from dataclasses import dataclass

import numpy as np
from skimage.color import rgb2lab

from sklearn_dic.images._color import is_in_unit_range
from sklearn_dic.utils._warnings import warn_caller

WHITE = 0.999  # share of the values that are darker than white


def expose(image: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Stretch an image to values from 0 to 1; grey becomes RGB.

    Dark images, such as fluorescence or 12 bits stored in 16, become as bright as others. Values
    from 0 to 1 are divided by their white; other values are also shifted. A few extreme pixels
    change nothing, unless all others are black.

    Parameters
    ----------
    image : ndarray of shape (H, W, C) or (Z, Y, X, C)
        Any range of values.
    mask : ndarray of bool, shape (H, W) or (Z, Y, X), default=None
        False at pixels that do not count. None: all count.

    Returns
    -------
    exposed : ndarray of the same shape; a grey image has three channels
    """
    return find_exposure(image, mask).expose(image)


@dataclass(frozen=True)
class Exposure:
    """Range of the values of an image.

    Attributes
    ----------
    black, white : float
        The values that become 0 and 1. All values become 0 if they are equal.
    is_color : bool
        Whether the image is grey or RGB, and is compared in Lab.
    """

    black: float
    white: float
    is_color: bool

    def expose(self, image: np.ndarray) -> np.ndarray:
        """Stretch an image to values from 0 to 1; grey becomes RGB."""
        if self.white > self.black:
            image = ((image - self.black) / (self.white - self.black)).clip(0, 1)
        else:
            image = np.zeros_like(image)
        return image.repeat(3, axis=-1) if image.shape[-1] == 1 else image

    def compare(self, exposed: np.ndarray) -> np.ndarray:
        """Convert an image of `expose` to channels, as `to_comparable` does."""
        if self.is_color:
            return rgb2lab(exposed)
        return exposed * (100 / exposed.shape[-1] ** 0.5)


def find_exposure(image: np.ndarray, mask: np.ndarray | None = None) -> Exposure:
    """Find the range of the values of an image, or of a sample of pixels (N, C)."""
    values = image if mask is None else image[mask]
    black, white = np.quantile(values, [1 - WHITE, WHITE])
    is_in_range = is_in_unit_range(image)
    if is_in_range:
        black = 0.0
    if white <= black:  # all but a few pixels are black
        black, white = min(black, values.min()), values.max()
    is_color = image.shape[-1] == 1 or (image.shape[-1] == 3 and is_in_range)
    return Exposure(float(black), float(white), is_color)


def to_comparable(image: np.ndarray, exposed: np.ndarray) -> np.ndarray:
    """Convert an image to channels whose Euclidean distance says how different pixels look.

    Grey images and images of three channels from 0 to 1 are RGB, and compared in Lab. Other
    channels go from 0 to 100, and their number does not change the distances.

    Parameters
    ----------
    image : ndarray of shape (H, W, C) or (Z, Y, X, C)
    exposed : ndarray of shape (H, W, C') or (Z, Y, X, C')
        From `expose`.

    Returns
    -------
    channels : ndarray of the shape of `exposed`
    """
    if image.shape[-1] == 1 or (image.shape[-1] == 3 and is_in_unit_range(image)):
        return rgb2lab(exposed)
    is_picture = image[..., 0].size > 1 and image.shape[-1] == 3  # and no pixel of a table
    if is_picture and 0 <= image.min() < image.max() <= 255 and (image % 1 == 0).all():
        warn_caller(
            f"three channels of whole numbers from {image.min():g} to {image.max():g} are merged "
            "as they are, and not in Lab as RGB from 0 to 1 is: if they are RGB, divide by 255"
        )
    return exposed * (100 / exposed.shape[-1] ** 0.5)
