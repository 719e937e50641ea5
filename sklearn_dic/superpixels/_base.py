"""What all superpixel transformers share."""

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags

from sklearn_dic.superpixels._map import SuperpixelMap, check_superpixel_map
from sklearn_dic.utils._images import open_images
from sklearn_dic.utils._validation import CHANNEL_AXIS, check_parameters


class BaseSuperpixels(TransformerMixin, BaseEstimator):
    """Base of the superpixel transformers: a subclass says how to segment one image.

    A transformer is stateless. `transform` takes one image, a stack, a list of images of
    different sizes, or paths, and gives maps in the same form.
    """

    _parameter_constraints: dict = {"channel_axis": CHANNEL_AXIS}

    @abstractmethod
    def _segment(self, image: np.ndarray) -> np.ndarray:
        """(H, W, C) float32 -> (H, W) integer labels, not necessarily consecutive."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters; there is nothing to learn.

        Parameters
        ----------
        X : image or collection of images
            Not looked at.
        y : None
            Not used, here by convention.

        Returns
        -------
        self : object
        """
        check_parameters(self)
        return self

    def transform(self, X: Any) -> SuperpixelMap | list[SuperpixelMap]:
        """Compute superpixels.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, or list of these
            One image or a collection; `channel_axis` says how the axes are read. Integers
            are divided by the maximum of their dtype.

        Returns
        -------
        superpixels : SuperpixelMap of shape (H, W) or (N, H, W), or list of SuperpixelMap
            int32 labels, consecutive from 0 within each image. Each map remembers its image.

        Raises
        ------
        ValueError, TypeError, OSError
            If an image cannot be used; the message names it.
        """
        check_parameters(self)
        images = open_images(X, self.channel_axis)
        labels = [
            check_superpixel_map(self._segment(image), image.shape[:2], name)
            for image, name in zip(images.pixels, images.names, strict=True)
        ]
        if images.form == "list":
            return [
                SuperpixelMap(one, image) for one, image in zip(labels, images.given, strict=True)
            ]
        return SuperpixelMap(images.in_form_of_input(labels), images.in_form_of_input(images.given))

    def __sklearn_tags__(self) -> Tags:
        """Stateless, for images."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.three_d_array = True
        return tags
