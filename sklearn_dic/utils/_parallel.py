"""The same work for many images, through joblib, with a progress bar."""

import os
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import joblib
from joblib import effective_n_jobs
from joblib.parallel import get_active_backend
from sklearn import config_context, get_config
from sklearn.utils.parallel import Parallel, delayed
from tqdm.auto import tqdm

from sklearn_dic.utils._warnings import ignored_warnings, warn_caller


def for_each(
    function: Callable[..., Any],
    items: Sequence[Any],
    *,
    n_jobs: int | None = None,
    verbose: int = 0,
    description: str = "images",
    in_order: bool = True,
) -> Generator[Any]:
    """Yield `function(item)` for each item, as soon as each is there.

    Parameters
    ----------
    function : callable
        Can be pickled.
    items : sequence
        Its arguments.
    n_jobs : int or None
        Images at a time, as everywhere in scikit-learn; the backend is the one that
        `joblib.parallel_config` sets.
    verbose : int
        1 shows a bar that counts images.
    description : str
        What the bar is called.
    in_order : bool
        Whether the results come in the order of the items, and so may wait for each other.
    """
    results = _start(function, items, n_jobs, in_order)
    try:
        yield from with_bar(results, len(items), verbose, description)
    except BaseException:  # who closes this early means to cancel the rest
        with ignored_warnings(".*have been cancelled", UserWarning):
            results.close()
        raise


def with_bar(
    results: Iterable[Any], total: int, verbose: int, description: str = "images"
) -> Generator[Any]:
    """Yield the results, and count them in a bar where `verbose` says so."""
    with tqdm(total=total, desc=description, unit="image", disable=not verbose) as bar:
        for result in results:
            bar.update()
            yield result


def _start(
    function: Callable[..., Any], items: Sequence[Any], n_jobs: int | None, in_order: bool
) -> Generator[Any]:
    """Do the work here, in threads of this process, or in other processes."""
    if effective_n_jobs(n_jobs) == 1 or len(items) < 2:
        return (function(item) for item in items)
    backend, _ = get_active_backend()
    return_as = "generator" if in_order else "generator_unordered"
    if getattr(backend, "supports_sharedmem", False):
        # Folder and filters of warnings are those of the process. scikit-learn's Parallel would
        # set and restore the filters in each thread, and threads undo each other's.
        config = get_config()
        tasks = (joblib.delayed(_work_with)(config, function, item) for item in items)
        return joblib.Parallel(n_jobs=n_jobs, return_as=return_as)(tasks)
    folder = os.getcwd()
    tasks = (delayed(_work_in)(folder, function, item) for item in items)
    return _warn_here(Parallel(n_jobs=n_jobs, return_as=return_as)(tasks))


def _warn_here(answers: Generator[tuple[Any, list[tuple[str, type[Warning]]]]]) -> Generator[Any]:
    """Yield the results, and give the warnings of workers in the name of the caller."""
    try:
        for result, caught in answers:
            for message, category in caught:
                warn_caller(message, category)
            yield result
    finally:
        answers.close()


def _work_with(config: dict[str, Any], function: Callable[..., Any], item: Any) -> Any:
    """Work with scikit-learn's configuration of the caller; each thread has its own."""
    with config_context(**config):
        return function(item)


def _work_in(
    folder: str, function: Callable[..., Any], item: Any
) -> tuple[Any, list[tuple[str, type[Warning]]]]:
    """Work in the folder of the caller -> result, and the warnings that there were.

    A worker may have been started in another folder.
    """
    if os.getcwd() != folder and os.path.isdir(folder):
        os.chdir(folder)
    if threading.current_thread() is not threading.main_thread():  # which others run beside
        return function(item), []
    with warnings.catch_warnings(record=True) as caught:
        result = function(item)
    return result, [(str(one.message), one.category) for one in caught]
