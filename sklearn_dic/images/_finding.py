"""Find image files by the suffixes of their names."""

from functools import cache
from pathlib import Path

from PIL import Image

from sklearn_dic.images._array_files import is_zarr
from sklearn_dic.images._rasters import RASTER_SUFFIXES

_OWN = {".tif", ".tiff", ".npy", ".npz"}
# Formats that Pillow recognises, and reads with further programs or not at all.
_NOT_PICTURES = {"BUFR", "EPS", "FPX", "GRIB", "HDF5", "IPTC", "MIC", "MPEG", "WMF"}


@cache
def readable_suffixes() -> frozenset[str]:
    """Return the suffixes of all files that can be read, in small letters."""
    Image.init()
    formats = Image.registered_extensions().items()
    pillow = {end for end, kind in formats if kind in Image.OPEN and kind not in _NOT_PICTURES}
    return frozenset(pillow | _OWN | RASTER_SUFFIXES)


def is_image_file(path: Path) -> bool:
    """Whether a file has a suffix of image files, or is a zarr folder, and is not hidden."""
    if path.name.startswith("."):
        return False
    return is_zarr(path) or (path.suffix.lower() in readable_suffixes() and path.is_file())


def list_folder(folder: Path) -> tuple[list[Path], list[Path]]:
    """List image files, and what is left out, without hidden files; sorted by name."""
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    images = [path for path in entries if is_image_file(path)]
    return images, [path for path in entries if path not in set(images)]
