"""Displays of segmentations and of their training; matplotlib is loaded only to draw."""

from sklearn_dic.inspection._hierarchy import HierarchyDisplay
from sklearn_dic.inspection._loss_curve import LossCurveDisplay
from sklearn_dic.inspection._segmentation import SegmentationDisplay

__all__ = ["HierarchyDisplay", "LossCurveDisplay", "SegmentationDisplay"]
