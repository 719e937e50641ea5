"""The only place that imports scikit-learn's private validation."""

from typing import Any, Literal

from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions
from sklearn.utils.validation import validate_data

__all__ = [
    "CHANNEL_AXIS",
    "ChannelAxis",
    "HasMethods",
    "Interval",
    "Options",
    "StrOptions",
    "check_column_names",
    "check_parameters",
]

ChannelAxis = Literal["auto", -1] | None
CHANNEL_AXIS = [StrOptions({"auto"}), Options(int, {-1}), None]


def check_parameters(estimator: object) -> None:
    """Check the constructor's parameters against `_parameter_constraints`.

    Raises
    ------
    ValueError
        The message has the parameter, its valid values and its value.
    """
    estimator._validate_params()  # type: ignore[attr-defined]  # BaseEstimator has it


def check_column_names(estimator: Any, X: Any, channel_axis: Any, *, reset: bool) -> None:
    """Store the column names of a table of pixels, or compare them with those of the fit.

    Raises
    ------
    ValueError
        If ``reset=False`` and the names differ from those of the fit.
    """
    if channel_axis == -1 and getattr(X, "ndim", 0) == 2:
        validate_data(estimator, X, skip_check_array=True, reset=reset)
    elif reset:
        vars(estimator).pop("feature_names_in_", None)
