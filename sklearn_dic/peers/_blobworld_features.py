"""Colour, texture and position of pixels, the features of Blobworld."""

import numpy as np
from scipy.ndimage import gaussian_filter

from sklearn_dic.images._color import to_lab

SCALES = np.arange(8) / 2  # pixels: widths of the windows in which texture is seen
SETTLED = 0.02  # change of the polarity from scale to scale at which it has settled
N_ANGLES = 8  # of the dominant direction, over half a circle
WINDOW = 1.5  # pixels: width of the Gaussian whose derivative is the gradient


def blobworld_features(image: np.ndarray) -> np.ndarray:
    """Compute colour, texture and position of each pixel.

    Texture is seen in a window whose width is the smallest at which the polarity of the gradient
    settles [1]_. There the anisotropy and the polarity, both times the contrast, and the contrast
    itself are taken, and the colour is smoothed.

    Parameters
    ----------
    image : ndarray of shape (H, W, C)
        RGB is converted to Lab, other channels are stretched to its range.

    Returns
    -------
    features : ndarray of shape (H, W, C + 5), float64
        C colours as shares of the range of Lab, anisotropy, polarity, contrast, row and column as
        shares of the longer side.

    References
    ----------
    .. [1] C. Carson, S. Belongie, H. Greenspan, J. Malik, "Blobworld: image segmentation using
       expectation-maximization and its application to image querying", PAMI 24 (2002),
       doi:10.1109/TPAMI.2002.1023800, sections 2.1 and 2.2.
    """
    colors = to_lab(image, None).astype(np.float64) / 100
    brightness = colors[..., 0] if colors.shape[2] == 3 else colors.mean(axis=2)
    gradient = np.stack(
        [gaussian_filter(brightness, WINDOW, order=order) for order in ((1, 0), (0, 1))]
    )
    polarities = np.stack([_polarity(gradient, scale) for scale in SCALES[1:]])
    polarities = np.stack(
        [gaussian_filter(plane, 2 * s) for plane, s in zip(polarities, SCALES[1:], strict=True)]
    )
    chosen = _settled_scale(polarities)
    anisotropies, contrasts, smooth = [], [], []
    for scale in SCALES[1:]:
        large, small, _ = _second_moments(gradient, scale)
        anisotropies.append(1 - np.divide(small, large, out=np.ones_like(small), where=large > 0))
        contrasts.append(2 * np.sqrt(large + small))
        smooth.append(gaussian_filter(colors, (scale, scale, 0)))
    contrast = _pick(contrasts, chosen)
    rows, columns = np.indices(brightness.shape) / max(brightness.shape)
    texture = [_pick(anisotropies, chosen) * contrast, _pick(polarities, chosen) * contrast]
    smoothed = np.moveaxis(_pick(np.moveaxis(np.stack(smooth), -1, 1), chosen), 0, -1)
    return np.concatenate(
        [smoothed, np.stack([*texture, contrast, rows, columns], axis=-1)], axis=-1
    )


def _second_moments(
    gradient: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(2, H, W) -> larger and smaller eigenvalue (H, W), and the angle of the larger."""
    down, right = gradient
    a, b, c = (gaussian_filter(part, scale) for part in (down**2, down * right, right**2))
    middle, spread = (a + c) / 2, np.hypot((a - c) / 2, b)
    angle = np.arctan2(2 * b, a - c) / 2  # from the rows' axis
    return middle + spread, np.maximum(middle - spread, 0), angle


def _polarity(gradient: np.ndarray, scale: float) -> np.ndarray:
    """(2, H, W) -> (H, W): how far the gradients of a window point the same way, 0 to 1."""
    angle = _second_moments(gradient, scale)[2]
    nearest = np.round(angle / np.pi * N_ANGLES).astype(int) % N_ANGLES
    polarity = np.zeros(angle.shape)
    for i in range(N_ANGLES):
        direction = i * np.pi / N_ANGLES
        along = gradient[0] * np.cos(direction) + gradient[1] * np.sin(direction)
        forward = gaussian_filter(np.maximum(along, 0), scale)
        backward = gaussian_filter(np.maximum(-along, 0), scale)
        total = forward + backward
        share = np.divide(
            np.abs(forward - backward), total, out=np.ones_like(total), where=total > 0
        )
        polarity[nearest == i] = share[nearest == i]
    return polarity


def _settled_scale(polarities: np.ndarray) -> np.ndarray:
    """(n_scales, H, W) -> (H, W): first scale at which the polarity changes little."""
    settled = np.abs(np.diff(polarities, axis=0)) < SETTLED
    return np.where(settled.any(axis=0), settled.argmax(axis=0) + 1, len(polarities) - 1)


def _pick(planes: list[np.ndarray] | np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """(n_scales, ..., H, W), (H, W) -> (..., H, W): of each pixel the value at its scale."""
    stacked = np.asarray(planes)
    index = np.broadcast_to(chosen, stacked.shape[1:])[None]
    return np.take_along_axis(stacked, index, axis=0)[0]
