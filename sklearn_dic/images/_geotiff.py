"""Write arrays as GeoTIFF."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sklearn_dic.images._georeference import GeoReference
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._warnings import ignored_warnings


def save_geotiff(
    file: Path,
    image: np.ndarray,
    georeference: GeoReference,
    *,
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write an image to a new file.

    Parameters
    ----------
    file : Path
        The file.
    image : ndarray of shape (H, W), (H, W, 3) or (H, W, 4)
        One band of any numbers; RGB; or RGB with alpha, 0 where data is missing.
    georeference : GeoReference
        Its coordinate reference system and transform; the value of missing data is `nodata`.
    nodata : float or None, default=None
        Value of missing data in `image`.
    tags : mapping or None, default=None
        Texts to keep in the file.
    """
    rasterio = import_extra("rasterio", "geo", "to write a GeoTIFF")
    bands = image[None] if image.ndim == 2 else np.moveaxis(image, -1, 0)
    profile = {
        "driver": "GTiff",
        "height": image.shape[0],
        "width": image.shape[1],
        "count": len(bands),
        "dtype": image.dtype,
        "crs": georeference.crs,
        "nodata": nodata,
        "compress": "deflate",
        "bigtiff": "if_safer",
    }
    if georeference.is_placed:
        profile["transform"] = rasterio.Affine(*georeference.transform)
    if len(bands) > 1:
        profile |= {"photometric": "rgb", "interleave": "pixel"}
    if len(bands) == 4:
        profile["alpha"] = "unspecified"
    with (
        ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(file, "w", **profile) as dataset,
    ):
        if len(bands) == 4:
            colors = rasterio.enums.ColorInterp
            dataset.colorinterp = (colors.red, colors.green, colors.blue, colors.alpha)
        dataset.write(bands)
        dataset.update_tags(**(tags or {}))


def read_tags(file: Path) -> dict[str, str]:
    """Read the texts of a GeoTIFF."""
    rasterio = import_extra("rasterio", "geo", "to read a GeoTIFF")
    with (
        ignored_warnings(category=rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(file) as dataset,
    ):
        return dataset.tags()
