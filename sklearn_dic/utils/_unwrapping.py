"""The estimator inside of a search or a Pipeline."""

from typing import Any

from sklearn.pipeline import Pipeline


def last_step(estimator: Any) -> Any:
    """Find what answers: the best estimator of a search, the last step of a Pipeline."""
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif isinstance(estimator, Pipeline):
            estimator = estimator[-1]
        else:
            return estimator
