"""Read files of label maps or contour maps, in any of the formats.

Files come from elsewhere: nothing in them is executed, and sizes in them are compared with a
limit before anything is read.
"""

import io
import logging
import os
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from sklearn_dic.superpixels.files._hdf5 import read_hdf5
from sklearn_dic.superpixels.files._matlab5 import read_matlab5
from sklearn_dic.utils._warnings import ignored_warnings

LARGEST = 2**30  # bytes of a file, after decompression
MOST_PAGES = 1000  # of a TIFF file

# Variables of a file: arrays, cells (list) and structs (dict), nested as in MATLAB.
Contents = dict[str, Any]


def read_contents(path: str | os.PathLike) -> Contents:
    """Read a file -> its variables by name: arrays, lists and dictionaries of them.

    Parameters
    ----------
    path : str or os.PathLike
        MATLAB (v5 to v7.3), NumPy (npy, npz), PNG, TIFF, or BSDS300's text format. The
        first bytes tell the format, not the suffix.

    Raises
    ------
    OSError
        If it is not there, has another format, is damaged or too large; names the file.
    ImportError
        If a MATLAB v7.3 file needs h5py, which is not installed.
    """
    name = os.fspath(path)
    if os.path.isdir(path):
        raise IsADirectoryError(
            f"{name!r} is a folder: name the files in it by a template, such as "
            f"{os.path.join(name, '{stem}.mat')!r}"
        )
    try:
        with open(path, "rb") as file:
            start = file.read(600)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {name!r}") from error
    for is_format, read in _FORMATS:
        if is_format(start):
            try:
                with ignored_warnings():  # the labels are checked later
                    return read(Path(path))
            except ImportError:
                raise
            except MemoryError as error:
                raise OSError(f"{name!r} claims to hold more than fits into memory") from error
            except Exception as error:  # each decoder has errors of its own
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise OSError(f"{name!r} is damaged or hostile: {reason}") from error
    raise OSError(
        f"{name!r} starts with {start[:8]!r}, which is none of the known formats: "
        "MATLAB v5 to v7.3, npy, npz, PNG, TIFF, BSDS300's text. (JPEG alters labels)"
    )


def check_size(n_bytes: int) -> None:
    """Refuse to read more than the limit."""
    if n_bytes > LARGEST:
        raise ValueError(f"it holds {n_bytes:,} bytes after decompression, more than {LARGEST:,}")


def _read_numpy(path: Path) -> Contents:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    check_size(array.nbytes)
    return {"array": np.array(array)}


def _read_npz(path: Path) -> Contents:
    with zipfile.ZipFile(path) as archive:
        check_size(sum(member.file_size for member in archive.infolist()))
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _read_png(path: Path) -> Contents:
    return _read_with_pillow(path, "PNG")


def _read_tiff(path: Path) -> Contents:
    logger = logging.getLogger("tifffile")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # exceptions report the errors
    try:
        with tifffile.TiffFile(path) as file:
            found = list(islice(file.pages, MOST_PAGES + 1))  # the chain of pages may be circular
            if len(found) > MOST_PAGES:
                raise ValueError(f"it has more than {MOST_PAGES} pages")
            check_size(sum(page.nbytes for page in found))
            pages = [page.asarray() for page in found]
    except ValueError as error:
        if "imagecodecs" in str(error):  # a compression that tifffile leaves to another library
            return _read_with_pillow(path, "TIFF")
        raise
    finally:
        logger.setLevel(level)
    return _as_contents(pages[0]) if len(pages) == 1 else {"image": pages}


def _read_with_pillow(path: Path, image_format: str) -> Contents:
    with Image.open(path, formats=[image_format]) as image:
        check_size(8 * image.width * image.height)
        return _as_contents(np.asarray(image))  # a palette gives its indices


def _as_contents(image: np.ndarray) -> Contents:
    """Grey values are labels or contours, colours are labels: a number for each colour."""
    if image.ndim == 3 and image.shape[2] in (3, 4) and image.dtype == np.uint8:
        if (image[..., :3] != image[..., :1]).any():
            weights = np.array([1, 256, 65536], np.int32)
            return {"colors": image[..., :3].astype(np.int32) @ weights}
        image = image[..., 0]
    return {"image": image}


def _read_bsds300_text(path: Path) -> Contents:
    """BSDS300's format: a header, then runs of pixels: label, row, first and last column."""
    check_size(path.stat().st_size)
    header, _, data = path.read_text(encoding="ascii").partition("\ndata")
    fields = dict(line.split(maxsplit=1) for line in header.splitlines() if " " in line)
    width, height = int(fields["width"]), int(fields["height"])
    check_size(64 * width * height)  # that of all arrays below
    runs = np.loadtxt(io.StringIO(data), dtype=np.int64, ndmin=2)
    label, row, first, last = runs.T
    inside = (label >= 0) & (row >= 0) & (row < height) & (first >= 0) & (last < width)
    if not (inside & (first <= last)).all():
        raise ValueError(f"a run of pixels lies outside of {width} x {height}")
    lengths = last - first + 1
    if lengths.sum() != width * height:
        raise ValueError(
            f"its runs hold {lengths.sum()} pixels, and {width} x {height} are {width * height}"
        )
    starts = np.repeat(row * width + first - (np.cumsum(lengths) - lengths), lengths)
    pixels = starts + np.arange(width * height)
    labels = np.full(width * height, -1, np.int64)
    labels[pixels] = np.repeat(label, lengths)
    if (labels < 0).any():
        raise ValueError("its runs overlap")
    return {"segmentation": labels.reshape(height, width)}


_FORMATS = [
    (lambda start: b"\x89HDF\r\n" in start, lambda path: read_hdf5(path, LARGEST)),
    (
        lambda start: start.startswith(b"MATLAB 5.0") and len(start) >= 128,
        lambda path: read_matlab5(path, check_size),
    ),
    (lambda start: start.startswith(b"\x93NUMPY"), _read_numpy),
    (lambda start: start.startswith(b"PK\x03\x04"), _read_npz),
    (lambda start: start.startswith(b"\x89PNG"), _read_png),
    (lambda start: start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _read_tiff),
    (lambda start: start.startswith(b"format ascii"), _read_bsds300_text),
]
