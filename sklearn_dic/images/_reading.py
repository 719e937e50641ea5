"""Read image files."""

import os
from pathlib import Path

import numpy as np
import tifffile
from skimage import io

from sklearn_dic.images._image_file import ImageFile, ReadingOptions

__all__ = ["ImageFile", "ReadingOptions", "image_files", "is_image_file", "read_file", "read_image"]

_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".ppm", ".pgm"}
_PAGES = {"I": "pages", "T": "frames", "Z": "slices"}  # TIFF axes that are not channels


def read_file(path: str | os.PathLike, options: ReadingOptions | None = None) -> ImageFile:
    """Read pixels, mask, axes and georeference of an image file."""
    return ImageFile(read_image(path))


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read an image file by `skimage.io.imread`, channels last.

    Raises
    ------
    ValueError
        If a TIFF file has several pictures.
    OSError
        If the file cannot be read.
    """
    if Path(path).is_dir():
        raise IsADirectoryError(f"{os.fspath(path)!r} is a folder; pass the paths of its images")
    try:
        image = np.asarray(io.imread(path))
        axes, shape = _axes(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no image file {os.fspath(path)!r}") from error
    except Exception as error:  # decoders raise errors of any type
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "Could not find a backend" in reason:
            reason = "it is damaged, or no installed library reads its format"
        raise OSError(f"{os.fspath(path)!r} cannot be read as an image: {reason}") from error
    if len(axes) == 3 and axes[0] in _PAGES and axes.endswith("YX"):
        name = repr(os.fspath(path))
        raise ValueError(
            f"{name} holds {shape[0]} {_PAGES[axes[0]]} of {shape[2]} x {shape[1]} "
            f"pixels (width x height). Pass them as images, `list(tifffile.imread({name}))`, or as "
            f"channels, `np.moveaxis(tifffile.imread({name}), 0, -1)`"
        )
    if axes in ("SYX", "CYX") and image.shape == shape:  # skimage moves 3 or 4 channels only
        return np.moveaxis(image, 0, -1)
    if axes == "YX":
        return image.reshape(shape)
    # Film formats store a single picture as a film of length 1.
    return image[0] if image.ndim == 4 and len(image) == 1 else image


def _axes(path: str | os.PathLike) -> tuple[str, tuple[int, ...]]:
    """Return names (letters of tifffile) and lengths of the axes longer than 1 of a TIFF file.

    Empty for other files.
    """
    if Path(path).suffix.lower() not in (".tif", ".tiff") or not Path(path).is_file():
        return "", ()
    with tifffile.TiffFile(path) as file:
        first = file.series[0]
        long = [place for place, length in enumerate(first.shape) if length > 1]
        return "".join(first.axes[i] for i in long), tuple(first.shape[i] for i in long)


def is_image_file(path: Path) -> bool:
    """Whether a file has a common suffix of image files."""
    return path.suffix.lower() in _SUFFIXES and path.is_file()


def image_files(folder: Path) -> list[Path]:
    """List the image files of a folder, without subfolders, sorted by name."""
    return sorted(path for path in folder.iterdir() if is_image_file(path))
