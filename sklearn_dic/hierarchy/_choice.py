"""How many regions an image has, without an annotation."""

import numpy as np

from sklearn_dic.hierarchy._merge_tree import MergeTree

TYPICAL_DISTANCE = 27.0  # measured on BSDS300 train, with the defaults of `RegionMerging`


def choose_n_segments(tree: MergeTree) -> int:
    """Choose a number of regions: as many as are farther apart than in typical photographs."""
    return 1 + int(np.count_nonzero(tree.distances_ > TYPICAL_DISTANCE))
