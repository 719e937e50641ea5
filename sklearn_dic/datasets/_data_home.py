"""The folder of the data sets."""

import os
from pathlib import Path

from sklearn_dic.utils._extras import import_extra

VARIABLE = "SKLEARN_DIC_DATA"


def get_data_home(given: str | os.PathLike | None) -> Path:
    """Return the folder of the data sets: `given`, `SKLEARN_DIC_DATA` or pooch's cache."""
    if given is None:
        given = os.environ.get(VARIABLE) or None
    if given is not None:
        return Path(given).expanduser()
    pooch = import_extra("pooch", "data", f"to find the cache folder, as {VARIABLE} is not set")
    return Path(pooch.os_cache("sklearn_dic"))
