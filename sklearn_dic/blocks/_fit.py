"""One run over a picture: open it, begin or continue its folder, and find its tree."""

import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from sklearn_dic import __version__
from sklearn_dic._region_merging import RegionMerging
from sklearn_dic.blocks._features import compute_features, fit_features
from sklearn_dic.blocks._grid import Box, Grid
from sklearn_dic.blocks._job import Job
from sklearn_dic.blocks._run import build_tree, keep_tree
from sklearn_dic.blocks._source import Source, join_masks
from sklearn_dic.blocks._statistics import (
    PictureStatistics,
    measure_statistics,
    statistics_from_arrays,
    statistics_to_arrays,
)
from sklearn_dic.blocks._tree import BlockTree
from sklearn_dic.blocks._work import MANIFEST, WorkFolder
from sklearn_dic.hierarchy import MergeTree, MergeWeights
from sklearn_dic.utils._whole_files import whole_file

FEATURES = "features.joblib"


@dataclass
class Picture:
    """A picture and how it is divided.

    Attributes
    ----------
    source, mask_source : Source or None
        The picture, and one that is not 0 where pixels count.
    grid : Grid
        Its blocks.
    """

    source: Source
    mask_source: Source | None
    grid: Grid

    def fingerprint(self) -> dict[str, Any]:
        """Describe the picture, so that another is recognised."""
        fingerprint: dict[str, Any] = {"grid": vars_of(self.grid)}
        for name, source in (("source", self.source), ("sample_mask", self.mask_source)):
            if source is None:
                fingerprint[name] = None
                continue
            crc = 0
            for box in self.grid.sample():
                crc = zlib.crc32(np.ascontiguousarray(source.read(box)[0]).tobytes(), crc)
            fingerprint[name] = {
                "shape": [*source.shape, source.n_bands],
                "dtype": str(source.dtype),
                "stamp": source.stamp(),
                "sample": crc,
            }
        place = self.source.georeference
        fingerprint["georeference"] = None if place is None else vars(place)
        return fingerprint


@dataclass
class FoundTree:
    """The result of a run.

    Attributes
    ----------
    tree : MergeTree
        The tree; a `BlockTree` if its folder stays.
    statistics : PictureStatistics or None
        Of the whole picture; None of a picture of a single block.
    features : transformer or None
        The fitted transformer of the features.
    n_channels : int
        Number of channels.
    """

    tree: MergeTree
    statistics: PictureStatistics | None
    features: Any
    n_channels: int


def find_tree(
    picture: Picture,
    merging: RegionMerging,
    out: Path | None,
    *,
    statistics: PictureStatistics | None,
    features: Any,
    overwrite: bool,
    n_jobs: int | None,
    verbose: int,
) -> FoundTree:
    """Find the tree of a picture, in the folder beside `out` or in a temporary one.

    Parameters
    ----------
    picture : Picture
        The picture.
    merging : RegionMerging
        The parameters, with a scene size.
    out : Path or None
        The file of the labels.
    statistics : PictureStatistics or None
        Those of another picture. None: estimated.
    features : transformer or None
        A fitted transformer. None: that of `merging` is fitted.
    overwrite : bool
        Whether a folder of another run is deleted.
    n_jobs, verbose
        As of `Blockwise`.
    """
    given = None if statistics is None else joblib.hash(statistics_to_arrays(statistics))
    parameters = {
        "version": __version__,
        "features": None if merging.features is None else repr(merging.features),
        "fitted_features": None if features is None else joblib.hash(features),
        "features_weight": merging.features_weight,
        "statistics": given,
    }
    with _open_folder(out, overwrite) as folder:
        folder.start({**picture.fingerprint(), "parameters": parameters})
        if not folder.has("leaves", "tree.npz"):
            with threadpool_limits(1):
                if picture.grid.n_blocks == 1 and statistics is None:
                    _merge_in_memory(picture, merging, folder, features)
                else:
                    _merge_blocks(picture, merging, folder, statistics, features, n_jobs, verbose)
            folder.clean()
        tree: MergeTree = BlockTree(folder.path)
        if out is None:  # the folder is deleted now
            tree = MergeTree(
                tree.leaf_labels, tree.children_, tree.distances_, tree.auto_threshold_
            )
        n_channels = int(folder.load("leaves", "tree.npz")["n_channels"])
        return FoundTree(tree, _load_statistics(folder), _load_features(folder), n_channels)


def _merge_in_memory(
    picture: Picture, merging: RegionMerging, folder: WorkFolder, features: Any
) -> None:
    """Merge a picture of a single block as `RegionMerging` does."""
    height, width = picture.grid.shape
    values, mask = picture.source.read(Box((0, height), (0, width)))
    if picture.mask_source is not None:
        counted = picture.mask_source.read(Box((0, height), (0, width)))[0]
        mask = join_masks(mask, counted.any(axis=2))
    fitted = clone(merging).set_params(n_segments="auto", threshold=None)
    computed = None if features is None else compute_features(features, values)
    fitted.fit(values, features=computed, sample_mask=mask)
    _save_features(folder, fitted.features_ if features is None else features)
    keep_tree(folder, picture.grid, fitted.tree_, fitted.n_features_in_)


def _merge_blocks(
    picture: Picture,
    merging: RegionMerging,
    folder: WorkFolder,
    statistics: PictureStatistics | None,
    features: Any,
    n_jobs: int | None,
    verbose: int,
) -> None:
    """Merge the regions of all blocks."""
    found = _load_statistics(folder)
    if found is None:
        found = statistics or measure_statistics(picture.source, picture.grid, picture.mask_source)
        if features is None and merging.features is not None and merging.features_weight != 0:
            features = fit_features(
                merging.features,
                picture.source,
                picture.mask_source,
                picture.grid,
                found.n_channels,
            )
        _save_features(folder, features)
        folder.save("statistics", "statistics.npz", **statistics_to_arrays(found))
    job = Job(
        picture.source,
        picture.mask_source,
        picture.grid,
        folder,
        found,
        _load_features(folder),
        os.getpid(),
    )
    build_tree(job, MergeWeights(), merging.features_weight, n_jobs, verbose)


@contextmanager
def _open_folder(out: Path | None, overwrite: bool) -> Iterator[WorkFolder]:
    """Give the folder beside a file of labels; without one a temporary folder."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="sklearn-dic-") as folder:
            yield WorkFolder(Path(folder))
        return
    path = out.with_suffix(".blocks").resolve()
    if overwrite and (path / MANIFEST).is_file():
        shutil.rmtree(path)
    yield WorkFolder(path)


def _load_statistics(folder: WorkFolder) -> PictureStatistics | None:
    if not folder.has("statistics", "statistics.npz"):
        return None
    return statistics_from_arrays(folder.load("statistics", "statistics.npz"))


def _save_features(folder: WorkFolder, features: Any) -> None:
    if features is not None:
        file = folder.file("statistics", FEATURES)
        file.parent.mkdir(exist_ok=True)
        with whole_file(file) as new:
            joblib.dump(features, new)


def _load_features(folder: WorkFolder) -> Any:
    if not folder.has("statistics", FEATURES):
        return None
    return joblib.load(folder.file("statistics", FEATURES))


def vars_of(grid: Grid) -> dict[str, Any]:
    """Return the parameters of a grid."""
    names = ("shape", "block_size", "scene_size", "origin")
    return {name: getattr(grid, name) for name in names}
