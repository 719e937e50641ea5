"""Write label maps as files."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sklearn_dic.images._georeference import GeoReference
from sklearn_dic.images._geotiff import read_tags, save_geotiff
from sklearn_dic.images._spacing import check_spacing
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._whole_files import whole_file

OUTSIDE_IN_PNG = np.iinfo(np.uint16).max  # label -1


def write_labels(
    path: str | os.PathLike,
    labels: np.ndarray,
    georeference: GeoReference | None = None,
    *,
    spacing: Sequence[float] | None = None,
) -> None:
    """Write a label map, or the labels of a volume, to a file, completely or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        The file. Its suffix tells the format: ``.tif`` is a GeoTIFF of signed integers, in which
        -1, missing data, is the label outside of the mask (extra ``geo``), and of a volume a
        stack of slices in OME-TIFF; ``.zarr`` is the folder of a zarr array (extra ``zarr``);
        ``.npy`` is an array; ``.png`` has 16 bits, 65535 outside of the mask.
    labels : ndarray of int, shape (H, W) or (Z, Y, X)
        The labels; -1 outside of the mask.
    georeference : GeoReference or None, default=None
        Place of the labels on the ground, for the ``.tif`` of an image.
    spacing : sequence of float or None, default=None
        Distance of pixels along each axis, in micrometres, for the ``.tif`` of a volume.

    Raises
    ------
    ImportError
        If the format needs a library that is not installed; the message has the command.
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
    labels = check_label_map(labels, 2, 3)
    is_volume_file = labels.ndim == 3 and Path(path).suffix.lower() in (".tif", ".tiff")
    if georeference is not None and labels.ndim == 3:
        raise ValueError(
            f"labels of shape {labels.shape} are of a volume, which has no place on the ground: "
            "pass the labels of a slice, or no georeference"
        )
    if spacing is not None and not is_volume_file:
        raise ValueError(
            f"spacing={spacing!r} is kept in the .tif of a volume, and not in "
            f"{os.fspath(path)!r} with labels of shape {labels.shape}"
        )
    if spacing is not None:
        check_spacing(spacing, labels.ndim)
    with whole_file(path, is_folder=Path(path).suffix.lower() == ".zarr") as file:
        if is_volume_file:
            _save_slices(file, labels, spacing)
        else:
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
        case ".zarr":
            _save_zarr(file, labels)
        case ".png" if labels.ndim == 3:
            raise ValueError(
                f"labels of shape {labels.shape} are of a volume, and {file.name!r} holds one "
                "image: write .tif, .zarr or .npy"
            )
        case ".png":
            _save_png(file, labels, tags or {})
        case ".npy":
            np.save(file, labels)
        case suffix:
            raise ValueError(
                f"{file.name!r} has the suffix {suffix!r}; labels are written as .tif, .zarr, "
                ".png or .npy"
            )


def _save_slices(file: Path, labels: np.ndarray, spacing: Sequence[float] | None) -> None:
    """Write the labels of a volume as OME-TIFF."""
    metadata: dict[str, Any] = {"axes": "ZYX"}
    if spacing is not None:
        metadata |= {
            f"PhysicalSize{axis}": float(distance)
            for axis, distance in zip("ZYX", spacing, strict=True)
        }
    tifffile.imwrite(
        file, labels, ome=True, photometric="minisblack", compression="zlib", metadata=metadata
    )


def _save_zarr(folder: Path, labels: np.ndarray) -> None:
    """Write labels as a zarr array with named axes."""
    zarr = import_extra("zarr", "zarr", "to write zarr")
    names = ["z", "y", "x"][-labels.ndim :]
    zarr.create_array(str(folder), data=labels, dimension_names=names)


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


def check_label_map(labels: Any, *n_dims: int) -> np.ndarray:
    """Check a label map, of one of these numbers of axes -> int32. By default (H, W).

    Raises
    ------
    ValueError, TypeError
        If it has another shape, other numbers than integers, or labels below -1.
    """
    array = np.asarray(labels)
    n_dims = n_dims or (2,)
    if array.ndim not in n_dims or array.size == 0:
        shapes = " or ".join({2: "(H, W)", 3: "(Z, Y, X) of a volume"}[n] for n in n_dims)
        raise ValueError(f"labels have shape {array.shape}; a label map is {shapes}")
    if array.dtype.kind not in "iub":
        raise TypeError(f"labels have dtype {array.dtype}; labels are integers")
    lowest, highest = int(array.min()), int(array.max())
    if lowest < -1 or highest > np.iinfo(np.int32).max:
        raise ValueError(
            f"labels go from {lowest} to {highest}; "
            "0 or larger is expected, and -1 outside of the mask"
        )
    return array.astype(np.int32)
