"""Human segmentations in the file format of the Berkeley data set."""

from operator import is_
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat


class LabelMaps(list):
    """The human segmentations of an image: a list of label maps (H, W) of equal size.

    They are stored as a single array of more than a megabyte, which joblib shares between
    processes. A search over many images would otherwise send all annotations to its workers
    again and again.

    Parameters
    ----------
    stack : ndarray of shape (n_annotators, H, W)
        The label maps.
    """

    def __init__(self, stack: np.ndarray) -> None:
        super().__init__(stack)
        self._stack = stack
        self._in_stack = list(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the stack as a whole, unless the list was changed."""
        if len(self) == len(self._in_stack) and all(map(is_, self, self._in_stack)):
            return LabelMaps, (self._stack,)
        return list, (list(self),)


def read_annotations(path: Path) -> LabelMaps:
    """Read a file of the folder `groundTruth`; a failure names the file."""
    try:
        annotators = loadmat(path)["groundTruth"][0]
        maps = [_consecutive(part["Segmentation"][0, 0]) for part in annotators]
        return LabelMaps(np.stack(maps))
    except Exception as error:  # a damaged file fails in many ways
        raise OSError(
            f"{str(path)!r} cannot be read as human segmentations of the Berkeley data set: "
            f"{type(error).__name__}: {error}"
        ) from error


def _consecutive(labels: np.ndarray) -> np.ndarray:
    """(H, W) small labels -> (H, W) uint16, consecutive from 0."""
    if labels.ndim != 2:
        raise ValueError(f"a segmentation has shape {labels.shape}, which is not (H, W)")
    present = np.bincount(labels.ravel()) > 0
    return (present.cumsum() - 1).astype(np.uint16)[labels]
