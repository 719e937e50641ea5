import numpy as np
import pytest

from sklearn_dic import PerImage
from sklearn_dic.images import open_images
from sklearn_dic.superpixels import SLICSuperpixels

xarray = pytest.importorskip("xarray")


def named(photo, dims):
    """The photograph, three times for each axis that is neither y, x nor band."""
    axes = {"y": 0, "x": 1, "band": 2}
    array = photo if "band" in dims else photo[..., 0]
    order = [axes[dim] for dim in dims if dim in axes]
    array = array.transpose(order)
    for place, dim in enumerate(dims):
        if dim not in axes:
            array = np.stack([array] * 4, axis=place)
    return xarray.DataArray(array, dims=dims)


@pytest.mark.parametrize("channel_axis", ["auto", None, -1])
@pytest.mark.parametrize("dims", [("band", "y", "x"), ("y", "band", "x"), ("y", "x", "band")])
def test_bands_are_channels_wherever_they_are(photo, dims, channel_axis):
    images = open_images(named(photo, dims), channel_axis)
    assert images.form == "image"
    np.testing.assert_array_equal(images.given[0], photo)
    in_list = open_images([named(photo, dims), named(photo, dims)], channel_axis)
    np.testing.assert_array_equal(in_list.given[1], photo)


def test_rows_and_columns_stay_in_their_order(photo):
    images = open_images(named(photo, ("x", "band", "y")))
    np.testing.assert_array_equal(images.given[0], photo.swapaxes(0, 1))


@pytest.mark.parametrize("channel_axis", ["auto", None, -1])
@pytest.mark.parametrize(
    "dims",
    [("time", "y", "x"), ("z", "y", "x"), ("time", "band", "y", "x"), ("t", "y", "x", "band")],
)
def test_times_and_slices_are_images(photo, dims, channel_axis):
    images = open_images(named(photo, dims), channel_axis)
    assert images.form == "stack"
    assert len(images) == 4
    expected = photo if "band" in dims else photo[..., 0]
    np.testing.assert_array_equal(images.given[3], expected)


def test_two_axes_of_any_name_are_an_image(photo):
    grey = xarray.DataArray(photo[..., 0], dims=("anything", "else"))
    assert open_images(grey).shapes == [(50, 75)]
    bands = xarray.DataArray(np.moveaxis(photo, -1, 0), dims=("band", "dim_1", "dim_2"))
    np.testing.assert_array_equal(open_images(bands).given[0], photo)


def test_without_known_names_it_is_an_array(photo):
    assert open_images(xarray.DataArray(photo)).shapes == [(50, 75)]
    assert open_images(xarray.DataArray(photo), None).form == "stack"


def test_a_table_of_pixels_with_names(photo):
    table = xarray.DataArray(photo.reshape(-1, 3), dims=("pixel", "band"))
    assert open_images(table, -1).form == "table"
    for other in (table.T, xarray.DataArray(photo[..., 0], dims=("y", "x"))):
        with pytest.raises(ValueError, match="channel_axis=-1 reads a table of pixels, whose last"):
            open_images(other, -1)


@pytest.mark.parametrize(
    ("dims", "message"),
    [
        (("what", "y", "x"), r"'what' is neither known .*X\.rename\(what='channel'\)"),
        (("y", "x", "time"), "before them"),
        (("time", "z", "y", "x"), "which are no image"),
        (("band", "wavelength", "y", "x"), "which are no image"),
    ],
)
def test_names_that_leave_it_open(dims, message):
    with pytest.raises(ValueError, match=message):
        open_images(xarray.DataArray(np.zeros((2, 3, 4, 5)[: len(dims)]), dims=dims))


def test_a_stack_in_a_list_is_refused(photo):
    with pytest.raises(ValueError, match=r"image 0 has axes \('time', 'y', 'x'\).*a stack"):
        open_images([named(photo, ("time", "y", "x"))])


def test_a_data_set_is_several_variables(photo):
    grey = xarray.DataArray(photo[..., 0], dims=("y", "x"))
    both = xarray.Dataset({"red": grey, "green": grey})
    with pytest.raises(TypeError, match=r"Dataset of 2 variables; .*X\.to_dataarray\('channel'\)"):
        open_images(both)
    assert open_images(both.to_dataarray("channel")).n_channels == 2


def test_estimators_take_named_axes(photo):
    bands = named(photo, ("band", "y", "x"))
    expected = SLICSuperpixels(9).fit_transform(photo)
    np.testing.assert_array_equal(SLICSuperpixels(9).fit_transform(bands), expected)
    films = named(photo, ("time", "band", "y", "x"))
    assert PerImage(FirstChannel()).fit(films).labels_.shape == (4, 50, 75)


class FirstChannel(SLICSuperpixels):
    """An estimator of labels that costs nothing."""

    def fit(self, X, y=None):
        self.labels_ = (np.asarray(X)[..., 0] > 100).astype(int)
        return self

    def fit_predict(self, X, y=None):
        return self.fit(X).labels_
