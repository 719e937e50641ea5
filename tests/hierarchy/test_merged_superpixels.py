import numpy as np
import pytest
from skimage.data import coffee

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.hierarchy import MergedSuperpixels
from sklearn_dic.metrics import achievable_segmentation_accuracy
from sklearn_dic.superpixels import SLICSuperpixels


@pytest.mark.parametrize("n_segments", [1, 5, 20])
def test_they_are_the_regions_of_a_tree_without_a_network(photo, n_segments):
    superpixels = MergedSuperpixels(n_segments).fit_transform(photo)
    expected = RegionMerging(n_segments).fit_predict(photo)
    assert superpixels.max() + 1 == n_segments
    np.testing.assert_array_equal(np.asarray(superpixels), expected)


def test_a_picture_is_warned_of_once(photo):
    dark = photo.astype(np.uint16) * 20
    with pytest.warns(UserWarning, match="image 1 has dtype uint16") as caught:
        MergedSuperpixels(3).fit_transform([photo, dark])
    assert len(caught) == 1


def test_no_more_than_there_is_to_merge():
    halves = np.zeros((40, 50, 3))
    halves[:, 25:] = 1
    superpixels = MergedSuperpixels(20).fit_transform(halves)
    assert 2 <= superpixels.max() + 1 < 20


def test_few_of_them_lose_less_than_many_compact_ones():
    image = coffee()[::4, ::4]
    truth = RegionMerging(6).fit_predict(image)
    few, many = MergedSuperpixels(12), SLICSuperpixels(60)
    assert achievable_segmentation_accuracy(truth, few.fit_transform(image)) == 1
    assert achievable_segmentation_accuracy(truth, many.fit_transform(image)) < 1


def test_what_a_mask_leaves_out_is_a_superpixel_of_its_own(photo):
    mask = np.ones(photo.shape[:2], bool)
    mask[:10] = False
    superpixels = np.asarray(MergedSuperpixels(5).fit_transform(photo, mask=mask))
    assert len(np.unique(superpixels[~mask])) == 1
    assert superpixels[0, 0] not in superpixels[mask]
    # It may be one of the five, or cut one of them in two, beside slivers along its border.
    large = np.bincount(superpixels[mask]) > 20
    assert 4 <= large.sum() <= 6


def test_labels_are_unions_of_them(photo):
    superpixels = MergedSuperpixels(6)
    dic = DeepImageClustering(
        8, n_segments=None, superpixels=superpixels, max_iter=5, random_state=0
    )
    labels = dic.fit_predict(photo)
    for number in range(6):
        inside = np.asarray(superpixels.fit_transform(photo)) == number
        assert len(np.unique(labels[inside])) == 1
    assert dic.n_clusters_ <= 6
