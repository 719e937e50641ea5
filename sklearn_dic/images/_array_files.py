"""Read arrays in files of NumPy and zarr."""

from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic.images._file_axes import arrange
from sklearn_dic.images._image_file import ImageFile, ImageFileError, ReadingOptions
from sklearn_dic.images._named_axes import letters_of

_ZARR = ("zarr.json", ".zarray", ".zgroup")


def read_npy(path: Path, options: ReadingOptions) -> ImageFile:
    """Read a .npy file."""
    return arrange(np.load(path, allow_pickle=False), None, options)


def read_npz(path: Path, options: ReadingOptions) -> ImageFile:
    """Read a .npz file of a single array."""
    with np.load(path, allow_pickle=False) as arrays:
        if len(arrays.files) != 1:
            raise ImageFileError(
                f"holds {len(arrays.files)} arrays ({', '.join(arrays.files)}), and one is "
                "expected: pass the image, `numpy.load(path)[name]`"
            )
        return arrange(arrays[arrays.files[0]], None, options)


def is_zarr(path: Path) -> bool:
    """Whether a folder is a zarr array or group."""
    return path.is_dir() and any((path / name).is_file() for name in _ZARR)


def open_zarr(path: Path) -> Any:
    """Open a zarr array or group for reading."""
    try:
        import zarr
    except ImportError as error:
        raise ImportError("needs zarr: `pip install 'sklearn-dic[zarr]'`") from error
    return zarr.open(str(path), mode="r")


def read_zarr(path: Path, options: ReadingOptions) -> ImageFile:
    """Read a zarr array, a group of a single array, or the full size of an OME-Zarr image.

    Raises
    ------
    ImageFileError
        If a group has several arrays.
    ImportError
        If zarr is not installed.
    """
    array, letters = open_zarr_array(path)
    return arrange(np.asarray(array[...]), letters, options)


def open_zarr_array(path: Path) -> tuple[Any, str | None]:
    """Open a zarr array without reading it -> array, and the letters of its axes if it has names.

    Raises
    ------
    ImageFileError, ImportError
        As `read_zarr`.
    """
    found = open_zarr(path)
    if hasattr(found, "ndim"):  # an array, no group
        return found, letters_of(names_in_zarr(found))
    attributes = found.attrs.asdict()
    scales = attributes.get("ome", attributes).get("multiscales")
    if scales:
        names = [axis["name"] for axis in scales[0].get("axes", [])]
        return found[scales[0]["datasets"][0]["path"]], letters_of(names)
    arrays = dict(found.arrays())
    if len(arrays) != 1:
        raise ImageFileError(
            f"is a zarr group of {len(arrays)} arrays ({', '.join(arrays)}), and one is expected: "
            "pass the folder of the array, path/name"
        )
    (array,) = arrays.values()
    return array, letters_of(names_in_zarr(array))


def names_in_zarr(array: Any) -> list[str]:
    """Return the names of the axes of a zarr array; empty if it has none."""
    names = getattr(getattr(array, "metadata", None), "dimension_names", None)
    return list(names or array.attrs.get("_ARRAY_DIMENSIONS", []))
