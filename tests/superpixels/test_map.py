import copy
import pickle

import joblib
import numpy as np
import pytest
from skimage.segmentation import expand_labels, mark_boundaries
from sklearn.utils import _safe_indexing

from sklearn_dic.superpixels import SuperpixelMap
from sklearn_dic.superpixels._map import take_images


@pytest.fixture
def image():
    return np.random.RandomState(0).rand(4, 6, 3)


@pytest.fixture
def superpixels(image):
    return SuperpixelMap(np.arange(24).reshape(4, 6) // 5, image)


def is_plain(array):
    return type(array) is np.ndarray


def test_is_an_array_of_labels_to_everybody_else(superpixels, image):
    assert superpixels.dtype == np.int32
    assert is_plain(np.asarray(superpixels))
    assert mark_boundaries(image, superpixels).shape == image.shape
    assert np.bincount(superpixels.ravel()).sum() == 24
    assert isinstance(superpixels.max(), np.int32)
    assert superpixels.max() == 4


def test_what_is_derived_is_a_plain_array(superpixels):
    assert is_plain(superpixels + 1)
    assert is_plain(superpixels == 2)
    assert is_plain(superpixels[1:, 2])
    assert is_plain(superpixels[superpixels > 1])
    assert is_plain(np.where(superpixels > 1, 1, 0))


@pytest.mark.parametrize(
    "key",
    [
        (np.array([0, 1]), np.array([1, 2])),
        np.ix_([0, 3], [1, 2]),
        (np.array([True, False, True, True]), Ellipsis),
        np.array([2, 0]),
        (Ellipsis, None),
        (slice(1, 3), np.array([0, 5])),
    ],
)
def test_arrays_as_indices(superpixels, key):
    part = superpixels[key]
    assert is_plain(part)
    np.testing.assert_array_equal(part, np.asarray(superpixels)[key])


def test_arrays_as_indices_of_a_stack(image):
    stack = SuperpixelMap(np.arange(48).reshape(2, 4, 6), np.stack([image, image]))
    mask = np.asarray(stack) % 2 == 0
    for key in (mask, mask[..., 0], (np.array([0]), np.array([1])), (0, Ellipsis, 1)):
        assert is_plain(stack[key])
        np.testing.assert_array_equal(stack[key], np.asarray(stack)[key])
    assert isinstance(stack[np.array([True, False])], SuperpixelMap)


def test_functions_of_scikit_image_that_index_with_arrays(superpixels):
    expected = expand_labels(np.asarray(superpixels), 2)
    np.testing.assert_array_equal(expand_labels(superpixels, 2), expected)


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))],
)
def test_copies_keep_the_image(superpixels, image, copied):
    again = copied(superpixels)
    assert isinstance(again, SuperpixelMap)
    np.testing.assert_array_equal(again, superpixels)
    np.testing.assert_array_equal(again.image, image)


def test_joblib_keeps_the_image(superpixels, image, tmp_path):
    joblib.dump(superpixels, tmp_path / "map")
    np.testing.assert_array_equal(joblib.load(tmp_path / "map").image, image)


@pytest.fixture
def masked(superpixels, image):
    mask = np.zeros((4, 6, 3), bool)
    mask[:2, 3:] = True
    return SuperpixelMap(superpixels, np.ma.array(image, mask=mask))


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))],
)
def test_copies_keep_the_mask_of_the_image(masked, copied):
    again = copied(masked)
    np.testing.assert_array_equal(again, masked)
    np.testing.assert_array_equal(again.image.mask, masked.image.mask)
    np.testing.assert_array_equal(again.image.data, masked.image.data)


def test_joblib_keeps_the_mask_and_hashes_it(masked, superpixels, tmp_path):
    joblib.dump(masked, tmp_path / "map")
    np.testing.assert_array_equal(joblib.load(tmp_path / "map").image.mask, masked.image.mask)
    same, other = masked.copy(), masked.copy()
    other.image.mask[3] = True
    assert joblib.hash(masked) == joblib.hash(same)
    assert joblib.hash(masked) != joblib.hash(other)
    assert joblib.hash(masked) != joblib.hash(superpixels)


def test_images_taken_out_of_a_stack_keep_their_masks():
    images = np.ma.masked_less(np.random.RandomState(0).rand(3, 4, 6), 0.3)
    stack = SuperpixelMap(np.zeros((3, 4, 6), int), images)
    np.testing.assert_array_equal(stack[1].image.mask, images.mask[1])
    np.testing.assert_array_equal(stack[[2, 0]].image.mask, images.mask[[2, 0]])
    np.testing.assert_array_equal([part.image.mask for part in stack], images.mask)
    np.testing.assert_array_equal(take_images(stack)[0].mask, images.mask[..., None])


def test_a_stack_indexed_by_image_gives_maps():
    images = np.random.RandomState(0).rand(3, 4, 6)
    stack = SuperpixelMap(np.zeros((3, 4, 6), int), images)
    np.testing.assert_array_equal(stack[1].image, images[1])
    np.testing.assert_array_equal(stack[[2, 0]].image, images[[2, 0]])
    np.testing.assert_array_equal([part.image for part in stack], images)
    assert is_plain(stack[1, :2])


def test_scikit_learn_takes_images_out_of_a_stack():
    images = np.random.RandomState(0).rand(3, 4, 6)
    stack = SuperpixelMap(np.zeros((3, 4, 6), int), images)
    np.testing.assert_array_equal(_safe_indexing(stack, [2]).image, images[[2]])


def test_views_have_no_image_and_travel_as_plain_arrays(superpixels):
    for view in (superpixels.T, superpixels.ravel(), superpixels.astype(np.int64)):
        assert view.image is None
        for copied in (pickle.loads(pickle.dumps(view)), copy.copy(view), copy.deepcopy(view)):
            assert is_plain(copied)
            np.testing.assert_array_equal(copied, view)


def test_joblib_tells_pictures_apart(superpixels, image):
    assert joblib.hash(superpixels) == joblib.hash(SuperpixelMap(superpixels, image.copy()))
    assert joblib.hash(superpixels) != joblib.hash(SuperpixelMap(superpixels, 1 - image))


def test_labels_must_fit_the_image():
    with pytest.raises(ValueError, match=r"\(4, 5\) do not fit an image of shape \(5, 4\)"):
        SuperpixelMap(np.zeros((4, 5), int), np.zeros((5, 4)))


@pytest.mark.parametrize("labels", [[[0.5, 1.7]], [[0, -1]], [[2**40, 1]]])
def test_labels_must_be_labels(labels):
    with pytest.raises((TypeError, ValueError), match=r"superpixels of an image of shape \(1, 2\)"):
        SuperpixelMap(labels, np.zeros((1, 2)))


def test_pictures_and_superpixels_part_again(superpixels, image):
    pictures, maps = take_images(superpixels)
    assert pictures is superpixels.image
    np.testing.assert_array_equal(maps[0], superpixels)
    pictures, maps = take_images(
        [superpixels, SuperpixelMap(np.zeros((2, 2), int), np.ones((2, 2)))]
    )
    assert [picture.shape for picture in pictures] == [(4, 6, 3), (2, 2, 1)]
    assert take_images(image) == (image, None)


def test_a_map_without_its_image_is_refused(superpixels):
    with pytest.raises(ValueError, match="has no image"):
        take_images(superpixels.astype(np.int64))


def test_maps_and_images_cannot_be_mixed(superpixels, image):
    with pytest.raises(TypeError, match="image 1 is a ndarray where image 0 is a SuperpixelMap"):
        take_images([superpixels, image])
