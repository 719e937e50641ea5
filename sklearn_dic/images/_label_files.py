"""Write label maps as files."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sklearn_dic.images._georeference import GeoReference
from sklearn_dic.images._geotiff import read_tags, save_geotiff
from sklearn_dic.utils._whole_files import whole_file

OUTSIDE_IN_PNG = np.iinfo(np.uint16).max  # label -1


def write_labels(
    path: str | os.PathLike, labels: np.ndarray, georeference: GeoReference | None = None
) -> None:
    """Write a label map to a file, completely or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        The file. Its suffix tells the format: ``.tif`` is a GeoTIFF of signed integers, in which
        -1, missing data, is the label outside of the mask (extra ``geo``); ``.npy`` is an array;
        ``.png`` has 16 bits, 65535 outside of the mask.
    labels : ndarray of int, shape (H, W)
        The labels; -1 outside of the mask.
    georeference : GeoReference or None, default=None
        Place of the labels on the ground, for ``.tif``.

    Raises
    ------
    ImportError
        If a GeoTIFF needs rasterio, which is not installed.
    ValueError
        If the suffix is another, or the labels do not fit into the format.
    OSError
        If the file cannot be written.

    See Also
    --------
    read_georeference : The place of a raster, for its labels.
    sklearn_dic.inspection.region_polygons : Polygons of the regions.
    sklearn_dic.inspection.region_table : Measures of the regions.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skimage.io import imread
    >>> from sklearn_dic.images import write_labels
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_labels(f"{folder}/labels.png", np.array([[0, 1], [2, -1]]))
    ...     print(imread(f"{folder}/labels.png"))
    [[    0     1]
     [    2 65535]]
    """
    labels = check_label_map(labels)
    with whole_file(path) as file:
        save_labels(file, labels, georeference)


def save_labels(
    file: Path,
    labels: np.ndarray,
    georeference: GeoReference | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write labels of `check_label_map` to a new file, with texts that `read_label_tags` reads."""
    match file.suffix.lower():
        case ".tif" | ".tiff":
            save_geotiff(file, labels, georeference or GeoReference(), nodata=-1, tags=tags)
        case ".png":
            _save_png(file, labels, tags or {})
        case ".npy":
            np.save(file, labels)
        case suffix:
            raise ValueError(
                f"{file.name!r} has the suffix {suffix!r}; labels are written as .tif, .png or .npy"
            )


def _save_png(file: Path, labels: np.ndarray, tags: Mapping[str, str]) -> None:
    largest = int(labels.max(initial=-1))
    if largest >= OUTSIDE_IN_PNG + (labels.min(initial=0) >= 0):
        raise ValueError(
            f"a 16-bit PNG has no place for label {largest}: pass fewer segments, or write .npy "
            "or .tif"
        )
    text = PngInfo()
    for key, value in tags.items():
        text.add_text(key, value)
    Image.fromarray(labels.astype(np.uint16)).save(file, "PNG", pnginfo=text)  # -1 is 65535


def read_label_tags(file: Path) -> dict[str, str]:
    """Read the texts of a PNG or GeoTIFF of labels."""
    if file.suffix.lower() != ".png":
        return read_tags(file)
    with Image.open(file) as picture:
        return {str(key): value for key, value in picture.info.items() if isinstance(value, str)}


def check_label_map(labels: Any) -> np.ndarray:
    """Check a label map -> (H, W) int32.

    Raises
    ------
    ValueError, TypeError
        If it has another shape, other numbers than integers, or labels below -1.
    """
    array = np.asarray(labels)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"labels have shape {array.shape}; a label map is (H, W)")
    if array.dtype.kind not in "iub":
        raise TypeError(f"labels have dtype {array.dtype}; labels are integers")
    lowest, highest = int(array.min()), int(array.max())
    if lowest < -1 or highest > np.iinfo(np.int32).max:
        raise ValueError(
            f"labels go from {lowest} to {highest}; "
            "0 or larger is expected, and -1 outside of the mask"
        )
    return array.astype(np.int32)
