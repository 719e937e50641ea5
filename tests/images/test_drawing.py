import numpy as np
import pytest
from skimage import data
from skimage.color import label2rgb, rgb2gray
from skimage.util import img_as_float32

from sklearn_dic.images._drawing import as_rgb, mean_colors
from sklearn_dic.images._images import open_images
from sklearn_dic.superpixels import SLICSuperpixels


@pytest.fixture
def pixels(photo):
    return img_as_float32(photo)


def test_a_photograph_is_shown_as_it_is(pixels):
    for shown in as_rgb([pixels, pixels[:9]]), as_rgb([np.dstack([pixels, pixels[..., :1]])]):
        np.testing.assert_array_equal(shown[0], pixels)
    grey = as_rgb([pixels[..., :1]])[0]
    np.testing.assert_array_equal(grey, np.repeat(pixels[..., :1], 3, axis=2))


def test_twelve_bits_in_sixteen_are_not_black(photo):
    with pytest.warns(UserWarning, match="`image / 4095`"):
        pixels = open_images(photo.astype(np.uint16) * 16).pixels
    picture = as_rgb(pixels)[0]
    assert picture.min() == 0
    assert picture.max() == 1
    assert np.corrcoef(picture.ravel(), photo.ravel())[0, 1] > 0.99


def test_values_beyond_one_are_stretched_and_an_outlier_is_not_all_there_is(pixels):
    picture = pixels * 1000 - 300
    picture[0, 0] = 1e6
    shown = as_rgb([picture])[0]
    assert shown.min() == 0
    assert shown.max() == 1
    assert 0.2 < shown.mean() < 0.8


def test_frames_are_stretched_alike(pixels):
    dark, bright = as_rgb([pixels * 500, pixels * 1000])
    np.testing.assert_allclose(bright.mean(), 2 * dark.mean(), rtol=0.1)


def test_many_channels_show_their_principal_components(pixels):
    weights = np.random.RandomState(0).rand(3, 9)
    picture = pixels @ weights.astype(np.float32)
    shown = as_rgb([picture])[0]
    assert shown.shape == pixels.shape
    assert abs(np.corrcoef(shown[..., 0].ravel(), rgb2gray(pixels).ravel())[0, 1]) > 0.9
    values = shown.reshape(-1, 3)
    assert (np.quantile(values, 0.9, axis=0) - np.quantile(values, 0.1, axis=0) > 0.2).all()
    again = as_rgb([picture[:20], picture[20:]])
    np.testing.assert_allclose(np.concatenate(again), shown, atol=1e-4)


@pytest.mark.parametrize("n_channels", [1, 2, 3, 4, 5, 100])
@pytest.mark.parametrize("value", [-5, 0, 0.5, 1e30])
def test_a_picture_of_one_colour(n_channels, value):
    shown = as_rgb([np.full((2, 3, n_channels), value, np.float32)])[0]
    assert shown.shape == (2, 3, 3)
    assert 0 <= shown.min() <= shown.max() <= 1


def test_mean_colours_are_those_of_another_library():
    image = img_as_float32(data.coffee()[::4, ::4])
    labels = np.asarray(SLICSuperpixels(100).fit_transform(image)) * 7 - 50
    expected = label2rgb(labels, image, kind="avg", bg_label=-1000)
    np.testing.assert_allclose(mean_colors(image, labels), expected, atol=1e-5)
