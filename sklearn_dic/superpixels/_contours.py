"""Cut contour maps into regions, and draw contour maps of trees."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
from skimage.measure import label
from skimage.segmentation import watershed
from sklearn.utils import check_scalar

NO_PLACE_TO_CUT = "pass n_segments or threshold, the place to cut the tree"


def check_place_to_cut(n_segments: Any, threshold: Any) -> None:
    """Check the arguments of the method `cut` of a tree.

    Raises
    ------
    ValueError, TypeError
        If the number or threshold is out of range.
    """
    if n_segments is not None:
        check_scalar(n_segments, "n_segments", Integral, min_val=1)
    if threshold is not None and not (isinstance(threshold, Real) and float(threshold) >= 0):
        raise ValueError(
            f"threshold={threshold!r} is not a distance in the tree; distances are 0 or larger"
        )


def cut_contours(
    contours: np.ndarray,
    shape: tuple[int, ...],
    *,
    n_segments: int | None = None,
    threshold: float | None = None,
) -> np.ndarray:
    """Cut a contour map -> (H, W) labels from 1.

    Parameters
    ----------
    contours : ndarray of shape (H, W) or (2H + 1, 2W + 1)
        Strength of the contours; with doubled sides the contours lie between the pixels
        (`ucm2` in [1]_).
    shape : (int, int)
        (H, W) of the image.
    n_segments : int, default=None
        Cut at the smallest threshold that leaves at most `n_segments` regions.
    threshold : float, default=None
        Regions are connected by contours of at most this strength.

    References
    ----------
    .. [1] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", IEEE
       TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161.
    """
    cut = _cut_between_pixels if contours.shape != shape else _cut_on_pixels
    if threshold is None:
        threshold = _find_threshold(contours, cut, n_segments or 1)
    return cut(contours, threshold)


def _cut_between_pixels(contours: np.ndarray, threshold: float) -> np.ndarray:
    return label(contours <= threshold, connectivity=2)[1::2, 1::2]


def _cut_on_pixels(contours: np.ndarray, threshold: float) -> np.ndarray:
    """Assign pixels on the contours to the region that floods them first."""
    pieces = label(contours <= threshold, connectivity=1)
    if pieces.max() == 0:
        raise ValueError(
            f"no pixel of the contour map is at most threshold={threshold:g}; its values go from "
            f"{contours.min():g} to {contours.max():g}"
        )
    return watershed(contours, markers=pieces)


def _find_threshold(
    contours: np.ndarray, cut: Callable[[np.ndarray, float], np.ndarray], n_segments: int
) -> float:
    """Find the smallest threshold that leaves at most `n_segments` regions, by bisection."""
    thresholds = np.unique(contours)
    below, enough = -1, len(thresholds) - 1  # the largest leaves a single region
    if cut is _cut_on_pixels:
        # With soft edges, low thresholds leave few regions as well: start from the most.
        tried = np.unique(np.linspace(0, enough, 33).astype(int))
        counts = [label(contours <= thresholds[i], connectivity=1).max() for i in tried]
        below = tried[int(np.argmax(counts))] - 1
    while enough - below > 1:
        middle = (below + enough) // 2
        if len(np.unique(cut(contours, thresholds[middle]))) <= n_segments:
            enough = middle
        else:
            below = middle
    return thresholds[enough]


def draw_contours(
    labels: np.ndarray, between: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Draw contours between the pixels of an image or a volume.

    Parameters
    ----------
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        Label of each pixel.
    between : callable
        From the labels of neighbouring pixels, two arrays, to the strength between them.

    Returns
    -------
    contours : ndarray of shape (2 H + 1, 2 W + 1) or (2 Z + 1, 2 Y + 1, 2 X + 1), float64
        Pixels lie at odd places along all axes, and are 0, like the frame. Where contours meet,
        the strongest counts.
    """
    contours = np.zeros([2 * extent + 1 for extent in labels.shape])
    for axis in range(labels.ndim):
        pixels = np.moveaxis(labels, axis, 0)
        faces = tuple(
            slice(2, -1, 2) if i == axis else slice(1, None, 2) for i in range(labels.ndim)
        )
        strengths = between(pixels[:-1], pixels[1:])
        contours[faces] = np.moveaxis(strengths, 0, axis)
    for axis in range(labels.ndim):
        lines = np.moveaxis(contours, axis, 0)
        for side in (lines[1:-2:2], lines[3::2]):
            np.maximum(lines[2:-1:2], side, out=lines[2:-1:2])
        lines[0], lines[-1] = lines[1], lines[-2]  # a contour ends at the frame
    return contours
