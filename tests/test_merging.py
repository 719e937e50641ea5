"""`n_segments`: regions merged by what the network learned."""

import numpy as np
import pytest
from skimage.measure import label as label_components
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.superpixels import SLICSuperpixels


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=5, n_segments=7, max_iter=3, random_state=0)


@pytest.mark.parametrize("n_segments", [1, 2, 7, 20])
def test_exactly_so_many_connected_regions(dic, photo, n_segments):
    labels = dic.set_params(n_segments=n_segments).fit_predict(photo)
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(np.unique(labels), np.arange(n_segments))
    assert label_components(labels, background=-1, connectivity=2).max() == n_segments


def test_forms(dic, photo):
    labels = dic.fit_predict([photo, photo[:30]])
    assert [part.shape for part in labels] == [(50, 75), (30, 75)]
    assert [part.max() + 1 for part in labels] == [7, 7]
    assert [len(part) for part in (dic.tree_, dic.segment(n_segments=3))] == [2, 2]
    stack = np.stack([photo, photo[::-1]])
    assert dic.fit_predict(stack).shape == dic.segment(threshold=20).shape == stack.shape[:3]
    again = dic.predict(stack)
    np.testing.assert_array_equal(again, dic.labels_)


def test_cutting_again_is_fitting_again(dic, photo):
    dic.fit(photo)
    before = dic.labels_.copy()
    cut = dic.segment(n_segments=4)
    np.testing.assert_array_equal(dic.labels_, before)
    np.testing.assert_array_equal(cut, clone(dic).set_params(n_segments=4).fit_predict(photo))
    auto = clone(dic).set_params(n_segments="auto").fit_predict(photo)
    np.testing.assert_array_equal(dic.segment(n_segments="auto"), auto)
    assert dic.segment(threshold=0.0).max() + 1 == dic.tree_.n_leaves
    assert dic.tree_.contour_map().max() > 0
    finer = dic.segment(n_segments=12)
    assert all(len(np.unique(before[finer == k])) == 1 for k in range(12))  # each within one


def test_the_tree_is_that_of_the_learned_features(dic, photo):
    dic.fit(photo)
    merging = RegionMerging(7).fit(photo, features=dic.transform(photo))
    np.testing.assert_array_equal(dic.labels_, merging.labels_)
    assert not np.array_equal(dic.tree_.distances_, RegionMerging(7).fit(photo).tree_.distances_)


def test_superpixels_of_ones_own_are_merged(dic, photo, tmp_path):
    superpixels = SLICSuperpixels(40).fit_transform(photo)
    for fitted in (
        clone(dic).set_params(superpixels=SLICSuperpixels(40)).fit(photo),
        clone(dic).fit(superpixels),
        clone(dic).fit(photo, superpixels=np.asarray(superpixels)),
    ):
        assert fitted.tree_.n_leaves == superpixels.max() + 1
        leaves = fitted.segment(threshold=0.0)
        pairs = np.unique([leaves.ravel(), np.asarray(superpixels).ravel()], axis=1)
        assert pairs.shape[1] == superpixels.max() + 1
    assert fitted.superpixels == "felzenszwalb"
    np.testing.assert_array_equal(fitted.predict(photo), fitted.labels_)
    fitted.save(tmp_path / "dic.safetensors")
    loaded = DeepImageClustering.load(tmp_path / "dic.safetensors")
    np.testing.assert_array_equal(loaded.predict(photo), fitted.labels_)


def test_predict_cuts_other_images(dic, photo):
    labels = dic.fit(photo).predict(photo[:, ::-1])
    np.testing.assert_array_equal(np.unique(labels), np.arange(7))


def test_trees_are_saved(dic, photo, tmp_path):
    dic.fit([photo, photo[:30]]).save(tmp_path / "dic.safetensors")
    loaded = DeepImageClustering.load(tmp_path / "dic.safetensors")
    for own, cut in zip(loaded.segment(n_segments=4), dic.segment(n_segments=4), strict=True):
        np.testing.assert_array_equal(own, cut)


def test_without_a_tree(dic, photo):
    plain = clone(dic).set_params(n_segments=None).fit(photo)
    for estimator in (plain, dic.fit(photo).set_params(n_segments=None).fit(photo)):
        with pytest.raises(ValueError, match="there is no tree of merges: the answer is the"):
            estimator.segment(n_segments=3)


def test_auto_is_regions_of_one_image_and_labels_of_several(dic, photo):
    assert DeepImageClustering().n_segments == "auto"
    network = clone(dic).set_params(n_segments=None)
    dic.set_params(n_segments="auto").fit(photo)
    assert len(np.unique(dic.labels_)) == dic.labels_.max() + 1 > 1
    np.testing.assert_array_equal(dic.segment(n_segments="auto"), dic.labels_)
    np.testing.assert_array_equal(dic.predict(photo), dic.labels_)
    pieces = label_components(dic.labels_, background=-1, connectivity=2)
    assert pieces.max() == dic.labels_.max() + 1
    other = dic.predict([photo[:30]])[0]  # of the same estimator
    assert label_components(other, background=-1, connectivity=2).max() == other.max() + 1

    collection = [photo, photo[:30]]
    dic.fit(collection)
    network.fit(collection)
    for own, expected in zip(dic.labels_, network.labels_, strict=True):
        np.testing.assert_array_equal(own, expected)
    np.testing.assert_array_equal(dic.predict(photo[:30]), dic.labels_[1])


def test_auto_is_regions_of_a_collection_of_one(dic, photo):
    alone = dic.set_params(n_segments="auto").fit(photo).labels_
    np.testing.assert_array_equal(dic.fit([photo]).labels_[0], alone)
    np.testing.assert_array_equal(dic.fit(photo[None]).labels_[0], alone)
    np.testing.assert_array_equal(dic.segment(n_segments="auto")[0], alone)


def test_auto_labels_the_pixels_of_a_table(dic, photo):
    pixels = photo.reshape(-1, 3)[::50]
    dic.set_params(n_segments="auto", channel_axis=-1).fit(photo)
    labels = dic.predict(pixels)
    np.testing.assert_array_equal(dic.set_params(n_segments=None).predict(pixels), labels)


def test_auto_with_a_mask_is_the_labels_of_the_network(dic, photo):
    mask = np.arange(75) * np.ones((50, 1)) > 9
    network = clone(dic).set_params(n_segments=None).fit(photo, sample_mask=mask)
    dic.set_params(n_segments="auto").fit(photo, sample_mask=mask)
    np.testing.assert_array_equal(dic.labels_, network.labels_)
    np.testing.assert_array_equal(dic.predict(photo), dic.labels_)
    dic.fit(photo)
    with pytest.raises(
        ValueError, match=r"n_segments='auto' and a sample_mask .*: merging knows no"
    ):
        dic.predict(photo, sample_mask=mask)


@pytest.mark.parametrize("n_clusters", [1, 2, 5])
def test_auto_makes_at_most_so_many_regions_as_there_are_labels(dic, photo, n_clusters):
    dic.set_params(n_clusters=n_clusters, n_segments="auto").fit(photo)
    assert dic.labels_.max() + 1 <= n_clusters
    assert dic.set_params(n_segments=20).fit_predict(photo).max() + 1 == 20


def test_channels_that_are_no_colours(dic, photo):
    image = 50 * (photo / 255 - 0.5)
    dic.set_params(superpixels=SLICSuperpixels(40, convert2lab=False))
    np.testing.assert_array_equal(dic.fit(image).predict(image), dic.labels_)


def test_bad_cuts(dic, photo):
    with pytest.raises(ValueError, match="are both None"):
        dic.fit(photo).segment()
    with pytest.raises(ValueError, match=r"n_segments=3 and threshold=5.0: one of them"):
        dic.segment(n_segments=3, threshold=5.0)
    with pytest.raises(ValueError, match="merging knows no masks"):
        dic.fit(photo, sample_mask=np.arange(75) * np.ones((50, 1)) > 9)
    dic.set_params(n_segments=2000)
    for answer in (dic.fit, dic.fit_predict, dic.predict, lambda _: dic.segment(n_segments=2000)):
        with pytest.warns(ConvergenceWarning, match="n_segments=2000, and an image has") as caught:
            answer(photo)
        assert [one.filename for one in caught] == [__file__]


def test_a_failed_second_fit_keeps_the_first(dic, photo):
    labels = dic.fit_predict(photo)
    with pytest.raises(ValueError, match="merging knows no masks"):
        dic.fit(photo, sample_mask=np.arange(75) * np.ones((50, 1)) > 9)
    with pytest.raises(ConvergenceWarning):  # a warning is an error here
        dic.set_params(n_segments=5000).fit(photo[:30])
    np.testing.assert_array_equal(dic.labels_, labels)
    np.testing.assert_array_equal(dic.set_params(n_segments=7).predict(photo), labels)


def test_each_image_of_a_collection(dic, photo):
    labels = PerImage(dic).fit_predict([photo, photo[:40]])
    assert [part.max() + 1 for part in labels] == [7, 7]


def test_a_table_of_pixels_has_nothing_to_merge(dic, photo):
    table = photo.reshape(-1, 3)[::100]
    fitted = clone(dic).fit(photo).set_params(channel_axis=-1)
    for method in (clone(fitted).fit, fitted.predict):
        with pytest.raises(ValueError, match="n_segments=7 and a table of pixels, which have no"):
            method(table)
