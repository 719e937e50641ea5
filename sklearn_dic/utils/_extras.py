"""Optional dependencies, which are installed as extras."""

import importlib
from types import ModuleType


def import_extra(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional dependency; the error has the command that installs it.

    Parameters
    ----------
    module : str
        Name of the module, for example "higra".
    extra : str
        Extra of this package that installs it, for example "hierarchy".
    purpose : str
        Purpose in the error message, for example "to cut contour trees".
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{module} is needed {purpose}, and cannot be imported ({error}); install it with: "
            f'python -m pip install "sklearn-dic[{extra}]"'
        ) from error
