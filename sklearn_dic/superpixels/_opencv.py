"""What the methods from OpenCV share."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
from skimage.color import rgb2lab

from sklearn_dic.utils._extras import import_extra


def import_ximgproc() -> ModuleType:
    """OpenCV's extended image processing, which plain OpenCV does not have."""
    return import_extra("cv2.ximgproc", "opencv", "for these superpixels")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenCV compute with one thread: the order of its sums decides the answer."""
    cv2 = import_extra("cv2", "opencv", "for these superpixels")
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def as_bytes(image: np.ndarray) -> np.ndarray:
    """(H, W, C) floats -> (H, W, 1 to 3) uint8.

    RGB becomes Lab. More than three channels become their first three principal components,
    and whatever is not RGB is spread from 0 to 255.
    """
    n_channels = image.shape[-1]
    if n_channels == 3:
        lab = rgb2lab(image) * (2.55, 1, 1) + (0, 128, 128)
        return lab.clip(0, 255).astype(np.uint8)
    if n_channels > 3:
        centered = image - image.mean(axis=(0, 1))
        _, components = np.linalg.eigh(np.tensordot(centered, centered, ((0, 1), (0, 1))))
        image = centered @ components[:, -3:]  # the largest eigenvalues are the last ones
    spread = np.ptp(image)
    return ((image - image.min()) * (255 / spread if spread > 0 else 0)).astype(np.uint8)


def pad_to(image: np.ndarray, side: int) -> np.ndarray:
    """Repeat the border until no side is shorter, because OpenCV stumbles over narrow images."""
    height, width = image.shape[:2]
    extra = [(0, max(0, side - height)), (0, max(0, side - width)), (0, 0)]
    return np.pad(image, extra, mode="edge")
