"""Warnings that are expected, where several threads may work at once."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_CHANGING_FILTERS = threading.RLock()


@contextmanager
def ignored_warnings(message: str = "", category: type[Warning] = Warning) -> Iterator[None]:
    """Ignore warnings whose text begins with a pattern.

    Python's filters belong to the whole process, so that two threads that change and restore
    them at once would leave them changed: one thread after the other.
    """
    with _CHANGING_FILTERS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message, category)
        yield
