"""The base class of the superpixel transformers."""

import os
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
from skimage.measure import label
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags

from sklearn_dic.images._images import Images, open_images
from sklearn_dic.images._prediction import check_n_channels
from sklearn_dic.superpixels._map import SuperpixelMap, check_superpixel_map
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import CHANNEL_AXIS, check_column_names, check_parameters


@dataclass
class Picture:
    """An image of a collection, with its mask, path and name.

    Attributes
    ----------
    pixels : ndarray of shape (H, W, C) or (Z, Y, X, C), float32
        Integers were divided by the maximum of their dtype.
    mask : ndarray of bool, or None
        True where the image counts. The other pixels have the colour of the nearest pixel
        that counts.
    path : str, os.PathLike or None
        The image file.
    name : str
        Its name in error messages.
    spacing : sequence of float, or None
        Distance of pixels along each spatial axis. None: 1.
    """

    pixels: np.ndarray
    mask: np.ndarray | None
    path: str | os.PathLike | None
    name: str
    spacing: Sequence[float] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W), or (Z, Y, X) of a volume."""
        return self.pixels.shape[:-1]


class BaseSuperpixels(TransformerMixin, BaseEstimator):
    """Base of the superpixel transformers: a subclass segments an image.

    A transformer is stateless. `transform` takes an image, a stack, a list of images of
    different sizes, or paths, and returns maps in the same form. A subclass implements
    `_segment`, and has the constructor parameters `channel_axis`, `n_jobs` and `verbose`
    beside its own.
    """

    _takes_volumes = False  # whether `_segment_picture` accepts (Z, Y, X, C)

    _parameter_constraints: dict = {
        "channel_axis": CHANNEL_AXIS,
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _segment(self, image: np.ndarray) -> np.ndarray:
        """(H, W, C) float32 -> (H, W) integers, 0 or larger, not necessarily consecutive."""

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        """Segment an image; to be overridden by methods that use its mask or path."""
        return self._segment(picture.pixels)

    def fit(self, X: Any, y: Any = None, mask: Any = None) -> Self:
        """Check the parameters and the images. Nothing is learned.

        Parameters
        ----------
        X : image or collection of images
            As in `transform`.
        y : None
            Not used, here by convention.
        mask : array-like of bool, or list of these, default=None
            As in `transform`.

        Returns
        -------
        self : object
        """
        images = self._open_for_fit(X, mask)
        _ = images.pixels  # the conversion refuses NaN and infinity
        return self

    def fit_transform(
        self, X: Any, y: Any = None, mask: Any = None
    ) -> SuperpixelMap | list[SuperpixelMap]:
        """Compute superpixels: `fit` and `transform` at once.

        Parameters
        ----------
        X : image or collection of images
            As in `transform`.
        y : None
            Not used, here by convention.
        mask : array-like of bool, or list of these, default=None
            As in `transform`.

        Returns
        -------
        superpixels : SuperpixelMap of shape (H, W) or (N, H, W), or list of SuperpixelMap
        """
        return self._transform(self._open_for_fit(X, mask))

    def transform(self, X: Any, mask: Any = None) -> SuperpixelMap | list[SuperpixelMap]:
        """Compute superpixels.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these
            An image or a collection. Integers are divided by the maximum of their dtype.
        mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, default=None
            True where an image counts. The other pixels are replaced by the colour of the
            nearest pixel that counts, so they may be NaN, and together they are the last
            superpixel. Superpixels that the mask divides are numbered separately.

        Returns
        -------
        superpixels : SuperpixelMap of shape (H, W) or (N, H, W), or list of SuperpixelMap
            int32 labels, consecutive from 0 within each image. Each map holds its image. With a
            mask, this is a masked array, in which the masked pixels are also replaced: the
            next step of a Pipeline then uses the same mask.

        Raises
        ------
        ValueError, TypeError, OSError
            If an image cannot be used; the message names it.
        ImportError
            If the method needs a library that is not installed; the message has the command.
        """
        self._check_parameters()
        was_fitted = hasattr(self, "n_features_in_")
        if was_fitted:
            check_column_names(self, X, self.channel_axis, reset=False)
        images = open_images(X, self.channel_axis, mask)
        if was_fitted:
            check_n_channels(self, images)
        return self._transform(images)

    def _open_for_fit(self, X: Any, mask: Any) -> Images:
        """Check the parameters, open the images, and set the attributes of a fit."""
        self._check_parameters()
        images = open_images(X, self.channel_axis, mask)
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
        return images

    def _transform(self, images: Images) -> SuperpixelMap | list[SuperpixelMap]:
        """Join superpixels and images, in the form of the input."""
        labels = segment_images(self, images)
        if images.form == "list":
            parts = zip(labels, images.filled, images.every_mask(), strict=True)
            return [
                SuperpixelMap(of_image, _with_mask(image, mask)) for of_image, image, mask in parts
            ]
        filled = images.in_form_of_input(images.filled)
        mask = None if images.masks is None else images.in_form_of_input(images.masks)
        return SuperpixelMap(images.in_form_of_input(labels), _with_mask(filled, mask))

    def _check_parameters(self) -> None:
        """Check the constructor's parameters; a subclass may check more."""
        check_parameters(self)

    def _single_file(self) -> str | os.PathLike | None:
        """Return the only file that is read; None if there is none, or a file for each image."""
        return None

    def __sklearn_tags__(self) -> Tags:
        """Stateless, for images."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def segment_images(transformer: BaseSuperpixels, images: Images) -> list[np.ndarray]:
    """Segment opened images -> [(H_i, W_i)] int32, consecutive from 0."""
    transformer._check_parameters()
    if images.n_spatial_dims == 3 and not transformer._takes_volumes:
        raise ValueError(
            f"{type(transformer).__name__} segments images and no volumes: with n_spatial_dims=3, "
            "pass superpixels=None, SLICSuperpixels(), or label maps of the volumes to fit"
        )
    return for_each_picture(
        partial(_segment_and_check, transformer), transformer, images, description="superpixels"
    )


def for_each_picture(
    function: Callable[[Picture], Any],
    transformer: BaseSuperpixels,
    images: Images,
    *,
    description: str,
) -> list[Any]:
    """Call a function for each image, with the `n_jobs` and `verbose` of a transformer."""
    file = transformer._single_file()
    if file is not None and len(images) > 1:
        raise ValueError(
            f"{transformer} reads {os.fspath(file)!r}, which belongs to one image, and there are "
            f"{len(images)}: pass a template such as 'folder/{{stem}}.mat'"
        )
    parts = (images.pixels, images.every_mask(), images.paths, images.names)
    return list(
        for_each(
            function,
            [Picture(*part, images.spacing) for part in zip(*parts, strict=True)],
            n_jobs=transformer.n_jobs,
            verbose=transformer.verbose,
            description=description,
        )
    )


def reads_one_file(superpixels: Any) -> bool:
    """Whether superpixels, or some in a list, are read from the file of a single image."""
    if isinstance(superpixels, list | tuple):
        return any(reads_one_file(part) for part in superpixels)
    return isinstance(superpixels, BaseSuperpixels) and superpixels._single_file() is not None


def _with_mask(image: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return the image as a masked array if there is a mask, True where pixels count."""
    if mask is None:
        return image
    outside = ~mask.reshape(mask.shape + (1,) * (image.ndim - mask.ndim))
    return np.ma.array(image, mask=np.broadcast_to(outside, image.shape))


def _segment_and_check(transformer: BaseSuperpixels, picture: Picture) -> np.ndarray:
    if picture.shape == (1, 1):  # a pixel of a table
        return np.zeros((1, 1), np.int32)
    labels = np.asarray(transformer._segment_picture(picture))
    labels = check_superpixel_map(labels, picture.shape, picture.name)
    if picture.mask is None or picture.mask.all():
        return labels
    # Number the pieces of superpixels that the mask divides. Some touch at corners.
    pieces = label(np.where(picture.mask, labels + 1, 0), background=0)
    return np.where(picture.mask, pieces - 1, pieces.max()).astype(np.int32)
