"""Superpixels to merge: what lies inside closed contours."""

import numpy as np
from skimage.morphology import area_closing
from skimage.segmentation import watershed

from sklearn_dic.images._color import gradient_length

SIGMA = 1.0  # pixels: width of the Gaussian whose derivative is the gradient
SMALLEST = 20  # pixels of a basin; with 10 to 50 the scores of BSDS300 are about the same
SMALLEST_SHARE = 0.001  # of a small picture, which has few pixels to divide


def find_basins(channels: np.ndarray, contours: np.ndarray) -> np.ndarray:
    """Divide a picture where its colours change, and where its contours are.

    The gradient alone has borders in textures, and the contours, of a reduced copy, lie beside
    what they follow. Their product is a landscape whose basins are flooded.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture, as `to_lab` gives it.
    contours : ndarray of shape (H, W)
        0 or larger, as `spectral_contours` finds them.

    Returns
    -------
    labels : ndarray of int, shape (H, W)
        Connected basins, from 1, of at least 20 pixels or a thousandth of a small picture; all 0
        where nothing changes.
    """
    heights = gradient_length(channels, SIGMA) * contours
    thick = [(0, max(3 - side, 0)) for side in heights.shape]  # scikit-image closes no thinner ones
    smallest = min(SMALLEST, int(SMALLEST_SHARE * heights.size))
    basins = watershed(area_closing(np.pad(heights, thick, mode="edge"), smallest))
    return basins[: heights.shape[0], : heights.shape[1]]
