import functools
import http.server
import re
import threading

import numpy as np
import pytest
import tifffile
from PIL import Image

from sklearn_dic.images import open_images, read_image
from sklearn_dic.images._image_file import turn


@pytest.mark.parametrize("in_list", [False, True])
@pytest.mark.parametrize("content", ["missing", "text", "empty", "truncated", "folder"])
def test_files_that_cannot_be_read_are_named(tmp_path, photo, content, in_list):
    path = tmp_path / "picture.jpg"
    if content == "text":
        path.write_text("no image")
    elif content == "empty":
        path.touch()
    elif content == "truncated":
        Image.fromarray(photo).save(path)
        path.write_bytes(path.read_bytes()[:700])
    elif content == "folder":
        path.mkdir()
    error = FileNotFoundError if content == "missing" else OSError
    with pytest.raises(error, match=r"picture\.jpg"):
        open_images([photo, path] if in_list else path)


@pytest.mark.parametrize(
    ("name", "content", "library"),
    [
        ("scan.dcm", b"", "pydicom"),
        ("scan", b"\0" * 128 + b"DICM", "pydicom"),
        ("brain.nii.gz", b"\x1f\x8b", "nibabel"),
        ("brain.nii", b"", "nibabel"),
        ("camera.NEF", b"MM\0*", "rawpy"),
        ("stack.czi", b"", "czifile"),
        ("data.h5", b"\x89HDF", "h5py"),
        ("phone.heic", b"", "pillow-heif"),
    ],
)
def test_files_of_other_fields_name_their_library(tmp_path, name, content, library):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{re.escape(name)}' is not read here.*{library}"):
        read_image(tmp_path / name)


def test_the_content_decides_not_the_suffix(tmp_path, photo):
    tifffile.imwrite(tmp_path / "tiff.png", photo)
    Image.fromarray(photo).save(tmp_path / "png.tif", "PNG")
    for name in ("tiff.png", "png.tif"):
        np.testing.assert_array_equal(read_image(tmp_path / name), photo)


@pytest.fixture
def server(tmp_path):
    """Address of a server of the files in `tmp_path`."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_files_on_the_web_are_read_as_others(tmp_path, server, photo):
    Image.fromarray(photo).save(tmp_path / "photo.png")
    tifffile.imwrite(tmp_path / "volume.tif", np.stack([photo[..., 0]] * 20))
    np.testing.assert_array_equal(read_image(f"{server}/photo.png"), photo)
    np.testing.assert_array_equal(read_image((tmp_path / "photo.png").as_uri()), photo)
    with pytest.raises(ValueError, match="holds 20 pages of 75 x 50"):
        read_image(f"{server}/volume.tif")
    with pytest.raises(OSError, match=r"missing\.png' cannot be read .*404"):
        read_image(f"{server}/missing.png")


def test_nan_in_a_file_is_masked_with_a_word(tmp_path, photo):
    image = photo / np.float32(255)
    image[:10, :, 1] = np.nan
    tifffile.imwrite(tmp_path / "bands.tif", image, photometric="rgb")
    np.save(tmp_path / "bands.npy", image)
    for name in ("bands.tif", "bands.npy"):
        with pytest.warns(UserWarning, match=rf"{name}' has 750 pixel\(s\) of NaN, which are mas"):
            read = read_image(tmp_path / name)
        assert read.mask[:10].all()
        assert not read.mask[10:].any()


@pytest.mark.filterwarnings("ignore:.*of NaN, which are masked")
def test_a_file_of_nan_alone_is_refused(tmp_path):
    np.save(tmp_path / "empty.npy", np.full((5, 6), np.nan))
    with pytest.raises(ValueError, match=r"mask of the image .* is False everywhere"):
        open_images(tmp_path / "empty.npy")


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int32, np.uint32])
def test_few_bits_in_wide_integers_are_scaled_by_their_values(tmp_path, photo, dtype):
    wide = photo[..., 0].astype(dtype) * 16
    tifffile.imwrite(tmp_path / "wide.tif", wide)
    told = (
        r"the image '.*wide\.tif': the values of dtype .* go to \d+ and are read as 12 bits.*4095"
    )
    with pytest.warns(UserWarning, match=told):
        (pixels,) = open_images(tmp_path / "wide.tif").pixels
    np.testing.assert_allclose(pixels[..., 0], wide / 4095, rtol=1e-6)
    read = read_image(tmp_path / "wide.tif", white=4000)
    np.testing.assert_allclose(read, wide / 4000, rtol=1e-6)


def test_files_of_a_collection_have_the_same_white(tmp_path, photo):
    light = photo[..., 0].astype(np.uint16) * 16
    dark = light // 2
    for name, image in (("dark", dark), ("light", light)):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    paths = [tmp_path / "dark.png", tmp_path / "light.png"]
    with pytest.warns(UserWarning, match=r"and 1 more file\(s\): .*4095 is white"):
        images = open_images(paths)
    np.testing.assert_allclose(images.pixels[0] * 2, images.pixels[1], rtol=1e-6)


def test_full_16_bits_are_not_scaled_again(tmp_path, photo):
    Image.fromarray(photo[..., 0].astype(np.uint16) * 257).save(tmp_path / "deep.png")
    (pixels,) = open_images(tmp_path / "deep.png").pixels
    np.testing.assert_allclose(pixels[..., 0], photo[..., 0] / 255, rtol=1e-6)


def test_options_are_for_files(photo):
    with pytest.raises(ValueError, match=r"frame=2.* is for files, and X holds none"):
        open_images(photo, frame=2)


def test_orientations_are_those_of_pillow(photo):
    from PIL import ImageOps

    for orientation in range(1, 9):
        picture = Image.fromarray(photo)
        picture.getexif()[274] = orientation
        expected = np.asarray(ImageOps.exif_transpose(picture))
        np.testing.assert_array_equal(turn(photo, orientation), expected)
