import numpy as np
import pytest
import tifffile
from PIL import Image

from sklearn_dic.images._images import open_images


@pytest.mark.usefixtures("unreadable_files")
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


def test_a_film_of_one_picture_is_a_picture(tmp_path, photo):
    path = tmp_path / "one.gif"
    Image.fromarray(photo).save(path)
    assert open_images(path).pixels[0].shape == photo.shape


def test_several_pages_are_not_an_image(tmp_path):
    path = tmp_path / "film.gif"
    frames = [Image.fromarray(np.full((5, 4, 3), 40 * i, np.uint8)) for i in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match=r"film\.gif.*4 dimension\(s\) \(shape \(3, 5, 4, 3\)"):
        open_images(path)


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
    (image,) = open_images(tmp_path / "bands.tif").given
    np.testing.assert_array_equal(image, np.moveaxis(channels, 0, -1))


def test_channels_that_a_tiff_file_stores_last(tmp_path, photo):
    channels = np.dstack([photo, photo, photo])
    tifffile.imwrite(tmp_path / "bands.tif", channels)
    (image,) = open_images(tmp_path / "bands.tif").given
    np.testing.assert_array_equal(image, channels)


@pytest.mark.parametrize("axes", ["TYX", "ZCYX", "TZCYX"])
def test_one_slice_in_a_tiff_file_is_an_image(tmp_path, photo, axes):
    grey = photo[..., 0].reshape((1,) * (len(axes) - 2) + photo.shape[:2])
    tifffile.imwrite(tmp_path / "one.tif", grey, ome=True, metadata={"axes": axes})
    (image,) = open_images(tmp_path / "one.tif").given
    np.testing.assert_array_equal(image.squeeze(), photo[..., 0])


@pytest.mark.parametrize("n_pages", [3, 5])  # skimage takes 3 for channels
@pytest.mark.parametrize("what", ["pages", "frames", "slices"])
def test_several_pictures_in_a_tiff_file_are_not_its_channels(tmp_path, photo, n_pages, what):
    path = tmp_path / "stack.tif"
    pages = [photo[..., 0]] * n_pages
    if what == "pages":
        first, *others = [Image.fromarray(page) for page in pages]
        first.save(path, save_all=True, append_images=others)
    else:
        axes = {"frames": "TYX", "slices": "ZYX"}[what]
        tifffile.imwrite(path, np.stack(pages), ome=True, metadata={"axes": axes})
    told = rf"stack\.tif' holds {n_pages} {what} of 75 x 50 .*, `list\(tifffile"
    with pytest.raises(ValueError, match=told):
        open_images(path)
