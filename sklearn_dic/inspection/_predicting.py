"""What an estimator says of images: labels, and the superpixels that they were made of."""

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from sklearn_dic.images._images import Images, open_images, split_images
from sklearn_dic.superpixels._map import take_images
from sklearn_dic.superpixels._resolve import resolve_superpixels
from sklearn_dic.utils._unwrapping import channel_axis_of, first_step, last_step

_WITHOUT = "kind has 'superpixels', and this {} has none to draw"


def open_like(estimator: Any, X: Any) -> Images:
    """Open images as the estimator reads them."""
    pictures, maps = take_images(X)
    return open_images(pictures, channel_axis_of(estimator) if maps is None else -1)


def predict_labels(estimator: Any, X: Any, images: Images) -> Any:
    """Let an estimator label images -> label maps in the form of the images.

    A clusterer of scikit-learn, which takes tables, labels the pixels of each image as rows.
    """
    if hasattr(estimator, "predict"):
        if _takes_images(estimator):
            return estimator.predict(X)
        rows = [one.reshape(-1, images.n_channels) for one in images.given]
        labels = [np.asarray(estimator.predict(one)) for one in rows]
        pairs = zip(labels, images.shapes, strict=True)
        return images.in_form_of_input([one.reshape(shape) for one, shape in pairs])
    if hasattr(estimator, "transform"):
        return estimator.transform(X)
    raise TypeError(
        f"{type(estimator).__name__} has neither predict nor transform; a clusterer or a "
        "superpixel transformer is needed, or labels with SegmentationDisplay.from_predictions"
    )


def find_superpixels(estimator: Any, X: Any, images: Images) -> Any:
    """Find the superpixels that vote in a clusterer -> one or K maps each, in the form of X."""
    if not _takes_images(estimator):
        raise ValueError(_WITHOUT.format(type(estimator).__name__))
    return images.in_form_of_input(_find(estimator, X, images))


def _find(estimator: Any, X: Any, images: Images) -> list[np.ndarray]:
    estimator = getattr(estimator, "best_estimator_", estimator)
    maps = take_images(X)[1]
    if maps is not None:
        return maps
    if isinstance(estimator, Pipeline):
        before = estimator[:-1].transform(X) if len(estimator) > 1 else X
        return _find(estimator[-1], before, images)
    if hasattr(estimator, "estimators_"):
        items = split_images(X, channel_axis_of(estimator))[0]
        pairs = zip(estimator.estimators_, items, strict=True)
        return [_find(one, item, images.take(i))[0] for i, (one, item) in enumerate(pairs)]
    if hasattr(estimator, "_voters_of"):  # which knows those of its fit
        found = estimator._voters_of(X)
    else:
        found = resolve_superpixels(getattr(estimator, "superpixels", None), images)
    if found is None:
        raise ValueError(_WITHOUT.format(type(estimator).__name__))
    return found


def share_labels(estimator: Any) -> bool:
    """Whether a label means the same in all images.

    It does where one fit labels all of them; not where each image has a fit of its own, or
    where superpixels, regions or connected pieces are counted in each.
    """
    last = last_step(estimator)
    own = (
        hasattr(last, "estimators_")
        or hasattr(last, "tree_")
        or isinstance(getattr(last, "n_segments", None), Integral)
        or getattr(last, "connected_components", False)
    )
    return hasattr(last, "predict") and not own


def _takes_images(estimator: Any) -> bool:
    first = first_step(estimator)
    return not hasattr(first, "__sklearn_tags__") or get_tags(first).input_tags.three_d_array
