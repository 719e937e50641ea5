"""From an image and its superpixels to a merge tree."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from scipy.ndimage import find_objects

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._basins import find_basins
from sklearn_dic.hierarchy._channels import expose, to_comparable
from sklearn_dic.hierarchy._coarse import coarse_segmentations
from sklearn_dic.hierarchy._contrast import gradient_contrast, mean_along_borders
from sklearn_dic.hierarchy._features import (
    choose_weight,
    describe_regions,
    mean_by_region,
    relative_spread,
    smooth_by_region,
)
from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.hierarchy._quantization import mutual_information, quantize_colors
from sklearn_dic.hierarchy._region_graph import RegionGraph, merge_regions
from sklearn_dic.hierarchy._spectral import spectral_contours
from sklearn_dic.hierarchy._weights import MergeWeights
from sklearn_dic.images._masks import fill_outside
from sklearn_dic.images._spacing import check_spacing
from sklearn_dic.superpixels._map import check_superpixel_map


def build_merge_tree(
    image: np.ndarray,
    superpixels: Any = None,
    *,
    coarse: Sequence[Any] | None = None,
    features: Any = None,
    features_weight: float | Literal["auto"] = "auto",
    scene_size: float | None = None,
    spacing: Sequence[float] | None = None,
    mask: Any = None,
    weights: MergeWeights | None = None,
) -> MergeTree:
    """Merge the superpixels of an image, the most alike first.

    Parameters
    ----------
    image : ndarray of shape (H, W, C) or (Z, Y, X, C)
        An image or a volume, of floats. A grey image, and three channels from 0 to 1, are RGB and
        compared in Lab; others are stretched to its range. The exposure does not matter.
    superpixels : array-like of int, shape (H, W) or (Z, Y, X), default=None
        The leaves of the tree. None: watershed basins of the contours.
    coarse : sequence of array-like of int, shape (H, W) or (Z, Y, X), default=None
        Coarse segmentations: superpixels in the same segment look more alike. None:
        Felzenszwalb's at three scales, in a volume of each plane of the last two axes.
    features : array-like of shape (H, W, D) or (Z, Y, X, D), default=None
        Further features of the pixels, such as learned features. They are smoothed over a
        thirtieth of the image, and scaled to vary as much over the image as its colours.
    features_weight : float or "auto", default="auto"
        Weight of the features against the colours. 0 ignores them; "auto" uses them in textures
        alone, see `RegionMerging`.
    scene_size : float, default=None
        Side in pixels of the square that shows a scene, see `RegionMerging`. None: the image is
        one scene.
    spacing : sequence of float, default=None
        Distance of pixels along each spatial axis, see `RegionMerging`. None: 1.
    mask : array-like of bool, shape (H, W) or (Z, Y, X), default=None
        False where pixels do not count: they have label -1, and change nothing in the rest, which
        may hold NaN. None: all count.
    weights : MergeWeights, default=None
        Weights of the merge distance. None: the defaults.

    Returns
    -------
    tree : MergeTree
        Sizes are shares of a scene, and the strengths of borders are relative to those of the
        basins, so that distances mean about the same in images of any size and for all
        superpixel methods.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or values are not finite numbers; the message names them.

    See Also
    --------
    sklearn_dic.RegionMerging : The same for any form of input.
    """
    weights = MergeWeights() if weights is None else weights
    image = np.asarray(image)
    if image.ndim not in (3, 4) or 0 in image.shape:
        raise ValueError(
            f"the image has shape {image.shape}: (H, W, C) is needed, or (Z, Y, X, C) of a volume"
        )
    shape = image.shape[:-1]
    spacing = check_spacing(spacing, len(shape))
    box: tuple[slice, ...] = (slice(None),) * len(shape)
    inside = None
    if mask is not None:
        box, inside = _crop(np.asarray(mask), shape)
        image = fill_outside(image[box], inside)
        inside = None if inside.all() else inside
    image = _check_numbers(image, "the image")
    if superpixels is not None:
        superpixels = check_superpixel_map(superpixels, shape, "the image")[box]
    if coarse is not None:
        coarse = [check_superpixel_map(labels, shape, "the image")[box] for labels in coarse]
    if features is not None:
        features = None if features_weight == 0 else _check_features(features, shape)[box]
    tree = _build(
        image, superpixels, coarse, features, features_weight, scene_size, spacing, inside, weights
    )
    if mask is not None:
        leaves = np.full(shape, -1, np.int32)
        leaves[box] = tree.leaf_labels
        tree = MergeTree(leaves, tree.children_, tree.distances_, tree.auto_threshold_)
    return tree


def _build(
    image: np.ndarray,
    superpixels: np.ndarray | None,
    coarse: Sequence[np.ndarray] | None,
    features: np.ndarray | None,
    features_weight: float | Literal["auto"],
    scene_size: float | None,
    spacing: tuple[float, ...],
    mask: np.ndarray | None,
    weights: MergeWeights,
) -> MergeTree:
    """Merge the superpixels of an image that was checked."""
    pixel_size = float(np.prod(spacing))
    scene_pixels = None if scene_size is None else scene_size ** len(spacing)
    exposed = expose(image, mask)
    channels = to_comparable(image, exposed)
    # Leaves of the tree: the superpixels, or basins of the contours
    colors = quantize_colors(channels, mask=mask, spacing=spacing)
    if superpixels is None or weights.spectral_exponent > 0:
        information = mutual_information(colors, spacing)
        contours = spectral_contours(colors, information, scene_pixels, spacing)
        basins = _number(find_basins(channels, contours, mask, spacing), mask)
    leaves = basins if superpixels is None else _number(superpixels, mask)
    # Features of the leaves: colours, colours of their coarse segments, learned features
    if weights.coarse == 0:
        coarse = []
    elif coarse is None:
        coarse = coarse_segmentations(exposed, None if scene_size is None else scene_size**2)
    descriptions = describe_regions(channels, colors, leaves, coarse, weights.coarse)
    means = descriptions[:, : channels.shape[-1]]
    adjacency = find_adjacency(leaves, spacing)
    weight = 0.0
    if features is not None:
        weight = (
            choose_weight(mean_by_region(features, leaves), means, adjacency)
            if features_weight == "auto"
            else features_weight
        )
    if features is not None and weight > 0:
        learned = smooth_by_region(
            features, leaves, scene_pixels or leaves.size * pixel_size, spacing
        )
        learned *= weight * relative_spread(learned, channels, leaves)
        descriptions, means = np.hstack([descriptions, learned]), np.hstack([means, learned])
    # Strength of their borders
    gradients = (
        gradient_contrast(channels, adjacency, spacing)
        if weights.gradient > 0
        else np.zeros(len(adjacency.pairs))
    )
    strengths = None
    if weights.spectral_exponent > 0:
        strengths = _relative(mean_along_borders(contours, adjacency), contours, basins, spacing)
    sizes = np.bincount(leaves[leaves >= 0]) * pixel_size
    graph = RegionGraph(
        sizes / (scene_pixels or sizes.sum()),
        descriptions,
        means,
        adjacency.pairs,
        adjacency.lengths,
        gradients,
        strengths,
        has_textures=weight > 0,
    )
    return MergeTree(leaves, *merge_regions(graph, weights))


def _crop(mask: np.ndarray, shape: tuple[int, ...]) -> tuple[tuple[slice, ...], np.ndarray]:
    """Mask of any shape -> its bounding box, and the part of the mask in the box.

    The tree of the cropped image does not depend on the width of a masked rim.
    """
    if mask.shape != shape or not mask.any():
        raise ValueError(
            f"the mask has shape {mask.shape} and {np.count_nonzero(mask)} pixels that count; the "
            f"image has shape {shape}, and at least one pixel is needed"
        )
    (box,) = find_objects(mask.astype(np.int8))
    return box, mask[box].astype(bool)


def _number(labels: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Any labels -> int32, consecutive from 0; -1 outside of the mask."""
    if mask is None:
        return np.unique(labels, return_inverse=True)[1].reshape(labels.shape).astype(np.int32)
    numbered = np.full(labels.shape, -1, np.int32)
    numbered[mask] = np.unique(labels[mask], return_inverse=True)[1]
    return numbered


def _relative(
    strengths: np.ndarray, contours: np.ndarray, basins: np.ndarray, spacing: Sequence[float]
) -> np.ndarray:
    """Divide the strengths of borders by the mean strength of the borders of the basins.

    The mean strength of the superpixels' own borders would be high for few and good
    superpixels, and their distances could not be compared with others. In an image with a
    single basin all borders are equally strong.
    """
    adjacency = find_adjacency(basins, spacing)
    total = adjacency.lengths @ mean_along_borders(contours, adjacency)
    return strengths * (adjacency.lengths.sum() / total) if total > 0 else np.ones(len(strengths))


def _check_features(features: Any, shape: tuple[int, ...]) -> np.ndarray:
    features = np.asarray(features)
    if features.shape[:-1] != shape or features.shape[-1] == 0:
        needed = "(H, W, D)" if len(shape) == 2 else "(Z, Y, X, D)"
        raise ValueError(
            f"features of shape {features.shape} do not fit an image of {shape}: {needed} is needed"
        )
    return _check_numbers(features, "the features of the image")


def _check_numbers(values: np.ndarray, name: str) -> np.ndarray:
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{name} cannot be used: dtype {values.dtype}, and numbers are needed")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} cannot be used: NaN or infinity among the values")
    return values.astype(np.float32) if values.dtype.kind == "b" else values
