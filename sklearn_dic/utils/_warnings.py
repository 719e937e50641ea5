"""Warnings that name the line of the caller, and warnings to ignore."""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CHANGING_FILTERS = threading.RLock()
_ABOUT: ContextVar[str] = ContextVar("subject of warnings", default="")
_LIBRARIES = {"sklearn_dic", "sklearn", "joblib", "functools", "contextlib"}


def warn_caller(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, and name the line that called this package, directly or by way of scikit-learn."""
    frame, stacklevel = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _LIBRARIES:
        frame, stacklevel = frame.f_back, stacklevel + 1
    about = _ABOUT.get()
    if not message.startswith(about):
        message = f"{about}: {message}"
    warnings.warn(message, category, stacklevel=stacklevel)


@contextmanager
def warnings_about(name: str) -> Iterator[None]:
    """Let the warnings of this package begin with a subject, such as the name of an image."""
    token = _ABOUT.set(name)
    try:
        yield
    finally:
        _ABOUT.reset(token)


@contextmanager
def ignored_warnings(message: str = "", category: type[Warning] = Warning) -> Iterator[None]:
    """Ignore warnings whose text begins with a pattern.

    Python's filters belong to the whole process. Two threads that change and restore them at
    the same time would leave them changed, so a lock lets threads wait for each other.
    """
    with _CHANGING_FILTERS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message, category)
        yield
