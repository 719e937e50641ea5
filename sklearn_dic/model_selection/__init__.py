"""Splitters for searches of scikit-learn over images, and optimal scales of their results."""

from sklearn_dic.model_selection._optimal_scale import OptimalScale, optimal_scale
from sklearn_dic.model_selection._split import NoSplit, PerImageSplit

__all__ = ["NoSplit", "OptimalScale", "PerImageSplit", "optimal_scale"]
