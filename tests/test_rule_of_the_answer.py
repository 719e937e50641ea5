"""The rule of the answer: `n_segments` decides between regions and labels of the network."""

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


def in_form(photo, form):
    """The photo in each form of input, and its mask in the same form."""
    mask = np.indices(photo.shape[:2])[1] > 9
    return {
        "image": (photo, mask),
        "grey": (photo[..., 0], mask),
        "stack": (np.stack([photo, photo[::-1]]), np.stack([mask, mask])),
        "list": ([photo, photo[:30]], [mask, mask[:30]]),
        "list of one": ([photo], [mask]),
        "stack of one": (photo[None], mask[None]),
    }[form]


def as_list(labels, form):
    return [labels] if form in ("image", "grey") else list(labels)


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("n_segments", ["auto", 7, None])
@pytest.mark.parametrize("form", ["image", "grey", "stack", "list", "list of one", "stack of one"])
@pytest.mark.parametrize(
    "parameters",
    [{}, {"refine": False, "connected_components": True, "superpixels": None}],
    ids=["default", "others"],
)
def test_only_n_segments_says_what_the_answer_is(dic, photo, form, n_segments, masked, parameters):
    X, mask = in_form(photo, form)
    mask = mask if masked else None
    dic.set_params(n_segments=n_segments, **parameters).fit(X, sample_mask=mask)
    answers, masks = as_list(dic.labels_, form), as_list(mask, form) if masked else None
    for place, labels in enumerate(answers):
        inside = masks[place] if masked else np.ones(labels.shape, bool)
        np.testing.assert_array_equal(labels == -1, ~inside)
        assert labels.dtype == np.int32
    assert (dic.region_merging_ is None) == (n_segments is None)
    if n_segments is None:
        assert max(labels.max() for labels in answers) < 8 or dic.connected_components
    else:  # each region is connected, and numbered for itself
        for labels in answers:
            n_regions = labels.max() + 1
            np.testing.assert_array_equal(np.unique(labels[labels >= 0]), np.arange(n_regions))
            pieces = label_components(labels, background=-1, connectivity=2)
            assert pieces.max() == n_regions
            assert n_segments == "auto" or n_regions == n_segments
    again = as_list(dic.predict(X, sample_mask=mask), form)
    for labels, predicted in zip(answers, again, strict=True):
        np.testing.assert_array_equal(labels, predicted)


def test_a_table_of_pixels_has_no_regions(dic, photo):
    table = photo.reshape(-1, 3)[::50]
    dic.set_params(channel_axis=-1)
    for n_segments in ("auto", 7):
        with pytest.raises(ValueError, match=f"n_segments={n_segments!r} and a table of 75 pixels"):
            clone(dic).set_params(n_segments=n_segments).fit(table)
    with pytest.raises(ValueError, match="and a table of 75 pixels"):
        clone(dic).fit(photo).predict(table)
    assert dic.set_params(n_segments=None).fit_predict(table).shape == (75,)


@pytest.mark.parametrize("n_segments", [1, 2, 20])
def test_exactly_so_many_connected_regions(dic, photo, n_segments):
    labels = dic.set_params(n_segments=n_segments).fit_predict(photo)
    np.testing.assert_array_equal(np.unique(labels), np.arange(n_segments))


def test_the_number_of_labels_does_not_limit_the_regions(dic):
    checkerboard = np.kron(np.indices((8, 8)).sum(axis=0) % 2, np.ones((16, 16)))
    dic.set_params(n_clusters=3, n_segments="auto").fit(checkerboard)
    assert dic.labels_.max() + 1 > 3


def test_regions_are_those_of_region_merging_with_the_learned_features(dic, photo):
    weighted = RegionMerging(7, features_weight=1)
    dic.set_params(region_merging=weighted).fit(photo)
    merging = clone(weighted).fit(photo, features=dic.predict_proba(photo))
    np.testing.assert_array_equal(dic.labels_, merging.labels_)
    np.testing.assert_array_equal(dic.region_merging_.tree_.distances_, merging.tree_.distances_)
    learning = clone(weighted).set_params(features=clone(dic)).fit(photo)
    np.testing.assert_array_equal(dic.labels_, learning.labels_)
    np.testing.assert_array_equal(learning.tree_.distances_, merging.tree_.distances_)
    np.testing.assert_array_equal(learning.predict(photo), learning.labels_)
    np.testing.assert_array_equal(dic.predict(photo), dic.labels_)
    of_logits = clone(weighted).fit(photo, features=dic.transform(photo))
    assert not np.array_equal(of_logits.tree_.distances_, merging.tree_.distances_)
    without = RegionMerging(7).fit(photo)
    assert not np.array_equal(merging.tree_.distances_, without.tree_.distances_)


def test_superpixels_vote_and_are_not_merged(dic, photo):
    superpixels = np.asarray(SLICSuperpixels(40).fit_transform(photo))
    by_parameter = clone(dic).set_params(superpixels=SLICSuperpixels(40)).fit(photo)
    for fitted in (
        clone(dic).fit(SLICSuperpixels(40).fit_transform(photo)),
        clone(dic).fit(photo, superpixels=superpixels),
    ):
        np.testing.assert_array_equal(fitted.superpixel_labels_, superpixels)
        np.testing.assert_array_equal(fitted.labels_, by_parameter.labels_)
        assert fitted.region_merging_.tree_.n_leaves != superpixels.max() + 1


def test_a_region_merging_of_ones_own(dic, photo):
    merging = RegionMerging(superpixels=SLICSuperpixels(40), threshold=30.0)
    dic.set_params(region_merging=merging, n_segments="auto").fit(photo)
    fitted = dic.region_merging_
    assert fitted.tree_.n_leaves == SLICSuperpixels(40).fit_transform(photo).max() + 1
    np.testing.assert_array_equal(dic.labels_, fitted.segment(threshold=30.0))
    assert not hasattr(merging, "tree_")  # a clone is fitted
    exact = clone(dic).set_params(n_segments=4).fit(photo)  # a number wins
    assert exact.labels_.max() + 1 == 4
    np.testing.assert_array_equal(exact.labels_, fitted.segment(n_segments=4))
    finer = clone(dic).set_params(region_merging__threshold=0.0).fit(photo)
    assert finer.labels_.max() + 1 == finer.region_merging_.tree_.n_leaves


def test_cutting_again_is_fitting_again(dic, photo):
    dic.fit(photo)
    cut = dic.region_merging_.segment(n_segments=4)
    np.testing.assert_array_equal(cut, clone(dic).set_params(n_segments=4).fit_predict(photo))
    auto = clone(dic).set_params(n_segments="auto").fit_predict(photo)
    np.testing.assert_array_equal(dic.region_merging_.segment(n_segments="auto"), auto)


def test_predict_cuts_other_images(dic, photo):
    labels = dic.fit(photo).predict(photo[:, ::-1])
    np.testing.assert_array_equal(np.unique(labels), np.arange(7))


def test_trees_are_saved(dic, photo, tmp_path):
    dic.fit([photo, photo[:30]]).save(tmp_path / "dic.safetensors")
    loaded = DeepImageClustering.load(tmp_path / "dic.safetensors")
    cuts = (each.region_merging_.segment(n_segments=4) for each in (loaded, dic))
    for ours, expected in zip(*cuts, strict=True):
        np.testing.assert_array_equal(ours, expected)
    for ours, expected in zip(loaded.predict([photo]), dic.predict([photo]), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_channels_that_are_no_colours(dic, photo):
    image = 50 * (photo / 255 - 0.5)
    dic.set_params(superpixels=SLICSuperpixels(40, convert2lab=False))
    np.testing.assert_array_equal(dic.fit(image).predict(image), dic.labels_)


def test_fewer_superpixels_than_regions(dic, photo):
    dic.set_params(n_segments=2000)
    for answer in (dic.fit, dic.fit_predict, dic.predict):
        with pytest.warns(ConvergenceWarning, match="n_segments=2000, and an image has") as caught:
            answer(photo)
        assert [warning.filename for warning in caught] == [__file__]


def test_a_failed_second_fit_keeps_the_first(dic, photo):
    labels = dic.fit_predict(photo)
    with pytest.raises(ConvergenceWarning):  # a warning is an error here
        dic.set_params(n_segments=5000).fit(photo[:30])
    np.testing.assert_array_equal(dic.labels_, labels)
    np.testing.assert_array_equal(dic.set_params(n_segments=7).predict(photo), labels)


def test_each_image_of_a_collection(dic, photo):
    labels = PerImage(dic).fit_predict([photo, photo[:40]])
    assert [part.max() + 1 for part in labels] == [7, 7]
