"""Read image files."""

import os
import re
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import urlparse

import numpy as np
from PIL import Image, UnidentifiedImageError

from sklearn_dic.images._array_files import is_zarr, read_npy, read_npz, read_zarr
from sklearn_dic.images._file_axes import no_volume
from sklearn_dic.images._image_file import ImageFile, ImageFileError, ReadingOptions
from sklearn_dic.images._photographs import read_photograph
from sklearn_dic.images._rasters import is_raster, read_raster
from sklearn_dic.images._tiff import read_tiff
from sklearn_dic.images._white import scale_files
from sklearn_dic.utils._warnings import warn_caller

__all__ = ["ImageFile", "ReadingOptions", "read_file", "read_image"]

Reader = Callable[[Path, ReadingOptions], ImageFile]

# The first bytes of a file -> its reader. Pillow reads all others.
_READERS: list[tuple[bytes, Reader]] = [
    (rb"II[*+]\0|MM\0[*+]", read_tiff),
    (rb"\x93NUMPY", read_npy),
    (rb"PK\x03\x04", read_npz),
]
# Files of these suffixes are left to their libraries.
_ELSEWHERE = {
    ".dcm": "DICOM: pass `pydicom.dcmread(path).pixel_array`",
    ".nii": "NIfTI: pass `nibabel.load(path).get_fdata()`",
    ".nii.gz": "NIfTI: pass `nibabel.load(path).get_fdata()`",
    ".nrrd": "NRRD: pass `nrrd.read(path)[0]`",
    ".mha": "MetaImage: pass `SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))`",
    ".mhd": "MetaImage: pass `SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))`",
    ".czi": "CZI: pass `czifile.imread(path)`",
    ".nd2": "ND2: pass `nd2.imread(path)`",
    ".lif": "LIF: read it with readlif, and pass the array",
    ".h5": "HDF5: pass `h5py.File(path)[name][...]`",
    ".hdf": "HDF: pass the array that h5py, or pyhdf for HDF4, reads",
    ".hdf5": "HDF5: pass `h5py.File(path)[name][...]`",
    ".mat": "MATLAB: pass `scipy.io.loadmat(path)[name]`",
    ".nc": "NetCDF: pass `xarray.open_dataset(path)[name]`",
    ".heic": "HEIF: `pip install pillow-heif`, and call `pillow_heif.register_heif_opener()`",
    ".heif": "HEIF: `pip install pillow-heif`, and call `pillow_heif.register_heif_opener()`",
    **dict.fromkeys(
        (".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf", ".pef"),
        "camera raw: pass `rawpy.imread(path).postprocess()`",
    ),
}


def read_image(
    path: str | os.PathLike,
    *,
    orientation: bool = True,
    frame: int | tuple[int, ...] | None = None,
    axes: str | None = None,
    white: float | None = None,
    n_spatial_dims: Literal[2, 3] = 2,
) -> np.ndarray:
    """Read an image file as the estimators do, channels last.

    Palettes and CMYK become RGB. An alpha that is not constant becomes a mask, and so do NaN.
    Pages, slices and frames are never read as channels.

    Parameters
    ----------
    path : str or os.PathLike
        A file, the folder of a zarr array, or a URL.
    orientation : bool, default=True
        Whether the image is turned as its EXIF orientation says.
    frame : int, tuple of int, or None, default=None
        The picture of a file of several pictures; a number for each axis of pictures.
    axes : str or None, default=None
        A letter for each axis of the array in a TIFF, NumPy or zarr file, instead of the names
        in the file: Y and X, C for channels, Z, T or I for pictures. "CYX" reads the pages of a
        TIFF file as channels.
    white : float or None, default=None
        The value of the file that becomes 1. None: the file says it, or integers of 16 bits and
        more whose values use less than a quarter of the range are scaled by their largest
        value, with a warning; the others are not scaled here.
    n_spatial_dims : {2, 3}, default=2
        3 reads the slices of a TIFF, NumPy or zarr file as one volume: the axis Z, or the only
        axis of pages, slices or frames. In a file without names of its axes it is the first.

    Returns
    -------
    image : ndarray or MaskedArray of shape (H, W), (H, W, C), (Z, Y, X) or (Z, Y, X, C)
        A masked array if pixels are masked. float32 if the values are scaled, otherwise of the
        dtype of the file.

    Raises
    ------
    ValueError
        If the file is no single image; the message says how to choose one.
    ImportError
        If the file needs a library that is not installed; the message has the command.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> import skimage.data
    >>> from sklearn_dic.images import read_image
    >>> coffee = Path(skimage.data.__file__).parent / "coffee.png"
    >>> read_image(coffee).shape
    (400, 600, 3)
    """
    file = read_file(path, ReadingOptions(orientation, frame, axes, white, n_spatial_dims))
    (pixels,) = scale_files([file], [f"the image {os.fspath(path)!r}"], white)
    if file.mask is None:
        return pixels
    outside = ~file.mask if pixels.ndim == file.mask.ndim else ~file.mask[..., None]
    return np.ma.array(pixels, mask=np.broadcast_to(outside, pixels.shape))


def read_file(path: str | os.PathLike, options: ReadingOptions | None = None) -> ImageFile:
    """Read pixels, mask, axes and georeference of an image file.

    Raises
    ------
    ValueError, ImportError, OSError
        As `read_image`; the message names the file.
    """
    name = repr(os.fspath(path))
    options = options or ReadingOptions()
    try:
        with _local_copy(path) as local:
            reader = _find_reader(local)
            if options.n_spatial_dims == 3 and reader in (read_photograph, read_raster):
                raise no_volume("a picture, in a format without slices")
            file = reader(local, options)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no image file {name}") from error
    except (IsADirectoryError, PermissionError) as error:
        raise type(error)(f"{name} {error.strerror or error}") from error
    except ImageFileError as error:
        raise ValueError(f"{name} {error}") from error
    except ImportError as error:
        raise ImportError(f"{name} {error}") from error
    except MemoryError:
        raise
    except UnidentifiedImageError as error:
        raise OSError(
            f"{name} cannot be read as an image: it is damaged, or no installed library reads its "
            "format"
        ) from error
    except Exception as error:  # decoders raise errors of any type
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OSError(f"{name} cannot be read as an image: {reason}") from error
    if file.pixels.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} holds values of dtype {file.pixels.dtype}; an image holds integers or floats"
        )
    _mask_nan(file, name, options.n_spatial_dims)
    return file


def _find_reader(path: Path) -> Reader:
    """Choose the reader of a file by its first bytes."""
    if is_zarr(path):
        return read_zarr
    if path.is_dir():
        raise IsADirectoryError("is a folder; pass the paths of its images")
    with open(path, "rb") as file:
        head = file.read(132)
    library = _find_library(path.name.lower(), head)
    if library is not None:
        raise ImageFileError(f"is not read here, but as {library}")
    if is_raster(path):
        return read_raster
    for pattern, reader in _READERS:
        if re.match(pattern, head):
            return reader
    return read_photograph


def _find_library(name: str, head: bytes) -> str | None:
    """Say which library reads a file of another field; None if this package may."""
    if head[128:] == b"DICM":
        return _ELSEWHERE[".dcm"]
    known = [library for suffix, library in _ELSEWHERE.items() if name.endswith(suffix)]
    if known and Path(name).suffix in (".heic", ".heif"):
        Image.init()
        return None if Path(name).suffix in Image.registered_extensions() else known[0]
    return known[0] if known else None


@contextmanager
def _local_copy(path: str | os.PathLike) -> Iterator[Path]:
    """Download a URL to a temporary file; other paths are as they are."""
    if not is_url(path):
        yield Path(path)
        return
    name = PurePosixPath(urlparse(str(path)).path).name or "image"
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / name
        with urllib.request.urlopen(str(path)) as remote, open(local, "wb") as file:
            shutil.copyfileobj(remote, file)
        yield local


def is_url(path: Any) -> bool:
    """Whether a path is the address of a file on the web, or begins with file://."""
    return isinstance(path, str) and re.match("(https?|ftp|file)://", path) is not None


def _mask_nan(file: ImageFile, name: str, n_dims: int) -> None:
    """Mask the pixels that are NaN in a file, with a warning."""
    if file.pixels.dtype.kind != "f" or not np.isnan(file.pixels).any():
        return
    missing = np.isnan(file.pixels.reshape(*file.pixels.shape[:n_dims], -1)).any(axis=-1)
    if file.mask is not None:
        missing &= file.mask
    if not missing.any():
        return
    warn_caller(f"{name} has {int(missing.sum())} pixel(s) of NaN, which are masked")
    file.mask = ~missing if file.mask is None else file.mask & ~missing
