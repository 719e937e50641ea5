"""What all superpixel transformers share."""

import os
from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
from skimage.measure import label
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags

from sklearn_dic.images._images import Images, open_images
from sklearn_dic.superpixels._map import SuperpixelMap, check_superpixel_map
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import CHANNEL_AXIS, check_column_names, check_parameters


@dataclass
class Picture:
    """One image of a collection, and what is known of it.

    Attributes
    ----------
    pixels : ndarray of shape (H, W, C), float32
        Integers were divided by the maximum of their dtype.
    mask : ndarray of shape (H, W), bool, or None
        Where the image counts. Elsewhere the pixels have the mean colour.
    path : str, os.PathLike or None
        The image file.
    name : str
        How an error calls it.
    """

    pixels: np.ndarray
    mask: np.ndarray | None
    path: str | os.PathLike | None
    name: str

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.pixels.shape[0], self.pixels.shape[1]


class BaseSuperpixels(TransformerMixin, BaseEstimator):
    """Base of the superpixel transformers: a subclass says how to segment one image.

    A transformer is stateless. `transform` takes one image, a stack, a list of images of
    different sizes, or paths, and gives maps in the same form. A subclass implements
    `_segment`, and has the constructor parameters `channel_axis`, `n_jobs` and `verbose`
    beside its own.
    """

    _parameter_constraints: dict = {
        "channel_axis": CHANNEL_AXIS,
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _segment(self, image: np.ndarray) -> np.ndarray:
        """(H, W, C) float32 -> (H, W) integers, 0 or larger, not necessarily consecutive."""

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        """Segment with all that is known of an image; for methods that use its mask or path."""
        return self._segment(picture.pixels)

    def fit(self, X: Any, y: Any = None, mask: Any = None) -> Self:
        """Check the parameters and the images; there is nothing to learn.

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
        check_parameters(self)
        images = open_images(X, self.channel_axis, mask)
        _ = images.pixels  # says which pixel is no number
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
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
        check_parameters(self)
        images = open_images(X, self.channel_axis, mask)
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
        return self._transform(images)

    def transform(self, X: Any, mask: Any = None) -> SuperpixelMap | list[SuperpixelMap]:
        """Compute superpixels.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these
            One image or a collection; `channel_axis` says how the axes are read. Integers
            are divided by the maximum of their dtype.
        mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, default=None
            Where an image counts. The pixels elsewhere are replaced by the mean colour of
            those that count, so they may be NaN; together they are one superpixel more, the
            last one. Superpixels that the mask cuts apart are numbered apart.

        Returns
        -------
        superpixels : SuperpixelMap of shape (H, W) or (N, H, W), or list of SuperpixelMap
            int32 labels, consecutive from 0 within each image. Each map remembers its image,
            with what a mask replaced.

        Raises
        ------
        ValueError, TypeError, OSError
            If an image cannot be used; the message names it.
        ImportError
            If the method needs a library that is not installed; the message says how to.
        """
        check_parameters(self)
        if hasattr(self, "n_features_in_"):
            check_column_names(self, X, self.channel_axis, reset=False)
        images = open_images(X, self.channel_axis, mask)
        n_features_in = getattr(self, "n_features_in_", images.n_channels)
        if images.n_channels != n_features_in:
            raise ValueError(
                f"X has {images.n_channels} features, but {type(self).__name__} is expecting "
                f"{n_features_in} features as input: these are the channels of "
                f"{images.names[0]}, and it was fitted to an image with others"
            )
        return self._transform(images)

    def _transform(self, images: Images) -> SuperpixelMap | list[SuperpixelMap]:
        """Join superpixels and pictures, in the form of the input."""
        labels = self._segment_images(images)
        pictures = images.filled
        if images.form == "list":
            return [SuperpixelMap(*pair) for pair in zip(labels, pictures, strict=True)]
        return SuperpixelMap(images.in_form_of_input(labels), images.in_form_of_input(pictures))

    def _is_for_one_image(self) -> bool:
        """Whether a parameter belongs to one image, like a file or an array."""
        return False

    def _segment_images(self, images: Images) -> list[np.ndarray]:
        """Segment images that are open already -> [(H_i, W_i)] int32, consecutive from 0."""
        self._check_number(images)
        return list(
            for_each(
                partial(_segment_one, self),
                self._pictures(images),
                n_jobs=self.n_jobs,
                verbose=self.verbose,
                description="superpixels",
            )
        )

    def _check_number(self, images: Images) -> None:
        if self._is_for_one_image() and len(images) > 1:
            raise ValueError(
                f"{self} has a file or an array that belongs to one image, and there are "
                f"{len(images)}: pass a template such as 'folder/{{stem}}.mat'"
            )

    @staticmethod
    def _pictures(images: Images) -> list[Picture]:
        parts = (images.pixels, images.every_mask(), images.paths, images.names)
        return [Picture(*one) for one in zip(*parts, strict=True)]

    def __sklearn_tags__(self) -> Tags:
        """Stateless, for images."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _segment_one(transformer: BaseSuperpixels, picture: Picture) -> np.ndarray:
    if picture.shape == (1, 1):  # a pixel of a table
        return np.zeros((1, 1), np.int32)
    labels = np.asarray(transformer._segment_picture(picture))
    labels = check_superpixel_map(labels, picture.shape, picture.name)
    if picture.mask is None or picture.mask.all():
        return labels
    # What the border of the mask cuts apart are superpixels of their own. Some touch at corners.
    pieces = label(np.where(picture.mask, labels + 1, 0), background=0, connectivity=2)
    return np.where(picture.mask, pieces - 1, pieces.max()).astype(np.int32)
