"""Open pictures that may be larger than memory: arrays and files of all kinds."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic.blocks._grid import Box
from sklearn_dic.blocks._source import ArraySource, Source, stamp_of_files
from sklearn_dic.images._array_files import is_zarr, open_zarr_array
from sklearn_dic.images._input import as_array, check_not_empty, is_path
from sklearn_dic.images._named_axes import letters_of, names_of_axes
from sklearn_dic.images._rasters import (
    find_bands,
    is_raster,
    open_raster,
    read_bands,
    read_mask,
)
from sklearn_dic.utils._extras import import_extra

HDF5_SUFFIXES = {".h5", ".hdf5", ".nc", ".mat"}
SEPARATOR = "::"  # between a file and the name of an array in it
_READABLE = (
    "a GeoTIFF or another raster, a TIFF file, the folder of a zarr array, an HDF5 file "
    f"('scan.h5{SEPARATOR}name'), or a .npy file"
)


def open_source(X: Any, what: str = "the picture") -> Source:
    """Open a picture without reading it.

    Parameters
    ----------
    X : array-like or path
        An array of shape (H, W) or (H, W, C), in memory or indexed like one; or a file.
    what : str
        What it is, for error messages.

    Raises
    ------
    ValueError, TypeError, ImportError, OSError
        If it cannot be read window by window; the message says what can.
    """
    if isinstance(X, Source):
        return X
    if is_path(X):
        return _open_path(os.fspath(X))
    if type(X).__module__.split(".")[0] == "h5py" and hasattr(X, "file"):
        return _open_hdf5(X.file.filename, X.name)
    if isinstance(X, list | tuple) and X and not isinstance(X[0], list | tuple | float | int):
        raise ValueError(
            f"X is a {type(X).__name__} of {len(X)} pictures: Blockwise segments one picture. "
            "Call it for each"
        )
    data = getattr(X, "data", None)
    if hasattr(X, "dims") and hasattr(data, "dask"):  # of an xarray.DataArray
        array = data
    elif hasattr(X, "dask") or type(X).__module__.split(".")[0] == "zarr":
        array = X
    else:
        array = as_array(X, what, "auto")
        if isinstance(X, np.ma.MaskedArray):
            array = np.ma.array(array, mask=np.ma.getmaskarray(X))
    return _of_array(what, array, letters_of(names_of_axes(X)), ArraySource, array=array)


def _of_array(
    name: str, described: Any, letters: str | None, kind: Callable, **fields: Any
) -> Source:
    """Describe an array by its axes."""
    check_not_empty(described, name)
    shape, dtype = tuple(map(int, described.shape)), np.dtype(described.dtype)
    if dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {dtype}; a picture holds integers or floats")
    if letters is not None:
        letters = letters.replace("S", "C")
    known = {"YX", "YXC", "CYX"}
    if (letters or "YXC"[: len(shape)]) not in known or len(shape) not in (2, 3):
        raise ValueError(
            f"{name} has shape {shape}"
            f"{'' if letters is None else f' and the axes {letters}'}: Blockwise reads one "
            "picture, (H, W) or (H, W, C). Reshape your data, or call it for each picture of a "
            "stack"
        )
    first = letters == "CYX"
    rows, columns = shape[1:] if first else shape[:2]
    n_bands = 1 if len(shape) == 2 else shape[0] if first else shape[2]
    return kind(
        name, (rows, columns), n_bands, dtype, channels_first=first, n_dims=len(shape), **fields
    )


def _open_path(path: str) -> Source:
    """Open a file by its kind."""
    file, _, inner = path.partition(SEPARATOR)
    place = Path(file)
    if not place.exists():
        raise FileNotFoundError(f"there is no image file {file!r}")
    if is_zarr(place):
        return _open_zarr(file)
    suffix = place.suffix.lower()
    if suffix in HDF5_SUFFIXES:
        return _open_hdf5(file, inner or None)
    if suffix == ".npy":
        array = np.load(file, mmap_mode="r", allow_pickle=False)
        return _of_array(f"the image {file!r}", array, None, NpySource, path=file)
    if is_raster(place):
        return _open_raster(file)
    if suffix in (".tif", ".tiff", ".svs", ".ndpi", ".btf"):
        return _open_tiff(file)
    raise ValueError(
        f"{file!r} cannot be read window by window. Pass {_READABLE}; or, if it fits into memory, "
        "the array of `sklearn_dic.images.read_image`"
    )


@dataclass
class FileSource(Source):
    """A file, opened for each window: workers can do so too."""

    path: str = ""

    def stamp(self) -> list[int]:
        """Return size and time of the file."""
        return stamp_of_files(self.path)


class NpySource(FileSource):
    """A .npy file, memory-mapped."""

    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        array = np.load(self.path, mmap_mode="r", allow_pickle=False)
        return self._slice(array, box).copy(), None


class ZarrSource(FileSource):
    """The folder of a zarr array."""

    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        return self._slice(open_zarr_array(Path(self.path))[0], box), None


def _open_zarr(path: str) -> Source:
    array, letters = open_zarr_array(Path(path))
    return _of_array(f"the image {path!r}", array, letters, ZarrSource, path=path)


@dataclass
class Hdf5Source(FileSource):
    """An array in an HDF5 file."""

    inner: str = ""

    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        h5py = import_extra("h5py", "hdf5", "to read HDF5 files")
        with h5py.File(self.path, "r") as file:
            return self._slice(file[self.inner], box), None


def _open_hdf5(path: str, inner: str | None) -> Source:
    h5py = import_extra("h5py", "hdf5", "to read HDF5 files")
    with h5py.File(path, "r") as file:
        if inner is None:
            found: list[str] = []
            file.visititems(
                lambda name, item: (
                    found.append(name)
                    if isinstance(item, h5py.Dataset) and item.ndim in (2, 3)
                    else None
                )
            )
            if len(found) != 1:
                raise ValueError(
                    f"{path!r} holds {len(found)} arrays of two or three axes"
                    f"{': ' + ', '.join(found[:5]) if found else ''}. Name one: "
                    f"'{path}{SEPARATOR}{found[0] if found else 'name'}'"
                )
            (inner,) = found
        if inner not in file or not isinstance(file[inner], h5py.Dataset):
            raise ValueError(f"{path!r} holds no array {inner!r}")
        name = f"the image '{path}{SEPARATOR}{inner}'"
        return _of_array(name, file[inner], None, Hdf5Source, path=path, inner=inner)


class TiffSource(FileSource):
    """A TIFF file without coordinates, of which tifffile decodes tiles or strips."""

    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        import tifffile

        zarr = import_extra("zarr", "zarr", "to read windows of TIFF files")
        with tifffile.TiffFile(self.path) as tiff:
            store = tiff.series[0].levels[0].aszarr()
            try:
                return self._slice(zarr.open(store, mode="r"), box), None
            finally:
                store.close()


def _open_tiff(path: str) -> Source:
    import tifffile

    import_extra("zarr", "zarr", "to read windows of TIFF files")
    with tifffile.TiffFile(path) as tiff:
        level = tiff.series[0].levels[0]
        page = level.keyframe
        orientation = int(page.tags.valueof(274, 1))
        kinds = (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.RGB,
                 tifffile.PHOTOMETRIC.YCBCR)  # fmt: skip
        if page.photometric not in kinds or orientation != 1:
            raise ValueError(
                f"{path!r} stores colours as {tifffile.PHOTOMETRIC(page.photometric).name}, "
                f"orientation {orientation}, which is not read window by window: convert it to "
                "RGB and orientation 1, or pass the array of `sklearn_dic.images.read_image`"
            )
        name = f"the image {path!r}"
        return _of_array(name, level, level.axes, TiffSource, path=path)


@dataclass
class RasterSource(FileSource):
    """A raster with coordinates or a value for missing data, read by rasterio."""

    bands: tuple[int, ...] = ()

    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        with open_raster(self.path) as dataset:
            pixels = read_bands(dataset, list(self.bands), box.slices)
            mask = read_mask(dataset, list(self.bands), pixels, box.slices)
        return pixels.reshape(*box.shape, -1), mask


def _open_raster(path: str) -> Source:
    with open_raster(path) as dataset:
        bands, georeference = find_bands(dataset, path)
        pixels = read_bands(dataset, bands, (slice(0, 1), slice(0, 1)))
        return RasterSource(
            f"the image {path!r}",
            (dataset.height, dataset.width),
            1 if pixels.ndim == 2 else pixels.shape[2],
            pixels.dtype,
            georeference,
            path=path,
            bands=tuple(bands),
        )
