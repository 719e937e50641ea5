"""From what a user may give as `superpixels` to label maps for each image."""

from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_dic.images._images import Images
from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.superpixels._map import check_superpixel_map
from sklearn_dic.superpixels._names import get_superpixels
from sklearn_dic.utils._validation import check_parameters


def are_label_maps(superpixels: Any) -> bool:
    """Whether label maps are given, at least in part, rather than what computes them."""
    if isinstance(superpixels, list | tuple):
        return any(are_label_maps(part) for part in superpixels)
    return not isinstance(superpixels, str | None) and not hasattr(superpixels, "fit_transform")


def belong_to_one_image(superpixels: Any) -> bool:
    """Whether superpixels are label maps, or are read from one file: no use for other images."""
    if isinstance(superpixels, list | tuple):
        return any(belong_to_one_image(part) for part in superpixels)
    if isinstance(superpixels, BaseSuperpixels):
        return superpixels._is_for_one_image()
    return are_label_maps(superpixels)


def resolve_superpixels(superpixels: Any, images: Images) -> list[np.ndarray] | None:
    """Find the label maps of each image, or None where every pixel stands for itself.

    Parameters
    ----------
    superpixels : str, transformer, array-like, list of these, or None
        A name; a transformer, ours or anybody's, whose `fit_transform` maps an image
        (H, W, C) to labels (H, W); or the label map of the image. A list of K of these
        gives K maps for each image. Label maps for a collection come as one entry for each
        image, which again may be a list.
    images : Images
        The checked images.

    Returns
    -------
    maps : list of ndarray of shape (K, H_i, W_i), dtype int32, or None
        Labels consecutive from 0 within each map.
    """
    if superpixels is None:
        return None
    if isinstance(superpixels, list | tuple) and len(superpixels) == 0:
        raise ValueError("superpixels is an empty list; None lets every pixel vote for itself")
    if not are_label_maps(superpixels):
        kinds = superpixels if isinstance(superpixels, list | tuple) else [superpixels]
        votes = [_compute(kind, images) for kind in kinds]
        return [np.stack(maps) for maps in zip(*votes, strict=True)]
    entries = _one_entry_for_each_image(superpixels, images)
    resolved = []
    for place, entry in enumerate(entries):
        image = images.take(place)
        maps = [
            _compute(part, image)[0] if not are_label_maps(part) else _check_map(part, image)
            for part in _split(entry)
        ]
        resolved.append(np.stack(maps))
    if len({len(maps) for maps in resolved}) > 1:
        raise ValueError(
            f"superpixels has {[len(maps) for maps in resolved]} label maps for the images: each "
            "needs the same number"
        )
    return resolved


def _compute(kind: Any, images: Images) -> list[np.ndarray]:
    """Let a name or a transformer segment each image -> [(H_i, W_i)] int32."""
    if isinstance(kind, type):
        raise TypeError(f"superpixels={kind.__name__} is a class; pass {kind.__name__}()")
    transformer = get_superpixels(kind) if isinstance(kind, str) else clone(kind, safe=False)
    if not hasattr(transformer, "fit_transform"):
        raise _of_no_kind(kind)
    if isinstance(transformer, BaseSuperpixels):
        check_parameters(transformer)
        return transformer._segment_images(images)
    return [
        np.zeros((1, 1), np.int32)
        if images.shapes[place] == (1, 1)
        else _check_map(transformer.fit_transform(image.copy()), images.take(place))
        for place, image in enumerate(images.pixels)
    ]


def _check_map(labels: Any, image: Images) -> np.ndarray:
    """Check the superpixels of one image; what its mask leaves out is the last superpixel."""
    if np.asarray(labels).dtype.kind == "O":
        raise _of_no_kind(labels)
    checked = check_superpixel_map(labels, image.shapes[0], image.names[0])
    (mask,) = image.every_mask()
    if mask is None:
        return checked
    return check_superpixel_map(
        np.where(mask, checked, checked.max() + 1), checked.shape, image.names[0]
    )


def _of_no_kind(what: Any) -> TypeError:
    return TypeError(
        f"superpixels holds a {type(what).__name__}, {what!r}; what votes is a name, a transformer "
        "(MCGSuperpixels of a file, FunctionTransformer of a function), a label map, or a list of "
        "these. None by itself lets every pixel vote for itself"
    )


def _one_entry_for_each_image(superpixels: Any, images: Images) -> list[Any]:
    if images.form == "image":
        return [superpixels]
    if images.form == "table":
        superpixels = np.asarray(superpixels)
        if superpixels.ndim < 3:  # or maps of (1, 1) already
            superpixels = superpixels[..., None, None]
    entries = list(superpixels)
    if len(entries) != len(images):
        raise ValueError(
            f"there are {len(images)} image(s), and superpixels has length {len(entries)}: one "
            "label map for each image is needed, or a list of maps for each"
        )
    return entries


def _split(entry: Any) -> list[Any]:
    """Take a list or a stack of label maps apart; a single map stays whole."""
    if isinstance(entry, list | tuple):
        return [entry] if all(_is_row(part) for part in entry) else list(entry)
    return list(entry) if np.ndim(entry) == 3 else [entry]


def _is_row(part: Any) -> bool:
    """Whether it is a row of a label map that was written as nested lists."""
    return isinstance(part, list | tuple | np.ndarray) and np.ndim(part) == 1
