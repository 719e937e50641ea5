"""What a worker needs to compute blocks, and the files that blocks leave for each other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from sklearn_dic.blocks._grid import Block, Box, Grid
from sklearn_dic.blocks._source import Source, Window, checksum, read_window
from sklearn_dic.blocks._statistics import PictureStatistics
from sklearn_dic.blocks._work import WorkFolder

NO_COLOR = 255


@dataclass(frozen=True)
class Job:
    """A picture, its blocks, and the folder of the results.

    Attributes
    ----------
    source : Source
        The picture.
    mask_source : Source or None
        A picture that is not 0 where pixels count.
    grid : Grid
        Its blocks.
    folder : WorkFolder
        Results of the blocks.
    statistics : PictureStatistics
        Those of the whole picture.
    features : transformer or None
        Computes features of pixels.
    process : int
        The process that began the run, whose threads it limits itself.
    """

    source: Source
    mask_source: Source | None
    grid: Grid
    folder: WorkFolder
    statistics: PictureStatistics
    features: Any
    process: int

    def read(self, box: Box) -> Window:
        """Read a window of the picture."""
        return read_window(self.source, box, self.statistics.n_channels, self.mask_source)

    def checksum(self, block: Block) -> np.ndarray:
        """Return a checksum of the pixels of a block."""
        return np.array(checksum(self.source, block.core))

    def check_unchanged(self, block: Block) -> None:
        """Compare the pixels of a block with those of the first pass.

        Raises
        ------
        OSError
            If they have changed.
        """
        known = self.folder.load("colors", f"{block}.npz")["checksum"]
        if self.checksum(block) != known:
            raise OSError(
                f"{self.source.name} has changed since the run began: {block.core} have other "
                f"values. Delete the folder {str(self.folder.path)!r}, or pass overwrite=True, to "
                "start again"
            )

    def read_colors(self, box: Box) -> np.ndarray:
        """(h, w) int64 palette indices of a window; -1 where no pixel counts."""
        colors = np.empty(box.shape, np.int64)
        for block, common in self.grid.blocks_in(box):
            found = self.folder.load("colors", f"{block}.npz")["colors"]
            colors[common.within(box)] = found[common.within(block.core)]
        colors[colors == NO_COLOR] = -1
        return colors

    def read_leaves(self, box: Box) -> np.ndarray:
        """(h, w) int32 leaves of a window; -1 where no pixel counts."""
        return read_leaves(self.folder, self.grid, box)


def read_leaves(folder: WorkFolder, grid: Grid, box: Box) -> np.ndarray:
    """(h, w) int32 leaves of a window; -1 where no pixel counts."""
    leaves = np.empty(box.shape, np.int32)
    numbers = folder.load("leaves", "numbers.npy")
    firsts = folder.load("leaves", "firsts.npy")
    for block, common in grid.blocks_in(box):
        pieces = folder.load("leaves", f"{block}.npy")[common.within(block.core)]
        of_block = np.append(numbers[firsts[block.number] : firsts[block.number + 1]], -1)
        leaves[common.within(box)] = of_block[pieces]
    return leaves


@contextmanager
def one_thread(process: int) -> Iterator[None]:
    """Compute with one thread of BLAS and OpenMP: rounding would depend on their number.

    In the process that began the run this is done once for all threads.
    """
    if os.getpid() == process:
        yield
        return
    with threadpool_limits(1):
        yield
