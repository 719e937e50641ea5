import warnings
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import torch
from hypothesis import given
from PIL import Image
from scipy import sparse

from sklearn_dic.images._images import open_images

GOOD = np.zeros((4, 5))


@pytest.mark.parametrize(
    ("channel_axis", "shape", "form", "pixel_shapes"),
    [
        ("auto", (4, 5), "image", [(4, 5, 1)]),
        ("auto", (4, 5, 3), "image", [(4, 5, 3)]),
        ("auto", (2, 4, 5, 7), "stack", [(4, 5, 7)] * 2),
        (-1, (3, 5), "table", [(1, 1, 5)] * 3),
        (-1, (4, 5, 2), "image", [(4, 5, 2)]),
        (-1, (2, 4, 5, 2), "stack", [(4, 5, 2)] * 2),
        (None, (4, 5), "image", [(4, 5, 1)]),
        (None, (2, 4, 5), "stack", [(4, 5, 1)] * 2),
    ],
)
def test_forms(channel_axis, shape, form, pixel_shapes):
    images = open_images(np.zeros(shape), channel_axis)
    assert images.form == form
    assert [pixels.shape for pixels in images.pixels] == pixel_shapes
    labels = [np.zeros(pixels.shape[:2], int) for pixels in images.pixels]
    leading = shape[:1] if form == "table" else shape[:2] if form == "image" else shape[:3]
    assert images.in_form_of_input(labels).shape == leading


def test_a_list_of_different_sizes_and_kinds(image_file, photo):
    images = open_images(
        [photo, image_file, Image.fromarray(photo[:9]), (photo[:5] / 255).tolist()]
    )
    assert images.form == "list"
    assert images.shapes == [photo.shape[:2], photo.shape[:2], (9, 75), (5, 75)]
    np.testing.assert_array_equal(images.pixels[0], images.pixels[1])


@pytest.mark.filterwarnings("ignore:the image has dtype uint16")  # where it is dark
@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=3, max_side=5)))
def test_integers_and_floats_of_one_picture_are_equal(image):
    expected = open_images(image).pixels[0]
    assert expected.dtype == np.float32
    for same in (image / 255, image.astype(np.float32) / 255, image.astype(np.uint16) * 257):
        np.testing.assert_array_equal(open_images(same).pixels[0], expected)


def test_the_array_given_is_neither_changed_nor_shared():
    image = np.ones((3, 4, 2), np.float32)
    image.flags.writeable = False
    pixels = open_images(image).pixels[0]
    pixels[:] = 5
    assert image.max() == 1


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([], ValueError, "empty list"),
        (np.zeros((0, 5)), ValueError, r"the image is empty.*\(0, 5\)"),
        (np.zeros((4, 5, 0)), ValueError, r"0 feature\(s\) \(shape=\(4, 5, 0\)\)"),
        (np.zeros((0, 4, 5, 3)), ValueError, r"X is empty.*\(0, 4, 5, 3\)"),
        (np.zeros((1, 1, 1, 1, 1)), ValueError, r"5 dimension\(s\).*an image is \(H, W\)"),
        (np.zeros(7), ValueError, r"1 dimension\(s\) \(shape \(7,\)"),
        (np.float64(3), ValueError, r"0 dimension\(s\)"),
        (GOOD + 1j, ValueError, r"Complex data not supported.*\(4, 5\)"),
        (np.array([["a", "b"]]), ValueError, r"shape \(1, 2\) and dtype <U1"),
        (np.array([[None, {}]], object), TypeError, r"dtype object, and not all of it is numbers"),
        (np.array([["2026-01-01"]], "M8[D]"), ValueError, r"dtype datetime64"),
        (sparse.csr_array(np.eye(4)), TypeError, r"sparse csr matrix of shape \(4, 4\)"),
        (np.ma.masked_less(GOOD, 1), ValueError, "mask of the image is False everywhere"),
        ([GOOD, np.ma.masked_less(GOOD, 1)], ValueError, "mask of image 1 is False everywhere"),
        ([GOOD, np.zeros((4, 5, 3))], ValueError, r"image 1 has 3 channel\(s\).*image 0 has 1"),
        ([GOOD, np.zeros((2, 4, 5, 3))], ValueError, r"image 1 has 4 dimension\(s\)"),
        ([GOOD, [[1, 2], [3]]], ValueError, "image 1 is no array"),
        (
            [GOOD, GOOD, np.full((2, 2), np.nan)],
            ValueError,
            "image 2 contains NaN at row 0, column 0",
        ),
        ([torch.zeros(4, 5, requires_grad=True)], TypeError, "image 0, a Tensor, is no array"),
        ([GOOD, None], TypeError, "image 1 is None"),
    ],
)
def test_bad_images_are_named(X, error, message):
    with pytest.raises(error, match=message):
        _ = open_images(X).pixels


def test_place_of_the_first_bad_value():
    image = np.zeros((6, 7, 3))
    image[4, 5, 2] = np.inf
    image[5, 0, 0] = np.nan
    message = r"infinity at row 4, column 5, channel 2 \(value inf, 2 such value"
    with pytest.raises(ValueError, match=message):
        _ = open_images(image).pixels
    with pytest.raises(ValueError, match=r"infinity in float32 at row 0, column 0 \(value 1e\+300"):
        _ = open_images(np.full((2, 2), 1e300)).pixels


def test_numbers_in_an_object_array_are_numbers():
    image = np.arange(6).reshape(2, 3).astype(object)
    assert open_images(image).pixels[0].max() == 5


def test_wide_integers_that_would_vanish_are_noticed():
    image = np.arange(256).reshape(16, 16)  # int64
    with pytest.warns(UserWarning, match=r"int64 and values from 0 to 255.*`image / 255`"):
        _ = open_images(image).pixels
    with pytest.warns(UserWarning, match=r"uint16 and values from 0 to 4080.*`image / 4095`"):
        _ = open_images(image.astype(np.uint16) * 16).pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _ = open_images(image.astype(np.uint8)).pixels
        _ = open_images(np.zeros((3, 3), int)).pixels
        _ = open_images((image // 16).astype(np.uint8)).pixels  # dark, and all that there is
        _ = open_images(image.astype(np.uint16) * 257).pixels


def spoiled(image, value):
    image[100, 100] = value
    return image


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda image: image / 255 / 20, r"from 0 to 0\.05, which are nearly alike.*np\.ptp"),
        (lambda image: spoiled(image / 255, -9999), r"all but a few.*np\.clip\(image, 0, 1\)"),
        (lambda image: spoiled(16 * image, 65535), r"to 65535, and all .*clip\(image, 0, 4080\)"),
        (lambda image: image * 64, "Where 16383 is white"),
    ],
)
def test_ranges_that_leave_little_to_see_are_noticed(change, message):
    image = np.tile(np.arange(256, dtype=np.uint16), (200, 1))
    with pytest.warns(UserWarning, match=message):
        _ = open_images(change(image)).pixels


def test_a_palette_is_read_as_colours(photo, tmp_path):
    picture = Image.fromarray(photo).convert("P")
    picture.save(tmp_path / "palette.png")
    (from_file,) = open_images(tmp_path / "palette.png").pixels
    np.testing.assert_array_equal(open_images(picture).pixels[0], from_file)


def test_an_image_as_nested_lists(photo):
    images = open_images(photo.tolist())
    assert images.form == "image"
    np.testing.assert_array_equal(images.given[0], photo)


@pytest.mark.parametrize("what", [iter([1]), {}, np.array([Path("a.png")] * 2)])
def test_what_is_no_array_is_named(what):
    message = f"X is a {type(what).__name__}; an image is|with paths in it; several paths go into"
    with pytest.raises(TypeError, match=message):
        open_images(what)


@pytest.mark.parametrize(
    "shape", [(3, 50, 75), (2, 3, 50, 75), (10, 100, 150), (64, 64, 64), (30, 50, 50)]
)
def test_channels_and_pages_that_come_first_are_noticed(shape):
    height, width, n_channels = shape[-3:]
    told = rf"read as {height} x {width} pixels with {n_channels} channels.*channel_axis=None"
    with pytest.warns(UserWarning, match=told):
        open_images(np.zeros(shape))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_images(np.zeros(shape), channel_axis=-1)  # said to be so
        open_images(np.zeros((145, 145, 200)))  # of a spectral camera
        open_images(np.zeros((2, 600, 4)))


@pytest.fixture
def masked(photo):
    """A photograph with NaN in a corner, and one channel of another corner masked."""
    image = np.ma.array(photo / 255)
    image[:10, :20] = np.ma.masked
    image.data[:10, :20] = np.nan
    image[40:, 60:, 1] = np.ma.masked
    return image


@pytest.fixture
def mask():
    mask = np.ones((50, 75), bool)
    mask[:10, :20] = mask[40:, 60:] = False
    return mask


def test_a_masked_channel_masks_the_pixel(masked, mask, photo):
    images = open_images(masked)
    np.testing.assert_array_equal(images.masks[0], mask)
    assert type(images.given[0]) is np.ndarray
    expected = open_images(photo, mask=mask)
    np.testing.assert_allclose(images.pixels[0], expected.pixels[0], atol=1e-6)
    assert np.isfinite(images.filled[0]).all()


@pytest.mark.parametrize("passed", [False, True])
def test_masked_arrays_in_every_form(masked, mask, photo, passed):
    other = np.ones_like(mask)
    other[:, 30:33] = not passed
    both = mask & other
    forms = {
        "image": (masked, "auto", other),
        "stack": (np.ma.stack([masked, masked]), "auto", [other, None]),
        "list": ([photo, masked[:45]], "auto", [None, other[:45]]),
        "table": (masked.reshape(-1, 3), -1, other.ravel()),
    }
    expected = {
        "image": [both],
        "stack": [both, mask],
        "list": [np.ones_like(mask), both[:45]],
        "table": list(both.reshape(-1, 1, 1)),
    }
    for form, (X, channel_axis, sample_mask) in forms.items():
        images = open_images(X, channel_axis, sample_mask if passed else None)
        assert images.form == form
        for found, wanted in zip(images.masks, expected[form], strict=True):
            np.testing.assert_array_equal(found, wanted)
        assert all(np.isfinite(pixels).all() for pixels in images.pixels)


def test_grey_masked_arrays_and_rows(masked, mask):
    grey = masked[..., 1]
    for X in (grey, list(grey)):
        np.testing.assert_array_equal(open_images(X).masks[0], mask)
    np.testing.assert_array_equal(open_images(grey[None], None).masks[0], mask)


def test_masks_that_leave_everything(photo):
    assert open_images(np.ma.array(photo)).masks is None
    assert open_images(np.ma.array(photo), mask=np.ones((50, 75))).masks is None


def test_two_masks_that_leave_nothing(masked, mask):
    with pytest.raises(ValueError, match="mask of the image is False everywhere"):
        open_images(masked, mask=~mask)
