"""Masks: True where a pixel of an image counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt


def check_masks(
    mask: Any, form: str, shapes: Sequence[tuple[int, ...]], names: Sequence[str]
) -> list[np.ndarray]:
    """Check the masks of a collection -> [(H_i, W_i)] bool, or [(Z_i, Y_i, X_i)] of volumes.

    Parameters
    ----------
    mask : array-like of bool, or list of these
        In the form of the images, without their channels; None in a list: all pixels count.
    form : {"image", "stack", "list", "table"}
        Form of the images.
    shapes : sequence of tuple of int
        (H_i, W_i) of each image, or (Z_i, Y_i, X_i) of each volume.
    names : sequence of str
        Name of each image in error messages.
    """
    if form != "image" and not hasattr(mask, "__len__"):
        raise ValueError(
            f"the mask is {mask!r}, and there are {len(shapes)} images: pass a mask for each"
        )
    masks = [mask] if form == "image" else list(mask)
    if len(masks) != len(shapes):
        raise ValueError(
            f"there are {len(shapes)} image(s), and the mask has length {len(masks)}: pass a "
            "mask for each image"
        )
    return [
        np.ones(shape, bool) if part is None else _check_mask(np.asarray(part), form, shape, name)
        for part, shape, name in zip(masks, shapes, names, strict=True)
    ]


def _check_mask(mask: np.ndarray, form: str, shape: tuple[int, ...], name: str) -> np.ndarray:
    if form == "table":
        mask = mask.reshape(1, 1)
    if mask.shape != shape:
        raise ValueError(f"the mask of {name} has shape {mask.shape}, the image has {shape}")
    if mask.dtype != bool and not np.isin(mask, (0, 1)).all():
        raise ValueError(
            f"the mask of {name} has dtype {mask.dtype} and values from {mask.min()} to "
            f"{mask.max()}; a mask is True or 1 where the image counts, else False or 0"
        )
    return mask.astype(bool)


def masks_of_arrays(
    items: Sequence[Any], shapes: Sequence[tuple[int, ...]]
) -> list[np.ndarray] | None:
    """Read the masks of masked arrays, True where no channel is masked.

    Parameters
    ----------
    items : sequence
        The images as given, masked arrays among them.
    shapes : sequence of tuple of int
        (H_i, W_i) of each image, or (Z_i, Y_i, X_i) of each volume.

    Returns
    -------
    masks : list of ndarray of bool, or None
        In the shapes of the images.
        None if no item is a masked array.
    """
    if not any(isinstance(item, np.ma.MaskedArray) for item in items):
        return None
    masks = []
    for item, shape in zip(items, shapes, strict=True):
        mask: np.ndarray = np.ones(shape, bool)
        if isinstance(item, np.ma.MaskedArray):
            mask = np.asarray(~np.ma.getmaskarray(item).reshape(*shape, -1).any(axis=-1))
        masks.append(mask)
    return masks


def check_any_pixel(masks: Sequence[np.ndarray], names: Sequence[str]) -> None:
    """Raise ValueError if a mask leaves no pixel of an image."""
    for mask, name in zip(masks, names, strict=True):
        if not mask.any():
            raise ValueError(f"the mask of {name} is False everywhere: no pixel is left")


def fill_outside(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Copy an image, with the nearest pixel of the mask at each other pixel.

    So there is no edge at the border of the mask.
    """
    if mask.all():
        return image.copy()
    if not mask.any():  # of a table
        return np.zeros_like(image)
    nearest = distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return image[tuple(nearest)]
