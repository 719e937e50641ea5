import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.images import open_images
from sklearn_dic.images._nodata import mask_missing

FLOAT32_MIN = float(np.finfo(np.float32).min)


def landscape(fill, dtype=np.float32):
    """Mostly missing; at the right, .2 above and .8 below."""
    image = np.full((80, 100), fill, dtype)
    image[:40, 60:], image[40:, 60:] = 0.2, 0.8
    return image


@pytest.mark.parametrize("fill", [-9999, FLOAT32_MIN, -32768, 1e20])
@pytest.mark.parametrize(
    "estimator",
    [RegionMerging(), DeepImageClustering(max_iter=2, random_state=0)],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_landscape_in_missing_data(estimator, fill):
    image = landscape(fill)
    with pytest.warns(UserWarning, match=r"the image: 4,800 of 8,000 pixels have the value .*mask"):
        labels = estimator.fit_predict(image)
    assert (labels[:, :60] == -1).all()
    assert labels[:, 60:].min() == 0
    assert labels[5, 80] != labels[75, 80]
    if isinstance(estimator, RegionMerging):
        assert labels.max() == 1


def test_a_mask_says_it_without_a_warning():
    image = landscape(-9999)
    masked = RegionMerging().fit_predict(image, sample_mask=image > 0)
    with pytest.warns(UserWarning, match="missing data"):
        np.testing.assert_array_equal(RegionMerging().fit_predict(image), masked)


def test_a_file_of_numpy_or_tiff_without_tags(tmp_path):
    import tifffile

    tifffile.imwrite(tmp_path / "a.tif", landscape(-9999))
    with pytest.warns(UserWarning, match=r"a\.tif'.* 4,800 of 8,000 pixels have the value -9999"):
        images = open_images(tmp_path / "a.tif")
    np.testing.assert_array_equal(images.masks[0], landscape(-9999) > 0)


def test_each_image_of_a_collection_and_channels(photo):
    first = np.dstack([landscape(-9999), landscape(0.5)])
    first[0, 99, 1] = -9999
    with pytest.warns(UserWarning, match="image 0: 4,801 of 8,000 pixels"):
        images = open_images([first, first[:, 60:] * 0 + 0.5])
    assert images.masks[1].all()
    assert images.masks[0].sum() == 3199


def test_pixels_of_a_table(photo):
    rows = np.random.default_rng(0).random((50, 3))
    rows[::5] = -9999
    with pytest.warns(UserWarning, match="the table: 10 of 50 pixels"):
        images = open_images(rows, channel_axis=-1)
    assert [bool(mask) for mask in images.masks] == [i % 5 != 0 for i in range(50)]


def test_two_values_and_signed_integers():
    rng = np.random.default_rng(0)
    heights = rng.integers(200, 900, (30, 30)).astype(np.int16)
    heights[:5], heights[-5:] = -9999, -32768
    with pytest.warns(UserWarning, match="missing data") as caught:
        mask = mask_missing(heights, None, "it")
    assert ["-32768" in str(caught[0].message), "-9999" in str(caught[1].message)] == [True] * 2
    np.testing.assert_array_equal(mask, heights > 0)


@pytest.mark.parametrize(
    "image",
    [
        np.array([[-9999.0, 1], [2, 3]]),  # not repeated
        np.array([[[-9999.0, -9999]], [[2, 3]]]),  # in two channels of a pixel
        np.full((4, 4), -9999.0),  # nothing else
        np.array([[-5000.0, 7], [7, -5000]]),  # a picture of two values
        np.array([[0, 65535], [65535, 1]], np.uint16),
        np.array([[0, 200], [201, 0]], np.uint8),
        np.array([[0, 0.8], [0.8001, 0]]),
        np.array([[-9999.0, -9999], [-20000, 9000]]),  # within the others
        np.array([[1e4, 1e4, 1e4], [1e4, 0, 0.01]]),  # a value, and a few others
        np.array([[np.nan, np.inf], [np.inf, np.nan]]),
    ],
)
def test_what_is_no_missing_data(image):
    assert mask_missing(image, None, "it") is None


@given(
    hnp.arrays(np.float32, (6, 7), elements=st.floats(-100, 3000, width=32)),
    hnp.arrays(bool, (6, 7)),
)
def test_exactly_the_value_is_masked(image, missing):
    image = np.where(missing, np.float32(-9999), image)
    if 2 <= missing.sum() < image.size:
        with pytest.warns(UserWarning, match="-9999, far from all others"):
            mask = mask_missing(image, None, "it")
        np.testing.assert_array_equal(mask, ~missing)


@given(hnp.arrays(np.float64, (5, 5), elements=st.floats(-1, 1)))
def test_values_of_ordinary_images_are_never_masked(image):
    assert mask_missing(image, None, "it") is None
