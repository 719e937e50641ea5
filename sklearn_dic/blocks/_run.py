"""The passes over the blocks of a picture, from pixels to a merge tree."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np

from sklearn_dic.blocks._graph import collect_graph, find_sums
from sklearn_dic.blocks._grid import Grid
from sklearn_dic.blocks._job import Job
from sklearn_dic.blocks._leaves import (
    count_leaves,
    find_colors,
    find_contours,
    find_leaves,
    stitch,
)
from sklearn_dic.blocks._statistics import statistics_to_arrays
from sklearn_dic.blocks._work import WorkFolder
from sklearn_dic.hierarchy import MergeTree, MergeWeights
from sklearn_dic.hierarchy._region_graph import merge_regions
from sklearn_dic.utils._parallel import for_each


def build_tree(
    job: Job,
    weights: MergeWeights,
    features_weight: float | Literal["auto"],
    n_jobs: int | None,
    verbose: int,
) -> None:
    """Compute what is missing in the folder of a run, and write the tree there.

    Parameters
    ----------
    job : Job
        The picture, its blocks and the folder.
    weights : MergeWeights
        Weights of the merge distance.
    features_weight : float or "auto"
        Weight of learned features, as of `RegionMerging`.
    n_jobs : int or None
        Number of blocks computed in parallel.
    verbose : int
        1 shows a progress bar for each pass.
    """
    blocks = [(f"{block}.npz", block) for block in job.grid.blocks]
    maps = [(f"{block}.npy", block) for block in job.grid.blocks]
    windows = [(f"{number}.npy", number) for number in range(len(job.grid.windows))]

    def compute(kind: str, function: Callable, items: list[tuple[str, Any]], unit: str) -> None:
        missing = [item for name, item in items if not job.folder.has(kind, name)]
        found = for_each(
            partial(function, job),
            missing,
            n_jobs=n_jobs,
            verbose=verbose,
            description=kind,
            unit=unit,
            in_order=False,
        )
        for _ in found:
            pass

    stamp = job.source.stamp()
    compute("colors", find_colors, blocks, "block")
    compute("contours", find_contours, windows, "window")
    compute("leaves", find_leaves, maps, "block")
    if not job.folder.has("leaves", "numbers.npy"):
        stitch(job)
    compute("sums", find_sums, blocks, "block")
    if job.source.stamp() != stamp:
        raise OSError(
            f"{job.source.name} has changed since the run began: delete the folder "
            f"{str(job.folder.path)!r}, or pass overwrite=True, to start again"
        )
    graph, mean = collect_graph(job, count_leaves(job), weights, features_weight)
    children, distances, threshold = merge_regions(graph, weights)
    found = replace(job.statistics, mean_contour=mean)
    job.folder.save("statistics", "statistics.npz", **statistics_to_arrays(found))
    _save_tree(job.folder, children, distances, threshold, job.statistics.n_channels)


def keep_tree(folder: WorkFolder, grid: Grid, tree: MergeTree, n_channels: int) -> None:
    """Write the tree of a picture of a single block, and its leaves."""
    (block,) = grid.blocks
    folder.save("leaves", f"{block}.npy", pieces=tree.leaf_labels.astype(np.int32))
    folder.save("leaves", "firsts.npy", firsts=np.array([0, tree.n_leaves]))
    folder.save("leaves", "numbers.npy", numbers=np.arange(tree.n_leaves, dtype=np.int32))
    _save_tree(folder, tree.children_, tree.distances_, tree.auto_threshold_, n_channels)


def _save_tree(
    folder: WorkFolder,
    children: np.ndarray,
    distances: np.ndarray,
    threshold: float,
    n_channels: int,
) -> None:
    """Write a tree: then the run is complete."""
    folder.save(
        "leaves",
        "tree.npz",
        children=children,
        distances=distances,
        auto_threshold=np.array(threshold),
        n_channels=np.array(n_channels),
    )
