"""Label maps for each image, computed by superpixel methods or passed with the images."""

from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_dic.images._images import Images
from sklearn_dic.superpixels._base import BaseSuperpixels, segment_images
from sklearn_dic.superpixels._map import check_superpixel_map
from sklearn_dic.superpixels._names import get_superpixels

EMPTY = "superpixels is an empty list; None makes each pixel a superpixel"


def resolve_superpixels(superpixels: Any, images: Images) -> list[np.ndarray] | None:
    """Find the label maps for the argument `superpixels` of `fit` or `predict`.

    Parameters
    ----------
    superpixels : str, transformer, array-like, list of these, or None
        Superpixel methods as in `compute_superpixels`, or label maps as in
        `check_superpixels`.
    images : Images
        The opened images.

    Returns
    -------
    maps : list of ndarray of shape (K, H_i, W_i), dtype int32, or None
        Labels consecutive from 0 within each map; None if there are no superpixels.
    """
    if superpixels is None or _hold_methods(superpixels):
        return compute_superpixels(superpixels, images)
    return check_superpixels(superpixels, images)


def compute_superpixels(methods: Any, images: Images) -> list[np.ndarray] | None:
    """Compute label maps for the parameter `superpixels` of an estimator.

    Parameters
    ----------
    methods : str, transformer, list of these, or None
        A name, or a transformer of this package or of another, whose `fit_transform` maps an
        image (H, W, C) to labels (H, W). A list of K methods gives K maps for each image.
    images : Images
        The opened images.

    Returns
    -------
    maps : list of ndarray of shape (K, H_i, W_i), dtype int32, or None
        Labels consecutive from 0 within each map; None for None.

    Raises
    ------
    TypeError
        If a label map is among the methods, or anything else that computes no superpixels.
    """
    if methods is None:
        return None
    methods = methods if isinstance(methods, list | tuple) else [methods]
    if len(methods) == 0:
        raise ValueError(EMPTY)
    transformers = [_as_transformer(method) for method in methods]
    maps = [_compute(transformer, images) for transformer in transformers]
    return [np.stack(of_image) for of_image in zip(*maps, strict=True)]


def check_superpixels(maps: Any, images: Images) -> list[np.ndarray]:
    """Check label maps that are passed together with the images.

    Parameters
    ----------
    maps : array-like of int, or list of these
        For an image, a map of shape (H, W), or K maps as a list or an array of shape
        (K, H, W). For a collection, such an entry for each image.
    images : Images
        The opened images.

    Returns
    -------
    maps : list of ndarray of shape (K, H_i, W_i), dtype int32
        Labels consecutive from 0 within each map. Pixels outside of the mask of an image are
        the last superpixel.
    """
    if isinstance(maps, list | tuple) and len(maps) == 0:
        raise ValueError(EMPTY)
    checked = []
    for place, entry in enumerate(_one_entry_for_each_image(maps, images)):
        image = images.take(place)
        checked.append(np.stack([_check_map(labels, image) for labels in _split(entry, image)]))
    numbers = [len(of_image) for of_image in checked]
    if len(set(numbers)) > 1:
        raise ValueError(
            f"superpixels has {numbers} label maps for the images: each needs the same number"
        )
    return checked


def _hold_methods(superpixels: Any) -> bool:
    """Whether superpixels hold a name or a transformer, at least in part."""
    if isinstance(superpixels, list | tuple):
        return any(_is_method(part) for part in superpixels)
    return _is_method(superpixels)


def _is_method(superpixels: Any) -> bool:
    return isinstance(superpixels, str | type) or hasattr(superpixels, "fit_transform")


def _as_transformer(method: Any) -> Any:
    """Make a transformer of a name, or a clone of a transformer."""
    if isinstance(method, type):
        raise TypeError(f"superpixels={method.__name__} is a class; pass {method.__name__}()")
    if isinstance(method, str):
        return get_superpixels(method)
    if hasattr(method, "fit_transform"):
        return clone(method, safe=False)
    if hasattr(method, "__array__") or isinstance(method, list | tuple):
        raise TypeError(
            f"superpixels holds label maps (a {type(method).__name__} of shape "
            f"{np.shape(method)}) in place of a name or a transformer. Pass label maps with the "
            "images: fit(X, superpixels=labels), without names or transformers in the list, or "
            "SuperpixelMap(labels, image) as X"
        )
    raise _wrong_type(method)


def _compute(transformer: Any, images: Images) -> list[np.ndarray]:
    """Let a transformer segment each image -> [(H_i, W_i)] int32."""
    if isinstance(transformer, BaseSuperpixels):
        return segment_images(transformer, images)
    return [
        np.zeros((1, 1), np.int32)  # a pixel of a table
        if images.shapes[place] == (1, 1)
        else _check_map(transformer.fit_transform(image.copy()), images.take(place))
        for place, image in enumerate(images.pixels)
    ]


def _check_map(labels: Any, image: Images) -> np.ndarray:
    """Check the label map of an image; pixels outside of its mask are the last superpixel."""
    if np.asarray(labels).dtype.kind in "OU":
        raise _wrong_type(labels)
    checked = check_superpixel_map(labels, image.shapes[0], image.names[0])
    (mask,) = image.every_mask()
    if mask is None:
        return checked
    return check_superpixel_map(
        np.where(mask, checked, checked.max() + 1), checked.shape, image.names[0]
    )


def _wrong_type(found: Any) -> TypeError:
    return TypeError(
        f"superpixels holds a {type(found).__name__}, {found!r}; it takes a name, a transformer "
        "(FileSuperpixels of a file, FunctionTransformer of a function), a list of these, or None "
        "by itself; fit and predict also take label maps of their images"
    )


def _one_entry_for_each_image(maps: Any, images: Images) -> list[Any]:
    if images.form == "image":
        return [maps]
    if not hasattr(maps, "__len__") and not hasattr(maps, "__array__"):
        raise _wrong_type(maps)
    if images.form == "table":
        maps = np.asarray(maps)
        if maps.ndim < 3:  # or maps of (1, 1) already
            maps = maps[..., None, None]
    entries = list(maps)
    if len(entries) != len(images):
        raise ValueError(
            f"there are {len(images)} image(s), and superpixels has length {len(entries)}: pass "
            "a label map, or a list of maps, for each image"
        )
    return entries


def _split(entry: Any, image: Images) -> list[Any]:
    """Split a list or a stack of label maps; a single map stays whole."""
    if isinstance(entry, list | tuple):
        return [entry] if all(_is_row(part) for part in entry) else list(entry)
    return list(entry) if np.ndim(entry) == image.n_spatial_dims + 1 else [entry]


def _is_row(part: Any) -> bool:
    """Whether it is a row of a label map that was written as nested lists."""
    return isinstance(part, list | tuple | np.ndarray) and np.ndim(part) == 1
