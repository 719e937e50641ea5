"""Compilation of loops that NumPy cannot express."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable) -> Any:
    """Compile a function by numba, once for each machine.

    What was compiled is stored beside the module, or in the user's cache folder. Where neither
    can be written it is compiled anew in each process.
    """
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder for the cache
        return numba.njit(nogil=True)(function)
