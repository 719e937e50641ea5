"""Labels of an estimator for images, and the superpixels that a display draws."""

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from sklearn_dic.images._images import Images, open_images, split_images
from sklearn_dic.superpixels._map import take_images
from sklearn_dic.superpixels._resolve import resolve_superpixels
from sklearn_dic.utils._unwrapping import (
    channel_axis_of,
    first_step,
    last_step,
    n_spatial_dims_of,
)


def open_like(estimator: Any, X: Any, sample_mask: Any = None) -> Images:
    """Open images as the estimator reads them."""
    n_spatial_dims = n_spatial_dims_of(estimator)
    pictures, maps = take_images(X)
    channel_axis = channel_axis_of(estimator) if maps is None else -1
    return open_images(pictures, channel_axis, sample_mask, n_spatial_dims=n_spatial_dims)


def predict_labels(estimator: Any, X: Any, images: Images, **params: Any) -> Any:
    """Predict label maps, in the form of the images.

    A clusterer of tables, as in scikit-learn, labels the pixels of each image as rows.
    """
    if hasattr(estimator, "predict"):
        if _takes_images(estimator):
            return estimator.predict(X, **params)
        rows = [image.reshape(-1, images.n_channels) for image in images.given]
        labels = [np.asarray(estimator.predict(table)) for table in rows]
        pairs = zip(labels, images.shapes, strict=True)
        return images.in_form_of_input([row.reshape(shape) for row, shape in pairs])
    if hasattr(estimator, "transform"):
        return estimator.transform(X)
    raise TypeError(
        f"{type(estimator).__name__} has neither predict nor transform; a clusterer or a "
        "superpixel transformer is needed, or labels with SegmentationDisplay.from_predictions"
    )


def find_superpixels(estimator: Any, X: Any, images: Images, passed: Any = None) -> Any:
    """Find the superpixels of a clusterer -> 1 or K maps for each image, in the form of X.

    Parameters
    ----------
    estimator : estimator
        The fitted clusterer, a Pipeline or a search.
    X : image or collection of images
        The input of the caller.
    images : Images
        `X`, opened.
    passed : superpixels of the images, or None
        In any form that `predict` accepts; used instead of those of the estimator.
    """
    if not _takes_images(estimator):
        raise _without_superpixels(estimator)
    if passed is not None:
        found = resolve_superpixels(passed, images)
    else:
        found = _find(estimator, X, images)
    if found is None:
        raise _without_superpixels(estimator)
    return images.in_form_of_input(found)


def _find(estimator: Any, X: Any, images: Images) -> list[np.ndarray] | None:
    """Find the superpixels of images that were not passed with them -> [(K, H_i, W_i)]."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    maps = take_images(X)[1]
    if maps is not None:
        return maps
    if isinstance(estimator, Pipeline):
        before = estimator[:-1].transform(X) if len(estimator) > 1 else X
        return _find(estimator[-1], before, images)
    if hasattr(estimator, "estimators_"):
        items = split_images(X, channel_axis_of(estimator))[0]
        found = []
        for i, fitted in enumerate(estimator.estimators_):
            maps = _find(fitted, items[i], images.take(i))
            if maps is None:
                return None
            found += maps
        return found
    if hasattr(estimator, "build_trees"):
        masks = None if images.masks is None else images.in_form_of_input(images.masks)
        trees = estimator.build_trees(X, sample_mask=masks)
        return [tree.leaf_labels[None] for tree in (trees if isinstance(trees, list) else [trees])]
    methods = getattr(estimator, "_superpixel_methods", getattr(estimator, "superpixels", None))
    return resolve_superpixels(methods, images)


def _without_superpixels(estimator: Any) -> ValueError:
    return ValueError(f"kind has 'superpixels', and {type(estimator).__name__} has no superpixels")


def share_labels(estimator: Any) -> bool:
    """Whether a label means the same in all images.

    Labels of a network or of a clusterer of pixels do. Superpixels, regions, connected components
    and the labels of `PerImage` are numbered in each image separately.
    """
    last = last_step(estimator)
    return (
        hasattr(last, "predict")
        and getattr(last, "region_merging_", None) is None
        and not (hasattr(last, "estimators_") or hasattr(last, "tree_"))
        and not getattr(last, "connected_components", False)
    )


def _takes_images(estimator: Any) -> bool:
    first = first_step(estimator)
    return not hasattr(first, "__sklearn_tags__") or get_tags(first).input_tags.three_d_array
