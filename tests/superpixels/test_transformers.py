import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from skimage import data, segmentation
from skimage.transform import rescale
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.superpixels import (
    SUPERPIXELS,
    FelzenszwalbSuperpixels,
    SLICSuperpixels,
    SuperpixelMap,
    get_superpixels,
)
from sklearn_dic.superpixels._resolve import resolve_superpixels
from sklearn_dic.utils._images import open_images
from tests._registry import SUPERPIXEL_TRANSFORMERS

each_transformer = pytest.mark.parametrize("transformer", SUPERPIXEL_TRANSFORMERS, ids=str)


@each_transformer
@settings(max_examples=30, deadline=None)
@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5)),
        elements=st.integers(0, 255),
    )
)
def test_labels_of_any_image_are_consecutive(transformer, image):
    superpixels = transformer.fit_transform(image)
    assert superpixels.shape == image.shape[:2]
    assert superpixels.dtype == np.int32
    assert np.array_equal(np.unique(superpixels), np.arange(superpixels.max() + 1))


@each_transformer
def test_forms(transformer, photo):
    other = photo[:20, :30]
    one = transformer.fit_transform(photo)
    stack = transformer.fit_transform(np.stack([photo, photo[::-1]]))
    several = transformer.fit_transform([photo, other])
    assert isinstance(stack, SuperpixelMap)
    assert stack.shape == (2, *photo.shape[:2])
    np.testing.assert_array_equal(stack[0], one)
    assert isinstance(several, list)
    np.testing.assert_array_equal(several[0], one)
    np.testing.assert_array_equal(several[1].image, other)
    assert clone(transformer).transform(photo).shape == one.shape  # stateless


@each_transformer
def test_path_and_dtypes_give_the_same(transformer, photo, image_file):
    expected = transformer.fit_transform(photo)
    for same in (image_file, str(image_file), photo / 255, (photo / 255).astype(np.float32)):
        np.testing.assert_array_equal(transformer.fit_transform(same), expected)


@each_transformer
def test_grey_and_channel_axis(transformer, photo):
    grey = photo[..., 0]
    expected = transformer.fit_transform(grey)
    np.testing.assert_array_equal(transformer.fit_transform(grey[..., None]), expected)
    as_stack = clone(transformer).set_params(channel_axis=None).fit_transform(grey[None])
    np.testing.assert_array_equal(as_stack[0], expected)
    table = clone(transformer).set_params(channel_axis=-1).fit_transform(photo[0])
    assert table.shape == photo[0].shape[:1]


def test_slic_is_that_of_scikit_image(photo):
    ours = SLICSuperpixels(n_segments=40, compactness=5).fit_transform(photo)
    theirs = segmentation.slic(photo, n_segments=40, compactness=5, start_label=0)
    assert adjusted_rand_score(theirs.ravel(), np.asarray(ours).ravel()) > 0.999


def test_felzenszwalb_is_that_of_scikit_image(photo):
    ours = FelzenszwalbSuperpixels(scale=50, relative_to_size=False).fit_transform(photo)
    theirs = segmentation.felzenszwalb(photo, scale=50)
    assert adjusted_rand_score(theirs.ravel(), np.asarray(ours).ravel()) > 0.999


@pytest.mark.parametrize("name", ["coffee", "astronaut", "chelsea"])
def test_felzenszwalb_is_about_the_same_at_half_the_size(name):
    full = getattr(data, name)()
    full = full[: full.shape[0] // 2 * 2, : full.shape[1] // 2 * 2]
    half = rescale(full, 0.5, channel_axis=-1, anti_aliasing=True)
    large, small = FelzenszwalbSuperpixels().fit_transform([full, half])
    fixed_large, fixed_small = FelzenszwalbSuperpixels(relative_to_size=False).fit_transform(
        [full, half]
    )
    ratio = (small.max() + 1) / (large.max() + 1)
    fixed_ratio = (fixed_small.max() + 1) / (fixed_large.max() + 1)
    assert 2 / 3 < ratio < 3 / 2
    assert abs(np.log(ratio)) < abs(np.log(fixed_ratio))


def test_default_leaves_a_few_large_regions(berkeley):
    paths = sorted((berkeley / "bsds300/images/train").glob("*.jpg"))[:5]
    for superpixels in FelzenszwalbSuperpixels().fit_transform(paths):
        areas = np.bincount(np.asarray(superpixels).ravel())
        assert 20 < len(areas) < 700
        assert (areas**2).sum() / areas.sum() > 3_000  # area-weighted mean region


def test_felzenszwalb_notices_values_beyond_its_scale(photo):
    with pytest.warns(UserWarning, match=r"go from 0 to 255, and scale=300.*[Dd]ivide"):
        FelzenszwalbSuperpixels().fit_transform(photo.astype(float))


def test_names():
    for name, kind in SUPERPIXELS.items():
        assert type(get_superpixels(name)) is kind
    with pytest.raises(ValueError, match=r"'seeds' is not known; the names are felzenszwalb, slic"):
        get_superpixels("seeds")


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (SLICSuperpixels(n_segments=0), r"'n_segments' parameter of SLICSuperpixels"),
        (FelzenszwalbSuperpixels(scale=-1), r"'scale' parameter of FelzenszwalbSuperpixels"),
        (SLICSuperpixels(channel_axis=0), r"'channel_axis' parameter of SLICSuperpixels"),
    ],
)
def test_bad_parameters(transformer, message, photo):
    with pytest.raises(ValueError, match=message):
        transformer.fit_transform(photo)


def test_a_transformer_of_somebody_else(photo):
    class Halves:
        def get_params(self, deep=True):
            return {}

        def fit_transform(self, image):
            labels = np.zeros(image.shape[:2], int)
            labels[:, image.shape[1] // 2 :] = 7
            return labels

    (labels,) = resolve_superpixels(Halves(), open_images(photo))
    assert np.unique(labels).tolist() == [0, 1]


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
    ],
)
def test_label_maps_that_do_not_fit(labels, error, message):
    with pytest.raises(error, match=message):
        resolve_superpixels([labels], open_images([np.zeros((5, 6))]))


def test_one_label_map_for_each_image():
    images = open_images([np.zeros((5, 6)), np.zeros((5, 6))])
    with pytest.raises(ValueError, match=r"1 label map\(s\) for 2 image\(s\)"):
        resolve_superpixels([np.zeros((5, 6), int)], images)
