"""Images larger than memory: regions of all blocks from one graph."""

from sklearn_dic.blocks._blockwise import Blockwise
from sklearn_dic.blocks._statistics import PictureStatistics
from sklearn_dic.blocks._tree import BlockTree

__all__ = ["BlockTree", "Blockwise", "PictureStatistics"]
