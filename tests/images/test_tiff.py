import numpy as np
import pytest
import tifffile
from PIL import Image

from sklearn_dic.images import _tiff as tiff_reading
from sklearn_dic.images import open_images, read_image
from sklearn_dic.images._image_file import turn


@pytest.fixture(params=["tifffile", "Pillow"])
def codecs(request, monkeypatch):
    """Codecs of imagecodecs, or those of Pillow where it is not installed."""
    if request.param == "tifffile":
        pytest.importorskip("imagecodecs")
    else:
        monkeypatch.setattr(tiff_reading, "_decode", lambda *args: None)
    return request.param


@pytest.mark.usefixtures("codecs")
@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", None])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "F", "I;16", "RGBA"])
def test_lossless_compressions(tmp_path, photo, mode, compression):
    path = tmp_path / "picture.tif"
    picture = Image.fromarray(photo).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    picture.save(path, compression=compression)
    expected = picture.convert("RGB") if mode in ("P", "CMYK", "RGBA") else picture
    np.testing.assert_array_equal(read_image(path), np.asarray(expected))


@pytest.mark.usefixtures("codecs")
@pytest.mark.parametrize("mode", ["RGB", "YCbCr", "CMYK"])
def test_jpeg_in_tiff(tmp_path, photo, mode):
    Image.fromarray(photo).convert(mode).save(tmp_path / "a.tif", compression="jpeg", quality=95)
    assert np.abs(read_image(tmp_path / "a.tif").astype(int) - photo).mean() < 6


@pytest.mark.usefixtures("codecs")
@pytest.mark.parametrize("compression", ["group3", "group4", None])
@pytest.mark.parametrize("white", [0, 1])
def test_a_fax_is_no_negative(tmp_path, photo, compression, white):
    bilevel = photo[..., 0] > 100
    options = {"tiffinfo": {262: white}}  # whether 0 is white or black
    Image.fromarray(bilevel).save(tmp_path / "fax.tif", compression=compression, **options)
    np.testing.assert_array_equal(read_image(tmp_path / "fax.tif"), bilevel)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_may_be_zero(tmp_path, photo, dtype):
    grey = photo[..., 0].astype(dtype) * (257 if dtype == np.uint16 else 1)
    tifffile.imwrite(tmp_path / "a.tif", np.iinfo(dtype).max - grey, photometric="miniswhite")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), grey)


@pytest.mark.usefixtures("codecs")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_of_a_tiff_file(tmp_path, photo, orientation):
    path = tmp_path / "scan.tif"
    Image.fromarray(photo).save(path, compression="tiff_lzw", tiffinfo={274: orientation})
    np.testing.assert_array_equal(read_image(path), turn(photo, orientation))
    np.testing.assert_array_equal(read_image(path, orientation=False), photo)


def test_what_neither_reads_names_the_extra(tmp_path, photo, monkeypatch):
    monkeypatch.setattr(tiff_reading, "_decode", lambda *args: None)
    bands = np.stack([photo[..., 0]] * 5)
    path = tmp_path / "bands.tif"
    for image in (bands, photo.astype(np.uint16)):
        tifffile.imwrite(path, image, planarconfig="separate" if image is bands else None,
                         photometric="minisblack" if image is bands else "rgb")  # fmt: skip
        with pytest.raises(ImportError, match=r"bands\.tif' holds .*'sklearn-dic\[codecs\]'"):
            read_image(path)


def test_cmyk_of_16_bits(tmp_path, photo):
    cmyk = np.asarray(Image.fromarray(photo).convert("CMYK")).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "a.tif", cmyk, photometric="separated")
    np.testing.assert_allclose(read_image(tmp_path / "a.tif") / 257, photo, atol=1)


@pytest.mark.parametrize("scale", [257, 1])  # 16 bits, or 8 as some programs write
def test_palettes_of_both_widths(tmp_path, photo, scale):
    indices = photo[..., 0] % 4
    colors = np.zeros((3, 256), np.uint16)
    colors[:, :4] = [[0, 10, 20, 255], [7, 60, 0, 1], [90, 3, 8, 200]]
    tifffile.imwrite(tmp_path / "a.tif", indices, photometric="palette", colormap=colors * scale)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), colors.T[indices])


@pytest.mark.usefixtures("codecs")
def test_colours_that_are_stored_times_alpha(tmp_path, photo):
    alpha = np.full((50, 75, 1), 128, np.uint8)
    alpha[:10] = 0
    stored = (photo * (alpha / 255)).astype(np.uint8)
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.dstack([stored, alpha]),
        photometric="rgb",
        extrasamples=["assocalpha"],
    )
    read = read_image(tmp_path / "a.tif")
    assert read.mask[:10].all()
    assert np.abs(read.data[10:].astype(int) - photo[10:]).max() <= 3


@pytest.mark.parametrize("colors", ["cielab", "cfa"])
def test_colours_that_are_not_read(tmp_path, photo, colors):
    image = photo if colors == "cielab" else photo[..., 0]
    tags = [(33421, "H", 2, (2, 2), True), (33422, "B", 4, (0, 1, 1, 2), True)]
    tifffile.imwrite(tmp_path / "a.tif", image, photometric=colors, extratags=tags)
    with pytest.raises(ValueError, match=f"stores colours as {colors.upper()}, which is not read"):
        read_image(tmp_path / "a.tif")


def test_bits_that_the_file_names(tmp_path, photo):
    deep = photo[..., 0].astype(np.uint16) * 4
    tifffile.imwrite(tmp_path / "a.ome.tif", deep, metadata={"axes": "YX", "SignificantBits": 10})
    tifffile.imwrite(tmp_path / "a.tif", deep, extratags=[(281, "H", 1, 1023, True)])
    for name in ("a.ome.tif", "a.tif"):
        np.testing.assert_allclose(read_image(tmp_path / name), deep / 1023, rtol=1e-6)
    pytest.importorskip("imagecodecs")
    tifffile.imwrite(tmp_path / "packed.tif", deep, bitspersample=12)
    np.testing.assert_allclose(read_image(tmp_path / "packed.tif"), deep / 4095, rtol=1e-6)


@pytest.mark.parametrize(
    "kind",
    [
        {"metadata": {"axes": "CYX"}, "ome": True},
        {"metadata": {"axes": "CYX"}, "imagej": True},
        {"photometric": "minisblack", "planarconfig": "separate"},
    ],
)
@pytest.mark.parametrize("n_channels", [3, 6])
def test_channels_that_a_tiff_file_stores_first(tmp_path, photo, n_channels, kind):
    channels = np.stack([photo[..., i % 3] for i in range(n_channels)])
    tifffile.imwrite(tmp_path / "bands.tif", channels, **kind)
    np.testing.assert_array_equal(read_image(tmp_path / "bands.tif"), np.moveaxis(channels, 0, -1))


@pytest.mark.parametrize("axes", ["TYX", "ZCYX", "TZCYX"])
def test_one_slice_in_a_tiff_file_is_an_image(tmp_path, photo, axes):
    grey = photo[..., 0].reshape((1,) * (len(axes) - 2) + photo.shape[:2])
    tifffile.imwrite(tmp_path / "one.tif", grey, ome=True, metadata={"axes": axes})
    np.testing.assert_array_equal(read_image(tmp_path / "one.tif").squeeze(), photo[..., 0])


def write_stack(path, pages, what):
    if what == "pages":
        first, *others = [Image.fromarray(page) for page in pages]
        first.save(path, save_all=True, append_images=others)
    elif what == "volume":
        tifffile.imwrite(path, np.stack(pages), photometric="minisblack")
    else:
        axes = {"frames": "TYX", "slices": "ZYX"}[what]
        tifffile.imwrite(path, np.stack(pages), ome=True, metadata={"axes": axes})


@pytest.mark.parametrize("n_pages", [3, 5, 20])  # some take 3 for channels
@pytest.mark.parametrize("what", ["pages", "volume", "frames", "slices"])
def test_several_pictures_in_a_tiff_file_are_not_its_channels(tmp_path, photo, n_pages, what):
    path = tmp_path / "stack.tif"
    pages = [photo[..., 0] // (i + 1) for i in range(n_pages)]
    write_stack(path, pages, what)
    name = what if what != "volume" else "pages"
    told = rf"stack\.tif' holds {n_pages} {name} of 75 x 50 .*frame=0.*range\({n_pages}.*axes='CYX'"
    with pytest.raises(ValueError, match=told):
        open_images(path)
    np.testing.assert_array_equal(read_image(path, frame=2), pages[2])
    np.testing.assert_array_equal(read_image(path, axes="CYX"), np.stack(pages, axis=-1))
    with pytest.raises(ValueError, match=rf"holds {n_pages} picture\(s\), and frame={n_pages}"):
        read_image(path, frame=n_pages)


def test_unnamed_axes_of_a_tiff_file_are_pages(tmp_path, photo):
    channels = np.dstack([photo, photo, photo])
    tifffile.imwrite(tmp_path / "bands.tif", channels)
    with pytest.raises(ValueError, match="holds 50 pages of 9 x 75"):
        read_image(tmp_path / "bands.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "bands.tif", axes="YXC"), channels)


def test_two_axes_of_pictures(tmp_path, photo):
    stack = np.stack([photo[..., 0] // (i + 1) for i in range(6)]).reshape(2, 3, 50, 75)
    tifffile.imwrite(tmp_path / "a.tif", stack, imagej=True, metadata={"axes": "TZYX"})
    with pytest.raises(ValueError, match=r"2 frames x 3 slices .*frame=\(0,0\).*--frame 0,0"):
        read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", frame=(1, 2)), stack[1, 2])
    with pytest.raises(ValueError, match="frame=1, a number for each of 2 axes"):
        read_image(tmp_path / "a.tif", frame=1)


def test_channels_of_colours_are_channels(tmp_path, photo):
    tifffile.imwrite(tmp_path / "a.tif", np.stack([photo, photo // 2]), ome=True,
                     photometric="rgb", metadata={"axes": "CYXS"})  # fmt: skip
    expected = np.dstack([photo, photo // 2])
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), expected)


@pytest.mark.parametrize("axes", ["CY", "YYX", "CYXS", "ABC"])
def test_axes_that_do_not_fit(tmp_path, photo, axes):
    tifffile.imwrite(tmp_path / "a.tif", np.stack([photo[..., 0]] * 5))
    with pytest.raises(ValueError, match=rf"shape \(5, 50, 75\), and axes='{axes}': pass a letter"):
        read_image(tmp_path / "a.tif", axes=axes)


def test_previews_are_not_pictures(tmp_path, photo):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(photo, photometric="rgb")
        file.write(photo[::2, ::2], photometric="rgb", subfiletype=1)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), photo)


def test_pictures_of_different_sizes(tmp_path, photo):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(photo, photometric="rgb")
        file.write(photo[::2, ::2, 0])
    with pytest.raises(ValueError, match=r"holds 2 pictures of different kinds.*frame=0"):
        read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", frame=0), photo)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", frame=1), photo[::2, ::2, 0])
