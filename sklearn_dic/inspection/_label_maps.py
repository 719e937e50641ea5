"""Label maps that belong to images, checked and joined."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from skimage.measure import label as label_components

from sklearn_dic.images._images import Images


def check_label_maps(labels: Any, images: Images, what: str, several: bool = False) -> list[Any]:
    """Check that each image has its labels -> [(H_i, W_i)], integers.

    Parameters
    ----------
    labels : array-like of int, or list of these
        In the form of the images.
    images : Images
        The images.
    what : str
        How an error calls the labels.
    several : bool, default=False
        Whether an image may have K maps, (K, H_i, W_i).
    """
    if images.form == "table":
        raise ValueError(
            f"X was read as a table of {len(images)} pixels, which is no picture; pass the image "
            "as (H, W) or (H, W, C)"
        )
    maps = [labels] if images.form == "image" else list(labels)
    if len(maps) != len(images):
        raise ValueError(
            f"there are {what} for {len(maps)} image(s), and {len(images)} image(s): one map for "
            "each is needed, in the same order"
        )
    return [
        _check(one, shape, f"the {what} of {name}", several)
        for one, shape, name in zip(maps, images.shapes, images.names, strict=True)
    ]


def _check(labels: Any, shape: tuple[int, int], name: str, several: bool) -> np.ndarray:
    if labels is None:
        raise ValueError(f"{name} are None, as where a fit has failed: leave this image out")
    array = np.asarray(labels)
    if array.shape[-2:] != shape or array.ndim not in ((2, 3) if several else (2,)):
        raise ValueError(f"{name} have shape {array.shape}, and the image is {shape}")
    if array.dtype.kind not in "iub":
        raise TypeError(f"{name} have dtype {array.dtype}; labels are integers")
    return array


def describe_labels(labels: np.ndarray) -> str:
    """(H, W) labels -> "16 regions", or "16 labels" where one lies in several places.

    Negative labels are none, as of pixels outside of a mask.
    """
    counted = labels >= 0
    numbers = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    n_labels = len(np.unique(numbers[counted]))
    n_pieces = label_components(np.where(counted, numbers, -1), background=-1, return_num=True)[1]
    noun = "region" if n_pieces == n_labels else "label"
    return f"{n_labels} {noun}{'' if n_labels == 1 else 's'}"


def cross(maps: np.ndarray) -> np.ndarray:
    """(H, W) or (K, H, W) labels -> (H, W): one label for what no map divides."""
    first, *others = maps.reshape(-1, *maps.shape[-2:])
    crossed = first
    for other in others:
        pairs = np.stack([crossed.ravel(), other.ravel()])
        crossed = np.unique(pairs, axis=1, return_inverse=True)[1].reshape(first.shape)
    return crossed


def count_labels(maps: np.ndarray, where: np.ndarray) -> Sequence[int]:
    """(H, W) or (K, H, W) labels, (H, W) bool -> how many labels each map has there."""
    return [len(np.unique(one[where])) for one in maps.reshape(-1, *maps.shape[-2:])]
