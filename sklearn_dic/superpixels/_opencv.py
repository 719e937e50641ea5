"""Common code of the methods from OpenCV."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from sklearn_dic.images._color import is_converted, to_lab
from sklearn_dic.utils._extras import import_extra

_CHANGING_THREADS = threading.Lock()
_TO_RESTORE: list[int] = []  # an entry for each thread of the program that computes


def import_ximgproc() -> ModuleType:
    """Import OpenCV's extended image processing, from opencv-contrib."""
    return import_extra("cv2.ximgproc", "opencv", "for these superpixels")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenCV compute with a single thread: the result depends on the order of its sums.

    The number belongs to the whole process: the first to come sets it, the last restores it.
    """
    cv2 = import_extra("cv2", "opencv", "for these superpixels")
    with _CHANGING_THREADS:
        _TO_RESTORE.append(_TO_RESTORE[0] if _TO_RESTORE else cv2.getNumThreads())
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        with _CHANGING_THREADS:
            number = _TO_RESTORE.pop()
            if not _TO_RESTORE:
                cv2.setNumThreads(number)


def as_bytes(image: np.ndarray, convert2lab: bool | None) -> np.ndarray:
    """(H, W, C) floats -> (H, W, 1 to 3) uint8, with the channels that `to_lab` gives.

    More than three channels become their first three principal components.
    """
    in_lab = is_converted(image, convert2lab)
    if image.shape[-1] > 3:
        centered = image - image.mean(axis=(0, 1))
        _, components = np.linalg.eigh(np.tensordot(centered, centered, ((0, 1), (0, 1))))
        image = centered @ components[:, -3:]  # the largest eigenvalues come last
    scale, offset = ((2.55, 1, 1), (0, 128, 128)) if in_lab else (2.55, 0)
    return (to_lab(image, in_lab) * scale + offset).clip(0, 255).astype(np.uint8)


def pad_to(image: np.ndarray, side: int) -> np.ndarray:
    """Repeat the border until no side is shorter: OpenCV fails on narrow images."""
    height, width = image.shape[:2]
    extra = [(0, max(0, side - height)), (0, max(0, side - width)), (0, 0)]
    return np.pad(image, extra, mode="edge")
