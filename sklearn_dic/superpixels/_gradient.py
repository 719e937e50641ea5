"""The colour gradient, from which watersheds start."""

import numpy as np
from scipy.ndimage import gaussian_gradient_magnitude
from skimage.color import rgb2lab


def color_gradient(image: np.ndarray, sigma: float) -> np.ndarray:
    """(H, W, C) -> (H, W): length of the gradient over all channels.

    Three channels are taken for RGB and converted to Lab; others are multiplied by 100, the
    range of Lab.
    """
    channels = rgb2lab(image) if image.shape[-1] == 3 else 100 * image
    lengths = [
        gaussian_gradient_magnitude(channels[..., k], sigma) for k in range(channels.shape[-1])
    ]
    return np.linalg.norm(lengths, axis=0)
