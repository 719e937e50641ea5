"""Distances of pixels along the axes of an image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, generic_gradient_magnitude

FAR = 4  # pixels of the finest axis: slices that are as far apart are looked at one by one
LEAST_SIGMA = 0.5  # pixels: the derivative of a narrower Gaussian sees no neighbour


def check_spacing(spacing: Any, n_dims: int) -> tuple[float, ...]:
    """Check the distances of pixels along the axes, and divide them by the smallest.

    Parameters
    ----------
    spacing : sequence of float, or None
        A distance for each axis, in any unit. None: pixels are as far apart along all axes.
    n_dims : int
        Number of spatial axes.

    Returns
    -------
    spacing : tuple of float
        1 along the axis of the finest resolution, larger along the others.

    Raises
    ------
    ValueError
        If there is not one positive number for each axis.
    """
    if spacing is None:
        return (1.0,) * n_dims
    try:
        numbers = np.asarray(spacing, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.zeros(0)
    if numbers.shape != (n_dims,) or not (np.isfinite(numbers) & (numbers > 0)).all():
        raise ValueError(
            f"spacing={spacing!r}: {n_dims} numbers larger than 0 are needed, the distance of "
            f"pixels along each of the {n_dims} spatial axes, such as "
            f"{(2.5, 1.0, 1.0)[-n_dims:]}"
        )
    return tuple((numbers / numbers.min()).tolist())


def find_far_axis(spacing: Sequence[float]) -> int | None:
    """Find an axis whose slices are at least 4 pixels of the finest axis apart.

    The two finest axes are never far. None: there is no such axis.
    """
    far = [int(axis) for axis in np.argsort(spacing)[2:] if spacing[axis] >= FAR]
    return far[0] if far else None


def smooth(plane: np.ndarray, sigma: float, spacing: Sequence[float]) -> np.ndarray:
    """Smooth by a Gaussian that is as wide along all axes, in units of the finest axis."""
    return gaussian_filter(plane, [sigma / distance for distance in spacing])


def gradient_magnitude(plane: np.ndarray, sigma: float, spacing: Sequence[float]) -> np.ndarray:
    """Length of the gradient of a Gaussian filter.

    Parameters
    ----------
    plane : ndarray of any shape
        Values.
    sigma : float
        Width of the Gaussian, in units of the finest axis.
    spacing : sequence of float
        From `check_spacing`.

    Returns
    -------
    lengths : ndarray of the same shape
        Change over the distance of pixels along the finest axis.
    """

    def derive(
        values: np.ndarray, axis: int, output: Any, mode: str, cval: float
    ) -> np.ndarray:  # with the arguments of `scipy.ndimage.generic_gradient_magnitude`
        sigmas = [sigma / distance for distance in spacing]
        sigmas[axis] = max(sigmas[axis], min(sigma, LEAST_SIGMA))
        order = [int(i == axis) for i in range(values.ndim)]
        found = gaussian_filter(values, sigmas, order, output, mode, cval)
        found /= spacing[axis]
        return found

    return generic_gradient_magnitude(plane, derive)
