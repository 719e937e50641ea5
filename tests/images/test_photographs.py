import sys

import numpy as np
import pytest
from PIL import Image, features
from PIL.PngImagePlugin import PngInfo

from sklearn_dic.images import open_images, read_image
from sklearn_dic.images._image_file import turn
from sklearn_dic.superpixels import SLICSuperpixels


def with_orientation(number):
    exif = Image.Exif()
    exif[274] = number
    return exif


@pytest.mark.parametrize("orientation", [1, 3, 6, 8, 5])
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_the_exif_orientation_is_applied(tmp_path, photo, suffix, orientation):
    path = tmp_path / f"phone.{suffix}"
    options = {"lossless": True} if suffix == "webp" else {}
    Image.fromarray(photo).save(path, exif=with_orientation(orientation), **options)
    np.testing.assert_array_equal(read_image(path), turn(photo, orientation))
    np.testing.assert_array_equal(read_image(path, orientation=False), photo)


def test_an_estimator_takes_files_that_are_not_turned(tmp_path, photo):
    path = tmp_path / "phone.jpg"
    Image.fromarray(photo).save(path, exif=with_orientation(6))
    slic = SLICSuperpixels(20)
    assert slic.fit_transform(path).shape == (75, 50)
    images = open_images([path, path], orientation=False)
    assert [labels.shape for labels in slic.fit_transform(images)] == [(50, 75)] * 2


def few_colors(photo):
    return Image.fromarray(photo).quantize(3)


@pytest.mark.parametrize("suffix", ["png", "gif", "tif", "bmp"])
def test_a_palette_becomes_rgb(tmp_path, photo, suffix):
    picture = few_colors(photo)
    picture.save(tmp_path / f"palette.{suffix}")
    expected = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(read_image(tmp_path / f"palette.{suffix}"), expected)
    (of_picture,) = open_images(picture).given
    np.testing.assert_array_equal(of_picture, expected)


@pytest.mark.parametrize("suffix", ["png", "gif", "tif"])
def test_a_palette_of_greys_becomes_rgb_in_every_format(tmp_path, photo, suffix):
    picture = Image.fromarray(photo[..., 0])
    palette = picture.copy()
    palette.putpalette(np.repeat(np.arange(256, dtype=np.uint8), 3).tobytes())
    palette.save(tmp_path / f"grey.{suffix}")
    expected = np.dstack([photo[..., 0]] * 3)
    np.testing.assert_array_equal(read_image(tmp_path / f"grey.{suffix}"), expected)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_other_colours_become_rgb(tmp_path, photo, mode):
    path = tmp_path / "picture.jpg"
    Image.fromarray(photo).convert(mode).save(path, quality=100, subsampling=0)
    difference = read_image(path).astype(int) - photo
    assert np.abs(difference).mean() < 4
    (of_picture,) = open_images(Image.fromarray(photo).convert(mode)).given
    assert np.abs(of_picture.astype(int) - photo).max() < 4


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "tga"])
@pytest.mark.parametrize("alpha", [255, 100, 0])
def test_a_constant_alpha_is_dropped(tmp_path, photo, suffix, alpha):
    path = tmp_path / f"alpha.{suffix}"
    rgba = Image.fromarray(np.dstack([photo, np.full((50, 75), alpha, np.uint8)]))
    rgba.save(path, **({"lossless": True, "exact": True} if suffix == "webp" else {}))
    images = open_images(path)
    np.testing.assert_array_equal(images.given[0], photo)
    assert images.masks is None


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "gif"])
@pytest.mark.parametrize("grey", [False, True])
def test_an_alpha_that_varies_is_the_mask(tmp_path, photo, suffix, grey):
    alpha = np.full((50, 75), 255, np.uint8)
    alpha[:20] = 0
    channels = photo[..., :1] if grey and suffix != "gif" else photo
    picture = Image.fromarray(np.dstack([channels, alpha]))
    picture.save(tmp_path / f"alpha.{suffix}")
    (mask,) = open_images(tmp_path / f"alpha.{suffix}").masks
    np.testing.assert_array_equal(mask, alpha > 0)
    (of_picture,) = open_images(picture).masks
    np.testing.assert_array_equal(of_picture, alpha > 0)


def test_a_transparent_colour_is_the_mask(tmp_path, photo):
    picture = few_colors(photo)
    picture.save(tmp_path / "colour.png", transparency=0)
    (mask,) = open_images(tmp_path / "colour.png").masks
    np.testing.assert_array_equal(mask, np.asarray(picture) != 0)


@pytest.mark.parametrize("form", ["array", "floats", "list", "stack", "masked"])
def test_an_opaque_channel_of_an_array_is_alpha(photo, form):
    rgba = np.dstack([photo, np.full((50, 75), 255, np.uint8)])
    X = {
        "array": rgba,
        "floats": rgba / 255,
        "list": [rgba, rgba],
        "stack": rgba[None],
        "masked": np.ma.array(rgba, mask=rgba < 20),
    }[form]
    images = open_images(X)
    assert images.n_channels == 3
    np.testing.assert_allclose(images.pixels[0].max(), 1, atol=0.2)


def test_a_fourth_channel_that_varies_stays(photo):
    infrared = np.dstack([photo, photo[..., 0]])
    saturated = np.dstack([photo, np.full((50, 75), 255, np.uint8)])
    assert open_images([saturated, infrared]).n_channels == 4
    slic = SLICSuperpixels(20).fit(infrared)
    assert slic.n_features_in_ == 4
    assert slic.transform(saturated).shape == (50, 75)
    slic.fit(saturated)
    with pytest.raises(ValueError, match="X has 4 features, but SLICSuperpixels is expecting 3"):
        slic.transform(infrared)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_one_of_several_frames_is_chosen(tmp_path, photo, suffix):
    path = tmp_path / f"film.{suffix}"
    frames = [Image.fromarray(np.full((50, 75, 3), 60 * i, np.uint8)) for i in range(3)]
    options = {"lossless": True} if suffix == "webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    told = rf"film\.{suffix}' holds 3 frames of 75 x 50 pixels .*frame=0.*--frame 0.*range\(3\)"
    with pytest.raises(ValueError, match=told):
        open_images(path)
    for i in (0, 2, -1):
        assert (read_image(path, frame=i) == 60 * (i % 3)).all()
    with pytest.raises(ValueError, match=r"holds 3 picture\(s\), and frame=3"):
        read_image(path, frame=3)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "jpg"])
def test_a_film_of_one_frame_is_an_image(tmp_path, photo, suffix):
    path = tmp_path / f"one.{suffix}"
    Image.fromarray(photo).save(path)
    assert read_image(path).shape == read_image(path, frame=0).shape == photo.shape
    with pytest.raises(ValueError, match=r"holds 1 picture\(s\), and frame=1"):
        read_image(path, frame=1)


def test_the_preview_of_a_phone_is_no_frame(tmp_path, photo):
    path = tmp_path / "phone.jpg"
    preview = Image.fromarray(photo[::2, ::2])
    Image.fromarray(photo).save(path, "MPO", save_all=True, append_images=[preview], quality=100)
    with Image.open(path) as picture:
        assert picture.n_frames == 2
    assert read_image(path).shape == photo.shape


@pytest.mark.parametrize("suffix", ["jfif", "jp2", "avif", "tga", "ppm", "dib", "pcx", "bmp"])
def test_further_formats(tmp_path, photo, suffix):
    if suffix == "avif" and not features.check("avif"):
        pytest.skip("Pillow was built without AVIF")
    path = tmp_path / f"picture.{suffix}"
    Image.fromarray(photo).save(path, quality=100)
    assert np.abs(read_image(path).astype(int) - photo).mean() < 6


def test_16_bit_grey_of_every_format(tmp_path, photo):
    deep = photo[..., 0].astype(np.uint16) * 257
    for name in ("deep.png", "deep.tif", "deep.pgm"):
        Image.fromarray(deep).save(tmp_path / name)
        (pixels,) = open_images(tmp_path / name).pixels
        np.testing.assert_allclose(pixels[..., 0], photo[..., 0] / 255, rtol=1e-6)


@pytest.mark.parametrize("colors", ["RGB", "RGBA", "LA"])
def test_16_bit_colours_of_a_png(tmp_path, photo, colors, monkeypatch):
    imagecodecs = pytest.importorskip("imagecodecs")
    path = tmp_path / "deep.png"
    deep = (photo[..., :1] if colors == "LA" else photo).astype(np.uint16) * 16
    stored = deep
    if colors != "RGB":
        alpha = np.full((50, 75), 65535, np.uint16)
        alpha[:5] = 0
        stored = np.dstack([deep, alpha])
    path.write_bytes(imagecodecs.png_encode(stored))
    with pytest.warns(UserWarning, match="read as 12 bits"):
        images = open_images(path)
    expected = np.where(stored[..., -1:] == 0, 0, deep / 4095) if colors != "RGB" else deep / 4095
    counted = slice(5, None) if colors != "RGB" else slice(None)
    np.testing.assert_allclose(images.pixels[0][counted], expected[counted], rtol=1e-6)
    assert (images.masks is None) == (colors == "RGB")
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(ImportError, match=r"16-bit PNG of .*'sklearn-dic\[codecs\]'"):
        read_image(path)


def test_black_and_white(tmp_path, photo):
    bilevel = photo[..., 0] > 100
    Image.fromarray(bilevel).save(tmp_path / "fax.png")
    np.testing.assert_array_equal(read_image(tmp_path / "fax.png"), bilevel)


def test_axes_are_not_for_pictures(tmp_path, photo):
    Image.fromarray(photo).save(tmp_path / "a.png", pnginfo=PngInfo())
    with pytest.raises(ValueError, match="axes='CYX': leave `axes` out"):
        read_image(tmp_path / "a.png", axes="CYX")
