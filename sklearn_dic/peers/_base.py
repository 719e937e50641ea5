"""The base classes of the peers: open images, segment each, answer in the form of the input."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.images._images import Images
from sklearn_dic.images._prediction import check_n_channels
from sklearn_dic.images._thumbnails import ThumbnailMixin
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.superpixels._map import open_with_superpixels
from sklearn_dic.superpixels._parameter import SuperpixelsParameterMixin
from sklearn_dic.superpixels._resolve import compute_superpixels, resolve_superpixels
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._searches import refuse_rows_of_image
from sklearn_dic.utils._validation import (
    CHANNEL_AXIS,
    HasMethods,
    StrOptions,
    check_column_names,
    check_parameters,
)


@dataclass
class Picture:
    """An image of a collection, with all that a method may use.

    Attributes
    ----------
    pixels : ndarray of shape (H, W, C), float32
        Integers were divided by the maximum of their dtype. Pixels outside of the mask have the
        colour of the nearest pixel inside.
    mask : ndarray of shape (H, W), bool, or None
        True where a pixel counts; None if all do.
    name : str
        Its name in error messages.
    seed : int
        Seed for methods that draw random numbers.
    superpixels : ndarray of shape (K, H, W), int32, or None
        K label maps, consecutive from 0; None if the method has no superpixels. Pixels outside
        of the mask are the last superpixel.
    """

    pixels: np.ndarray
    mask: np.ndarray | None
    name: str
    seed: int
    superpixels: np.ndarray | None = None


class BasePeer(ThumbnailMixin, ClusterMixin, BaseEstimator):
    """Base of the peers: a subclass segments one image.

    Each image of a collection is segmented by itself. A subclass implements `_segment`, or
    `_segment_picture` if it uses a mask, a seed or superpixels, and has the constructor parameters
    `channel_axis`, `n_jobs` and `verbose` beside its own. A method whose pixels need no neighbours
    also implements `_segment_table`.
    """

    _parameter_constraints: dict = {
        "channel_axis": CHANNEL_AXIS,
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _segment(self, image: np.ndarray) -> np.ndarray:
        """(H, W, C) float32 -> (H, W) integers, not necessarily consecutive."""

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        """Segment an image; to be overridden by methods that use more than its pixels."""
        return self._segment(picture.pixels)

    def _segment_table(self, pixels: np.ndarray, seed: int) -> np.ndarray:
        """(N, C) float32 -> (N,) labels; to be overridden by methods without neighbours."""
        raise ValueError(
            f"a table of {len(pixels)} pixels has no neighbours, and {type(self).__name__} needs "
            "them: pass an image (H, W, C) or (H, W), or channel_axis='auto' if the table is a "
            "grey image. KMeansPixels and GaussianMixturePixels segment tables"
        )

    def fit(self, X: Any, y: Any = None, *, sample_mask: Any = None) -> Self:
        """Segment each image.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            An image or a collection, see `sklearn_dic.images.open_images`. Integers are divided
            by the maximum of their dtype.
        y : None
            Not used, here by convention.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels that do not count. They have label -1. Their values change nothing, so
            they may be NaN.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter or an image cannot be used; the message names it.
        """
        return self._fit(X, None, sample_mask)

    def predict(self, X: Any, *, sample_mask: Any = None) -> Any:
        """Segment other images with the same parameters.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, with the same number of channels.
        sample_mask : array-like of bool, or list of these, default=None
            As in `fit`, for these images.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            Those of the training images are `labels_`. Nothing is learned from the training
            images: each image is segmented anew.
        """
        return self._predict(X, None, sample_mask)

    def _fit(self, X: Any, superpixels: Any, sample_mask: Any) -> Self:
        images, superpixels = self._open(X, superpixels, sample_mask)
        refuse_rows_of_image(X, images.form)
        seed = _draw_seed(getattr(self, "random_state", 0))
        labels = self._segment_images(images, superpixels, seed)
        counts = [int(of_image.max()) + 1 for of_image in labels]
        if images.form == "table":
            counts = [max(counts)]
        self._seed = seed
        self.labels_ = images.in_form_of_input(labels)
        self.n_segments_ = counts[0] if images.form in ("image", "table") else counts
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
        return self

    def _predict(self, X: Any, superpixels: Any, sample_mask: Any) -> Any:
        check_is_fitted(self)
        check_column_names(self, X, self.channel_axis, reset=False)
        images, superpixels = self._open(X, superpixels, sample_mask)
        check_n_channels(self, images)
        return images.in_form_of_input(self._segment_images(images, superpixels, self._seed))

    def _open(self, X: Any, superpixels: Any, sample_mask: Any) -> tuple[Images, Any]:
        """Check the parameters and open the images, and the superpixels that came with them."""
        check_parameters(self)
        return open_with_superpixels(X, self.channel_axis, superpixels, sample_mask)

    def _find_superpixels(self, images: Images, superpixels: Any) -> Any:
        """Find the superpixels of each image; to be overridden by methods that use them."""
        return [None] * len(images)

    def _segment_images(self, images: Images, superpixels: Any, seed: int) -> list[np.ndarray]:
        """Segment each image -> [(H_i, W_i)] int32, consecutive from 0, -1 outside of the mask."""
        if images.form == "table":
            return self._segment_rows(images, seed)
        maps = self._find_superpixels(images, superpixels)
        seeds = [seed] * len(images)
        parts = (images.pixels, images.every_mask(), images.names, seeds, maps)
        found = for_each(
            partial(_segment_and_check, self),
            [Picture(*part) for part in zip(*parts, strict=True)],
            n_jobs=self.n_jobs,
            verbose=self.verbose,
            description="segmentations",
        )
        return [number(*pair) for pair in zip(found, images.every_mask(), strict=True)]

    def _segment_rows(self, images: Images, seed: int) -> list[np.ndarray]:
        """Segment the pixels of a table together -> [(1, 1)] int32 for each."""
        mask = None if images.masks is None else np.concatenate(images.masks)[:, 0]
        pixels = np.concatenate(images.pixels)[:, 0]
        labels = np.full(len(pixels), -1)
        inside = np.ones(len(pixels), bool) if mask is None else mask
        labels[inside] = self._segment_table(pixels[inside], seed)
        return list(number(labels, mask)[:, None, None])

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two to four dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


class BaseSuperpixelPeer(SuperpixelsParameterMixin, BasePeer):
    """Base of peers with a parameter `superpixels`.

    `Picture.superpixels` has those of an image: passed to `fit`, in the images, or else computed by
    the parameter.
    """

    superpixels: Any
    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "superpixels": [
            StrOptions(set(get_superpixels_names())),
            HasMethods("fit_transform"),
            "array-like",  # a list; label maps get an error of their own
            None,
        ],
    }

    def fit(
        self, X: Any, y: Any = None, *, superpixels: Any = None, sample_mask: Any = None
    ) -> Self:
        """Segment each image.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            An image or a collection, see `sklearn_dic.images.open_images`. Integers are divided
            by the maximum of their dtype.
        y : None
            Not used, here by convention.
        superpixels : array-like of int, str, transformer or list of these, default=None
            Superpixels of these images, instead of the parameter `superpixels`: a label map of
            shape (H, W) for each image.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels that do not count. They have label -1. Their values change nothing, so
            they may be NaN.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter or an image cannot be used; the message names it.
        """
        return self._fit(X, superpixels, sample_mask)

    def predict(self, X: Any, *, superpixels: Any = None, sample_mask: Any = None) -> Any:
        """Segment other images with the same parameters.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, with the same number of channels.
        superpixels, sample_mask
            As in `fit`, for these images.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            Those of the training images are `labels_`, if the same superpixels and mask are
            passed.
        """
        return self._predict(X, superpixels, sample_mask)

    def _find_superpixels(self, images: Images, superpixels: Any) -> Any:
        maps = (
            compute_superpixels(self.superpixels, images)
            if superpixels is None
            else resolve_superpixels(superpixels, images)
        )
        return [None] * len(images) if maps is None else maps


def number(labels: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Labels -> int32, consecutive from 0 inside of the mask, -1 outside."""
    inside = np.ones(labels.shape, bool) if mask is None else mask
    numbered: np.ndarray = np.full(labels.shape, -1, np.int32)
    numbered[inside] = np.unique(labels[inside], return_inverse=True)[1]
    return numbered


def _segment_and_check(peer: BasePeer, picture: Picture) -> np.ndarray:
    labels = np.asarray(peer._segment_picture(picture))
    shape = picture.pixels.shape[:2]
    if labels.shape != shape or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{type(peer).__name__} gave {picture.name}, of {shape[0]} x {shape[1]} pixels, labels "
            f"of shape {labels.shape} and dtype {labels.dtype}; integers of its shape are needed"
        )
    return labels


def _draw_seed(random_state: Any) -> int:
    """Return an integer as it is; draw one from a generator, so that `predict` repeats `fit`."""
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
