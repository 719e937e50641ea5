"""Small pictures of all kinds of files, for the tests of blocks."""

import numpy as np
import tifffile
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_dic import Blockwise, RegionMerging
from sklearn_dic.datasets import make_mosaic

SCENE_SIZE = 50
BLOCK_SIZE = 48


def make_picture(shape=(80, 110), n_regions=12):
    """Make a picture of a few blocks, uint8."""
    image, _ = make_mosaic(n_regions, shape, random_state=3)
    return (255 * image).round().astype(np.uint8)


def make_blockwise(n_jobs=None, block_size=BLOCK_SIZE, **parameters):
    """Make an estimator with small blocks and scenes."""
    parameters = {"scene_size": SCENE_SIZE, "n_segments": 12, **parameters}
    return Blockwise(RegionMerging(**parameters), block_size=block_size, n_jobs=n_jobs)


class Brightness(TransformerMixin, BaseEstimator):
    """A feature of each pixel, in place of those that a network learns."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return np.asarray(X, np.float32).mean(axis=2, keepdims=True)


def write_geotiff(path, picture, tile=None, nodata=None, transform=None):
    """Write a GeoTIFF with square tiles, or strips."""
    import rasterio

    profile = {
        "driver": "GTiff",
        "height": picture.shape[0],
        "width": picture.shape[1],
        "count": picture.shape[2],
        "dtype": picture.dtype,
        "crs": "EPSG:32633",
        "transform": transform or rasterio.Affine(10, 0, 500_000, 0, -10, 5_400_000),
        "nodata": nodata,
    }
    if tile is not None:
        profile |= {"tiled": True, "blockxsize": tile, "blockysize": tile}
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(np.moveaxis(picture, -1, 0))
    return path


def write_tiff(path, picture, tile=16):
    """Write a tiled TIFF file without coordinates."""
    tifffile.imwrite(path, picture, tile=(tile, tile), photometric="rgb", compression="zlib")
    return path


def write_zarr(path, picture, chunk=50, channels_first=False):
    """Write a zarr array."""
    import zarr

    names = ("y", "x", "c")
    if channels_first:
        picture, names = np.moveaxis(picture, -1, 0), ("c", "y", "x")
    chunks = tuple(3 if name == "c" else chunk for name in names)
    array = zarr.create_array(
        str(path), shape=picture.shape, chunks=chunks, dtype=picture.dtype, dimension_names=names
    )
    array[:] = picture
    return path
