"""Parallel loops over images, through joblib, with a progress bar."""

import os
import threading
import warnings
from collections.abc import Callable, Generator, Iterable
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
    items: Iterable[Any],
    *,
    n_items: int | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    description: str = "images",
    unit: str = "image",
    in_order: bool = True,
) -> Generator[Any]:
    """Yield `function(item)` for each item, as soon as it is computed.

    Parameters
    ----------
    function : callable
        Function of an item; it must be picklable.
    items : iterable
        Arguments of the function.
    n_items : int or None
        Number of items. None: the length of `items`.
    n_jobs : int or None
        Number of items computed in parallel, as in scikit-learn. `joblib.parallel_config`
        sets the backend.
    verbose : int
        1 shows a progress bar.
    description : str
        Title of the progress bar.
    unit : str
        What the progress bar counts.
    in_order : bool
        Whether results keep the order of the items; a slow item then delays the next results.
    """
    n_items = len(items) if n_items is None else n_items  # type: ignore[arg-type]  # has a length
    results = _start(function, items, n_jobs if n_items > 1 else 1, in_order)
    try:
        with tqdm(total=n_items, desc=description, unit=unit, disable=not verbose) as bar:
            for result in results:
                bar.update()
                yield result
    except BaseException:  # closing this generator early cancels the rest
        with ignored_warnings(".*have been cancelled", UserWarning):
            results.close()
        raise


def _start(
    function: Callable[..., Any], items: Iterable[Any], n_jobs: int | None, in_order: bool
) -> Generator[Any]:
    """Start the calls here, in threads of this process, or in other processes."""
    if effective_n_jobs(n_jobs) == 1:
        return (function(item) for item in items)
    backend, _ = get_active_backend()
    return_as = "generator" if in_order else "generator_unordered"
    if not getattr(backend, "supports_return_generator", False):  # as multiprocessing
        return_as = "list"
    if getattr(backend, "supports_sharedmem", False):
        # Working directory and warning filters belong to the process. scikit-learn's Parallel
        # would set and restore the filters in each thread, and disturb the other threads.
        config = get_config()
        tasks = (joblib.delayed(_work_with)(config, function, item) for item in items)
        return _yield_from(joblib.Parallel(n_jobs=n_jobs, return_as=return_as), tasks)
    folder = os.getcwd()
    tasks = (delayed(_work_in)(folder, function, item) for item in items)
    return _warn_here(_yield_from(Parallel(n_jobs=n_jobs, return_as=return_as), tasks))


def _yield_from(parallel: joblib.Parallel, tasks: Iterable[Any]) -> Generator[Any]:
    """Yield the results, one by one or, of backends that cannot, when all are there."""
    results = parallel(tasks)
    if isinstance(results, list):
        return (result for result in results)
    return results


def _warn_here(answers: Generator[tuple[Any, list[tuple[str, type[Warning]]]]]) -> Generator[Any]:
    """Yield the results of workers, and repeat their warnings at the line of the caller."""
    try:
        for result, caught in answers:
            for message, category in caught:
                warn_caller(message, category)
            yield result
    finally:
        answers.close()


def _work_with(config: dict[str, Any], function: Callable[..., Any], item: Any) -> Any:
    """Call with the caller's configuration of scikit-learn, which each thread has separately."""
    with config_context(**config):
        return function(item)


def _work_in(
    folder: str, function: Callable[..., Any], item: Any
) -> tuple[Any, list[tuple[str, type[Warning]]]]:
    """Call in the working directory of the caller -> result and warnings.

    A worker may have been started in another directory.
    """
    if os.getcwd() != folder and os.path.isdir(folder):
        os.chdir(folder)
    if threading.current_thread() is not threading.main_thread():  # threads share filters
        return function(item), []
    with warnings.catch_warnings(record=True) as caught:
        result = function(item)
    return result, [(str(warning.message), warning.category) for warning in caught]
