"""Where to cut a tree."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.utils._warnings import warn_caller

# Chosen on images of BSDS300 train and every other one of val, with the defaults of `RegionMerging`
# and learned features; other weights stretch the distances. From 65 to 73 PRI is about the same,
# BDE rises, and VoI falls.
TYPICAL_DISTANCE = 68.0


def choose_n_segments(tree: MergeTree) -> int:
    """Choose as many regions as are farther apart than those of typical photographs.

    One distance for all images adapts their number to what each shows. On images of train no
    rule was better that looks at a single tree: the largest gap or ratio between two distances,
    distances relative to the largest of the tree, their sum, or the number of superpixels, and
    description length.
    """
    return 1 + int(np.count_nonzero(tree.distances_ > TYPICAL_DISTANCE))


def check_cut(n_segments: Any, threshold: Any) -> None:
    """Refuse no place to cut, two places, and a word that is none.

    Raises
    ------
    ValueError
        Naming what was given.
    """
    if isinstance(n_segments, str) and n_segments != "auto":
        raise ValueError(f"n_segments={n_segments!r}: a number, or 'auto', is needed")
    if n_segments is None and threshold is None:
        raise ValueError("n_segments and threshold are both None: say where to cut the tree")
    if n_segments is not None and threshold is not None:
        raise ValueError(
            f"n_segments={n_segments!r} and threshold={threshold!r}: one of them says where to cut "
            "the tree"
        )


def cut_tree(
    tree: MergeTree,
    n_segments: int | Literal["auto"] | None,
    threshold: float | None = None,
    *,
    at_most: int | None = None,
) -> np.ndarray:
    """Cut a tree as the parameters of `RegionMerging` say -> (H, W) labels.

    "auto" gives `at_most` so many regions; no number gives more than there are leaves.
    """
    if threshold is not None:
        return tree.cut(threshold=threshold)
    if n_segments == "auto":
        chosen = choose_n_segments(tree)
        return tree.cut(n_segments=chosen if at_most is None else min(chosen, at_most))
    if isinstance(n_segments, Integral):
        n_segments = min(int(n_segments), tree.n_leaves)
    return tree.cut(n_segments=n_segments)


def warn_of_fewer(
    trees: Sequence[MergeTree], n_segments: Any, threshold: float | None = None
) -> None:
    """Warn where a tree has fewer leaves than regions are wanted, once for all trees."""
    if threshold is not None or not isinstance(n_segments, Integral):
        return
    leaves = [tree.n_leaves for tree in trees if tree.leaf_labels.size > 1]  # no pixels of tables
    if leaves and min(leaves) < int(n_segments):
        warn_caller(
            f"n_segments={n_segments}, and an image has {min(leaves)} superpixels: these are its "
            "regions. Finer superpixels would allow more",
            ConvergenceWarning,
        )
