"""Measures of a segmentation against human annotations, and scorers made of them."""

from sklearn_dic.metrics._achievable_accuracy import achievable_segmentation_accuracy
from sklearn_dic.metrics._boundary_displacement_error import boundary_displacement_error
from sklearn_dic.metrics._boundary_recall import boundary_recall
from sklearn_dic.metrics._boundary_scores import BoundaryScores, boundary_scores
from sklearn_dic.metrics._global_consistency_error import global_consistency_error
from sklearn_dic.metrics._mean_iou import (
    intersection_over_union,
    mean_intersection_over_union,
)
from sklearn_dic.metrics._rand_index import probabilistic_rand_index
from sklearn_dic.metrics._report import SegmentationReport, segmentation_report
from sklearn_dic.metrics._scorers import SCORERS, get_scorer
from sklearn_dic.metrics._segmentation_covering import segmentation_covering
from sklearn_dic.metrics._undersegmentation_error import undersegmentation_error
from sklearn_dic.metrics._variation_of_information import variation_of_information

__all__ = [
    "SCORERS",
    "BoundaryScores",
    "SegmentationReport",
    "achievable_segmentation_accuracy",
    "boundary_displacement_error",
    "boundary_recall",
    "boundary_scores",
    "get_scorer",
    "global_consistency_error",
    "intersection_over_union",
    "mean_intersection_over_union",
    "probabilistic_rand_index",
    "segmentation_covering",
    "segmentation_report",
    "undersegmentation_error",
    "variation_of_information",
]
