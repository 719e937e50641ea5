"""Masks: which pixels of an image count."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def check_masks(
    mask: Any, form: str, shapes: Sequence[tuple[int, int]], names: Sequence[str]
) -> list[np.ndarray]:
    """Check the masks of a collection -> [(H_i, W_i)] bool.

    Parameters
    ----------
    mask : array-like of bool, or list of these
        In the form of the images, without their channels; None in a list: all pixels count.
    form : {"image", "stack", "list", "table"}
        What the images are.
    shapes : sequence of (int, int)
        (H_i, W_i) of each image.
    names : sequence of str
        How an error calls each image.
    """
    if form != "image" and not hasattr(mask, "__len__"):
        raise ValueError(
            f"the mask is {mask!r}, and there are {len(shapes)} images: one for each is needed"
        )
    masks = [mask] if form == "image" else list(mask)
    if len(masks) != len(shapes):
        raise ValueError(
            f"there are {len(shapes)} image(s), and the mask has length {len(masks)}: one mask "
            "for each image is needed"
        )
    return [
        np.ones(shape, bool) if one is None else _check_mask(np.asarray(one), form, shape, name)
        for one, shape, name in zip(masks, shapes, names, strict=True)
    ]


def _check_mask(mask: np.ndarray, form: str, shape: tuple[int, int], name: str) -> np.ndarray:
    if form == "table":
        mask = mask.reshape(1, 1)
    if mask.shape != shape:
        raise ValueError(f"the mask of {name} has shape {mask.shape}, the image has {shape}")
    if mask.dtype != bool and not np.isin(mask, (0, 1)).all():
        raise ValueError(
            f"the mask of {name} has dtype {mask.dtype} and values from {mask.min()} to "
            f"{mask.max()}; a mask is True or 1 where the image counts, else False or 0"
        )
    if not mask.any() and form != "table":
        raise ValueError(f"the mask of {name} is False everywhere: no pixel is left")
    return mask.astype(bool)


def fill_outside(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W) or (H, W, C) -> a copy with the mean colour where the mask is False."""
    filled = np.array(image)
    mean = image[mask].mean(axis=0, dtype=np.float64) if mask.any() else 0
    filled[~mask] = mean if np.isfinite(mean).all() else 0
    return filled
