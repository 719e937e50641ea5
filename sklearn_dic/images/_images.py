"""Open and check images, and return answers in the form of the input."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from sklearn_dic.images._image_file import ImageFile, ReadingOptions
from sklearn_dic.images._input import (
    Form,
    check_not_empty,
    find_form,
    is_path,
    open_array,
    split_input,
    warn_of_channels_first,
    wrong_dimensions,
)
from sklearn_dic.images._masks import check_any_pixel, check_masks, fill_outside, masks_of_arrays
from sklearn_dic.images._named_axes import names_of_axes
from sklearn_dic.images._nodata import mask_missing
from sklearn_dic.images._ranges import to_floats
from sklearn_dic.images._reading import read_file
from sklearn_dic.images._white import scale_files
from sklearn_dic.utils._validation import ChannelAxis


@dataclass
class Images:
    """An image or a collection, opened but not yet converted.

    Attributes
    ----------
    given : list of ndarray of shape (H_i, W_i) or (H_i, W_i, C), of volumes (Z_i, Y_i, X_i[, C])
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
    with_alpha : list of ndarray, or None
        The images with the opaque alpha that was left out.
    unscaled : list of ndarray
        The images with the values of their files, alpha included.
    n_spatial_dims : {2, 3}
        2 for images, 3 for volumes.
    spacing : sequence of float, or None
        Distance of pixels along each spatial axis. None: 1.
    """

    given: list[np.ndarray]
    names: list[str]
    form: Form
    paths: list[str | os.PathLike | None]
    masks: list[np.ndarray] | None = None
    georeferences: list[Any] = field(default_factory=list)
    with_alpha: list[np.ndarray] | None = field(default=None, repr=False)
    unscaled: list[np.ndarray] = field(default_factory=list, repr=False)
    n_spatial_dims: int = 2
    spacing: Sequence[float] | None = None

    def __len__(self) -> int:
        """Count the images."""
        return len(self.given)

    @property
    def n_channels(self) -> int:
        """Number of channels, equal in all images."""
        return self.count_channels(self.given[0])

    def count_channels(self, image: np.ndarray) -> int:
        """Count the channels of one of the images."""
        return image.shape[-1] if image.ndim > self.n_spatial_dims else 1

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """(H_i, W_i) of each image, or (Z_i, Y_i, X_i) of each volume."""
        return [image.shape[: self.n_spatial_dims] for image in self.given]

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
            None if self.with_alpha is None else [self.with_alpha[place]],
            self.unscaled[place : place + 1],
            self.n_spatial_dims,
            self.spacing,
        )
        if "pixels" in vars(self):  # converted before, with its warnings
            taken.pixels = [self.pixels[place]]
        return taken

    def with_mask(self, mask: Any) -> "Images":
        """Return the same images, of which fewer pixels count."""
        masks = _join_masks(
            [self.masks, check_masks(mask, self.form, self.shapes, self.names)], self
        )
        return replace(self, masks=masks)

    def drop_opaque_alpha(self) -> None:
        """Leave out the last of two or four channels if it is opaque in all images."""
        if self.form == "table" or self.n_channels not in (2, 4):
            return
        if all(map(_is_opaque, self.given, self.every_mask())):
            self.with_alpha = self.given
            self.given = [image[..., :-1] for image in self.given]

    def match_channels(self, n_channels: int) -> None:
        """Take an opaque alpha back if it is needed for this number of channels."""
        if self.with_alpha is not None and self.n_channels + 1 == n_channels:
            self.given, self.with_alpha = self.with_alpha, None

    def every_mask(self) -> list[np.ndarray] | list[None]:
        """List the mask of each image, or None for each if all pixels count."""
        return [None] * len(self) if self.masks is None else self.masks

    @cached_property
    def pixels(self) -> list[np.ndarray]:
        """The images as finite float32 arrays (H_i, W_i, C), or (Z_i, Y_i, X_i, C) of volumes.

        Integers are divided by the maximum of their dtype; floats are not scaled.
        """
        if self.form == "table":  # check the range of the whole table
            mask = None if self.masks is None else np.concatenate(self.masks)
            return list(to_floats(np.concatenate(self.given), mask, "the table")[:, None])
        of_files = [path is not None for path in self.paths]
        parts = (self.given, self.every_mask(), self.names, of_files)
        return [to_floats(*image, self.n_spatial_dims) for image in zip(*parts, strict=True)]

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


def split_images(
    X: Any, channel_axis: ChannelAxis = "auto", n_spatial_dims: int = 2
) -> tuple[list[Any], Form, list[str]]:
    """Split a collection into images -> images, form, names; pixels are not checked.

    The images are paths, `Images` of a single image, or any input of `numpy.asarray`. The names
    are those in error messages: the place in the collection, and the path.
    """
    if isinstance(X, Images):
        return [X.take(i) for i in range(len(X))], X.form, X.names
    return split_input(X, channel_axis, n_spatial_dims)[:3]


def open_images(
    X: Any,
    channel_axis: ChannelAxis = "auto",
    mask: Any = None,
    *,
    orientation: bool = True,
    frame: int | tuple[int, ...] | None = None,
    axes: str | None = None,
    white: float | None = None,
    n_spatial_dims: Literal[2, 3] = 2,
) -> Images:
    """Open an image or a collection, and check all that needs no conversion.

    Estimators accept the result in place of `X`, so this is how files are read with other
    options: ``estimator.fit(open_images(paths, orientation=False))``.

    The mask of a `numpy.ma.MaskedArray` counts as `mask` does: a pixel with a masked channel
    is left out. Its values may be NaN. So does the mask of a file.

    Parameters
    ----------
    X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these
        An image or a collection, with any number of channels. Where an array names its axes,
        as `xarray.DataArray` does, the names decide. A last channel of two or four that is
        opaque everywhere is alpha and is left out. `Images` are returned as they are.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read. "auto": 2-D is a grey image, 3-D an image with
        channels last, 4-D a stack of images. -1: the last axis is always the channels, so
        2-D is a table of pixels, (N, C). None: there is no channel axis, so 3-D is a stack
        of grey images. A list of arrays is a collection of images of any sizes.
    mask : array-like of bool, list of these, or None
        True where a pixel counts, in the form of `X` without channels. Pixels must count in
        both, `mask` and the mask of a masked array or file.
    orientation, frame, axes, white
        How files are read, see `read_image`.
    n_spatial_dims : {2, 3}, default=2
        3 reads volumes: each image has one axis more, before rows and columns, so that 3-D is a
        grey volume, 4-D a volume with channels last, and 5-D a stack of volumes.

    Returns
    -------
    Images

    Raises
    ------
    ValueError, TypeError, ImportError, OSError
        If an image cannot be used; the message names the image and the remedy.

    Examples
    --------
    >>> from pathlib import Path
    >>> import skimage.data
    >>> from sklearn_dic.images import open_images
    >>> coffee = Path(skimage.data.__file__).parent / "coffee.png"
    >>> images = open_images([coffee, skimage.data.astronaut()])
    >>> images.shapes
    [(400, 600), (512, 512)]
    """
    if isinstance(X, Images):
        if X.n_spatial_dims != n_spatial_dims:
            raise ValueError(
                f"the images were opened with n_spatial_dims={X.n_spatial_dims}, and "
                f"n_spatial_dims={n_spatial_dims} is wanted: open them again"
            )
        return X if mask is None else X.with_mask(mask)
    options = ReadingOptions(orientation, frame, axes, white, n_spatial_dims)
    items, form, names, item_axis = split_input(X, channel_axis, n_spatial_dims)
    if options != ReadingOptions(n_spatial_dims=n_spatial_dims) and not any(map(is_path, items)):
        raise ValueError(f"{options} is for files, and X holds none")
    files: list[ImageFile] = []
    for item, name in zip(items, names, strict=True):
        read = (
            read_file(item, options)
            if is_path(item)
            else open_array(item, name, item_axis, n_spatial_dims)
        )
        axis = "auto" if names_of_axes(item) else item_axis
        if find_form(read.pixels.ndim, axis, n_spatial_dims) != "image":
            raise ValueError(wrong_dimensions(name, read.pixels, item_axis, n_spatial_dims))
        check_not_empty(read.pixels, name)
        if not files and item_axis == "auto" and read.axes is None:
            warn_of_channels_first(read.pixels, name, n_spatial_dims)
        files.append(read)
    images = Images(
        [read.pixels for read in files],
        names,
        form,
        [item if is_path(item) else None for item in items],
        georeferences=[read.georeference for read in files],
        n_spatial_dims=n_spatial_dims,
    )
    _check_equal_channels(images)
    images.masks = _find_masks(items, [read.mask for read in files], mask, images)
    for read, part in zip(files, images.every_mask(), strict=True):
        read.mask = part  # the values of the others do not set the scale
    images.unscaled = images.given
    images.given = _scale(items, files, names, white)
    images.drop_opaque_alpha()
    return images


def _scale(
    items: list[Any], files: list[ImageFile], names: list[str], white: float | None
) -> list[np.ndarray]:
    """Scale the values of files; arrays of the caller stay as they are."""
    of_files = [i for i, item in enumerate(items) if is_path(item)]
    scaled = scale_files([files[i] for i in of_files], [names[i] for i in of_files], white)
    pixels = [read.pixels for read in files]
    for i, part in zip(of_files, scaled, strict=True):
        pixels[i] = part
    return pixels


def _check_equal_channels(images: Images) -> None:
    for image, name in zip(images.given, images.names, strict=True):
        if images.count_channels(image) != images.n_channels:
            raise ValueError(
                f"{name} has {images.count_channels(image)} channel(s) (shape {image.shape}) where "
                f"{images.names[0]} has {images.n_channels} (shape {images.given[0].shape}): all "
                "images of a collection need the same channels"
            )


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
    return _join_masks(found, images)


def _join_masks(found: list[list[np.ndarray] | None], images: Images) -> list[np.ndarray] | None:
    """Join several masks of each image; None if all pixels count."""
    given = [masks for masks in found if masks is not None]
    masks: list[Any] = [np.logical_and.reduce(parts) for parts in zip(*given, strict=True)]
    masks = _mask_missing(images, masks or [None] * len(images))
    if all(part is None or part.all() for part in masks):
        return None
    pairs = zip(masks, images.shapes, strict=True)
    masks = [np.ones(shape, bool) if part is None else part for part, shape in pairs]
    if images.form != "table":
        check_any_pixel(masks, images.names)
    return masks


def _mask_missing(images: Images, masks: list[Any]) -> list[Any]:
    """Mask repeated values far from all others, in a table those of all its pixels."""
    if images.form != "table":
        return [
            mask_missing(*parts, images.n_spatial_dims)
            for parts in zip(images.given, masks, images.names, strict=True)
        ]
    mask = None if masks[0] is None else np.concatenate(masks)
    found = mask_missing(np.concatenate(images.given), mask, "the table")
    return masks if found is None else list(found[:, None])


def _is_opaque(image: np.ndarray, mask: np.ndarray | None) -> bool:
    """Whether the last channel has the largest value everywhere, as an opaque alpha."""
    if image.dtype.kind not in "iuf":
        return False
    alpha = image[..., -1] if mask is None else image[mask][:, -1]
    opaque = 1 if image.dtype.kind == "f" else np.iinfo(image.dtype).max
    return bool((alpha == opaque).all())
