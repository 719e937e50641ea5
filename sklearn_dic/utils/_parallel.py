"""The same work for many images, through joblib, with a progress bar."""

import os
import warnings
from collections.abc import Callable, Generator, Sequence
from typing import Any

from sklearn.utils.parallel import Parallel, delayed
from tqdm.auto import tqdm


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
    folder = os.getcwd()
    tasks = (delayed(_work)(function, item, folder) for item in items)
    results = Parallel(n_jobs=n_jobs, return_as="generator" if in_order else "generator_unordered")(
        tasks
    )
    try:
        with tqdm(total=len(items), desc=description, unit="image", disable=not verbose) as bar:
            for result in results:
                bar.update()
                yield result
    finally:
        with warnings.catch_warnings():  # who closes this early means to cancel the rest
            warnings.filterwarnings("ignore", ".*have been cancelled", UserWarning)
            results.close()


def _work(function: Callable[..., Any], item: Any, folder: str) -> Any:
    """Work in the folder of the caller; a worker may have been started in another one."""
    if os.getcwd() != folder and os.path.isdir(folder):
        os.chdir(folder)
    return function(item)
