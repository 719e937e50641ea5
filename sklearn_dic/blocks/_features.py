"""Learned features of blocks."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_dic.blocks._grid import Box, Grid
from sklearn_dic.blocks._region_sums import sum_regions
from sklearn_dic.blocks._source import Source, Window, read_window
from sklearn_dic.blocks._work import WorkFolder
from sklearn_dic.hierarchy._features import smooth_by_region


def fit_features(
    transformer: Any,
    source: Source,
    mask_source: Source | None,
    grid: Grid,
    n_channels: int,
) -> Any:
    """Fit a clone of a transformer to the windows of the sample of a picture."""
    windows = [read_window(source, box, n_channels, mask_source) for box in grid.sample()]
    crops = [window.pixels for window in windows if not window.is_empty]
    return clone(transformer).fit(crops[0] if len(crops) == 1 else crops)


def compute_features(transformer: Any, pixels: np.ndarray) -> np.ndarray:
    """(h, w, C) -> (h, w, D) features; probabilities of labels where there are any."""
    compute = getattr(transformer, "predict_proba", transformer.transform)
    with _one_torch_thread():
        return np.asarray(compute(pixels))


def _one_torch_thread() -> AbstractContextManager:
    """Compute with one thread of PyTorch, if it is loaded: rounding depends on their number."""
    if "torch" not in sys.modules:
        return nullcontext()
    from sklearn_dic.utils._device import one_torch_thread

    return one_torch_thread()


def describe_block(
    transformer: Any,
    window: Window,
    leaves: np.ndarray,
    core: Box,
    scene_size: float,
    folder: WorkFolder,
) -> dict[str, np.ndarray]:
    """Compute the features of the leaves in a block.

    Parameters
    ----------
    transformer : transformer
        Fitted.
    window : Window
        The block, and the pixels around it that the features reach.
    leaves : ndarray of int, shape (h, w)
        The leaves in the window.
    core : Box
        The pixels of the block.
    scene_size : float
        Side of a scene: features are smoothed over a 32nd of it.
    folder : WorkFolder
        It has the centres of the leaves.

    Returns
    -------
    arrays : dict
        Sums of the features over the pixels of the block; and smooth features of the leaves whose
        centres lie in the block.
    """
    features = compute_features(transformer, window.pixels)
    own = core.within(window.box)
    sums = sum_regions(leaves[own], features[own])
    centers = folder.load("sides", "centers.npy")
    (top, bottom), (left, right) = core.rows, core.columns
    here = np.flatnonzero(
        (centers[0] >= top) & (centers[0] < bottom) & (centers[1] >= left) & (centers[1] < right)
    )
    first = np.array([[window.box.rows[0]], [window.box.columns[0]]])
    smooth = smooth_by_region(features, leaves, scene_size**2, centers=centers[:, here] - first)
    return {
        "learned": sums.regions,
        "learned_values": sums.values,
        "smooth": here,
        "smooth_values": smooth,
    }
