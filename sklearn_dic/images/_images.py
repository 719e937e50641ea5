"""Open and check images, and return answers in the form of the input."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from PIL import Image
from scipy import sparse

from sklearn_dic.images._masks import check_any_pixel, check_masks, fill_outside, masks_of_arrays
from sklearn_dic.images._reading import ImageFile, read_file
from sklearn_dic.utils._validation import ChannelAxis
from sklearn_dic.utils._warnings import warn_caller

Form = Literal["image", "stack", "list", "table"]

SAMPLE, SMALLEST_SAMPLE = 100_000, 1_000  # values from which the usual range is estimated
LARGEST_RATIO_OF_RANGES = 10
MANY_CHANNELS = 16  # images with more channels and few rows may be stacks

_EXPECTED = {
    "auto": "an image is (H, W) or (H, W, C), a stack of images (N, H, W, C)",
    -1: "an image is (H, W, C), a stack of images (N, H, W, C), a table of pixels (N, C)",
    None: "an image is (H, W), a stack of images (N, H, W)",
}
_FORMS: dict[Any, dict[int, Form]] = {
    "auto": {2: "image", 3: "image", 4: "stack"},
    -1: {2: "table", 3: "image", 4: "stack"},
    None: {2: "image", 3: "stack"},
}


@dataclass
class Images:
    """An image or a collection, opened but not yet converted.

    Attributes
    ----------
    given : list of ndarray of shape (H_i, W_i) or (H_i, W_i, C)
        The images of the caller, not copied.
    names : list of str
        Name of each image in error messages.
    form : {"image", "stack", "list", "table"}
        Form of the input.
    paths : list of (str, os.PathLike or None)
        File of each image, None for arrays.
    masks : list of ndarray of shape (H_i, W_i), bool, or None
        True where a pixel counts. None if all pixels count.
    georeferences : list
        Place on the ground of each image, None if it has none or is no file.
    """

    given: list[np.ndarray]
    names: list[str]
    form: Form
    paths: list[str | os.PathLike | None]
    masks: list[np.ndarray] | None = None
    georeferences: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        """Count the images."""
        return len(self.given)

    @property
    def n_channels(self) -> int:
        """Number of channels, equal in all images."""
        return _n_channels(self.given[0])

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """(H_i, W_i) of each image."""
        return [(image.shape[0], image.shape[1]) for image in self.given]

    def take(self, place: int) -> "Images":
        """Return a single image of the collection."""
        masks = None if self.masks is None else [self.masks[place]]
        taken = Images(
            [self.given[place]],
            [self.names[place]],
            "image",
            [self.paths[place]],
            masks,
            [self.georeferences[place]],
        )
        if "pixels" in vars(self):  # converted before, with its warnings
            taken.pixels = [self.pixels[place]]
        return taken

    def every_mask(self) -> list[np.ndarray] | list[None]:
        """List the mask of each image, or None for each if all pixels count."""
        return [None] * len(self) if self.masks is None else self.masks

    @cached_property
    def pixels(self) -> list[np.ndarray]:
        """The images as finite float32 arrays (H_i, W_i, C).

        Integers are divided by the maximum of their dtype; floats are not scaled.
        """
        if self.form == "table":  # check the range of the whole table
            mask = None if self.masks is None else np.concatenate(self.masks)
            return list(_to_floats(np.concatenate(self.given), mask, "the table")[:, None])
        parts = (self.given, self.every_mask(), self.names)
        return [_to_floats(*image) for image in zip(*parts, strict=True)]

    @property
    def value_range(self) -> tuple[float, float]:
        """The smallest and the largest value of all images, as floats."""
        lowest = min(image.min() for image in self.pixels)
        return float(lowest), float(max(image.max() for image in self.pixels))

    @cached_property
    def filled(self) -> list[np.ndarray]:
        """The images of the caller, filled where the masks are False."""
        if self.masks is None:
            return self.given
        return [fill_outside(*pair) for pair in zip(self.given, self.masks, strict=True)]

    def in_form_of_input(self, answers: list[np.ndarray]) -> Any:
        """[(H_i, W_i, ...)] for each image -> the leading shape of the input."""
        if self.form == "image":
            return answers[0]
        if self.form == "list":
            return answers
        stacked = np.stack(answers)
        return stacked[:, 0, 0] if self.form == "table" else stacked


def is_path(item: object) -> bool:
    """Whether an item is the path of a file."""
    return isinstance(item, str | os.PathLike)


def split_images(X: Any, channel_axis: ChannelAxis = "auto") -> tuple[list[Any], Form, list[str]]:
    """Split a collection into images; pixels are not checked.

    Parameters
    ----------
    X : array-like, path, or list or tuple of these
        An image or a collection.
    channel_axis : {"auto", -1, None}
        How the axes of an array are read, see `open_images`.

    Returns
    -------
    items : list
        The images: paths, or any input of `numpy.asarray`.
    form : {"image", "stack", "list", "table"}
        Form of `X`.
    names : list of str
        Name of each image in error messages: its place in a collection, and its path.
    """
    if is_path(X):
        return [X], "image", [f"the image {os.fspath(X)!r}"]
    if isinstance(X, list | tuple) and not X:
        raise ValueError("X is an empty list; pass at least one image")
    if isinstance(X, list | tuple) and (_is_nested(X) or np.ndim(X[0]) == 1):
        is_masked = any(isinstance(row, np.ma.MaskedArray) for row in X)
        X = np.ma.array(X) if is_masked else _as_array(X, "X")  # rows of an image or of a table
    if isinstance(X, list | tuple):
        names = [
            f"image {i} ({os.fspath(item)!r})" if is_path(item) else f"image {i}"
            for i, item in enumerate(X)
        ]
        return list(X), "list", names
    array = _as_array(X, "X")
    if isinstance(X, np.ma.MaskedArray):
        array = np.ma.array(array, mask=np.ma.getmaskarray(X))
    form = _FORMS[channel_axis].get(array.ndim)
    if form is None:
        raise ValueError(_wrong_dimensions("X", array, channel_axis))
    if form == "image":
        return [array], form, ["the image"]
    _check_not_empty(array, "X")
    items = list(array[:, None, None] if form == "table" else array)
    return items, form, [f"image {i}" for i in range(len(items))]


def _is_nested(X: Any) -> bool:
    """Whether X is nested lists of numbers."""
    while isinstance(X, list | tuple) and X:
        X = X[0]
    return np.isscalar(X) and not isinstance(X, str | bytes)


def open_images(X: Any, channel_axis: ChannelAxis = "auto", mask: Any = None) -> Images:
    """Open an image or a collection, and check all that needs no conversion.

    The mask of a `numpy.ma.MaskedArray` counts as `mask` does: a pixel with a masked channel
    is left out. Its values may be NaN.

    Parameters
    ----------
    X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these
        An image or a collection, with any number of channels. `Images` are returned as they are.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read. "auto": 2-D is a grey image, 3-D an image with
        channels last, 4-D a stack of images. -1: the last axis is always the channels, so
        2-D is a table of pixels, (N, C). None: there is no channel axis, so 3-D is a stack
        of grey images. A list of arrays is a collection of images of any sizes.
    mask : array-like of bool, list of these, or None
        True where a pixel counts, in the form of `X` without channels. Pixels must count in
        both, `mask` and the mask of a masked array.

    Returns
    -------
    Images

    Raises
    ------
    ValueError, TypeError, OSError
        If an image cannot be used; the message names the image and the remedy.
    """
    if isinstance(X, Images):
        return X
    items, form, names = split_images(X, channel_axis)
    images = Images([], names, form, [item if is_path(item) else None for item in items])
    of_files = []
    for item, name in zip(items, names, strict=True):
        file = read_file(item) if is_path(item) else ImageFile(_as_array(item, name))
        image = file.pixels
        item_axis = -1 if form == "table" else channel_axis
        if _FORMS[item_axis].get(image.ndim) != "image":
            reason = _wrong_dimensions(name, image, channel_axis)
            if is_path(item):
                reason += "; a file of several pictures is read by `skimage.io.imread`"
            raise ValueError(reason)
        _check_not_empty(image, name)
        if not images.given and item_axis == "auto":
            _warn_of_channels_first(image, name)
        images.given.append(image)
        images.georeferences.append(file.georeference)
        of_files.append(file.mask)
        if _n_channels(image) != images.n_channels:
            raise ValueError(
                f"{name} has {_n_channels(image)} channel(s) (shape {image.shape}) where "
                f"{names[0]} has {images.n_channels} (shape {images.given[0].shape}): all "
                "images of a collection need the same channels"
            )
    images.masks = _find_masks(items, of_files, mask, images)
    return images


def check_n_channels(estimator: Any, images: Images) -> None:
    """Compare the channels of images with those of the fit.

    Parameters
    ----------
    estimator : object
        A fitted estimator, with `n_features_in_`.
    images : Images
        The images of a prediction.

    Raises
    ------
    ValueError
        If they differ, in the words that scikit-learn's checks expect.
    """
    if images.n_channels != estimator.n_features_in_:
        raise ValueError(
            f"X has {images.n_channels} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input: these are the channels of "
            f"{images.names[0]}, of shape {images.given[0].shape}"
        )


def _as_array(item: Any, name: str) -> np.ndarray:
    """Input of `numpy.asarray` -> array of bool, integers or floats."""
    if item is None:
        raise TypeError(f"{name} is None; an image is an array or a path")
    if sparse.issparse(item):
        raise TypeError(
            f"{name} is a sparse {item.format} matrix of shape {item.shape}; an image is "
            "dense: pass `X.toarray()`"
        )
    if isinstance(item, Image.Image) and item.mode in ("P", "PA"):
        item = item.convert()  # from palette indices to colours, as in files
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


def _find_masks(
    items: list[Any], of_files: list[np.ndarray | None], mask: Any, images: Images
) -> list[np.ndarray] | None:
    """Combine the masks of files, of masked arrays and that passed; None if all pixels count."""
    found: list[Any] = [masks_of_arrays(items, images.shapes)]
    if any(part is not None for part in of_files):
        pairs = zip(of_files, images.shapes, strict=True)
        found.append([np.ones(shape, bool) if part is None else part for part, shape in pairs])
    if mask is not None:
        found.append(check_masks(mask, images.form, images.shapes, images.names))
    found = [masks for masks in found if masks is not None]
    masks = [np.logical_and.reduce(parts) for parts in zip(*found, strict=True)]
    if all(part.all() for part in masks):
        return None
    if images.form != "table":
        check_any_pixel(masks, images.names)
    return masks


def _wrong_dimensions(name: str, array: np.ndarray, channel_axis: ChannelAxis) -> str:
    return (
        f"{name} has {array.ndim} dimension(s) (shape {array.shape}, dtype {array.dtype}); with "
        f"channel_axis={channel_axis!r} {_EXPECTED[channel_axis]}. Reshape your data; images of "
        "different sizes go into a list"
    )


def _warn_of_channels_first(image: np.ndarray, name: str) -> None:
    """Warn if channels, slices or pages may have been read as rows of an image."""
    if image.ndim < 3:
        return
    height, width, n_channels = image.shape
    is_flat = max(4 * height, MANY_CHANNELS) < min(width, n_channels)
    if is_flat or MANY_CHANNELS < n_channels == width:
        warn_caller(
            f"{name} has shape {image.shape} and is read as {height} x {width} pixels with "
            f"{n_channels} channels. Where the channels come first, pass `np.moveaxis(image, 0, "
            "-1)`; a stack of grey images needs channel_axis=None"
        )


def _check_not_empty(array: np.ndarray, name: str) -> None:
    if array.shape[-1] == 0:
        raise ValueError(
            f"{name} is empty: 0 feature(s) (shape={array.shape}) while a minimum of 1 is required."
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}")


def _n_channels(image: np.ndarray) -> int:
    return image.shape[2] if image.ndim == 3 else 1


def _to_floats(image: np.ndarray, mask: np.ndarray | None, name: str) -> np.ndarray:
    """(H, W) or (H, W, C), any numbers -> (H, W, C) float32, a new array."""
    scaled = _scale(image)
    if mask is not None:  # after scaling, for equal values in all dtypes
        scaled = fill_outside(scaled, mask)
    _check_finite(scaled, image, name)
    _warn_of_range(scaled, image, name)
    return scaled.reshape(*scaled.shape[:2], -1)


def _scale(array: np.ndarray) -> np.ndarray:
    """Any numbers -> new float32 array; integers are divided by their dtype's maximum."""
    if array.dtype.kind not in "iu":
        with np.errstate(over="ignore"):  # _check_finite reports infinity
            return array.astype(np.float32, order="C", copy=True)
    largest = np.iinfo(array.dtype).max
    return (array / np.float64(largest)).astype(np.float32, order="C")


def _warn_of_range(pixels: np.ndarray, given: np.ndarray, name: str) -> None:
    """Warn if pixels are nearly equal, or if a few outliers set their range."""
    if given.dtype.kind == "b":
        return
    unit = np.iinfo(given.dtype).max if given.dtype.kind in "iu" else 1
    lowest, highest = unit * pixels.min(), unit * pixels.max()
    found = f"{name} has dtype {given.dtype} and values from {lowest:g} to {highest:g}"
    sample = pixels.ravel()[:: max(1, pixels.size // SAMPLE)]
    # For example 14 bits in 16, or labels in place of pixels.
    if given.dtype.kind in "iu" and given.itemsize > 1 and 0 < highest - lowest < 0.3 * unit:
        brightest = 2 ** round(float(max(highest, -lowest))).bit_length() - 1
        warn_caller(
            f"{found}: divided by {unit}, the maximum of its dtype, they are nearly alike. Where "
            f"{brightest} is white, pass `image / {brightest}`"
        )
    if len(sample) < SMALLEST_SAMPLE:
        return
    if given.dtype.kind == "f" and 0 < highest - lowest < 1 / 8:
        warn_caller(
            f"{found}, which are nearly alike where a range of 1 is expected. Stretch it: "
            "`(image - image.min()) / np.ptp(image)`"
        )
    low, high = unit * np.quantile(sample, [0.001, 0.999])
    if 0 < 10 * (high - low) < highest - lowest:
        warn_caller(
            f"{found}, and all but a few of them are from {low:g} to {high:g}. Mask the others "
            f"with sample_mask, or clip the image: `np.clip(image, {low:g}, {high:g})`"
        )


def warn_of_other_range(images: Images, expected: tuple[float, float]) -> None:
    """Warn of images that seem to be in another unit than those of the fit."""
    (low, high), (old_low, old_high) = images.value_range, expected
    if high == low or old_high == old_low:  # constant images
        return
    ratio = (high - low) / (old_high - old_low)
    if not 1 / LARGEST_RATIO_OF_RANGES < ratio < LARGEST_RATIO_OF_RANGES:
        name = "the table" if images.form == "table" else images.names[0]
        warn_caller(
            f"the values of {name}, as floats, go from {low:g} to {high:g}, and those that "
            f"the network was trained on from {old_low:g} to {old_high:g}; its labels mean the "
            "same only in images of the same range"
        )


def _check_finite(pixels: np.ndarray, given: np.ndarray, name: str) -> None:
    if np.isfinite(pixels).all():
        return
    place = np.unravel_index(np.argmin(np.isfinite(pixels)), pixels.shape)
    where = f"row {place[0]}, column {place[1]}"
    if pixels.ndim == 3:
        where += f", channel {place[2]}"
    value = given[place]
    problem = "NaN" if np.isnan(value) else "infinity" if np.isinf(value) else "infinity in float32"
    count = int((~np.isfinite(pixels)).sum())
    raise ValueError(
        f"{name} contains {problem} at {where} (value {value}, {count} such value(s) in an array "
        f"of shape {given.shape}); replace them first, for example with `np.nan_to_num`"
    )
