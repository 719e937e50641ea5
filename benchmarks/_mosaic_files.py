"""Large pictures made of photographs, as files."""

from pathlib import Path

import numpy as np
from skimage.io import imread

from sklearn_dic.datasets import load_bsds
from sklearn_dic.utils._extras import import_extra

HEIGHT, WIDTH = 321, 481  # of a photograph
TILE = 512


def list_photographs(root: str | None = None) -> list[str]:
    """List the paths of the photographs of BSDS300."""
    return [path for part in ("train", "val") for path in load_bsds(root, part).images]


def write_mosaic(path: Path, shape: tuple[int, int], photographs: list[str]) -> None:
    """Write a tiled GeoTIFF of photographs side by side, row by row.

    Each further use of a photograph is mirrored or turned upside down.
    """
    rasterio = import_extra("rasterio", "geo", "to write a GeoTIFF")
    height, width = shape
    profile = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": 3,
        "dtype": "uint8",
        "crs": "EPSG:32633",
        "transform": rasterio.Affine(1, 0, 500_000, 0, -1, 5_400_000),
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
    }
    n_columns = -(-width // WIDTH)
    with rasterio.Env(GDAL_CACHEMAX=64), rasterio.open(path, "w", **profile) as dataset:
        for row in range(-(-height // HEIGHT)):
            strip = np.concatenate(
                [read_photograph(photographs, row * n_columns + i) for i in range(n_columns)],
                axis=1,
            )
            top = row * HEIGHT
            strip = strip[: height - top, :width]
            window = ((top, top + len(strip)), (0, width))
            dataset.write(np.moveaxis(strip, -1, 0), window=window)


def true_photographs(shape: tuple[int, int]) -> np.ndarray:
    """(H, W) number of the photograph of each pixel of a mosaic."""
    rows, columns = np.arange(shape[0]) // HEIGHT, np.arange(shape[1]) // WIDTH
    return rows[:, None] * (int(columns.max()) + 1) + columns


def read_photograph(photographs: list[str], number: int) -> np.ndarray:
    """Read a photograph, as wide as high photographs are turned, (321, 481, 3) uint8."""
    use, place = divmod(number, len(photographs))
    image = imread(photographs[place])
    image = image if image.shape[0] == HEIGHT else np.swapaxes(image, 0, 1)
    flips = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    down, right = flips[use % len(flips)]
    return image[::down, ::right]
