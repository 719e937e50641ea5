"""Read the distances of the pixels of a volume from its file."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tifffile

from sklearn_dic.images._array_files import is_zarr, open_zarr


def read_spacing(path: str | os.PathLike) -> tuple[float, float, float]:
    """Read the distances of the pixels of a volume from its file.

    Parameters
    ----------
    path : str or os.PathLike
        A TIFF file of OME or ImageJ, or the folder of an OME-Zarr image.

    Returns
    -------
    spacing : tuple of 3 floats
        Distances along the axes Z, Y and X, in the unit of the file.

    Raises
    ------
    ValueError
        If the file does not say the distances, or says them in different units.
    ImportError
        If zarr is needed and not installed.
    OSError
        If the file cannot be read.

    See Also
    --------
    sklearn_dic.RegionMerging : Takes the distances as `spacing`.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from sklearn_dic.images import read_spacing, write_labels
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     labels = np.zeros((3, 8, 9), int)
    ...     write_labels(f"{folder}/labels.tif", labels, spacing=(30, 4, 4))
    ...     print(read_spacing(f"{folder}/labels.tif"))
    (30.0, 4.0, 4.0)
    """
    name = os.fspath(path)
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no image file {name!r}")
    try:
        said = _of_zarr(Path(path)) if is_zarr(Path(path)) else _of_tiff(Path(path))
    except tifffile.TiffFileError as error:
        raise ValueError(
            f"{name!r} is neither TIFF nor zarr, and no other files say the distances of their "
            "slices: pass spacing=(z, y, x)"
        ) from error
    missing = [axis for axis in "ZYX" if not said.get(axis, 0) > 0]
    if missing:
        raise ValueError(
            f"{name!r} does not say the distance of pixels along {', '.join(missing)}: pass "
            "spacing=(z, y, x)"
        )
    return said["Z"], said["Y"], said["X"]


def _of_tiff(path: Path) -> dict[str, float]:
    """Read the distances along the axes that a TIFF file names."""
    with tifffile.TiffFile(path) as tiff:
        if tiff.is_ome:
            return _of_ome(tifffile.xml2dict(tiff.ome_metadata or ""), os.fspath(path))
        if not tiff.is_imagej:
            return {}
        tags = tiff.pages.first.tags
        said = {"Z": float((tiff.imagej_metadata or {}).get("spacing", 0))}
        for axis, tag in (("Y", "YResolution"), ("X", "XResolution")):
            n_pixels, length = tags[tag].value if tag in tags else (0, 0)
            said[axis] = length / n_pixels if n_pixels else 0.0
        return said


def _of_ome(metadata: Mapping[str, Any], name: str) -> dict[str, float]:
    """Read the distances along the axes from the metadata of OME."""
    image = metadata["OME"]["Image"]
    pixels = (image[0] if isinstance(image, list) else image)["Pixels"]
    found = {axis: float(pixels.get(f"PhysicalSize{axis}", 0)) for axis in "ZYX"}
    units = [pixels.get(f"PhysicalSize{axis}Unit", "µm") for axis in "ZYX" if found[axis]]
    if len(set(units)) > 1:
        raise ValueError(
            f"{name!r} says the distances of its pixels in the units {', '.join(units)}: pass "
            "spacing=(z, y, x) in one unit"
        )
    return found


def _of_zarr(path: Path) -> dict[str, float]:
    """Read the distances along the axes of the full size of an OME-Zarr image."""
    attributes = open_zarr(path).attrs.asdict()
    scales = attributes.get("ome", attributes).get("multiscales")
    if not scales:
        return {}
    names = [axis["name"].upper() for axis in scales[0].get("axes", [])]
    lengths = [1.0] * len(names)
    steps = scales[0].get("coordinateTransformations", [])
    for step in [*scales[0]["datasets"][0].get("coordinateTransformations", []), *steps]:
        if step["type"] == "scale":
            lengths = [a * b for a, b in zip(lengths, step["scale"], strict=True)]
    return dict(zip(names, map(float, lengths), strict=True))
