"""The pass that sums the leaves and their borders, and the region graph of all blocks."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sklearn_dic.blocks._features import describe_block
from sklearn_dic.blocks._grid import Block, Box
from sklearn_dic.blocks._job import Job, one_thread
from sklearn_dic.blocks._leaves import read_contours
from sklearn_dic.blocks._region_sums import (
    SCALE,
    SHARES,
    RegionSums,
    sum_borders,
    sum_enclosing,
    sum_regions,
)
from sklearn_dic.hierarchy._coarse import coarse_segmentations
from sklearn_dic.hierarchy._contrast import SIGMA
from sklearn_dic.hierarchy._features import CHUNK, spread_factor
from sklearn_dic.hierarchy._region_graph import RegionGraph
from sklearn_dic.hierarchy._textures import choose_weight
from sklearn_dic.hierarchy._weights import MergeWeights
from sklearn_dic.images._color import gradient_length

SQUARES = 2**8  # of squared values, in fixed point


def find_sums(job: Job, block: Block) -> None:
    """Write the sums of the leaves, and of their borders, in a block."""
    with one_thread(job.process):
        window = job.read_block(block)
        if window.is_empty:
            job.folder.save("sums", f"{block}.npz", is_empty=np.array(True))
            return
        exposure = job.statistics.exposure
        exposed = exposure.expose(window.pixels)
        channels = exposure.compare(exposed)
        leaves = job.read_leaves(block.outer)
        core = block.core.within(block.outer)
        regions = sum_regions(leaves[core], channels[core])
        # Borders of the pixels of the block, also to the next row and column.
        edge = _with_next(block.core, job.grid.shape)
        part = edge.within(block.outer)
        gradients = gradient_length(channels, SIGMA)[part]
        contours = read_contours(job, edge)
        borders = sum_borders(leaves[part], [gradients, contours], block.core.shape)
        enclosing = sum_enclosing(
            leaves,
            job.read_colors(block.outer),
            coarse_segmentations(exposed, job.grid.scene_size**2),
            np.rint(job.grid.block_shares(block) * SHARES).astype(np.int64),
            job.statistics.axes,
        )
        learned = {}
        if job.features is not None:
            box = block.core.grow(job.grid.reach, job.grid.shape)
            learned = describe_block(
                job.features,
                job.read(box),
                job.read_leaves(box),
                block.core,
                job.grid.scene_size,
                job.folder,
            )
        squares = _fixed_squares(channels[core][leaves[core] >= 0])
        job.folder.save(
            "sums",
            f"{block}.npz",
            squares=squares,
            **learned,
            **_named("regions", regions),
            **_named("enclosing", enclosing),
            pairs=borders.pairs,
            lengths=borders.lengths,
            borders=borders.values,
        )


def _with_next(box: Box, shape: tuple[int, int]) -> Box:
    (top, bottom), (left, right) = box.rows, box.columns
    return Box((top, min(bottom + 1, shape[0])), (left, min(right + 1, shape[1])))


def _named(name: str, sums: RegionSums) -> dict[str, np.ndarray]:
    return {name: sums.regions, f"{name}_sizes": sums.sizes, f"{name}_values": sums.values}


def _fixed_squares(pixels: np.ndarray) -> np.ndarray:
    """(N, C) -> (C,) sums of squares, in fixed point."""
    squares = np.rint(pixels.astype(np.float64) ** 2 * SQUARES)
    return squares.sum(axis=0).astype(np.int64)


@dataclass
class _Totals:
    """Sums of all blocks."""

    sizes: np.ndarray  # of leaves
    colors: np.ndarray
    squares: np.ndarray
    enclosing_sizes: np.ndarray
    enclosing: np.ndarray  # in fixed point
    learned: np.ndarray | None
    smooth: np.ndarray | None
    pairs: np.ndarray
    lengths: np.ndarray
    gradients: np.ndarray
    contours: np.ndarray


def collect_graph(
    job: Job, n_leaves: int, weights: MergeWeights, features_weight: float | Literal["auto"]
) -> tuple[RegionGraph, float]:
    """Add the sums of all blocks -> the graph of the leaves, and the mean contour of borders."""
    totals = _add_up(job, n_leaves)
    means, learned, weight = totals.colors, totals.colors[:, :0], 0.0
    if totals.learned is not None and totals.smooth is not None:
        weight = (
            choose_weight(totals.learned, means, totals)
            if features_weight == "auto"
            else features_weight
        )
        if weight > 0:
            n_pixels = totals.sizes.sum()
            of_means = totals.sizes @ means / n_pixels
            variance = float((totals.squares / (SQUARES * n_pixels) - of_means**2).sum())
            is_far = np.isnan(totals.smooth).any(axis=1)
            smooth = np.where(is_far[:, None], totals.learned, totals.smooth)
            smooth *= weight * spread_factor(smooth, totals.sizes, variance)
            means, learned = np.hstack([means, smooth]), smooth
    mean = job.statistics.mean_contour
    if mean is None:
        mean = float(totals.lengths @ totals.contours / max(totals.lengths.sum(), 1))
    strengths = None
    if weights.spectral_exponent > 0:
        strengths = totals.contours / mean if mean > 0 else np.ones(len(totals.contours))
    graph = RegionGraph(
        totals.sizes / job.grid.scene_size**2,
        _describe(totals, weights.coarse, learned),
        means,
        totals.pairs,
        totals.lengths,
        totals.gradients,
        strengths,
        has_textures=weight > 0,
    )
    return graph, mean


def _describe(totals: _Totals, coarse_weight: float, learned: np.ndarray) -> np.ndarray:
    """Join colours, histograms of coarse segments and learned features -> (n_leaves, D).

    In parts, since these are the largest arrays of a large picture.
    """
    n_colors, n_axes = totals.colors.shape[1], totals.enclosing.shape[1]
    described = np.empty((len(totals.sizes), n_colors + n_axes + learned.shape[1]))
    described[:, :n_colors] = totals.colors
    described[:, n_colors + n_axes :] = learned
    histograms = described[:, n_colors : n_colors + n_axes]
    for start in range(0, len(described), CHUNK):
        part = slice(start, start + CHUNK)
        found = _means(totals.enclosing[part], totals.enclosing_sizes[part])
        histograms[part] = coarse_weight * found
    return described


def _add_up(job: Job, n_leaves: int) -> _Totals:
    """Add the sums of all blocks."""
    sizes, values = np.zeros((2, n_leaves), np.int64), {}
    squares: np.ndarray | int = 0
    codes, counts, along = [], [], []
    for block in job.grid.blocks:
        found = job.folder.load("sums", f"{block}.npz")
        if "is_empty" in found:
            continue
        squares = squares + found["squares"]
        for i, name in enumerate(("regions", "enclosing")):
            sizes[i, found[name]] += found[f"{name}_sizes"]
        for name in ("regions", "enclosing", "learned", "smooth"):
            if name not in found:
                continue
            added = found[f"{name}_values"]
            if name not in values:
                values[name] = np.zeros((n_leaves, added.shape[1]), added.dtype)
            values[name][found[name]] += added
        codes.append(found["pairs"][:, 0] * n_leaves + found["pairs"][:, 1])
        counts.append(found["lengths"])
        along.append(found["borders"])
    borders, places = np.unique(np.concatenate(codes), return_inverse=True)
    lengths = np.zeros(len(borders), np.int64)
    np.add.at(lengths, places, np.concatenate(counts))
    sums = np.zeros((len(borders), 2), np.int64)
    np.add.at(sums, places, np.concatenate(along))
    gradients, contours = (sums / (2 * SCALE * lengths[:, None])).T
    return _Totals(
        sizes[0],
        _means(values["regions"], sizes[0]),
        np.asarray(squares),
        sizes[1],
        values["enclosing"],
        _means(values["learned"], sizes[0]) if "learned" in values else None,
        values.get("smooth"),
        np.stack(np.divmod(borders, n_leaves), axis=1),
        lengths,
        gradients,
        contours,
    )


def _means(totals: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Divide sums in fixed point by their counts."""
    return totals / (SCALE * np.maximum(sizes, 1))[:, None]
