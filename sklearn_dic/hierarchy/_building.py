"""From a picture and its superpixels to a tree."""

from typing import Any

import numpy as np

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._agglomeration import agglomerate
from sklearn_dic.hierarchy._basins import find_basins
from sklearn_dic.hierarchy._contrast import gradient_contrast, mean_along_borders
from sklearn_dic.hierarchy._features import describe_regions, mean_by_region, relative_spread
from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.hierarchy._quantization import mutual_information, quantize_colors
from sklearn_dic.hierarchy._spectral import spectral_contours
from sklearn_dic.images._color import is_in_unit_range, to_lab
from sklearn_dic.superpixels._map import check_superpixel_map
from sklearn_dic.utils._warnings import warn_caller

# Of a border, relative to the mean of the basins. It changes one tree of a hundred, a little.
LEAST_STRENGTH = 0.05


def build_merge_tree(
    image: np.ndarray,
    superpixels: Any = None,
    *,
    features: Any = None,
    features_weight: float = 0.2,
    enclosing_weight: float = 40.0,
    gradient_weight: float = 300.0,
    local_weight: float = 0.4,
    spectral_exponent: float = 0.7,
    size_exponent: float = 0.18,
    border_exponent: float = 0.15,
) -> MergeTree:
    """Merge the superpixels of one image, the most alike first.

    Parameters
    ----------
    image : ndarray of shape (H, W, C)
        Floats. Three channels from 0 to 1 are RGB, and compared in Lab; others are stretched
        to its range.
    superpixels : array-like of int, shape (H, W) or (K, H, W), list of K maps, or None
        The first map is merged; None, alone or as the first of a list: what lies inside the
        contours of this picture, by a watershed. The other maps help: what lies in one of their
        regions looks more alike.
    features : array-like of shape (H, W, D), default=None
        Any more numbers that tell objects apart, such as learned ones. They are scaled to
        vary as much over the picture as its colours.
    features_weight : float, default=0.2
        How much these count; 0: not at all, for the spectral contours neither.
    enclosing_weight : float, default=40.0
        How much the histograms of colours and textures in the regions of the other maps count:
        the difference in Lab that is worth a Hellinger distance of 1.
    gradient_weight : float, default=300.0
        How much it counts, against a squared difference in colour, that the colours change
        along a border.
    local_weight : float, default=0.4
        How much it counts, as a contrast of their border, that the superpixels that meet there
        differ, against the difference of whole regions.
    spectral_exponent : float, default=0.7
        How much the strength of the spectral contour along a border counts. 0: not at all.
    size_exponent, border_exponent : float, default=0.18, 0.15
        See `RegionMerging`.

    Returns
    -------
    tree : MergeTree
        Sizes are shares of the picture, and borders are measured against those of what lies
        inside its contours, so that distances mean about the same in pictures of any size and for
        superpixels of any kind.

    Raises
    ------
    ValueError, TypeError
        If image, superpixels or features have another shape, or values that are no numbers or
        not finite; the message says what came.

    See Also
    --------
    RegionMerging : Does so for any form of input.
    """
    image = _check_image(image)
    if features is not None:
        features = _check_features(features, image.shape[:2])
        if features_weight == 0:
            features = None
    shape = image.shape[:2]
    merged, *others = _split(superpixels)
    leaves = None if merged is None else check_superpixel_map(merged, shape, "the image")
    enclosing = [check_superpixel_map(one, shape, "the image") for one in others]
    channels = _to_compare(image)
    kinds = quantize_colors(channels)
    if leaves is None or spectral_exponent > 0:
        contours = spectral_contours(kinds, mutual_information(kinds), features)
        basins = check_superpixel_map(find_basins(channels, contours), shape, "the image")
    if leaves is None:
        leaves = basins
    described = [describe_regions(channels, kinds, leaves, enclosing, enclosing_weight)]
    if features is not None:
        weight = features_weight * relative_spread(features, channels)
        described.append(weight * mean_by_region(features, leaves))
    descriptions = np.concatenate(described, axis=1)
    adjacency = find_adjacency(leaves)
    contrasts = np.zeros(len(adjacency.pairs))
    if gradient_weight > 0:
        contrasts += gradient_weight * gradient_contrast(channels, adjacency)
    if local_weight > 0:
        first, second = descriptions[adjacency.pairs.T]
        contrasts += local_weight * ((first - second) ** 2).sum(axis=1)
    factors = None
    if spectral_exponent > 0:
        strengths = _relative(mean_along_borders(contours, adjacency), contours, basins)
        factors = np.maximum(strengths, LEAST_STRENGTH) ** spectral_exponent
    children, distances = agglomerate(
        descriptions,
        np.bincount(leaves.ravel()) / leaves.size,
        adjacency.pairs,
        contrasts=contrasts,
        factors=factors,
        lengths=adjacency.lengths,
        size_exponent=size_exponent,
        border_exponent=border_exponent,
    )
    return MergeTree(leaves, children, distances)


def _to_compare(image: np.ndarray) -> np.ndarray:
    """Lab of RGB; other channels as they are, stretched."""
    if is_in_unit_range(image):
        return to_lab(image, None)
    is_picture = image.shape[:2] != (1, 1) and image.shape[2] == 3  # and no pixel of a table
    if is_picture and 0 <= image.min() < image.max() <= 255 and (image % 1 == 0).all():
        warn_caller(
            f"three channels of whole numbers from {image.min():g} to {image.max():g} are merged "
            "as they are, and not in Lab as RGB from 0 to 1 is: if they are RGB, divide by 255"
        )
    return to_lab(image, False)


def _relative(strengths: np.ndarray, contours: np.ndarray, basins: np.ndarray) -> np.ndarray:
    """Divide the strengths of borders by the mean of the contours along those of the basins.

    The mean along the borders of what is merged would be high where superpixels are few and good,
    and a distance would mean something else there. In a picture that is one basin all borders are
    equally strong.
    """
    adjacency = find_adjacency(basins)
    total = adjacency.lengths @ mean_along_borders(contours, adjacency)
    return strengths * (adjacency.lengths.sum() / total) if total > 0 else np.ones(len(strengths))


def _check_image(image: Any) -> np.ndarray:
    image = np.asarray(image)
    if image.ndim != 3 or 0 in image.shape:
        raise ValueError(f"the image has shape {image.shape}: (H, W, C) is needed")
    _check_numbers(image, "the image")
    return image.astype(np.float32) if image.dtype.kind == "b" else image


def _check_features(features: Any, shape: tuple[int, ...]) -> np.ndarray:
    features = np.asarray(features)
    if features.ndim != 3 or features.shape[:2] != shape or features.shape[2] == 0:
        raise ValueError(
            f"features of shape {features.shape} do not fit an image of {shape}: (H, W, D) is "
            "needed"
        )
    _check_numbers(features, "the features of the image")
    return features


def _check_numbers(values: np.ndarray, name: str) -> None:
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{name} cannot be used: dtype {values.dtype}, and numbers are needed")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} cannot be used: NaN or infinity among the values")


def _split(superpixels: Any) -> list[Any]:
    """Take several maps apart; one stays whole."""
    if superpixels is None:
        return [None]
    if len(superpixels) == 0:
        raise ValueError("superpixels is empty: at least one map (H, W) is needed")
    return [superpixels] if np.ndim(superpixels[0]) == 1 else list(superpixels)
