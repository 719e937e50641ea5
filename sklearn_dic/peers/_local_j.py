"""The measure J of a map of colour classes: how far apart the classes lie."""

import numpy as np
from scipy.signal import fftconvolve

_RADIUS = 4.5  # of the round window at the smallest scale, which is 9 pixels wide


def measure_j(class_map: np.ndarray) -> float:
    """Measure J of a map of classes, or of a region: (S_T - S_W) / S_W.

    S_T is the spread of all pixel positions, and S_W the spread around the mean position of each
    class. J is 0 where all classes are mixed, and large where each class has a place of its own.

    Parameters
    ----------
    class_map : ndarray of int, shape (H, W)
        Class of each pixel; pixels below 0 do not count.
    """
    positions = np.argwhere(class_map >= 0).astype(np.float64)
    classes = class_map[class_map >= 0]
    total = _spread(positions)
    within = sum(_spread(positions[classes == number]) for number in np.unique(classes))
    if within == 0:
        return 0.0 if total == 0 else np.inf
    return float((total - within) / within)


def _spread(positions: np.ndarray) -> float:
    return float(((positions - positions.mean(axis=0)) ** 2).sum())


def local_j(class_map: np.ndarray, scale: int) -> np.ndarray:
    """Measure J in a round window around each pixel -> (H, W).

    Parameters
    ----------
    class_map : ndarray of int, shape (H, W)
        Classes from 0.
    scale : int
        1 for a window 9 pixels wide. Each further scale doubles the distances of the pixels that
        the window holds, and not their number. Pixels outside of the image do not count.
    """
    rows, columns = np.mgrid[-4:5, -4:5].astype(np.float64)
    window = (rows**2 + columns**2 <= _RADIUS**2).astype(np.float64)
    step = 2 ** (scale - 1)
    # A convolution turns the kernel round, which changes the sign of the positions alone.
    kernels = [_dilate(window * weight, step) for weight in (1, rows, columns)]
    count, total, squares = 0.0, np.zeros((2, *class_map.shape)), 0.0
    between = np.zeros(class_map.shape)  # sum over classes of |sum of positions|^2 / count
    spread = _dilate(window * (rows**2 + columns**2), step)
    for number in range(int(class_map.max()) + 1):
        indicator = (class_map == number).astype(np.float64)
        n, y, x = (fftconvolve(indicator, kernel, mode="same") for kernel in kernels)
        n = np.round(n)
        between += np.where(n > 0, (y**2 + x**2) / np.maximum(n, 1), 0)
        count, total = count + n, total + np.stack([y, x])
    squares = fftconvolve(np.ones(class_map.shape), spread, mode="same")
    all_spread = squares - (total**2).sum(axis=0) / np.maximum(count, 1)
    within = squares - between
    # Of an image smaller than the window, single pixels have no spread; the units are pixels.
    return np.maximum(all_spread - within, 0) / np.maximum(within, 1e-3)


def _dilate(kernel: np.ndarray, step: int) -> np.ndarray:
    """Put zeros between the values of a kernel."""
    dilated = np.zeros(tuple((side - 1) * step + 1 for side in kernel.shape))
    dilated[::step, ::step] = kernel
    return dilated
