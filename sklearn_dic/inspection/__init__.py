"""Displays of segmentations and of their training, comparisons, and tables of regions.

Matplotlib, pandas and geopandas are loaded on use.
"""

from sklearn_dic.inspection._comparison import compare
from sklearn_dic.inspection._comparison_display import ComparisonDisplay, MethodResult
from sklearn_dic.inspection._comparison_methods import comparison_methods
from sklearn_dic.inspection._hierarchy import HierarchyDisplay
from sklearn_dic.inspection._loss_curve import LossCurveDisplay
from sklearn_dic.inspection._region_polygons import region_polygons
from sklearn_dic.inspection._region_table import region_table
from sklearn_dic.inspection._segmentation import SegmentationDisplay

__all__ = [
    "ComparisonDisplay",
    "HierarchyDisplay",
    "LossCurveDisplay",
    "MethodResult",
    "SegmentationDisplay",
    "compare",
    "comparison_methods",
    "region_polygons",
    "region_table",
]
