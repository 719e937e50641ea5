"""Where data sets lie on this machine."""

import os
from pathlib import Path
from typing import Any

VARIABLE = "SKLEARN_DIC_DATA"


def get_data_home(given: str | os.PathLike | None) -> Path:
    """Name the folder of the data sets: the one given, `SKLEARN_DIC_DATA`, pooch's cache."""
    if given is None:
        given = os.environ.get(VARIABLE) or None
    if given is not None:
        return Path(given).expanduser()
    return Path(
        import_pooch(f"to find the cache folder, as {VARIABLE} is not set").os_cache("sklearn_dic")
    )


def import_pooch(purpose: str) -> Any:
    """Import pooch, or say how to install it."""
    try:
        import pooch
    except ImportError as error:
        raise ImportError(
            f'pooch is needed {purpose}: install it with pip install "sklearn-dic[data]"'
        ) from error
    return pooch
