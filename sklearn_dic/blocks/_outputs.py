"""Write labels block by block."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from sklearn_dic.blocks._grid import Box, Grid
from sklearn_dic.images import GeoReference
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._warnings import ignored_warnings

FORMATS = (".tif", ".tiff", ".zarr", ".npy")
TILE = 256  # pixels of the side of a tile of a GeoTIFF

Write = Callable[[Box, np.ndarray], None]


def check_out(out: Any) -> Path:
    """Check the path of a label file, before hours of work.

    Raises
    ------
    ValueError, ImportError, OSError
        If it cannot be written.
    """
    path = Path(out)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"out={os.fspath(out)!r} has the suffix {suffix!r}; labels of blocks are written as "
            f"{', '.join(FORMATS)}"
        )
    if suffix == ".zarr":
        import_extra("zarr", "zarr", "to write zarr arrays")
    elif suffix != ".npy":
        import_extra("rasterio", "geo", "to write a GeoTIFF")
    if not path.resolve().parent.is_dir():
        raise FileNotFoundError(
            f"{os.fspath(out)!r} cannot be written: there is no folder "
            f"{str(path.resolve().parent)!r}"
        )
    return path


def write_blocks(
    labels_of: Callable[[Box], np.ndarray],
    grid: Grid,
    out: str | os.PathLike | None,
    georeference: GeoReference | None,
    *,
    verbose: int = 0,
) -> Any:
    """Write labels block by block to a file, which appears when it is complete.

    Parameters
    ----------
    labels_of : callable
        Returns the labels of a box, int32; -1 outside of the mask.
    grid : Grid
        The blocks.
    out : str, os.PathLike or None
        The file. None: the labels are returned.
    georeference : GeoReference or None
        Place on the ground, for a GeoTIFF.
    verbose : int
        1 shows a progress bar.
    """
    if out is None:
        labels = np.empty(grid.shape, np.int32)
        for block in grid.blocks:
            labels[block.core.slices] = labels_of(block.core)
        return labels
    path = check_out(out)
    open_file = {".zarr": _zarr, ".npy": _npy}.get(path.suffix.lower(), _geotiff)
    try:
        with open_file(path, grid, georeference) as write:
            for block in tqdm(grid.blocks, "labels", unit="block", disable=not verbose):
                write(block.core, labels_of(block.core))
    except OSError as error:
        raise OSError(
            error.errno, f"{str(path)!r} cannot be written: {error.strerror or error}"
        ) from error
    return path


@contextmanager
def _geotiff(path: Path, grid: Grid, georeference: GeoReference | None) -> Iterator[Write]:
    rasterio = import_extra("rasterio", "geo", "to write a GeoTIFF")
    georeference = georeference or GeoReference()
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "height": grid.shape[0],
        "width": grid.shape[1],
        "count": 1,
        "dtype": "int32",
        "crs": georeference.crs,
        "nodata": -1,
        "compress": "deflate",
        "bigtiff": "if_safer",
    }
    if min(grid.shape) >= TILE:
        profile |= {"tiled": True, "blockxsize": TILE, "blockysize": TILE}
    if georeference.is_placed:
        profile["transform"] = rasterio.Affine(*georeference.transform)
    with (
        _partial(path) as file,
        ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
        rasterio.Env(GDAL_CACHEMAX=64),
    ):
        try:
            with rasterio.open(file, "w", **profile) as dataset:

                def write(box: Box, labels: np.ndarray) -> None:
                    dataset.write(labels, 1, window=(box.rows, box.columns))

                yield write
        except rasterio.errors.RasterioError as error:
            raise OSError(f"{error}") from error


@contextmanager
def _npy(path: Path, grid: Grid, georeference: GeoReference | None) -> Iterator[Write]:
    with _partial(path) as file:
        array = np.lib.format.open_memmap(file, "w+", np.int32, grid.shape)
        if hasattr(os, "posix_fallocate"):  # a full disk is an error now, and no crash later
            with open(file, "r+b") as stream:
                os.posix_fallocate(stream.fileno(), 0, file.stat().st_size)

        def write(box: Box, labels: np.ndarray) -> None:
            array[box.slices] = labels

        yield write
        array.flush()


@contextmanager
def _zarr(path: Path, grid: Grid, georeference: GeoReference | None) -> Iterator[Write]:
    zarr = import_extra("zarr", "zarr", "to write zarr arrays")
    with _partial(path) as folder:
        array = zarr.create_array(
            str(folder),
            shape=grid.shape,
            chunks=tuple(min(grid.block_size, side) for side in grid.shape),
            dtype="int32",
            fill_value=-1,
            dimension_names=("y", "x"),
            attributes=_attributes(georeference),
        )

        def write(box: Box, labels: np.ndarray) -> None:
            array[box.slices] = labels

        yield write


@contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """Give a hidden path beside a file or folder; then move it to its place.

    Its name is the same in the next run, which replaces what a killed run left.
    """
    partial = path.with_name(f".partial-{path.name}")
    _remove(partial)
    try:
        yield partial
        if path.is_dir() or partial.is_dir():
            _remove(path)
        os.replace(partial, path)
    finally:
        _remove(partial)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _attributes(georeference: GeoReference | None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"nodata": -1}
    if georeference is not None and georeference.is_placed:
        attributes |= {"crs": georeference.crs, "transform": list(georeference.transform)}
    return attributes
