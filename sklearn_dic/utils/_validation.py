"""The only place that imports scikit-learn's private validation."""

from collections.abc import Mapping
from typing import Any

from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions

__all__ = [
    "CHANNEL_AXIS",
    "HasMethods",
    "Interval",
    "Options",
    "StrOptions",
    "check_parameters",
    "register_scorers",
]

CHANNEL_AXIS = [StrOptions({"auto"}), Options(int, {-1}), None]


def check_parameters(estimator: object) -> None:
    """Check the constructor's parameters against `_parameter_constraints`.

    Raises
    ------
    ValueError
        Naming the parameter, what it may be and what it is.
    """
    estimator._validate_params()  # type: ignore[attr-defined]  # BaseEstimator has it


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
