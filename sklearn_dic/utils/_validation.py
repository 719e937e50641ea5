"""The only place that imports scikit-learn's private validation."""

from collections.abc import Mapping
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
    "register_scorers",
]

ChannelAxis = Literal["auto", -1] | None
CHANNEL_AXIS = [StrOptions({"auto"}), Options(int, {-1}), None]


def check_parameters(estimator: object) -> None:
    """Check the constructor's parameters against `_parameter_constraints`.

    Raises
    ------
    ValueError
        Naming the parameter, what it may be and what it is.
    """
    estimator._validate_params()  # type: ignore[attr-defined]  # BaseEstimator has it


def check_column_names(estimator: Any, X: Any, channel_axis: Any, *, reset: bool) -> None:
    """Keep the names of the columns of a DataFrame that is a table of pixels, or compare them.

    Raises
    ------
    ValueError
        If ``reset=False`` and they are not those of the fit.
    """
    if channel_axis == -1 and getattr(X, "ndim", 0) == 2:
        validate_data(estimator, X, skip_check_array=True, reset=reset)
    elif reset:
        vars(estimator).pop("feature_names_in_", None)


def register_scorers(scorers: Mapping[str, Any]) -> None:
    """Make scorers known to scikit-learn, so that ``scoring="name"`` finds them everywhere.

    There is no public way. scikit-learn looks names up in one dictionary, and the checks of
    `scoring` parameters hold copies of its keys, made when their modules were imported. Should
    a later version keep them elsewhere, its names stay as they are, and scorers themselves
    are accepted as before.
    """
    from sklearn import metrics, model_selection
    from sklearn.metrics import _scorer

    getattr(_scorer, "_SCORERS", {}).update(scorers)
    for checked in [*vars(metrics).values(), *vars(model_selection).values()]:
        constraints: Any = getattr(checked, "_parameter_constraints", None)  # of a class
        constraints = constraints or getattr(checked, "_skl_parameter_constraints", {})
        for constraint in constraints.get("scoring", []):
            if isinstance(constraint, StrOptions):
                constraint.options.update(scorers)
