"""Files of merge trees."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from sklearn_dic.utils._tensor_files import read_tensors, require_file, write_tensors

FORMAT_VERSION = 1  # increased when an older version would misread a file
_KEY = "sklearn_dic.MergeTree"
_ARRAYS = {"leaf_labels": "leaf_labels", "children": "children_", "distances": "distances_"}


def write_tree(
    path: str | os.PathLike,
    attributes: Mapping[str, Any],
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write the attributes of a tree; an existing file is replaced completely or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    attributes : mapping
        Those of a `MergeTree`.
    about : mapping or None
        Anything that is JSON, for example about the image of the tree.
    """
    document = {"auto_threshold": float(attributes["auto_threshold_"]), "about": about}
    tensors = {name: _native(attributes[key]) for name, key in _ARRAYS.items()}
    write_tensors(path, _KEY, FORMAT_VERSION, document, tensors)


def read_tree(path: str | os.PathLike) -> tuple[dict[str, Any], Any]:
    """Read a file of `write_tree` -> arguments of `MergeTree`, and what was said about it.

    Raises
    ------
    ValueError
        If it is another file, of a newer version, or damaged.
    OSError
        If there is no such file, or it cannot be opened.
    """
    require_file(path)
    try:
        document, tensors = read_tensors(path, _KEY, FORMAT_VERSION)
        arrays = {name: tensors[name] for name in _ARRAYS}
        _check(**arrays)
        auto_threshold = float(document["auto_threshold"])
    except MemoryError:
        raise
    except Exception as error:  # wrong bytes raise all types of errors
        reason = error if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(f"{os.fspath(path)!r} cannot be loaded as a tree: {reason}") from error
    return {**arrays, "auto_threshold": auto_threshold}, document.get("about")


def _native(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))


def _check(leaf_labels: np.ndarray, children: np.ndarray, distances: np.ndarray) -> None:
    """Raise ValueError if arrays are no tree: each node but the root is merged once, later."""
    n_leaves = len(distances) + 1
    made = n_leaves + np.arange(n_leaves - 1)
    if (
        leaf_labels.ndim not in (2, 3)
        or children.shape != (n_leaves - 1, 2)
        or leaf_labels.min(initial=-1) < -1
        or leaf_labels.max(initial=-1) != n_leaves - 1
        or not np.array_equal(np.sort(children, axis=None), np.arange(2 * n_leaves - 2))
        or (children >= made[:, None]).any()
    ):
        raise ValueError("its arrays do not make a tree")
