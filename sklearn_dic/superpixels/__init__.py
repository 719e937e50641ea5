"""Superpixels: transformers from an image to a label map that holds the image."""

from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.superpixels._contour_tree import ContourTree
from sklearn_dic.superpixels._felzenszwalb import FelzenszwalbSuperpixels
from sklearn_dic.superpixels._file import FileSuperpixels, MCGSuperpixels
from sklearn_dic.superpixels._hierarchical import HierarchicalSuperpixels
from sklearn_dic.superpixels._lsc import LSCSuperpixels
from sklearn_dic.superpixels._map import SuperpixelMap
from sklearn_dic.superpixels._names import get_superpixels, get_superpixels_names
from sklearn_dic.superpixels._quickshift import QuickshiftSuperpixels
from sklearn_dic.superpixels._seeds import SEEDSSuperpixels
from sklearn_dic.superpixels._slic import SLICSuperpixels
from sklearn_dic.superpixels._watershed import WatershedSuperpixels

__all__ = [
    "BaseSuperpixels",
    "ContourTree",
    "FelzenszwalbSuperpixels",
    "FileSuperpixels",
    "HierarchicalSuperpixels",
    "LSCSuperpixels",
    "MCGSuperpixels",
    "QuickshiftSuperpixels",
    "SEEDSSuperpixels",
    "SLICSuperpixels",
    "SuperpixelMap",
    "WatershedSuperpixels",
    "get_superpixels",
    "get_superpixels_names",
]
