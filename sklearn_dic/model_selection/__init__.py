"""The paper's protocol for scikit-learn's searches: a fit for each image, the best scale."""

import sklearn_dic.metrics  # noqa: F401  # scikit-learn then knows the scorers by name
from sklearn_dic.model_selection._optimal_scale import OptimalScale, optimal_scale
from sklearn_dic.model_selection._split import NoSplit, PerImageSplit

__all__ = ["NoSplit", "OptimalScale", "PerImageSplit", "optimal_scale"]
