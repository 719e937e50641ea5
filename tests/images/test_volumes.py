"""Volumes in files: which axis is the third, how far apart slices are, and label files."""

import numpy as np
import pytest
import tifffile
import xarray
import zarr
from PIL import Image

from sklearn_dic.images import GeoReference, open_images, read_image, read_spacing, write_labels

VOLUME = np.random.default_rng(0).integers(0, 256, (5, 12, 13), np.uint8)
COLORS = np.random.default_rng(1).integers(0, 256, (5, 12, 13, 3), np.uint8)


def write_tiff(path, array, **options):
    tifffile.imwrite(path, array, **{"photometric": "minisblack"} | options)


def write_ome_zarr(path, array, scale):
    group = zarr.create_group(str(path))
    group.create_array("0", data=array)
    axes = [{"name": name, "type": "space"} for name in "zyx"]
    scales = [{"type": "scale", "scale": list(scale)}]
    datasets = [{"path": "0", "coordinateTransformations": scales}]
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": axes, "datasets": datasets}]}


def read(path, **options):
    return read_image(path, n_spatial_dims=3, **options)


def test_slices_of_every_format_are_one_volume(tmp_path):
    write_tiff(tmp_path / "pages.tif", VOLUME)
    write_tiff(tmp_path / "imagej.tif", VOLUME, imagej=True, metadata={"axes": "ZYX"})
    write_tiff(tmp_path / "ome.tif", VOLUME, ome=True, metadata={"axes": "ZYX"})
    write_tiff(tmp_path / "time.tif", VOLUME, ome=True, metadata={"axes": "TYX"})
    np.save(tmp_path / "volume.npy", VOLUME)
    np.savez(tmp_path / "volume.npz", VOLUME)
    zarr.create_array(str(tmp_path / "plain.zarr"), data=VOLUME)
    zarr.create_array(
        str(tmp_path / "named.zarr"),
        data=np.moveaxis(VOLUME, 0, 2),
        dimension_names=["y", "x", "z"],
    )
    write_ome_zarr(tmp_path / "ome.zarr", VOLUME, (3, 1, 1))
    for path in tmp_path.iterdir():
        np.testing.assert_array_equal(read(path), VOLUME, str(path))
        images = open_images(path, n_spatial_dims=3)
        assert (images.shapes, images.n_channels) == ([(5, 12, 13)], 1)


def test_volumes_of_colours(tmp_path):
    write_tiff(tmp_path / "rgb.tif", COLORS, photometric="rgb")
    planes = np.moveaxis(COLORS, -1, 1)
    write_tiff(tmp_path / "zcyx.tif", planes, imagej=True, metadata={"axes": "ZCYX"})
    np.save(tmp_path / "volume.npy", COLORS)
    for path in tmp_path.iterdir():
        np.testing.assert_array_equal(read(path), COLORS, str(path))
        assert open_images(path, n_spatial_dims=3).pixels[0].shape == COLORS.shape
    alpha = np.where(np.arange(5) < 2, 0, 255).astype(np.uint8)
    alpha = np.broadcast_to(alpha[:, None, None, None], (5, 12, 13, 1))
    with_alpha = np.concatenate([COLORS, alpha], axis=-1)
    write_tiff(tmp_path / "rgba.tif", with_alpha, photometric="rgb", extrasamples=["unassalpha"])
    (mask,) = open_images(tmp_path / "rgba.tif", n_spatial_dims=3).masks
    np.testing.assert_array_equal(mask, alpha[..., 0] > 0)


def test_one_of_several_volumes_is_chosen(tmp_path):
    films = np.stack([VOLUME, VOLUME[::-1]])
    path = tmp_path / "tzyx.tif"
    write_tiff(path, films, ome=True, metadata={"axes": "TZYX"})
    np.testing.assert_array_equal(read(path, frame=1), films[1])
    with pytest.raises(ValueError, match=r"2 frames of 13 x 12 x 5 .* frame=0"):
        read(path)
    np.save(tmp_path / "films.npy", films)
    np.testing.assert_array_equal(read(tmp_path / "films.npy", axes="TZYX", frame=0), VOLUME)


def test_files_without_slices_are_refused(tmp_path):
    Image.fromarray(VOLUME[0]).save(tmp_path / "picture.png")
    write_tiff(tmp_path / "page.tif", VOLUME[0])
    np.save(tmp_path / "flat.npy", VOLUME[0])
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=r"n_spatial_dims=3 needs an axis of slices.*np.stack"):
            read(path)
    with pytest.raises(ValueError, match=r"a picture of 13 x 12 pixels, and n_spatial_dims=3"):
        open_images(Image.fromarray(VOLUME[0]), n_spatial_dims=3)
    np.save(tmp_path / "two.npy", np.stack([VOLUME, VOLUME]))
    with pytest.raises(ValueError, match="needs one axis of slices: name it Z"):
        read(tmp_path / "two.npy", axes="TIYX")
    with pytest.raises(ValueError, match="opened with n_spatial_dims=3"):
        open_images(open_images(VOLUME, n_spatial_dims=3))
    write_tiff(tmp_path / "pages.tif", VOLUME)
    with pytest.raises(ValueError, match=r"as one volume, `RegionMerging\(n_spatial_dims=3\)`"):
        read_image(tmp_path / "pages.tif")


def test_named_axes_say_what_is_space():
    films = xarray.DataArray(np.stack([COLORS, COLORS]), dims=("time", "z", "y", "x", "band"))
    assert open_images(films, n_spatial_dims=3).form == "stack"
    for volume in (films[0], films[:, 0], films.transpose("band", ...)[:, 0]):
        images = open_images(volume, n_spatial_dims=3)
        assert (images.form, images.n_channels) == ("image", 3)
    with pytest.raises(ValueError, match="a volume has three axes such as z, y and x"):
        open_images(films[0, 0], n_spatial_dims=3)


def test_the_place_of_a_bad_value_is_named():
    volume = np.zeros((3, 4, 5))
    volume[1, 2, 3] = np.inf
    with pytest.raises(ValueError, match="infinity at slice 1, row 2, column 3"):
        _ = open_images(volume, n_spatial_dims=3).pixels
    heights = 10.0 + np.arange(60).reshape(3, 4, 5) % 7
    heights[1:, 2, 3] = -9999
    with pytest.warns(UserWarning, match="2 of 60 pixels have the value -9999"):
        images = open_images(heights, n_spatial_dims=3)
    np.testing.assert_array_equal(images.masks[0], heights > 0)


def test_spacing_is_read(tmp_path):
    write_tiff(
        tmp_path / "ome.tif",
        VOLUME,
        ome=True,
        metadata={"axes": "ZYX", "PhysicalSizeZ": 0.5, "PhysicalSizeY": 0.2, "PhysicalSizeX": 0.25},
    )
    write_tiff(
        tmp_path / "imagej.tif",
        VOLUME,
        imagej=True,
        resolution=(4, 5),
        metadata={"axes": "ZYX", "spacing": 0.5, "unit": "um"},
    )
    write_ome_zarr(tmp_path / "ome.zarr", VOLUME, (0.5, 0.2, 0.25))
    for path in tmp_path.iterdir():
        assert read_spacing(path) == pytest.approx((0.5, 0.2, 0.25)), path


def test_files_that_do_not_say_the_spacing(tmp_path):
    write_tiff(tmp_path / "plain.tif", VOLUME)
    zarr.create_array(str(tmp_path / "plain.zarr"), data=VOLUME)
    write_tiff(tmp_path / "ome.tif", VOLUME, ome=True, metadata={"axes": "ZYX", "PhysicalSizeX": 1})
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=r"does not say the distance of pixels along Z.*pass"):
            read_spacing(path)
    units = {"PhysicalSizeZ": 30, "PhysicalSizeZUnit": "nm", "PhysicalSizeY": 1, "PhysicalSizeX": 1}
    write_tiff(tmp_path / "units.tif", VOLUME, ome=True, metadata={"axes": "ZYX", **units})
    with pytest.raises(ValueError, match="in the units nm, µm, µm"):
        read_spacing(tmp_path / "units.tif")
    np.save(tmp_path / "volume.npy", VOLUME)
    with pytest.raises(ValueError, match="neither TIFF nor zarr"):
        read_spacing(tmp_path / "volume.npy")
    with pytest.raises(FileNotFoundError, match="there is no image file"):
        read_spacing(tmp_path / "nothing.tif")


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".zarr", ".npy"])
def test_labels_of_a_volume_are_written(tmp_path, suffix):
    labels = np.arange(-1, 119).reshape(4, 5, 6)
    path = tmp_path / f"labels{suffix}"
    write_labels(path, labels)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if suffix == ".npy":
        found = np.load(path)
    elif suffix == ".zarr":
        found = zarr.open_array(str(path))[...]
        np.testing.assert_array_equal(read_image(path, frame=2, white=1), labels[2])  # named axes
    else:
        found = tifffile.imread(path)
        with tifffile.TiffFile(path) as tiff:
            assert tiff.series[0].axes == "ZYX"
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, labels)


def test_labels_of_a_volume_that_cannot_be_written(tmp_path):
    labels = np.zeros((4, 5, 6), int)
    with pytest.raises(ValueError, match=r"are of a volume, and 'labels.png' holds one image"):
        write_labels(tmp_path / "labels.png", labels)
    with pytest.raises(ValueError, match="has no place on the ground"):
        write_labels(tmp_path / "labels.tif", labels, GeoReference())
    with pytest.raises(ValueError, match=r"spacing=\(1, 1, 1\) is kept in the .tif of a volume"):
        write_labels(tmp_path / "labels.npy", labels, spacing=(1, 1, 1))
    with pytest.raises(ValueError, match="3 numbers larger than 0"):
        write_labels(tmp_path / "labels.tif", labels, spacing=(1, 1))
    assert not list(tmp_path.iterdir())
    write_labels(tmp_path / "labels.zarr", labels)
    with pytest.raises(FileExistsError, match="remove it first"):
        write_labels(tmp_path / "labels.zarr", labels)
