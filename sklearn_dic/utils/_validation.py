"""The only place that imports scikit-learn's private validation."""

from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions

__all__ = ["CHANNEL_AXIS", "HasMethods", "Interval", "Options", "StrOptions", "check_parameters"]

CHANNEL_AXIS = [StrOptions({"auto"}), Options(int, {-1}), None]


def check_parameters(estimator: object) -> None:
    """Check the constructor's parameters against `_parameter_constraints`.

    Raises
    ------
    ValueError
        Naming the parameter, what it may be and what it is.
    """
    estimator._validate_params()  # type: ignore[attr-defined]  # BaseEstimator has it
