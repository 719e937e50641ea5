"""Merge trees: from superpixels to any number of regions, without a network or with one."""

from sklearn_dic.hierarchy._agglomeration import agglomerate
from sklearn_dic.hierarchy._building import build_merge_tree
from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.hierarchy._merged_superpixels import MergedSuperpixels

__all__ = ["MergeTree", "MergedSuperpixels", "agglomerate", "build_merge_tree"]
