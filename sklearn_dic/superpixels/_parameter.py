"""The parameter `superpixels` of an estimator."""

import inspect
from typing import Any, Self

from sklearn_dic.superpixels._names import get_superpixels

EXAMPLE = "SLICSuperpixels(n_segments=400)"


class SuperpixelsParameterMixin:
    """Mixin for estimators with a parameter `superpixels`: a name, a transformer, or a list.

    `set_params` explains where ``superpixels__n_segments`` and the like cannot work: a name,
    a list and None have no parameters.
    """

    superpixels: Any

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the estimator and of its transformers.

        Parameters
        ----------
        **params : dict
            Values by name. ``superpixels__n_segments`` sets a parameter of the superpixel
            transformer: of the value of `superpixels` in the same call, or else of the
            present value.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If there is no such parameter; the message says how to set it.
        """
        nested = [name for name in params if name.startswith("superpixels__")]
        superpixels = params.get("superpixels", self.superpixels)
        if nested and (isinstance(superpixels, type) or not hasattr(superpixels, "set_params")):
            raise ValueError(_explain(superpixels, nested[0].removeprefix("superpixels__")))
        return super().set_params(**params)  # type: ignore[misc]  # BaseEstimator has it


def _explain(superpixels: Any, parameter: str) -> str:
    """Explain how to set a parameter of superpixels that have none."""
    own = f"superpixels__{parameter}"
    if superpixels is None or (isinstance(superpixels, str) and superpixels == "auto"):
        return (
            f"superpixels={superpixels!r} has no parameters: set superpixels to a transformer, "
            f"such as {EXAMPLE}, and then {own}"
        )
    if isinstance(superpixels, str):
        return _explain_name(superpixels, parameter)
    if isinstance(superpixels, type):
        name = superpixels.__name__
        return f"superpixels={name} is a class: set superpixels={name}(), and then {own}"
    if isinstance(superpixels, list | tuple):
        return (
            f"superpixels is a list, which has no parameter {parameter!r}: set a list of "
            f"transformers, such as superpixels=['felzenszwalb', {EXAMPLE}]"
        )
    return (
        f"superpixels is a {type(superpixels).__name__}, which has no set_params and so no "
        f"{own}: set superpixels to a new object"
    )


def _explain_name(name: str, parameter: str) -> str:
    """Explain how to set a parameter of superpixels given by name."""
    each = type(get_superpixels(name))
    parameters = list(inspect.signature(each).parameters)
    has_none = f"superpixels={name!r} is a name, which has no parameters"
    if parameter in parameters:
        return f"{has_none}: set superpixels={each.__name__}() and then superpixels__{parameter}"
    return (
        f"{has_none}, and {each.__name__} has no {parameter!r}: its parameters are "
        f"{', '.join(parameters)}. Set superpixels={each.__name__}() and then "
        f"superpixels__{parameters[0]}"
    )
