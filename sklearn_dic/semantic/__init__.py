"""Sharper semantic segmentations: a network's class scores, and the regions of the image."""

from sklearn_dic.semantic._scored_image import ScoredImage
from sklearn_dic.semantic._superpixel_crf import SuperpixelCRF

__all__ = ["ScoredImage", "SuperpixelCRF"]
