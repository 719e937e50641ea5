"""Pictures of all kinds give one answer, whatever their tiles."""

import dask.array
import h5py
import numpy as np
import pytest
import zarr

from sklearn_dic.blocks._grid import Box
from sklearn_dic.blocks._opening import open_source
from tests.blocks._pictures import make_picture, write_geotiff, write_tiff, write_zarr

BOX = Box((13, 77), (40, 110))


def of_array(folder, picture):
    return picture


def of_npy(folder, picture):
    np.save(folder / "a.npy", picture)
    return folder / "a.npy"


def of_geotiff(folder, picture):
    return write_geotiff(folder / "geo.tif", picture, tile=32)


def of_strips(folder, picture):
    return write_geotiff(folder / "strips.tif", picture)


def of_tiff(folder, picture):
    return write_tiff(folder / "tiled.tif", picture)


def of_zarr(folder, picture):
    return write_zarr(folder / "a.zarr", picture)


def of_zarr_array(folder, picture):
    return zarr.open(str(write_zarr(folder / "b.zarr", picture, chunk=31)), mode="r")


def of_channels_first(folder, picture):
    return write_zarr(folder / "c.zarr", picture, channels_first=True)


def of_hdf5(folder, picture):
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset("group/scan", data=picture, chunks=(40, 40, 3))
    return folder / "a.h5"


def of_hdf5_name(folder, picture):
    of_hdf5(folder, picture)
    return f"{folder / 'a.h5'}::group/scan"


def of_dask(folder, picture):
    return dask.array.from_array(picture, chunks=(37, 64, 3))


SOURCES = [
    of_array,
    of_npy,
    of_geotiff,
    of_strips,
    of_tiff,
    of_zarr,
    of_zarr_array,
    of_channels_first,
    of_hdf5,
    of_hdf5_name,
    of_dask,
]


@pytest.mark.parametrize("make", SOURCES)
def test_windows_of_every_source_are_those_of_the_array(make, tmp_path):
    picture = make_picture()
    source = open_source(make(tmp_path, picture))
    values, mask = source.read(BOX)
    assert (source.shape, source.n_bands) == (picture.shape[:2], 3)
    np.testing.assert_array_equal(values, picture[BOX.slices])
    assert mask is None or mask.all()


def test_a_dataset_of_hdf5_is_read_in_workers_by_its_name(tmp_path):
    path = of_hdf5(tmp_path, make_picture())
    with h5py.File(path, "r") as file:
        source = open_source(file["group/scan"])
    assert source.read(BOX)[0].shape == (64, 70, 3)


def test_missing_data_are_masked(tmp_path):
    picture = make_picture()
    picture[20:30, 50:60] = 0
    source = open_source(write_geotiff(tmp_path / "nodata.tif", picture, 16, nodata=0))
    expected = np.ones(BOX.shape, bool)
    expected[7:17, 10:20] = False
    np.testing.assert_array_equal(source.read(BOX)[1], expected)
    floats = picture / 255.0
    floats[20:30, 50:60, 1] = np.nan
    np.testing.assert_array_equal(open_source(floats).read(BOX)[1], expected)
    masked = np.ma.masked_equal(picture, 0)
    masked[0, 0] = 9
    np.testing.assert_array_equal(open_source(masked).read(BOX)[1][7:17, 10:20], False)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((2, 9, 9, 3)), "one picture"),
        ([np.zeros((9, 9)), np.zeros((9, 9))], "list of 2 pictures"),
        (np.zeros((9, 9), complex), "Complex data not supported"),
        (np.zeros((0, 9)), "empty"),
        ("nowhere.tif", "no image file 'nowhere.tif'"),
    ],
)
def test_other_input_is_refused_by_name(X, message):
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=message):
        open_source(X)


def test_files_without_windows_are_refused(image_file, tmp_path):
    with pytest.raises(ValueError, match=r"window by window.*read_image"):
        open_source(image_file)
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["a"] = file["b"] = np.zeros((4, 4))
    with pytest.raises(ValueError, match="holds 2 arrays"):
        open_source(tmp_path / "two.h5")
    with pytest.raises(ValueError, match="no array 'c'"):
        open_source(f"{tmp_path / 'two.h5'}::c")
