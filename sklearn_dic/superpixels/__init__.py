"""Superpixels: transformers from an image to a label map that remembers the image."""

from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.superpixels._felzenszwalb import FelzenszwalbSuperpixels
from sklearn_dic.superpixels._map import SuperpixelMap
from sklearn_dic.superpixels._resolve import SUPERPIXELS, get_superpixels
from sklearn_dic.superpixels._slic import SLICSuperpixels

__all__ = [
    "SUPERPIXELS",
    "BaseSuperpixels",
    "FelzenszwalbSuperpixels",
    "SLICSuperpixels",
    "SuperpixelMap",
    "get_superpixels",
]
