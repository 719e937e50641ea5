"""Check and describe the label maps of images."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from skimage.measure import label as label_components

from sklearn_dic.images._images import Images


def check_label_maps(labels: Any, images: Images, noun: str, several: bool = False) -> list[Any]:
    """Check the labels of each image -> [(H_i, W_i)], integers.

    Parameters
    ----------
    labels : array-like of int, or list of these
        In the form of the images.
    images : Images
        The images.
    noun : str
        Name of the labels in error messages.
    several : bool, default=False
        Whether K maps for each image, (K, H_i, W_i), are allowed.
    """
    if images.form == "table":
        raise ValueError(
            f"X was read as a table of {len(images)} pixels, which cannot be drawn; pass the "
            "image as (H, W) or (H, W, C)"
        )
    maps = [labels] if images.form == "image" else list(labels)
    if len(maps) != len(images):
        raise ValueError(
            f"there are {noun} for {len(maps)} image(s), and {len(images)} image(s): each image "
            "needs a map, in the same order"
        )
    return [
        _check(part, shape, f"the {noun} of {name}", several)
        for part, shape, name in zip(maps, images.shapes, images.names, strict=True)
    ]


def share_masks(images: Images, maps: list[np.ndarray]) -> tuple[Images, list[np.ndarray]]:
    """Mask the pixels of negative labels, and give masked pixels the label -1."""
    masks = [labels >= 0 for labels in maps]
    if images.masks is not None:
        parts = zip(maps, images.masks, strict=True)
        maps = [np.where(mask, labels, -1) for labels, mask in parts]
    if all(mask.all() or not mask.any() for mask in masks):
        return images, maps
    passed = [mask if mask.any() else None for mask in masks]
    return images.with_mask(passed[0] if images.form == "image" else passed), maps


def _check(labels: Any, shape: tuple[int, ...], name: str, several: bool) -> np.ndarray:
    if labels is None:
        raise ValueError(
            f"{name} are None, for example because its fit failed: leave this image out"
        )
    array = np.asarray(labels)
    n_dims = len(shape)
    if array.shape[-n_dims:] != shape or not n_dims <= array.ndim <= n_dims + several:
        raise ValueError(f"{name} have shape {array.shape}, and the image is {shape}")
    if array.dtype.kind not in "iub":
        raise TypeError(f"{name} have dtype {array.dtype}; labels are integers")
    return array


def describe_labels(labels: np.ndarray) -> str:
    """(H, W) labels -> "16 regions" if each label is connected, else "16 labels".

    Negative labels, as outside of a mask, are not counted.
    """
    inside = labels >= 0
    numbers = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    n_labels = len(np.unique(numbers[inside]))
    n_pieces = label_components(np.where(inside, numbers, -1), background=-1, return_num=True)[1]
    noun = "region" if n_pieces == n_labels else "label"
    return f"{n_labels} {noun}{'' if n_labels == 1 else 's'}"


def cross(maps: np.ndarray) -> np.ndarray:
    """(H, W) or (K, H, W) labels -> (H, W): a label for each combination of labels."""
    first, *others = maps.reshape(-1, *maps.shape[-2:])
    crossed = first
    for other in others:
        pairs = np.stack([crossed.ravel(), other.ravel()])
        crossed = np.unique(pairs, axis=1, return_inverse=True)[1].reshape(first.shape)
    return crossed


def count_labels(maps: np.ndarray, where: np.ndarray) -> Sequence[int]:
    """(H, W) or (K, H, W) labels, (H, W) bool -> number of labels of each map there."""
    return [len(np.unique(part[where])) for part in maps.reshape(-1, *maps.shape[-2:])]
