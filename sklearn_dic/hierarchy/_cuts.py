"""Cuts of a merge tree into regions."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.utils._warnings import warn_caller

# Chosen on photographs, textures, nuclei, membranes, objects and materials together, with the
# default weights; other weights stretch the distances.
LARGEST_DISTANCE = 76.0
DISTANCE = 105.0
EXPLAINED = 0.4
EXPONENT = 0.25
SECOND_LARGEST = 0.7


def find_auto_threshold(
    children: np.ndarray,
    distances: np.ndarray,
    features: np.ndarray,
    sizes: np.ndarray,
    *,
    has_textures: bool = False,
) -> float:
    r"""Find the distance at which "auto" cuts a tree.

    It is :math:`\min(76, 105 / n^{1/4})`, where n is the number of regions of this tree, for each
    scene, that explain 40 % of the variance of its leaves' features: the more regions an image
    needs before its colours are explained, the smaller the distance. An image of few large objects
    has a small n, a texture or a section of tissue with many cells a large n. In textures it is at
    most 0.7 of the second largest distance of the tree: how far two textures are apart depends on
    the features that were learned.

    Parameters
    ----------
    children : ndarray of int, shape (n_leaves - 1, 2)
        The merges of the tree.
    distances : ndarray of shape (n_leaves - 1,)
        Their distances, increasing.
    features : ndarray of shape (n_leaves, n_features)
        Mean colours, and learned features, of the leaves.
    sizes : ndarray of shape (n_leaves,)
        Sizes of the leaves, in scenes: their sum is 1 if the image is one scene.

    has_textures : bool, default=False
        Whether the tree was made by learned features of textures.

    Returns
    -------
    threshold : float
        In the unit of the distances of the tree.
    """
    n_leaves = len(features)
    means, masses = np.zeros((2 * n_leaves - 1, features.shape[1])), np.zeros(2 * n_leaves - 1)
    means[:n_leaves], masses[:n_leaves] = features, sizes
    lost = np.zeros(n_leaves - 1)  # variance between the two parts of each merge
    for i, (a, b) in enumerate(children):
        masses[n_leaves + i] = masses[a] + masses[b]
        means[n_leaves + i] = (masses[a] * means[a] + masses[b] * means[b]) / masses[n_leaves + i]
        difference = means[a] - means[b]
        lost[i] = masses[a] * masses[b] / masses[n_leaves + i] * (difference @ difference)
    explained = np.concatenate([[0.0], np.cumsum(lost[::-1])])  # by 1, 2, ... regions
    n_regions = 1.0
    if explained[-1] > 0:
        n_regions += np.interp(EXPLAINED * explained[-1], explained, np.arange(n_leaves))
    n_regions = max(1.0, n_regions / sizes.sum())
    threshold = min(LARGEST_DISTANCE, DISTANCE / n_regions**EXPONENT)
    if has_textures and len(distances) > 1:
        threshold = min(threshold, SECOND_LARGEST * distances[-2])
    return float(threshold)


def choose_n_segments(tree: MergeTree, coarseness: float = 1.0) -> int:
    """Count the regions that are farther apart than `coarseness` times the auto threshold."""
    return 1 + int(np.count_nonzero(tree.distances_ > coarseness * tree.auto_threshold_))


def check_cut(n_segments: Any, threshold: Any) -> None:
    """Refuse no place to cut, two places, and a word other than "auto".

    Raises
    ------
    ValueError
        The message has both values.
    """
    if isinstance(n_segments, str) and n_segments != "auto":
        raise ValueError(f"n_segments={n_segments!r} is neither a number nor 'auto'")
    if n_segments is None and threshold is None:
        raise ValueError(
            "n_segments and threshold are both None: pass n_segments or threshold, "
            "the place to cut the tree"
        )
    if n_segments is not None and threshold is not None:
        raise ValueError(
            f"n_segments={n_segments!r} and threshold={threshold!r} are both given: pass "
            "n_segments or threshold, the place to cut the tree"
        )


def cut_tree(
    tree: MergeTree,
    n_segments: int | Literal["auto"] | None,
    threshold: float | None = None,
    coarseness: float = 1.0,
) -> np.ndarray:
    """Cut a tree with the parameters of `RegionMerging` -> (H, W) labels."""
    return tree.cut(**place_of_cut(tree, n_segments, threshold, coarseness))


def place_of_cut(
    tree: MergeTree,
    n_segments: int | Literal["auto"] | None,
    threshold: float | None = None,
    coarseness: float = 1.0,
) -> dict[str, Any]:
    """Find the place to cut a tree with the parameters of `RegionMerging`.

    If `n_segments` is larger than the number of leaves, the leaves are the regions.

    Returns
    -------
    place : dict
        The arguments of ``tree.cut``.
    """
    if threshold is not None:
        return {"threshold": threshold}
    if n_segments == "auto":
        return {"n_segments": choose_n_segments(tree, coarseness)}
    if isinstance(n_segments, Integral):
        n_segments = min(int(n_segments), tree.n_leaves)
    return {"n_segments": n_segments}


def warn_of_fewer(
    trees: Sequence[MergeTree], n_segments: Any, threshold: float | None = None
) -> None:
    """Warn once if trees have fewer leaves than `n_segments`."""
    if threshold is not None or not isinstance(n_segments, Integral):
        return
    leaves = [tree.n_leaves for tree in trees if tree.leaf_labels.size > 1]  # not a pixel
    if leaves and min(leaves) < int(n_segments):
        warn_caller(
            f"n_segments={n_segments}, and an image has {min(leaves)} superpixels: these are its "
            "regions. Finer superpixels would allow more",
            ConvergenceWarning,
        )
