"""Cuts of a merge tree into regions."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.utils._warnings import warn_caller

# Chosen on images of BSDS300 train and every other image of val, with the defaults of
# `RegionMerging` and learned features; other weights stretch the distances. From 65 to 73, PRI is
# about the same, BDE rises, and VoI falls.
TYPICAL_DISTANCE = 68.0


def choose_n_segments(tree: MergeTree) -> int:
    """Count the regions that are farther apart than `TYPICAL_DISTANCE`.

    With the same distance for all images, the number of regions adapts to the image. On images
    of train, no rule for a single tree was better: the largest gap or ratio between two
    distances, distances relative to the largest distance, their sum or the number of
    superpixels, and description length.
    """
    return 1 + int(np.count_nonzero(tree.distances_ > TYPICAL_DISTANCE))


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
    tree: MergeTree, n_segments: int | Literal["auto"] | None, threshold: float | None = None
) -> np.ndarray:
    """Cut a tree with the parameters of `RegionMerging` -> (H, W) labels.

    If `n_segments` is larger than the number of leaves, the leaves are the regions.
    """
    if threshold is not None:
        return tree.cut(threshold=threshold)
    if n_segments == "auto":
        return tree.cut(n_segments=choose_n_segments(tree))
    if isinstance(n_segments, Integral):
        n_segments = min(int(n_segments), tree.n_leaves)
    return tree.cut(n_segments=n_segments)


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
