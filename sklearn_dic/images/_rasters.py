"""Read rasters: files with coordinates on the ground, or with a value for missing data."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from sklearn_dic.images._georeference import GeoReference
from sklearn_dic.images._image_file import ImageFile, ImageFileError, ReadingOptions
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._warnings import ignored_warnings, warn_caller

# Formats of rasters only.
RASTER_SUFFIXES = {".asc", ".bil", ".bip", ".bsq", ".dem", ".ers", ".hgt", ".img", ".vrt"} | {
    f".dt{level}" for level in range(3)
}
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF_TAGS = {
    33550,  # ModelPixelScale
    33922,  # ModelTiepoint
    34264,  # ModelTransformation
    34735,  # GeoKeyDirectory
    42113,  # GDAL_NODATA
}
Slices = tuple[slice, slice]

_CACHE = 64  # megabytes of the blocks of a file
_LARGEST_ALPHA = 4096  # pixels of a side, of a copy of the alpha band
_LEAST_CLEAR = 0.9  # of the pixels of an alpha band are transparent or opaque
_JPEG2000_START = b"\0\0\0\x0cjP  "
_GEO_JPEG2000 = (bytes.fromhex("b14bf8bd083d4b43a5ae8cd7d5a6ce03"), b"gml.root-instance")


def is_raster(path: str | os.PathLike) -> bool:
    """Whether a file on this machine has coordinates, or a value for missing data.

    True for a format of rasters only, a GeoTIFF, a JPEG 2000 file with coordinates, and an image
    with a file of coordinates beside it.
    """
    path = Path(path)
    if not path.is_file():
        return False
    if path.suffix.lower() in RASTER_SUFFIXES or _has_coordinates_beside(path):
        return True
    with open(path, "rb") as file:
        start = file.read(2**16)
    if start[:4] in _TIFF_STARTS:
        return _has_tags(path)
    return start.startswith(_JPEG2000_START) and any(mark in start for mark in _GEO_JPEG2000)


def _has_tags(path: Path) -> bool:
    logger = logging.getLogger("tifffile")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # it reports values that it cannot parse
    try:
        with tifffile.TiffFile(path) as file:
            return any(tag.code in _TIFF_TAGS for tag in file.pages.first.tags)
    except Exception:  # a damaged file, for another reader to explain
        return False
    finally:
        logger.setLevel(level)


def _has_coordinates_beside(path: Path) -> bool:
    """Whether a world file, such as aerial.jgw beside aerial.jpg, or GDAL's .aux.xml is there."""
    auxiliary = path.with_name(f"{path.name}.aux.xml")
    if auxiliary.is_file() and b"<GeoTransform>" in auxiliary.read_bytes():
        return True
    suffix = path.suffix.lower()
    if len(suffix) < 3:
        return False
    names = {f".{suffix[1]}{suffix[-1]}w", f"{suffix}w", ".wld"}
    return any(path.with_suffix(name).is_file() for name in names)


def read_raster(path: Path, options: ReadingOptions) -> ImageFile:
    """Read a raster by rasterio: bands, a mask of missing data, and the place on the ground.

    A pixel counts if all its bands are valid. Of unsigned integers one valid band is enough,
    since the value of missing data, often 0, may be a dark pixel of a band.

    Parameters
    ----------
    path : Path
        The file.
    options : ReadingOptions
        Its `frame` and `axes` are for other files.

    Returns
    -------
    ImageFile
        Its mask is False at the value of missing data that the file names, at NaN, and where
        the alpha band or mask of the file is 0.

    Raises
    ------
    ImportError
        If rasterio is not installed.
    ImageFileError
        If the file has several pictures, or complex numbers.
    RasterioError
        If it cannot be read.
    """
    try:
        rasterio = import_extra("rasterio", "geo", "to read it")
    except ImportError as error:
        raise ImportError(f"has coordinates or a value for missing data: {error}") from error
    if options.frame is not None or options.axes is not None:
        raise ImageFileError("is a raster, all of whose bands are read: leave frame and axes out")
    with (
        ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(path) as dataset,
    ):
        bands, georeference = find_bands(dataset, path.name)
        pixels = read_bands(dataset, bands)
        mask = read_mask(dataset, bands, pixels)
    axes = "YX" if pixels.ndim == 2 else "YXC"
    return ImageFile(pixels, None if mask.all() else mask, axes, georeference)


@contextmanager
def open_raster(path: str | os.PathLike) -> Iterator[Any]:
    """Open a raster, of which windows are read; little of it stays in memory."""
    rasterio = import_extra("rasterio", "geo", "to read a raster")
    with (
        ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
        rasterio.Env(GDAL_CACHEMAX=_CACHE),
        rasterio.open(path) as dataset,
    ):
        yield dataset


def find_bands(dataset: Any, name: str) -> tuple[list[int], GeoReference]:
    """Find the bands of the image, without alpha, and its place on the ground.

    Raises
    ------
    ImageFileError
        If the file has several pictures, or complex numbers.
    """
    _check(dataset)
    alpha = _find_alpha(dataset, name)
    georeference = GeoReference(dataset.crs, dataset.transform, dataset.nodata)
    n_control_points = len(dataset.gcps[0])
    if n_control_points and not georeference.is_placed:
        warn_caller(
            f"{name!r} is placed by {n_control_points} ground control points, which the "
            "results do not inherit. Warp it first, for example with gdalwarp"
        )
    return [band for band in dataset.indexes if band != alpha], georeference


def _check(dataset: Any) -> None:
    others = dataset.subdatasets
    if others:
        raise ImageFileError(
            f"holds {len(others)} pictures: {', '.join(others[:3])}"
            f"{' ...' if len(others) > 3 else ''}. Read one, and pass it as an array: "
            f"rasterio.open({others[0]!r}).read()"
        )
    if any("complex" in dtype for dtype in dataset.dtypes):
        raise ImageFileError("has complex numbers; pass their magnitude or two bands")


def _find_alpha(dataset: Any, name: str) -> int | None:
    """Return the number of the alpha band, None if there is none.

    Programs call a fourth band alpha by default, also where it is infrared. An alpha band is 0 or
    its maximum nearly everywhere.
    """
    colors = [color.name for color in dataset.colorinterp]
    if "alpha" not in colors or len(colors) == 1:
        return None
    band = 1 + colors.index("alpha")
    size = min(dataset.height, _LARGEST_ALPHA), min(dataset.width, _LARGEST_ALPHA)
    alpha = dataset.read(band, out_shape=size)
    transparent = np.count_nonzero(alpha == 0)
    opaque = np.count_nonzero(alpha == _largest(alpha.dtype))
    if transparent + opaque >= _LEAST_CLEAR * alpha.size:
        return band
    warn_caller(
        f"{name!r} calls its band {band} alpha, but its values are of all kinds (mean "
        f"{alpha.mean():g}): it is read as a band of the image"
    )
    return None


def _largest(dtype: np.dtype) -> float:
    return np.iinfo(dtype).max if dtype.kind in "iu" else 1.0


def read_bands(dataset: Any, bands: list[int], window: Slices | None = None) -> np.ndarray:
    """Read bands of a window -> (H, W) or (H, W, C); a palette becomes RGB."""
    part = None if window is None else _as_window(window)
    if len(bands) == 1 and dataset.colorinterp[bands[0] - 1].name == "palette":
        palette = np.zeros((256, 3), np.uint8)
        for index, color in dataset.colormap(bands[0]).items():
            palette[index] = color[:3]
        return palette[dataset.read(bands[0], window=part)]
    dtype = np.result_type(*(dataset.dtypes[band - 1] for band in bands))
    pixels = dataset.read(bands, out_dtype=dtype, window=part)
    return pixels[0] if len(pixels) == 1 else np.ascontiguousarray(np.moveaxis(pixels, 0, -1))


def read_mask(
    dataset: Any, bands: list[int], pixels: np.ndarray, window: Slices | None = None
) -> np.ndarray:
    """Read the mask of the bands of a window -> (H, W) bool."""
    flags = dataset.mask_flag_enums[bands[0] - 1]
    if any(flag.name == "alpha" for flag in flags) and len(bands) == dataset.count:
        mask = np.ones(pixels.shape[:2], bool)  # its alpha is no alpha
    else:
        part = None if window is None else _as_window(window)
        valid = dataset.read_masks(bands, window=part) > 0
        mask = valid.any(axis=0) if pixels.dtype.kind == "u" else valid.all(axis=0)
    if pixels.dtype.kind == "f":
        mask &= ~np.isnan(pixels if pixels.ndim == 2 else pixels.max(axis=2))
    return mask


def _as_window(window: Slices) -> tuple[tuple[int, int], ...]:
    return tuple((part.start, part.stop) for part in window)


def read_georeference(path: str | os.PathLike) -> GeoReference:
    """Read the place of a raster on the ground.

    Parameters
    ----------
    path : str or os.PathLike
        A file that `rasterio` opens.

    Returns
    -------
    georeference : GeoReference
        Without coordinate reference system, and with rows and columns as coordinates, if the
        file has no other.

    Raises
    ------
    ImportError
        If rasterio is not installed; the message says how to install it.
    OSError
        If the file cannot be read.

    See Also
    --------
    sklearn_dic.images.write_labels : Write labels with a georeference.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from sklearn_dic.images import GeoReference, read_georeference, write_labels
    >>> utm = GeoReference("EPSG:32633", (10, 0, 500_000, 0, -10, 5_400_000))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_labels(f"{folder}/labels.tif", np.eye(4, dtype=int), utm)
    ...     again = read_georeference(f"{folder}/labels.tif")
    >>> again.transform == utm.transform
    True
    """
    rasterio = import_extra("rasterio", "geo", "to read the place of a raster")
    try:
        with (
            ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
            rasterio.open(path) as dataset,
        ):
            return GeoReference(dataset.crs, dataset.transform, dataset.nodata)
    except rasterio.errors.RasterioError as error:
        raise OSError(f"{os.fspath(path)!r} cannot be read as a raster: {error}") from error
