"""Label maps from names, transformers, and arrays that come with the images."""

import numpy as np
import pytest
from skimage.segmentation import slic

from sklearn_dic.images import open_images
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    SLICSuperpixels,
    SuperpixelMap,
)
from sklearn_dic.superpixels._map import open_with_superpixels
from sklearn_dic.superpixels._resolve import (
    check_superpixels,
    compute_superpixels,
    resolve_superpixels,
)


@pytest.fixture
def labels(photo):
    return np.asarray(SLICSuperpixels(20).fit_transform(photo))


def assert_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == np.int32
        np.testing.assert_array_equal(one, other)


class TestMethods:
    """The parameter of an estimator: names and transformers."""

    def test_a_name_a_transformer_and_a_list(self, photo, labels):
        images = open_images([photo, photo[:30]])
        felzenszwalb = FelzenszwalbSuperpixels().fit_transform([photo, photo[:30]])
        assert_same(
            compute_superpixels("felzenszwalb", images), [one[None] for one in felzenszwalb]
        )
        both = compute_superpixels(["felzenszwalb", SLICSuperpixels(20)], images)
        assert [maps.shape for maps in both] == [(2, 50, 75), (2, 30, 75)]
        assert_same(both[0], [felzenszwalb[0], labels])
        assert compute_superpixels(None, images) is None

    @pytest.mark.parametrize(
        "given",
        [
            lambda labels, _: labels,
            lambda labels, _: labels.tolist(),
            lambda labels, image: SuperpixelMap(labels, image),
            lambda labels, _: ["slic", labels],
            lambda labels, _: [labels],
        ],
        ids=["array", "nested list", "SuperpixelMap", "list with a name", "list"],
    )
    def test_label_maps_belong_to_fit(self, photo, labels, given):
        with pytest.raises(TypeError, match=r"holds label maps .*fit\(X, superpixels=labels\)"):
            compute_superpixels(given(labels, photo), open_images(photo))

    def test_a_transformer_of_another_package(self, photo):
        class Halves:
            def get_params(self, deep=True):
                return {}

            def fit_transform(self, image):
                labels = np.zeros(image.shape[:2], int)
                labels[:, image.shape[1] // 2 :] = 7
                return labels

        (labels,) = compute_superpixels(Halves(), open_images(photo))
        assert np.unique(labels).tolist() == [0, 1]

    def test_a_class_in_the_place_of_a_transformer(self):
        for resolve in (compute_superpixels, resolve_superpixels):
            message = r"SLICSuperpixels is a class; pass SLICSuperpixels\(\)"
            with pytest.raises(TypeError, match=message):
                resolve(SLICSuperpixels, open_images(np.zeros((5, 6))))

    def test_the_transformer_is_left_alone(self, photo):
        transformer = SLICSuperpixels(20)
        compute_superpixels(transformer, open_images(photo))
        assert not hasattr(transformer, "n_features_in_")


class TestLabelMaps:
    """Label maps that travel with the images."""

    def test_one_map_or_several_for_an_image(self, photo, labels):
        image = open_images(photo)
        other = slic(photo, n_segments=10)
        assert_same(check_superpixels(labels, image), [labels[None]])
        expected = [np.stack([labels, other - 1])]
        for maps in ([labels, other], (labels, other.tolist()), np.stack([labels, other])):
            assert_same(check_superpixels(maps, image), expected)

    def test_an_entry_for_each_image(self, photo, labels):
        images = open_images([photo, photo[:30]])
        upper = SLICSuperpixels(9).fit_transform(photo[:30])
        found = check_superpixels([labels, upper], images)
        assert_same(found, [labels[None], np.asarray(upper)[None]])
        stack = open_images(np.stack([photo, photo]))
        assert_same(check_superpixels(np.stack([labels, labels]), stack), [labels[None]] * 2)

    def test_pixels_outside_of_the_mask_are_the_last_superpixel(self, photo, labels):
        mask = np.ones(labels.shape, bool)
        mask[:10] = False
        (maps,) = check_superpixels(labels, open_images(photo, "auto", mask))
        assert (maps[0][:10] == maps.max()).all()
        assert (maps[0][10:] < maps.max()).all()

    @pytest.mark.parametrize(
        ("labels", "error", "message"),
        [
            (
                np.zeros((3, 4), int),
                ValueError,
                r"of image 0 have shape \(3, 4\), the image has \(5, 6\)",
            ),
            (np.full((5, 6), -1), ValueError, r"negative labels, the smallest is -1 at \(0, 0\)"),
            (np.zeros((5, 6)), TypeError, "dtype float64; labels are integers"),
            (len, TypeError, "holds a builtin_function_or_method"),
        ],
    )
    def test_maps_that_do_not_fit(self, labels, error, message):
        with pytest.raises(error, match=message):
            check_superpixels([labels], open_images([np.zeros((5, 6))]))

    def test_the_number_of_maps(self):
        images = open_images([np.zeros((5, 6)), np.zeros((5, 6))])
        labels = np.zeros((5, 6), int)
        with pytest.raises(ValueError, match=r"2 image\(s\), and superpixels has length 1"):
            check_superpixels([labels], images)
        with pytest.raises(ValueError, match=r"\[2, 1\] label maps for the images"):
            check_superpixels([[labels, labels], labels], images)
        with pytest.raises(TypeError, match="holds a int, 3"):
            check_superpixels(3, images)


def test_fit_takes_methods_and_label_maps(photo, labels):
    image = open_images(photo)
    for same in (SLICSuperpixels(20), [SLICSuperpixels(20)], labels, [labels]):
        assert_same(resolve_superpixels(same, image), [labels[None]])
    assert resolve_superpixels(None, image) is None
    with pytest.raises(TypeError, match="without names or transformers in the list"):
        resolve_superpixels(["slic", labels], image)


class TestOpening:
    """Images and superpixels, passed or in X."""

    def test_maps_come_in_the_form_of_the_images(self, photo):
        grey = photo[..., 0]
        slic = SLICSuperpixels(20)
        for channel_axis, X in [("auto", grey), ("auto", [grey, grey[:30]]), (None, grey[None])]:
            transformed = slic.set_params(channel_axis=channel_axis).fit_transform(X)
            images, maps = open_with_superpixels(transformed, channel_axis)
            expected = compute_superpixels(slic, open_images(X, channel_axis))
            assert_same(check_superpixels(maps, images), expected)
            assert images.form == open_images(X, channel_axis).form

    def test_a_table(self, photo):
        table = photo.reshape(-1, 3)[:40] / 255
        images, maps = open_with_superpixels(SuperpixelMap(np.arange(40) // 4, table), "auto")
        assert images.form == "table"
        assert len(check_superpixels(maps, images)) == 40

    def test_passed_superpixels_win(self, photo, labels):
        images, superpixels = open_with_superpixels(SuperpixelMap(labels, photo), "auto", "slic")
        assert superpixels == "slic"
        assert images.shapes == [labels.shape]
        assert open_with_superpixels(photo, "auto")[1] is None

    def test_the_mask(self, photo, labels):
        mask = labels != 3
        images, _ = open_with_superpixels(SuperpixelMap(labels, photo), "auto", sample_mask=mask)
        np.testing.assert_array_equal(images.masks[0], mask)
