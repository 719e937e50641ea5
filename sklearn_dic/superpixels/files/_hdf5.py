"""Read MATLAB v7.3 files, which are HDF5, through h5py."""

from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic.utils._extras import import_extra

DEEPEST = 8  # nested cells; references may be circular
MOST_NODES = 50_000  # each costs a fifth of a millisecond


def read_hdf5(path: Path, largest: int) -> dict[str, Any]:
    """Read the variables of a file: arrays, lists (cells) and dictionaries (structs).

    MATLAB stores columns first, and its arrays are turned back.

    Parameters
    ----------
    path : Path
        A MATLAB v7.3 file, or any HDF5 file.
    largest : int
        Bytes that may be read.
    """
    h5py = import_extra("h5py", "hdf5", "to read MATLAB v7.3 files")
    with h5py.File(path, "r") as file:
        return _Reader(h5py, file, largest).group(file, 0)


class _Reader:
    """Walks through a file with a budget of bytes and nodes."""

    def __init__(self, h5py: Any, file: Any, largest: int) -> None:
        self.h5py = h5py
        self.file = file
        self.columns_first = file.userblock_size > 0 or any(
            "MATLAB_class" in file[name].attrs for name in file if not name.startswith("#")
        )
        self.bytes_left = largest
        self.nodes_left = MOST_NODES

    def group(self, group: Any, depth: int) -> dict[str, Any]:
        """Read a file or a struct -> dictionary, without links to other files."""
        return {
            name: self.node(group[name], depth + 1)
            for name in group
            if not name.startswith("#")
            and isinstance(group.get(name, getlink=True), self.h5py.HardLink)
            and issubclass(group.get(name, getclass=True), self.h5py.Group | self.h5py.Dataset)
        }

    def node(self, node: Any, depth: int) -> Any:
        """Read a struct, a cell or an array."""
        self.nodes_left -= 1
        if depth > DEEPEST or self.nodes_left < 0:
            raise ValueError(f"more than {MOST_NODES} cells, or cells nested deeper than {DEEPEST}")
        if isinstance(node, self.h5py.Group):
            return self.group(node, depth)
        is_cell = self.h5py.check_ref_dtype(node.dtype) is not None
        if not is_cell and node.dtype.kind not in "biuf":
            return None  # text, whose length is not checked
        if node.shape is None or node.attrs.get("MATLAB_empty", 0):
            return np.zeros((0, 0))
        if node.is_virtual or node.external:
            raise ValueError(f"{node.name} is stored in other files")
        self.bytes_left -= node.size * node.dtype.itemsize
        if self.bytes_left < 0:
            raise ValueError(f"{node.name} has shape {node.shape}: more than may be read")
        if is_cell:
            references = node[()].T.ravel(order="F")  # MATLAB's order of cells
            return [self.node(self.file[reference], depth + 1) for reference in references]
        return np.asarray(node[()]).T if self.columns_first else np.asarray(node[()])
