"""Merge trees: from superpixels to any number of regions."""

from sklearn_dic.hierarchy._agglomeration import agglomerate
from sklearn_dic.hierarchy._building import build_merge_tree
from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.hierarchy._merged_superpixels import MergedSuperpixels
from sklearn_dic.hierarchy._weights import MergeWeights

__all__ = ["MergeTree", "MergeWeights", "MergedSuperpixels", "agglomerate", "build_merge_tree"]
