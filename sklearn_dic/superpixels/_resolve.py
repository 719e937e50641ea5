"""From what a user may give as `superpixels` to one label map for each image."""

from typing import Any

import numpy as np
from sklearn.base import clone

from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.superpixels._felzenszwalb import FelzenszwalbSuperpixels
from sklearn_dic.superpixels._map import check_superpixel_map
from sklearn_dic.superpixels._slic import SLICSuperpixels
from sklearn_dic.utils._images import Images

SUPERPIXELS: dict[str, type[BaseSuperpixels]] = {
    "felzenszwalb": FelzenszwalbSuperpixels,
    "slic": SLICSuperpixels,
}


def get_superpixels(name: str) -> BaseSuperpixels:
    """Make a superpixel transformer with its default parameters.

    Parameters
    ----------
    name : {"felzenszwalb", "slic"}
        A key of `SUPERPIXELS`.

    Returns
    -------
    transformer : BaseSuperpixels

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> from sklearn_dic.superpixels import get_superpixels
    >>> get_superpixels("slic")
    SLICSuperpixels()
    """
    if name not in SUPERPIXELS:
        raise ValueError(
            f"superpixels={name!r} is not known; the names are {', '.join(sorted(SUPERPIXELS))}"
        )
    return SUPERPIXELS[name]()


def are_label_maps(superpixels: Any) -> bool:
    """Whether superpixels are given as labels, rather than as what computes them."""
    return not isinstance(superpixels, str | None) and not hasattr(superpixels, "fit_transform")


def resolve_superpixels(superpixels: Any, images: Images) -> list[np.ndarray] | None:
    """One label map for each image, or None where every pixel stands for itself.

    Parameters
    ----------
    superpixels : str, transformer, array-like, list of array-like, or None
        A name; a transformer, ours or anybody's, whose `fit_transform` maps an image
        (H, W, C) to labels (H, W); the label map of the image; or one map for each image
        of a collection.
    images : Images
        The checked images.

    Returns
    -------
    maps : list of ndarray of shape (H_i, W_i), dtype int32, or None
        Labels consecutive from 0 within each image.
    """
    if superpixels is None:
        return None
    if isinstance(superpixels, str):
        superpixels = get_superpixels(superpixels)
    if not are_label_maps(superpixels):
        transformer = clone(superpixels)
        maps = [
            np.zeros((1, 1), int) if image.shape[:2] == (1, 1) else transformer.fit_transform(image)
            for image in images.pixels
        ]
    else:
        if images.form == "table":
            superpixels = np.asarray(superpixels)[..., None, None]
        maps = [superpixels] if images.form == "image" else list(superpixels)
        if len(maps) != len(images):
            raise ValueError(
                f"superpixels has {len(maps)} label map(s) for {len(images)} image(s): one for "
                "each image is needed"
            )
    return [
        check_superpixel_map(labels, shape, name)
        for labels, shape, name in zip(maps, images.shapes, images.names, strict=True)
    ]
