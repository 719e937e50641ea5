"""Label maps, images and georeferences of the functions that measure regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.images import GeoReference, Images, open_images
from sklearn_dic.images._label_files import check_label_map
from sklearn_dic.inspection._label_maps import check_label_maps
from sklearn_dic.inspection._predicting import open_like
from sklearn_dic.superpixels._map import take_images
from sklearn_dic.utils._unwrapping import last_step, n_spatial_dims_of
from sklearn_dic.utils._warnings import ignored_warnings


@dataclass
class RegionInput:
    """Regions of one image.

    Attributes
    ----------
    labels : ndarray of shape (H, W) or (Z, Y, X), int32
        The labels; -1 outside of the mask.
    image : ndarray of shape (H, W, C) or (Z, Y, X, C), or None
        The values of the caller.
    georeference : GeoReference or None
        Place on the ground; None if there are no coordinates but rows and columns.
    spacing : sequence of float, or None
        Distance of pixels along each axis.
    """

    labels: np.ndarray
    image: np.ndarray | None
    georeference: GeoReference | None
    spacing: Sequence[float] | None = None


def open_regions(
    labels: Any,
    image: Any,
    georeference: GeoReference | None,
    n_spatial_dims: Literal[2, 3] = 2,
    spacing: Sequence[float] | None = None,
) -> tuple[list[RegionInput], bool]:
    """Open label maps or a fitted estimator, and the images -> regions, is it a collection."""
    estimator = None
    if hasattr(labels, "fit"):
        check_is_fitted(labels)
        if n_spatial_dims_of(labels) != n_spatial_dims:
            raise ValueError(
                f"{type(labels).__name__} segments volumes (n_spatial_dims=3), and images are "
                "expected here: pass the labels of slices, `list(labels)`"
            )
        estimator, labels = labels, getattr(last_step(labels), "labels_", None)
        if labels is None:
            raise TypeError(
                f"{type(estimator).__name__} has no labels_; pass the labels, for example those "
                "of its predict"
            )
    if image is None:
        images = None
        is_collection = isinstance(labels, list | tuple) or np.ndim(labels) == n_spatial_dims + 1
        maps = list(labels) if is_collection else [labels]
    else:
        with ignored_warnings(category=UserWarning):  # of values that are unusual in a fit
            if estimator is None:
                pictures = take_images(image)[0]
                images = open_images(pictures, n_spatial_dims=n_spatial_dims)
            else:
                images = open_like(estimator, image)
        is_collection = images.form != "image"
        maps = check_label_maps(labels, images, "labels")
    places = [georeference] * len(maps) if images is None else images.georeferences
    return [
        RegionInput(
            check_label_map(part, n_spatial_dims),
            None if images is None else _with_channels(images, i),
            _placed(georeference or places[i]),
            spacing,
        )
        for i, part in enumerate(maps)
    ], is_collection


def _with_channels(images: Images, place: int) -> np.ndarray:
    """Return the values of the caller or file (..., C), without an opaque alpha."""
    image = images.unscaled[place]
    has_channels = image.ndim > images.n_spatial_dims
    return image[..., : images.n_channels] if has_channels else image[..., None]


def _placed(georeference: GeoReference | None) -> GeoReference | None:
    return georeference if georeference is not None and georeference.is_placed else None
