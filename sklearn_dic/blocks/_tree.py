"""Merge trees whose leaves lie on the disk."""

import os
import shutil
from pathlib import Path
from typing import Any, Self

import numpy as np

from sklearn_dic.blocks._grid import Box, Grid
from sklearn_dic.blocks._job import read_leaves
from sklearn_dic.blocks._outputs import write_blocks
from sklearn_dic.blocks._work import WorkFolder, read_manifest
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.images import GeoReference


class BlockTree(MergeTree):
    """A merge tree whose leaves lie in a folder, block by block.

    Made by `Blockwise` if it writes to a file. It is cut into another file without a second pass
    over the picture.

    Parameters
    ----------
    path : str or os.PathLike
        The folder.

    Attributes
    ----------
    path : Path
        The folder.
    shape : tuple of (int, int)
        Rows and columns of the picture.
    georeference : GeoReference or None
        Place of the picture on the ground.
    children_, distances_, auto_threshold_, n_leaves
        As of `sklearn_dic.hierarchy.MergeTree`.
    leaf_labels : ndarray of shape (H, W), int32
        The leaf of each pixel, read from the folder each time.

    See Also
    --------
    Blockwise : Makes such trees.
    sklearn_dic.hierarchy.MergeTree : The tree of an image in memory.

    Examples
    --------
    >>> import tempfile
    >>> from skimage.data import coffee
    >>> from sklearn_dic import Blockwise, RegionMerging
    >>> from sklearn_dic.blocks import BlockTree
    >>> folder = tempfile.TemporaryDirectory()
    >>> blockwise = Blockwise(RegionMerging(n_segments=9))
    >>> blockwise.fit_predict(coffee()[::4, ::4], out=f"{folder.name}/labels.npy").name
    'labels.npy'
    >>> tree = BlockTree(f"{folder.name}/labels.blocks")
    >>> tree.cut(n_segments=3, out=f"{folder.name}/coarse.npy").name
    'coarse.npy'
    >>> int(tree.cut(n_segments=3).max())
    2
    >>> folder.cleanup()
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)
        manifest = read_manifest(self.path)
        folder = WorkFolder(self.path)
        if not folder.has("leaves", "tree.npz"):
            raise ValueError(
                f"{str(self.path)!r} holds no complete tree: repeat the call of Blockwise that "
                "began it"
            )
        arrays = folder.load("leaves", "tree.npz")
        self._grid = Grid(**_grid_from(manifest["grid"]))
        place = manifest["georeference"]
        self.georeference = None if place is None else GeoReference(**place)
        self.children_ = arrays["children"]
        self.distances_ = arrays["distances"]
        self.auto_threshold_ = float(arrays["auto_threshold"])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        return self._grid.shape

    @property
    def leaf_labels(self) -> np.ndarray:  # type: ignore[override]  # read when it is needed
        """The leaf of each pixel."""
        whole = Box((0, self.shape[0]), (0, self.shape[1]))
        return read_leaves(WorkFolder(self.path), self._grid, whole)

    def cut(
        self,
        *,
        n_segments: int | None = None,
        threshold: float | None = None,
        out: str | os.PathLike | None = None,
        verbose: int = 0,
    ) -> Any:
        """Cut the tree.

        Parameters
        ----------
        n_segments, threshold
            As of `sklearn_dic.hierarchy.MergeTree.cut`.
        out : str or os.PathLike, default=None
            A file to write, see `Blockwise.fit`. None: the labels are returned in memory.
        verbose : int, default=0
            1 shows a progress bar.

        Returns
        -------
        labels : Path, or ndarray of shape (H, W), int32
            The file, or the labels.

        Raises
        ------
        ValueError
            If the place to cut is not given, or out of range.
        OSError
            If the file cannot be written.
        """
        regions = self.cut_leaves(n_segments=n_segments, threshold=threshold)
        folder = WorkFolder(self.path)

        def labels_of(box: Box) -> np.ndarray:
            found: np.ndarray = regions[read_leaves(folder, self._grid, box)]
            return found

        return write_blocks(labels_of, self._grid, out, self.georeference, verbose=verbose)

    def save(self, path: str | os.PathLike) -> None:
        """Copy the folder.

        Parameters
        ----------
        path : str or os.PathLike
            A folder that does not exist.
        """
        shutil.copytree(self.path, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> Self:
        """Open a folder, as the constructor does."""
        return cls(path)


def _grid_from(fields: dict[str, Any]) -> dict[str, Any]:
    """Convert the lists of a JSON file to tuples."""
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
    }
