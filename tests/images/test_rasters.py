from pathlib import Path

import numpy as np
import pytest
from skimage import io

from sklearn_dic import RegionMerging
from sklearn_dic.images import GeoReference, open_images, read_georeference, write_labels
from sklearn_dic.images._finding import is_image_file
from sklearn_dic.images._rasters import is_raster
from sklearn_dic.images._reading import read_file

pytest.importorskip("rasterio")

import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

UTM = {"crs": "EPSG:32633", "transform": Affine(2, 0, 500_000, 0, -2, 5_400_000)}


def write(path, image, **profile):
    """Write (H, W) or (H, W, C)."""
    bands = image[None] if image.ndim == 2 else np.moveaxis(image, -1, 0)
    colors, mask, palette = (profile.pop(key, None) for key in ("colors", "mask", "palette"))
    profile = {"driver": "GTiff", **profile}
    shape = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    with rasterio.open(path, "w", dtype=image.dtype, **shape, **profile) as dataset:
        if colors:
            dataset.colorinterp = [rasterio.enums.ColorInterp[name] for name in colors]
        if palette:
            dataset.write_colormap(1, palette)
        dataset.write(bands)
        if mask is not None:
            dataset.write_mask(mask)
    return path


def test_bands_and_place(tmp_path, photo):
    bands = np.dstack([photo, photo[..., :1] // 2])
    path = write(tmp_path / "aerial.tif", bands, photometric="minisblack", **UTM)
    file = read_file(path)
    np.testing.assert_array_equal(file.pixels, bands)
    assert file.mask is None
    assert file.axes == "YXC"
    assert rasterio.crs.CRS.from_string(file.georeference.crs) == rasterio.crs.CRS.from_epsg(32633)
    assert file.georeference.transform == UTM["transform"][:6]
    images = open_images(str(path))
    assert images.georeferences == [file.georeference] == [read_georeference(path)]
    np.testing.assert_array_equal(
        RegionMerging().fit_predict(path), RegionMerging().fit_predict(bands)
    )


@pytest.mark.parametrize("nodata", [-9999, np.nan, float(np.finfo(np.float32).min)])
def test_missing_data_of_floats(tmp_path, nodata):
    heights = np.linspace(200, 900, 600, dtype=np.float32).reshape(20, 30)
    heights[:5, :5] = nodata
    file = read_file(write(tmp_path / "heights.tif", heights, nodata=nodata, **UTM))
    assert file.axes == "YX"
    np.testing.assert_array_equal(file.mask, heights > 0)
    np.testing.assert_array_equal(file.georeference.nodata, nodata)
    labels = RegionMerging().fit_predict(tmp_path / "heights.tif")
    np.testing.assert_array_equal(labels == -1, ~file.mask)


def test_nan_without_a_tag_and_a_tag_without_a_place(tmp_path):
    heights = np.ones((6, 7), np.float32)
    heights[0] = np.nan
    file = read_file(write(tmp_path / "nan.tif", heights, **UTM))
    np.testing.assert_array_equal(file.mask, ~np.isnan(heights))
    heights[0] = 2
    with pytest.warns(NotGeoreferencedWarning):
        path = write(tmp_path / "tag.tif", heights, nodata=2)
    assert not open_images(path).masks[0][0].any()
    assert not read_georeference(path).is_placed


def test_a_repeated_value_far_from_all_others_of_a_raster(tmp_path):
    heights = np.linspace(200, 900, 600, dtype=np.float32).reshape(20, 30)
    heights[:5] = -9999
    path = write(tmp_path / "heights.tif", heights, **UTM)
    with pytest.warns(UserWarning, match=r"heights\.tif'.*150 of 600 pixels have the value -9999"):
        images = open_images(path)
    np.testing.assert_array_equal(images.masks[0], heights > 0)


def test_a_dark_pixel_of_one_band_is_no_missing_data(tmp_path, photo):
    bands = photo.copy()
    bands[:4], bands[6, 6, 1] = 0, 0
    mask = read_file(write(tmp_path / "a.tif", bands, nodata=0, **UTM)).mask
    assert not mask[:4].any()
    assert mask[6, 6]
    floats = np.where(bands == 0, -9999, bands / 255).astype(np.float32)
    mask = read_file(write(tmp_path / "b.tif", floats, nodata=-9999, **UTM)).mask
    assert not mask[6, 6]


def test_alpha_masks_and_palettes(tmp_path, photo):
    outside = np.zeros(photo.shape[:2], bool)
    outside[:9] = True
    alpha = np.where(outside, 0, 255).astype(np.uint8)
    colors = ["red", "green", "blue", "alpha"]
    path = write(
        tmp_path / "alpha.tif", np.dstack([photo, alpha]), photometric="rgb", colors=colors, **UTM
    )
    file = read_file(path)
    np.testing.assert_array_equal(file.pixels, photo)
    np.testing.assert_array_equal(file.mask, ~outside)
    file = read_file(write(tmp_path / "mask.tif", photo, mask=~outside, **UTM))
    np.testing.assert_array_equal(file.mask, ~outside)
    palette = {0: (255, 0, 0, 255), 1: (0, 10, 200, 255)}
    classes = np.eye(5, dtype=np.uint8)
    file = read_file(write(tmp_path / "palette.tif", classes, palette=palette, **UTM))
    np.testing.assert_array_equal(file.pixels[1, :2], [(255, 0, 0), (0, 10, 200)])


def test_infrared_that_is_called_alpha_is_a_band(tmp_path, photo):
    bands = np.dstack([photo, photo[..., :1] // 2])
    path = write(tmp_path / "default.tif", bands, **UTM)  # what rasterio writes by default
    with pytest.warns(UserWarning, match=r"default\.tif' calls its band 4 alpha, but"):
        file = read_file(path)
    np.testing.assert_array_equal(file.pixels, bands)
    assert file.mask is None


def test_other_formats(tmp_path):
    heights = np.arange(30, dtype=np.float32).reshape(5, 6)
    source = write(tmp_path / "heights.tif", heights, **UTM)
    for name, driver in [("heights.img", "HFA"), ("heights.asc", "AAIGrid")]:
        rasterio.shutil.copy(source, tmp_path / name, driver=driver)
        images = open_images(tmp_path / name)
        np.testing.assert_array_equal(images.given[0], heights)
        assert images.georeferences[0].pixel_area == 4
        assert is_image_file(tmp_path / name)


def test_a_world_file(tmp_path, photo):
    io.imsave(tmp_path / "photo.png", photo)
    assert not is_raster(tmp_path / "photo.png")
    (tmp_path / "photo.pgw").write_text("2\n0\n0\n-2\n500001\n5399999\n")
    images = open_images(tmp_path / "photo.png")
    np.testing.assert_array_equal(images.given[0], photo)
    assert images.georeferences[0].transform == UTM["transform"][:6]
    path = write(tmp_path / "gdal.png", photo, driver="PNG", **UTM)  # with gdal.png.aux.xml
    assert open_images(path).georeferences[0].transform == UTM["transform"][:6]


def test_without_a_place_a_tiff_is_a_picture_like_png_and_jpeg(tmp_path, photo):
    io.imsave(tmp_path / "photo.jpg", photo)
    decoded = io.imread(tmp_path / "photo.jpg")
    io.imsave(tmp_path / "photo.png", decoded)
    for name, interleave in [("pixel.tif", "pixel"), ("band.tif", "band")]:
        with pytest.warns(NotGeoreferencedWarning):
            write(tmp_path / name, decoded, interleave=interleave)
        assert not is_raster(tmp_path / name)
    paths = [tmp_path / f"photo.{s}" for s in ("jpg", "png")] + sorted(tmp_path.glob("*.tif"))
    labels = [RegionMerging().fit_predict(path) for path in paths]
    for other in labels[1:]:
        np.testing.assert_array_equal(other, labels[0])


def test_what_cannot_be_read_is_refused(tmp_path, photo):
    path = write(tmp_path / "wave.tif", photo[..., 0].astype(np.complex64), **UTM)
    with pytest.raises(ValueError, match=r"wave\.tif' has complex numbers; pass"):
        open_images(path)
    with pytest.raises(ValueError, match=r"a\.tif' is a raster, all .* leave frame and axes out"):
        open_images(write(tmp_path / "a.tif", photo, **UTM), axes="YXC")
    (tmp_path / "broken.vrt").write_text("<VRTDataset/>")
    with pytest.raises(OSError, match=r"broken\.vrt' cannot be read as an image: "):
        open_images(tmp_path / "broken.vrt")
    with pytest.raises(OSError, match=r"broken\.vrt' cannot be read as a raster: "):
        read_georeference(tmp_path / "broken.vrt")


def test_several_pictures_in_one_file_are_refused(tmp_path, photo):
    import tifffile

    write(tmp_path / "a.tif", photo[..., 0], **UTM)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        tags = [
            (tag.code, tag.dtype, tag.count, tag.value)
            for tag in file.pages.first.tags
            if tag.code > 33000
        ]
    with tifffile.TiffWriter(tmp_path / "two.tif") as writer:
        writer.write(photo[..., 0], extratags=tags)
        writer.write(photo[..., 1])
    with pytest.raises(ValueError, match=r"two\.tif' holds 2 pictures: GTIFF_DIR:1:"):
        open_images(tmp_path / "two.tif")


def test_ground_control_points_are_not_dropped_silently(tmp_path, photo):
    points = [
        rasterio.control.GroundControlPoint(row, col, 10 + col, 50 - row)
        for row, col in [(0, 0), (0, 9), (9, 0)]
    ]
    path = write(tmp_path / "points.tif", photo, gcps=points, crs="EPSG:4326")
    with pytest.warns(UserWarning, match=r"points\.tif' is placed by 3 ground control points"):
        open_images(path)


def test_without_rasterio(tmp_path, photo, monkeypatch):
    import sys

    path = write(tmp_path / "aerial.tif", photo, **UTM)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(ImportError, match=r"aerial\.tif' has coord.*rasterio is needed.*dic\[geo"):
        RegionMerging().fit(path)


def test_a_georeference():
    assert GeoReference(**UTM).transform == UTM["transform"][:6]
    crs = rasterio.crs.CRS.from_epsg(32633)
    assert rasterio.crs.CRS.from_string(GeoReference(crs).crs) == crs
    assert not GeoReference().is_placed
    assert GeoReference(transform=(0, 3, 5, 2, 0, 7)).pixel_area == (pytest.approx(6))
    with pytest.raises(ValueError, match="has 3 numbers; pass the 6 numbers"):
        GeoReference(transform=(1, 2, 3))


@pytest.mark.parametrize("suffix", [".tif", ".png", ".npy"])
def test_label_files(tmp_path, suffix):
    labels = np.arange(-1, 29).reshape(5, 6)
    path = tmp_path / f"labels{suffix}"
    write_labels(str(path), labels, GeoReference(**UTM))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if suffix == ".npy":
        np.testing.assert_array_equal(np.load(path), labels)
    elif suffix == ".png":
        np.testing.assert_array_equal(io.imread(path), labels.astype(np.uint16))
    else:
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(1), labels)
            assert dataset.nodata == -1
            assert dataset.crs == rasterio.crs.CRS.from_epsg(32633)
            assert dataset.transform == UTM["transform"]


def test_labels_that_cannot_be_written(tmp_path):
    for labels, error, message in [
        (np.zeros((2, 3, 4), int), ValueError, r"\(2, 3, 4\) are of a volume, and .labels.png"),
        (np.zeros(4, int), ValueError, r"shape \(4,\); a label map is \(H, W\) or \(Z, Y, X\)"),
        (np.zeros((2, 3)), TypeError, "dtype float64; labels are integers"),
        (np.full((2, 3), -2), ValueError, "labels go from -2 to -2"),
        (np.full((2, 3), 70_000), ValueError, "a 16-bit PNG has no place for label 70000"),
        (np.array([[-1, 65535]]), ValueError, "no place for label 65535"),
    ]:
        with pytest.raises(error, match=message):
            write_labels(tmp_path / "labels.png", labels)
    with pytest.raises(ValueError, match=r"has the suffix '.jpg'; labels are written as .tif"):
        write_labels(tmp_path / "labels.jpg", np.zeros((2, 3), int))
    assert not list(tmp_path.iterdir())
    write_labels(tmp_path / "all.png", np.array([[0, 65535]]))
    np.testing.assert_array_equal(io.imread(tmp_path / "all.png"), [[0, 65535]])


def test_the_rasters_of_the_world(berkeley):
    folder = berkeley / "kinds/rasters"
    if not folder.is_dir():
        pytest.skip("the rasters are not here")
    for path in sorted(Path(folder).glob("*.tif")):
        images = open_images(path)
        with rasterio.open(path) as dataset:
            assert images.given[0].shape[:2] == dataset.shape
            assert images.n_channels == dataset.count
            assert images.georeferences[0].transform == dataset.transform[:6]
        assert images.masks is None
