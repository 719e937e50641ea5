"""The paper's protocol for scikit-learn's searches: a fit for each image, the best scale."""

from sklearn_dic.model_selection._optimal_scale import OptimalScale, optimal_scale
from sklearn_dic.model_selection._split import NoSplit, PerImageSplit

__all__ = ["NoSplit", "OptimalScale", "PerImageSplit", "optimal_scale"]
