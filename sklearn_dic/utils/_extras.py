"""Libraries that only some parts need, and that are installed as extras."""

import importlib
from types import ModuleType


def import_extra(module: str, extra: str, purpose: str) -> ModuleType:
    """Import a library of an extra; where it is missing, name the command that installs it.

    Parameters
    ----------
    module : str
        What to import, for example "higra".
    extra : str
        The extra of this package that has it, for example "hierarchy".
    purpose : str
        What it is needed for, for example "to cut contour trees".
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{module} is needed {purpose}, and cannot be imported ({error}); install it with: "
            f'python -m pip install "sklearn-dic[{extra}]"'
        ) from error
