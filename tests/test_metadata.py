"""Superpixels and masks that are passed to the methods, and routed to them."""

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.metrics import get_scorer
from sklearn_dic.model_selection import PerImageSplit
from sklearn_dic.superpixels import SLICSuperpixels, SuperpixelMap


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, n_segments=None, max_iter=3, random_state=0)


@pytest.fixture
def mask(photo):
    rows, columns = np.indices(photo.shape[:2])
    return (rows - 25) ** 2 + (columns - 35) ** 2 < 20**2


@pytest.fixture
def halves(photo):
    return (np.indices(photo.shape[:2])[1] > 30).astype(int)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def test_superpixels_of_the_images_take_precedence(dic, photo, halves):
    given = clone(dic).fit(photo, superpixels=halves)
    np.testing.assert_array_equal(given.superpixel_labels_, halves)
    np.testing.assert_array_equal(given.predict(photo, superpixels=halves), given.labels_)
    joined = clone(dic).fit(SuperpixelMap(halves, photo))
    np.testing.assert_array_equal(given.labels_, joined.labels_)
    scores = {given.score(photo, superpixels=halves), joined.score(SuperpixelMap(halves, photo))}
    assert len(scores) == 1
    assert given.score(photo) not in scores  # with the superpixels of the parameter
    other = SuperpixelMap(np.zeros_like(halves), photo)
    again = clone(dic).fit(other, superpixels=halves)  # what is passed wins
    np.testing.assert_array_equal(again.superpixel_labels_, halves)


def test_superpixels_of_other_images(dic, photo, halves):
    given = dic.fit(photo, superpixels=halves)
    labels = given.predict(photo[::-1], superpixels=halves[::-1])
    assert all(len(np.unique(labels[halves[::-1] == k])) == 1 for k in (0, 1))


def test_a_transformer_passed_with_the_images(dic, photo):
    slic = SLICSuperpixels(30)
    given = clone(dic).fit(photo, superpixels=slic)
    as_parameter = clone(dic).set_params(superpixels=slic).fit(photo)
    np.testing.assert_array_equal(given.labels_, as_parameter.labels_)
    again = given.predict(photo[::-1], superpixels=slic)
    np.testing.assert_array_equal(again, as_parameter.predict(photo[::-1]))


def test_several_maps_of_a_table(dic):
    table = np.random.default_rng(0).random((2000, 3))
    maps = np.stack([np.arange(2000) % 7, np.arange(2000) % 5], axis=1)
    dic.set_params(channel_axis=-1).fit(table, superpixels=maps)
    assert dic.superpixel_labels_.shape == maps.shape
    np.testing.assert_array_equal(dic.predict(table, superpixels=maps), dic.labels_)


@pytest.mark.parametrize("form", ["image", "list", "stack"])
def test_one_map_for_each_image(dic, photo, halves, form):
    X, maps = {
        "image": (photo, halves),
        "list": ([photo, photo[:20]], [halves, halves[:20]]),
        "stack": (np.stack([photo, photo]), np.stack([halves, 1 - halves])),
    }[form]
    given = dic.fit(X, superpixels=maps)
    for labels, again in zip(given.labels_, given.predict(X, superpixels=maps), strict=True):
        np.testing.assert_array_equal(labels, again)


@pytest.mark.parametrize("superpixels", ["felzenszwalb", "slic", None, ["slic", "felzenszwalb"]])
@pytest.mark.parametrize("clustering", ["residual", "paper", None])
def test_what_is_left_out_does_not_matter(dic, photo, mask, superpixels, clustering):
    dic.set_params(superpixels=superpixels, clustering=clustering)
    inverted = np.where(mask[..., None], photo, 255 - photo)
    unknown = np.where(mask[..., None], photo / 255, np.nan)
    labels = clone(dic).fit_predict(photo, sample_mask=mask)
    for other in (inverted, unknown):
        fitted = clone(dic).fit(other, sample_mask=mask)
        np.testing.assert_array_equal(fitted.labels_, labels)
        np.testing.assert_array_equal(fitted.predict(photo, sample_mask=mask), labels)
        assert fitted.transform(photo).shape == (*labels.shape, 8)
        assert fitted.score(other, sample_mask=mask) == fitted.score(photo, sample_mask=mask)
    assert np.array_equal(labels == -1, ~mask)
    assert np.array_equal(np.unique(labels[mask]), np.arange(fitted.n_clusters_))
    with pytest.raises(ValueError, match="contains NaN"):
        clone(dic).fit(unknown)


def test_a_mask_of_everything_changes_nothing(dic, photo):
    everything = np.ones(photo.shape[:2], bool)
    np.testing.assert_array_equal(
        clone(dic).fit_predict(photo), clone(dic).fit_predict(photo, sample_mask=everything)
    )


def test_left_out_pixels_have_no_vote_in_given_superpixels(dic, photo, halves, mask):
    fitted = dic.fit(photo, superpixels=halves, sample_mask=mask)
    for half in (0, 1):
        assert len(np.unique(fitted.labels_[mask & (halves == half)])) == 1
    assert (fitted.superpixel_labels_[~mask] == 2).all()


def test_connected_components_in_a_mask(dic, photo, mask):
    dic.set_params(connected_components=True)
    labels = dic.fit_predict(photo, sample_mask=mask)
    assert np.array_equal(labels == -1, ~mask)
    assert np.array_equal(np.unique(labels[mask]), np.arange(labels.max() + 1))


def test_masks_of_a_collection(dic, photo, mask):
    labels = dic.fit_predict([photo, photo[:30]], sample_mask=[mask, mask[:30]])
    assert [(part == -1).sum() for part in labels] == [(~mask).sum(), (~mask[:30]).sum()]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.ones((3, 3), bool), r"the mask of the image has shape \(3, 3\), the image has"),
        (np.zeros((50, 75), bool), "the mask of the image is False everywhere"),
        (np.full((50, 75), 7), "values from 7 to 7"),
    ],
)
def test_bad_masks(dic, photo, bad, message):
    with pytest.raises(ValueError, match=message):
        dic.fit(photo, sample_mask=bad)


def test_a_mask_that_training_does_not_see(dic, photo):
    one = np.zeros(photo.shape[:2], bool)
    one[0, 0] = True
    with pytest.raises(ValueError, match=r"leaves 1 pixel\(s\), and none of them at resolution=0"):
        dic.set_params(resolution=0.2).fit(photo, sample_mask=one)


def test_a_pipeline_routes_both(dic, photo, halves, mask, routing):
    pipeline = make_pipeline(
        FunctionTransformer(),
        clone(dic)
        .set_fit_request(superpixels=True, sample_mask=True)
        .set_predict_request(superpixels=True, sample_mask=True),
    )
    labels = pipeline.fit_predict(photo, superpixels=halves, sample_mask=mask)
    expected = clone(dic).fit_predict(photo, superpixels=halves, sample_mask=mask)
    np.testing.assert_array_equal(labels, expected)


def test_a_mask_for_superpixels_and_clustering(dic, photo, mask, routing):
    pipeline = make_pipeline(
        SLICSuperpixels(30).set_fit_request(mask=True).set_transform_request(mask=True),
        clone(dic).set_fit_request(sample_mask=True).set_predict_request(sample_mask=True),
    )
    labels = pipeline.fit_predict(photo, mask=mask, sample_mask=mask)
    assert np.array_equal(labels == -1, ~mask)


def test_a_search_gives_each_image_its_superpixels(dic, photo, halves, routing):
    images, maps = [photo, photo[:, ::-1]], [halves, halves[:, ::-1]]

    def agreement(estimator, X):
        (labels,), (superpixels,) = estimator.labels_, estimator.superpixel_labels_
        return float(all(len(np.unique(labels[superpixels == k])) == 1 for k in (0, 1)))

    search = GridSearchCV(
        clone(dic).set_fit_request(superpixels=True),
        {"n_clusters": [4, 8]},
        scoring=lambda estimator, X, y=None: agreement(estimator, X),
        cv=PerImageSplit(),
        refit=False,
        error_score="raise",
    ).fit(images, superpixels=maps)
    assert (search.cv_results_["mean_test_score"] == 1).all()


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_per_image_hands_each_image_its_own(dic, photo, halves, mask, routing, n_jobs):
    images, maps, masks = [photo, photo[:40]], [halves, halves[:40]], [mask, mask[:40]]
    dic.set_fit_request(superpixels=True, sample_mask=True)
    dic.set_predict_request(superpixels=True, sample_mask=True)
    per_image = PerImage(dic, n_jobs=n_jobs).fit(images, superpixels=maps, sample_mask=masks)
    for labels, estimator, image, part, one_mask in zip(
        per_image.labels_, per_image.estimators_, images, maps, masks, strict=True
    ):
        alone = clone(dic).fit_predict(image, superpixels=part, sample_mask=one_mask)
        assert np.array_equal(labels == -1, ~one_mask)
        assert np.array_equal(estimator.superpixel_labels_ == part, one_mask)
        assert np.mean(labels == alone) > 0.99
    for labels, again in zip(
        per_image.labels_,
        per_image.predict(images, superpixels=maps, sample_mask=masks),
        strict=True,
    ):
        np.testing.assert_array_equal(labels, again)


def test_per_image_without_routing(dic, photo, halves):
    images, maps = [photo, photo[:40]], [halves, halves[:40]]
    per_image = PerImage(dic).fit(images, superpixels=maps)
    np.testing.assert_array_equal(per_image.estimators_[1].superpixel_labels_, maps[1])
    pipeline = PerImage(make_pipeline(FunctionTransformer(), dic))
    pipeline.fit(images, deepimageclustering__superpixels=maps)
    np.testing.assert_array_equal(pipeline.estimators_[1][-1].superpixel_labels_, maps[1])


def test_per_image_needs_metadata_for_each_image(dic, photo, halves):
    with pytest.raises(ValueError, match=r"superpixels has 1 entr\(ies\) for 2 image\(s\)"):
        PerImage(dic).fit([photo, photo], superpixels=[halves])


def test_masks_of_other_images(dic, photo, mask):
    fitted = dic.fit(photo, sample_mask=mask)
    assert fitted.predict(photo).min() == 0
    np.testing.assert_array_equal(fitted.predict(photo, sample_mask=~mask) == -1, mask)


def test_a_search_with_masks_and_superpixels_of_its_images(dic, photo, halves, mask, routing):
    search = GridSearchCV(
        clone(dic).set_fit_request(superpixels=True, sample_mask=True),
        {"n_clusters": [4, 8]},
        scoring=get_scorer("probabilistic_rand_index"),
        cv=PerImageSplit(),
        error_score="raise",
    )
    images, truths = [photo, photo[:, ::-1]], [halves, halves[:, ::-1]]
    search.fit(images, truths, superpixels=truths, sample_mask=[mask, mask[:, ::-1]])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_rows_left_out_of_a_table(dic, photo):
    table = photo.reshape(-1, 3)[::50].astype(float) / 255
    keep = np.arange(len(table)) % 3 > 0
    dic.set_params(channel_axis=-1)
    fitted = clone(dic).fit(table, sample_mask=keep)
    other = clone(dic).fit(np.where(keep[:, None], table, 0.9), sample_mask=keep)
    np.testing.assert_array_equal(fitted.labels_, other.labels_)
    assert np.array_equal(fitted.labels_ == -1, ~keep)


def test_none_is_a_mask_of_everything(dic, photo, mask):
    labels = dic.fit_predict([photo, photo], sample_mask=[mask, None])
    assert [(part == -1).any() for part in labels] == [True, False]
    with pytest.raises(ValueError, match="mask is True, and there are 2 images: pass a mask"):
        dic.fit([photo, photo], sample_mask=True)


def test_too_few_superpixels_for_a_table(dic):
    table = np.random.default_rng(0).random((30, 3))
    with pytest.raises(ValueError, match=r"30 image\(s\), and superpixels has length 10"):
        dic.set_params(channel_axis=-1).fit(table, superpixels=np.arange(10))


def test_superpixels_passed_to_per_image_replace_those_of_the_estimator(dic, photo, halves):
    images = [photo, photo[:, ::-1]]
    per_image = PerImage(dic).fit(images, superpixels=[halves, halves[:, ::-1]])
    np.testing.assert_array_equal(per_image.estimators_[0].superpixel_labels_, halves)
    by_name = PerImage(dic).fit(images, superpixels="slic")
    assert by_name.estimators_[1].superpixel_labels_.max() > 10
