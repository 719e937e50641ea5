"""Displays of segmentations and of their training, and tables and polygons of regions.

Matplotlib, pandas and geopandas are loaded on use.
"""

from sklearn_dic.inspection._hierarchy import HierarchyDisplay
from sklearn_dic.inspection._loss_curve import LossCurveDisplay
from sklearn_dic.inspection._region_polygons import region_polygons
from sklearn_dic.inspection._region_table import region_table
from sklearn_dic.inspection._segmentation import SegmentationDisplay

__all__ = [
    "HierarchyDisplay",
    "LossCurveDisplay",
    "SegmentationDisplay",
    "region_polygons",
    "region_table",
]
