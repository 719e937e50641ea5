"""Input in any form: an image or a collection, as arrays and paths."""

import os
from typing import Any, Literal

import numpy as np
from PIL import Image
from scipy import sparse

from sklearn_dic.images._image_file import ImageFile
from sklearn_dic.images._named_axes import (
    arrange_named,
    check_table_names,
    has_known_names,
    names_of_axes,
)
from sklearn_dic.images._photographs import from_picture
from sklearn_dic.utils._validation import ChannelAxis
from sklearn_dic.utils._warnings import warn_caller

Form = Literal["image", "stack", "list", "table"]

MANY_CHANNELS = 16  # images with more channels and few rows may be stacks

_EXPECTED: dict[tuple[int, ChannelAxis], str] = {
    (2, "auto"): "an image is (H, W) or (H, W, C), a stack of images (N, H, W, C)",
    (2, -1): "an image is (H, W, C), a stack of images (N, H, W, C), a table of pixels (N, C)",
    (2, None): "an image is (H, W), a stack of images (N, H, W)",
    (3, "auto"): "a volume is (Z, Y, X) or (Z, Y, X, C), a stack of volumes (N, Z, Y, X, C)",
    (3, -1): "a volume is (Z, Y, X, C), a stack of volumes (N, Z, Y, X, C)",
    (3, None): "a volume is (Z, Y, X), a stack of volumes (N, Z, Y, X)",
}
FORMS: dict[Any, dict[int, Form]] = {
    "auto": {2: "image", 3: "image", 4: "stack"},
    -1: {2: "table", 3: "image", 4: "stack"},
    None: {2: "image", 3: "stack"},
}


def find_form(n_axes: int, channel_axis: ChannelAxis, n_dims: int) -> Form | None:
    """Find the form of an array of so many axes; None if it has none."""
    form = FORMS[channel_axis].get(n_axes + 2 - n_dims)
    return None if form == "table" and n_dims == 3 else form


def is_path(item: object) -> bool:
    """Whether an item is the path of a file."""
    return isinstance(item, str | os.PathLike)


def split_input(
    X: Any, channel_axis: ChannelAxis = "auto", n_dims: int = 2
) -> tuple[list[Any], Form, list[str], ChannelAxis]:
    """Split a collection into images; pixels are not checked.

    Parameters
    ----------
    X : array-like, path, or list or tuple of these
        An image or a collection.
    channel_axis : {"auto", -1, None}
        How the axes of an array are read, see `open_images`.
    n_dims : {2, 3}
        Number of spatial axes.

    Returns
    -------
    items : list
        The images: paths, or any input of `numpy.asarray`.
    form : {"image", "stack", "list", "table"}
        Form of `X`.
    names : list of str
        Name of each image in error messages: its place in a collection, and its path.
    channel_axis : {"auto", -1, None}
        How the axes of the items are read.
    """
    item_axis: ChannelAxis = "auto" if names_of_axes(X) else channel_axis
    if is_path(X):
        return [X], "image", [f"the image {os.fspath(X)!r}"], channel_axis
    if isinstance(X, Image.Image):
        return [X], "image", ["the image"], channel_axis
    if isinstance(X, list | tuple) and not X:
        raise ValueError("X is an empty list; pass at least one image")
    if isinstance(X, list | tuple) and (_is_nested(X) or np.ndim(X[0]) == 1):
        is_masked = any(isinstance(row, np.ma.MaskedArray) for row in X)
        X = np.ma.array(X) if is_masked else as_array(X, "X")  # rows of an image or of a table
    if isinstance(X, list | tuple):
        names = [
            f"image {i} ({os.fspath(item)!r})" if is_path(item) else f"image {i}"
            for i, item in enumerate(X)
        ]
        return list(X), "list", names, channel_axis
    array, form = _read_axes(X, channel_axis, n_dims)
    if form == "image":
        return [array], form, ["the image"], item_axis
    check_not_empty(array, "X")
    items = list(array[:, None, None] if form == "table" else array)
    names = [f"image {i}" for i in range(len(items))]
    return items, form, names, -1 if form == "table" else item_axis


def _read_axes(X: Any, channel_axis: ChannelAxis, n_dims: int) -> tuple[np.ndarray, Form]:
    """Convert to an array with channels last, and find its form."""
    array = as_array(X, "X", channel_axis)
    if isinstance(X, np.ma.MaskedArray):
        array = np.ma.array(array, mask=np.ma.getmaskarray(X))
    names = names_of_axes(X)
    if has_known_names(names) and channel_axis == -1 and array.ndim == n_dims == 2:
        check_table_names(names)
    elif has_known_names(names):
        array, is_stack = arrange_named(array, names, "X", n_dims)
        return array, "stack" if is_stack else "image"
    form = find_form(array.ndim, channel_axis, n_dims)
    if form is None:
        raise ValueError(wrong_dimensions("X", array, channel_axis, n_dims))
    return array, form


def open_array(item: Any, name: str, channel_axis: ChannelAxis, n_dims: int) -> ImageFile:
    """Convert an image of a collection to an array; a picture of Pillow may have a mask."""
    if isinstance(item, Image.Image) and n_dims == 3:
        raise ValueError(
            f"{name} is a picture of {item.width} x {item.height} pixels, and n_spatial_dims=3 "
            "needs a volume: pass its slices as one array, `np.stack(slices)`"
        )
    if isinstance(item, Image.Image):
        return from_picture(item)
    array = as_array(item, name, channel_axis)
    names = names_of_axes(item)
    if has_known_names(names):
        array, is_stack = arrange_named(array, names, name, n_dims)
        if is_stack:
            raise ValueError(
                f"{name} has axes {names} (shape {array.shape}), a stack, where one image is "
                "expected; pass its images"
            )
    return ImageFile(array)


def _is_nested(X: Any) -> bool:
    """Whether X is nested lists of numbers."""
    while isinstance(X, list | tuple) and X:
        X = X[0]
    return np.isscalar(X) and not isinstance(X, str | bytes)


def as_array(item: Any, name: str, channel_axis: ChannelAxis = None) -> np.ndarray:
    """Input of `numpy.asarray` -> array of bool, integers or floats."""
    if item is None:
        raise TypeError(f"{name} is None; an image is an array or a path")
    if sparse.issparse(item):
        raise TypeError(
            f"{name} is a sparse {item.format} matrix of shape {item.shape}; an image is "
            "dense: pass `X.toarray()`"
        )
    if hasattr(item, "data_vars"):
        raise TypeError(
            f"{name} is a {type(item).__name__} of {len(item.data_vars)} variables; pass one of "
            "them, `X[name]`, or all as channels, `X.to_dataarray('channel')`"
        )
    if channel_axis == "auto" and hasattr(item, "columns") and hasattr(item, "shape"):
        columns = ", ".join(map(str, list(item.columns)[:4]))
        raise ValueError(
            f"{name} is a {type(item).__name__} of shape {tuple(item.shape)} with columns "
            f"{columns}{', ...' if len(item.columns) > 4 else ''}. A table of pixels needs "
            "channel_axis=-1; a grey image is an array, `X.to_numpy()`"
        )
    try:
        array = np.asarray(item)
    except ValueError as error:  # nested sequences of unequal lengths
        raise ValueError(
            f"{name} is no array ({error}); images of different sizes go into a list of arrays"
        ) from error
    except (TypeError, RuntimeError) as error:  # a tensor that NumPy cannot see
        raise TypeError(f"{name}, a {type(item).__name__}, is no array: {error}") from error
    found = f"{name} is an array of shape {array.shape} and dtype {array.dtype}"
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {found}; pass `abs(X)` or two channels")
    if array.dtype.kind == "O":
        if array.ndim == 0:
            raise TypeError(
                f"{name} is a {type(item).__name__}; an image is an array or a path, and several "
                "images go into a list"
            )
        if any(is_path(value) for value in array.flat):
            raise TypeError(f"{found} with paths in it; several paths go into a list: `list(X)`")
        try:
            return array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{found}, and not all of it is numbers ({error}); an image holds integers or "
                "floats, and several images go into a list"
            ) from error
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"{found}; an image holds integers or floats, and several paths go into a list"
        )
    return array


def wrong_dimensions(
    name: str, array: np.ndarray, channel_axis: ChannelAxis, n_dims: int = 2
) -> str:
    volume, slices = "", ""
    if n_dims == 3:
        volume, slices = "n_spatial_dims=3 and ", "; slices go into one array, `np.stack(slices)`"
    return (
        f"{name} has {array.ndim} dimension(s) (shape {array.shape}, dtype {array.dtype}); with "
        f"{volume}channel_axis={channel_axis!r} {_EXPECTED[n_dims, channel_axis]}. Reshape your "
        f"data; images of different sizes go into a list{slices}"
    )


def warn_of_channels_first(image: np.ndarray, name: str, n_dims: int = 2) -> None:
    """Warn if channels, slices or pages may have been read as rows of an image."""
    if image.ndim <= n_dims:
        return
    first, *_, width, n_channels = image.shape
    is_flat = n_channels > MANY_CHANNELS and first < min(image.shape[1:])
    if is_flat or MANY_CHANNELS < n_channels == width:
        stack = "volumes" if n_dims == 3 else "images"
        warn_caller(
            f"{name} has shape {image.shape} and is read as "
            f"{' x '.join(map(str, image.shape[:-1]))} pixels with {n_channels} channels. Where "
            f"the channels come first, pass `np.moveaxis(image, 0, -1)`; a stack of grey {stack} "
            "needs channel_axis=None; channel_axis=-1 says that they are last"
        )


def check_not_empty(array: np.ndarray, name: str) -> None:
    if array.shape[-1] == 0:
        raise ValueError(
            f"{name} is empty: 0 feature(s) (shape={array.shape}) while a minimum of 1 is required."
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}")
