"""Canonical blocks and windows of a picture: their places do not depend on tiles or workers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Span = tuple[int, int]  # of rows or columns: the first, and the one after the last
HALO = 64  # pixels around a block that it reads; basins are far smaller
OVERLAP = 4  # windows of contours overlap by this part of their sides
SAMPLE_SIDE = 256  # pixels of a window of the sample
LARGEST_SAMPLE = 25  # windows


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    rows: Span
    columns: Span

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows[1] - self.rows[0], self.columns[1] - self.columns[0]

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the box in the picture."""
        return slice(*self.rows), slice(*self.columns)

    def within(self, outer: "Box") -> tuple[slice, slice]:
        """Index of the box in an array of another box."""
        (top, bottom), (left, right) = self.rows, self.columns
        first_row, first_column = outer.rows[0], outer.columns[0]
        return (
            slice(top - first_row, bottom - first_row),
            slice(left - first_column, right - first_column),
        )

    def grow(self, margin: int, shape: tuple[int, int]) -> "Box":
        """Add a margin, as far as the picture goes."""
        (top, bottom), (left, right) = self.rows, self.columns
        return Box(
            (max(top - margin, 0), min(bottom + margin, shape[0])),
            (max(left - margin, 0), min(right + margin, shape[1])),
        )

    def meet(self, other: "Box") -> "Box | None":
        """Return the common part of two boxes, None if there is none."""
        rows = max(self.rows[0], other.rows[0]), min(self.rows[1], other.rows[1])
        columns = max(self.columns[0], other.columns[0]), min(self.columns[1], other.columns[1])
        return Box(rows, columns) if rows[0] < rows[1] and columns[0] < columns[1] else None

    def __str__(self) -> str:
        """Say which rows and columns."""
        (top, bottom), (left, right) = self.rows, self.columns
        return f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"


@dataclass(frozen=True)
class Block:
    """A canonical block.

    Attributes
    ----------
    number : int
        Its place in the order of the blocks.
    place : tuple of (int, int)
        Its row and column in the grid of the blocks.
    core : Box
        Its pixels. Each pixel of the picture is in the core of one block.
    outer : Box
        The core with its halo, the pixels around it that it reads.
    """

    number: int
    place: tuple[int, int]
    core: Box
    outer: Box

    def __str__(self) -> str:
        """Name files of the block."""
        return "{:05d}_{:05d}".format(*self.place)


@dataclass(frozen=True)
class Grid:
    """Blocks and windows of a picture.

    Parameters
    ----------
    shape : tuple of (int, int)
        Rows and columns of the picture.
    block_size : int
        Side of a block in pixels.
    scene_size : float
        Side of a scene in pixels: that of a window of the contours.
    origin : tuple of (int, int), default=(0, 0)
        Place of the first pixel in a larger picture. Blocks and windows begin at multiples of
        their distance from the origin of the larger picture.
    """

    shape: tuple[int, int]
    block_size: int
    scene_size: float
    origin: tuple[int, int] = (0, 0)

    @property
    def reach(self) -> int:
        """Pixels around a block whose learned features have a part in it.

        They are smoothed over up to an eighth of a scene, and have a receptive field of less than
        32 pixels.
        """
        return int(np.ceil(self.scene_size / 8)) + 32

    @cached_property
    def spans(self) -> list[list[Span]]:
        """Rows, and columns, of the blocks."""
        return [
            divide(extent, self.block_size, first)
            for extent, first in zip(self.shape, self.origin, strict=True)
        ]

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return len(self.spans[0]) * len(self.spans[1])

    @cached_property
    def blocks(self) -> list[Block]:
        """All blocks, row by row."""
        blocks: list[Block] = []
        for i, rows in enumerate(self.spans[0]):
            for j, columns in enumerate(self.spans[1]):
                core = Box(rows, columns)
                outer = core.grow(HALO, self.shape)
                blocks.append(Block(len(blocks), (i, j), core, outer))
        return blocks

    def blocks_in(self, box: Box) -> Iterator[tuple[Block, Box]]:
        """Yield each block whose core meets a box, and the common part."""
        ranges = [
            [i for i, span in enumerate(spans) if span[0] < end and span[1] > start]
            for spans, (start, end) in zip(self.spans, (box.rows, box.columns), strict=True)
        ]
        n_columns = len(self.spans[1])
        for i in ranges[0]:
            for j in ranges[1]:
                block = self.blocks[i * n_columns + j]
                common = block.core.meet(box)
                assert common is not None
                yield block, common

    @property
    def window_side(self) -> int:
        """Side of a window of the contours."""
        return round(self.scene_size)

    @cached_property
    def window_spans(self) -> list[list[Span]]:
        """Rows, and columns, of the windows of the contours."""
        return [
            overlap(extent, self.window_side, first)
            for extent, first in zip(self.shape, self.origin, strict=True)
        ]

    @cached_property
    def windows(self) -> list[Box]:
        """All windows of the contours, row by row."""
        rows, columns = self.window_spans
        return [Box(of_rows, of_columns) for of_rows in rows for of_columns in columns]

    def block_shares(self, block: Block) -> np.ndarray:
        """Return the weight of a block at each pixel of its outer box, from 0 to 1.

        The weights of neighbouring blocks fade into each other, and sum to 1.
        """
        spans_of_outer = (block.outer.rows, block.outer.columns)
        rows, columns = (
            _fade_in(spans, place, HALO, outer)
            for spans, place, outer in zip(self.spans, block.place, spans_of_outer, strict=True)
        )
        return np.outer(rows, columns)

    def window_fade(self, box: Box) -> np.ndarray:
        """Return the weight of a window at each of its pixels: smaller towards its sides."""
        width = max(self.window_side // OVERLAP, 1)
        rows, columns = (
            np.minimum(_to_the_ends(np.arange(length), (0, length)) / width, 1)
            for length in box.shape
        )
        return np.outer(rows, columns)

    def sample(self) -> list[Box]:
        """Choose the windows from which statistics of the whole picture are estimated.

        The whole picture if it is small, otherwise evenly spaced windows.
        """
        height, width = self.shape
        if height * width <= LARGEST_SAMPLE * SAMPLE_SIDE**2:
            return [Box((0, height), (0, width))]
        n_rows = int(np.clip(round((LARGEST_SAMPLE * height / width) ** 0.5), 1, LARGEST_SAMPLE))
        rows, columns = (
            _spread_out(extent, n)
            for extent, n in zip(self.shape, (n_rows, LARGEST_SAMPLE // n_rows), strict=True)
        )
        return [Box(of_rows, of_columns) for of_rows in rows for of_columns in columns]


def divide(extent: int, size: int, origin: int = 0) -> list[Span]:
    """Divide an axis at the multiples of a size, counted from an origin before its start."""
    starts = range(-(origin % size), extent, size)
    return [(max(start, 0), min(start + size, extent)) for start in starts]


def overlap(extent: int, side: int, origin: int = 0) -> list[Span]:
    """Cut an axis into windows that overlap by a quarter; the first and last may be longer."""
    stride = max(side - side // OVERLAP, 1)
    starts = [
        start
        for start in range(-(origin % stride) - stride, extent, stride)
        if min(start + side, extent) - max(start, 0) > side // 2
    ] or [0]
    spans = [(max(start, 0), min(start + side, extent)) for start in starts]
    spans[0] = 0, spans[0][1]
    spans[-1] = spans[-1][0], extent
    return spans


def _spread_out(extent: int, n: int) -> list[Span]:
    """Spread windows of the sample evenly over an axis."""
    side = min(SAMPLE_SIDE, extent)
    n = min(n, max(extent // side, 1))
    starts = [round((i + 0.5) * extent / n - side / 2) for i in range(n)]
    return [(start, start + side) for start in (min(max(s, 0), extent - side) for s in starts)]


def _to_the_ends(places: np.ndarray, span: Span) -> np.ndarray:
    """Distance of pixels to the nearer end of a span, negative outside."""
    return np.minimum(places + 0.5 - span[0], span[1] - places - 0.5)


def _fade_in(spans: Sequence[Span], place: int, halo: int, outer: Span) -> np.ndarray:
    """Return the share of one of the blocks along an axis, among those that see a pixel."""
    places = np.arange(*outer)
    near = [
        (i, span)
        for i, span in enumerate(spans)
        if span[0] - halo < outer[1] and span[1] + halo > outer[0]
    ]
    weights = {
        i: np.maximum(_to_the_ends(places, (start - halo, end + halo)), 0).clip(max=2 * halo)
        for i, (start, end) in near
    }
    total = sum(weights.values())
    share: np.ndarray = weights[place] / total
    return share
