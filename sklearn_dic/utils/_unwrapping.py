"""Unwrap the estimator in a search or a Pipeline."""

from typing import Any, Literal

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic.utils._validation import ChannelAxis


def last_step(estimator: Any) -> Any:
    """Return the estimator that predicts: best of a search, last step of a Pipeline."""
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif isinstance(estimator, Pipeline):
            estimator = estimator[-1]
        else:
            return estimator


def first_step(estimator: Any) -> Any:
    """Return the first step that reads images; FunctionTransformer accepts any input."""
    if hasattr(estimator, "best_estimator_"):
        return first_step(estimator.best_estimator_)
    if not isinstance(estimator, Pipeline):
        return estimator
    steps = [step for _, step in estimator.steps if not isinstance(step, FunctionTransformer)]
    return first_step(steps[0]) if steps else estimator[0]


def channel_axis_of(estimator: Any) -> ChannelAxis:
    """Return the `channel_axis` of the first step that reads images."""
    return getattr(_reader(estimator), "channel_axis", "auto")


def n_spatial_dims_of(estimator: Any) -> Literal[2, 3]:
    """Return the `n_spatial_dims` of the first step that reads images: 3 if it reads volumes."""
    return getattr(_reader(estimator), "n_spatial_dims", 2)


def _reader(estimator: Any) -> Any:
    first = first_step(estimator)
    if not hasattr(first, "channel_axis") and hasattr(first, "estimator"):  # PerImage, a search
        first = first_step(first.estimator)
    return first
