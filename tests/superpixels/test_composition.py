"""Superpixels together with DeepImageClustering, Pipelines and searches."""

import numpy as np
import pytest
from joblib import Memory
from skimage.color import rgb2lab
from skimage.segmentation import slic
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    FileSuperpixels,
    HierarchicalSuperpixels,
    SLICSuperpixels,
    SuperpixelMap,
)
from sklearn_dic.superpixels._base import reads_one_file

TRAIN_IS_TEST = [([0], [0])]


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, n_segments=None, max_iter=3, random_state=0)


def test_a_pipeline_votes_with_its_superpixels(dic, photo):
    slic_superpixels = SLICSuperpixels(n_segments=30)
    pipeline = make_pipeline(slic_superpixels, dic)
    labels = pipeline.fit_predict(photo)
    np.testing.assert_array_equal(
        pipeline[-1].superpixel_labels_, slic_superpixels.fit_transform(photo)
    )
    inside = DeepImageClustering(**{**dic.get_params(), "superpixels": slic_superpixels})
    np.testing.assert_array_equal(labels, inside.fit_predict(photo))
    np.testing.assert_array_equal(pipeline.predict(photo), labels)


@pytest.mark.parametrize(
    "last", [DeepImageClustering(3, n_segments=None, max_iter=2), RegionMerging(1)], ids=str
)
def test_a_pipeline_takes_a_table_as_its_last_step_does(last, photo):
    table = photo.reshape(-1, 3)[::100]
    estimator = clone(last).set_params(channel_axis=-1)
    if hasattr(estimator, "random_state"):
        estimator.set_params(random_state=0)
    pipeline = make_pipeline(SLICSuperpixels(channel_axis=-1), clone(estimator))
    labels = pipeline.fit_predict(table)
    np.testing.assert_array_equal(labels, estimator.fit_predict(table))
    np.testing.assert_array_equal(pipeline.predict(table), labels)


def test_grid_search_over_the_number_of_superpixels(dic, photo):
    dic.set_params(superpixels=SLICSuperpixels())
    grid = {"superpixels__n_segments": [20, 60]}
    search = GridSearchCV(dic, grid, cv=TRAIN_IS_TEST, error_score="raise").fit([photo])
    assert search.best_params_["superpixels__n_segments"] in (20, 60)
    best = SLICSuperpixels(search.best_params_["superpixels__n_segments"])
    (found,) = search.best_estimator_.superpixel_labels_
    np.testing.assert_array_equal(found, best.fit_transform(photo))


def test_grid_search_over_the_transformer(dic, photo):
    methods = [
        "slic", SLICSuperpixels(20), FelzenszwalbSuperpixels(), None, ["slic", "felzenszwalb"]
    ]  # fmt: skip
    search = GridSearchCV(dic, {"superpixels": methods}, cv=TRAIN_IS_TEST, error_score="raise")
    search.fit([photo])
    assert len(np.unique(search.cv_results_["mean_test_score"])) == len(methods)


def test_preprocessing_before_superpixels(dic, photo):
    to_lab = FunctionTransformer(rgb2lab)
    plain_slic = SLICSuperpixels(n_segments=30, convert2lab=False)
    pipeline = make_pipeline(to_lab, plain_slic, dic)
    assert pipeline.fit_predict(photo).shape == photo.shape[:2]
    in_lab = pipeline[-1].superpixel_labels_
    np.testing.assert_array_equal(in_lab, plain_slic.fit_transform(rgb2lab(photo)))
    # For the superpixels only, while the network sees the picture itself:
    dic.set_params(superpixels=make_pipeline(to_lab, plain_slic)).fit(photo)
    assert dic.superpixel_labels_.shape == photo.shape[:2]


class CountingSuperpixels(SLICSuperpixels):
    n_runs = 0

    def _segment(self, *picture):
        CountingSuperpixels.n_runs += 1
        return super()._segment(*picture)


def test_a_pipeline_with_memory_computes_superpixels_once(dic, photo, tmp_path):
    CountingSuperpixels.n_runs = 0
    labels = []
    for n_clusters in (8, 8, 5):
        dic.set_params(n_clusters=n_clusters)
        pipeline = make_pipeline(
            CountingSuperpixels(n_segments=30), dic, memory=Memory(tmp_path, verbose=0)
        )
        labels.append(pipeline.fit_predict(photo))
    assert CountingSuperpixels.n_runs == 1
    np.testing.assert_array_equal(labels[0], labels[1])
    np.testing.assert_array_equal(
        labels[0],
        make_pipeline(SLICSuperpixels(30), dic.set_params(n_clusters=8)).fit_predict(photo),
    )


def test_a_mask_is_routed_through_a_pipeline(dic, photo):
    mask = np.zeros(photo.shape[:2], bool)
    mask[10:40, 10:60] = True
    photo = np.where(mask[..., None], photo / 255, np.nan)  # DIC has no use for NaN
    with config_context(enable_metadata_routing=True):
        masked = SLICSuperpixels(30).set_fit_request(mask=True).set_transform_request(mask=True)
        pipeline = make_pipeline(masked, dic).fit(photo, mask=mask)
    expected = SLICSuperpixels(30).fit_transform(photo, mask=mask)
    np.testing.assert_array_equal(pipeline[-1].superpixel_labels_, expected)


def mask_of(image):
    """Masks of different extent for images of different sizes."""
    mask = np.ones(image.shape[:2], bool)
    mask[: image.shape[0] // 3, -20:] = False
    return mask


@pytest.mark.parametrize("form", ["image", "list", "stack"])
@pytest.mark.parametrize("n_segments", [None, 3], ids=["labels", "regions"])
@pytest.mark.parametrize("estimator", ["dic", "merging"])
def test_the_next_step_of_a_pipeline_sees_the_mask(dic, photo, form, n_segments, estimator):
    last = dic.set_params(n_segments=n_segments)
    if estimator == "merging":
        last = RegionMerging() if n_segments is None else RegionMerging(n_segments)
    photos = [photo] if form == "image" else [photo, photo if form == "stack" else photo[:30]]
    arrays = [
        np.ma.array(image, mask=np.repeat(~mask_of(image)[..., None], 3, axis=2))
        for image in photos
    ]
    X = arrays[0] if form == "image" else arrays if form == "list" else np.ma.stack(arrays)
    pipeline = make_pipeline(SLICSuperpixels(30), last)
    labels = pipeline.fit_predict(X)
    for answer in (labels, pipeline.predict(X)):
        for of_image, image in zip([answer] if form == "image" else answer, photos, strict=True):
            np.testing.assert_array_equal(of_image == -1, ~mask_of(image))


def test_the_image_of_a_map_is_masked_only_if_a_mask_was_given(photo):
    slic = SLICSuperpixels(30)
    assert not isinstance(slic.fit_transform(photo).image, np.ma.MaskedArray)
    masks = [mask_of(photo), None]
    maps = slic.fit_transform([photo, photo[:30]], mask=masks)
    np.testing.assert_array_equal(maps[0].image.mask[..., 1], ~masks[0])
    assert not np.ma.getmaskarray(maps[1].image).any()


def slic_of_somebody_else(image):
    return slic(image, n_segments=20)


def test_a_function_is_a_transformer(dic, photo):
    dic.set_params(superpixels=FunctionTransformer(slic_of_somebody_else)).fit([photo, photo[:30]])
    for found, image in zip(dic.superpixel_labels_, [photo, photo[:30]], strict=True):
        expected = slic_of_somebody_else((image / 255).astype(np.float32)) - 1
        np.testing.assert_array_equal(found, expected)


class TestSeveralMaps:
    """Several over-segmentations at once, one vote each."""

    @pytest.fixture
    def maps(self, photo):
        return [
            np.asarray(transformer.fit_transform(photo))
            for transformer in (SLICSuperpixels(20), FelzenszwalbSuperpixels())
        ]

    def test_methods_maps_and_stacks_are_the_same(self, dic, photo, maps):
        expected = dic.fit(photo, superpixels=maps).labels_
        np.testing.assert_array_equal(dic.superpixel_labels_, maps)
        np.testing.assert_array_equal(dic.predict(photo, superpixels=maps), expected)
        for same in (np.stack(maps), tuple(maps), [maps[0].tolist(), maps[1]]):
            labels = dic.fit(photo, superpixels=same).labels_
            np.testing.assert_array_equal(labels, expected)
        methods = [SLICSuperpixels(20), "felzenszwalb"]
        np.testing.assert_array_equal(dic.fit(photo, superpixels=methods).labels_, expected)
        dic.set_params(superpixels=methods)
        np.testing.assert_array_equal(dic.fit_predict(photo), expected)

    def test_both_maps_count(self, dic, photo, maps):
        both = dic.fit(photo, superpixels=maps).labels_
        for one in maps:
            assert (dic.fit(photo, superpixels=one).labels_ != both).any()

    def test_collections(self, dic, photo, maps):
        images = [photo, photo[:30]]
        computed = [SLICSuperpixels(20), "felzenszwalb"]
        expected = dic.set_params(superpixels=computed).fit_predict(images)
        given = [
            [np.asarray(SLICSuperpixels(20).fit_transform(image)),
             np.asarray(FelzenszwalbSuperpixels().fit_transform(image))]
            for image in images
        ]  # fmt: skip
        for one, other in zip(dic.fit(images, superpixels=given).labels_, expected, strict=True):
            np.testing.assert_array_equal(one, other)
        assert [part.shape for part in dic.superpixel_labels_] == [(2, 50, 75), (2, 30, 75)]
        stack = dic.set_params(superpixels=computed).fit(np.stack([photo, photo]))
        assert stack.superpixel_labels_.shape == (2, 2, 50, 75)

    def test_what_does_not_fit_is_named(self, dic, photo, maps):
        with pytest.raises(ValueError, match=r"superpixels of the image have shape \(49, 75\)"):
            dic.fit(photo, superpixels=[maps[0], maps[1][:49]])
        with pytest.raises(ValueError, match=r"\[2, 1\] label maps for the images"):
            dic.fit([photo, photo], superpixels=[maps, maps[:1]])
        with pytest.raises(ValueError, match="'slik' is not known"):
            dic.fit(photo, superpixels=["slic", "slik"])
        with pytest.raises(TypeError, match=r"holds label maps .*without names or transformers"):
            dic.fit(photo, superpixels=["slic", maps[0]])
        with pytest.raises(ValueError, match="empty list"):
            dic.fit(photo, superpixels=[])
        with pytest.raises(ValueError, match="empty list"):
            dic.set_params(superpixels=[]).fit(photo)


def test_files_find_the_path_of_the_image(dic, photo, image_file, tmp_path):
    labels = np.asarray(SLICSuperpixels(20).fit_transform(photo))
    np.save(tmp_path / "photo.npy", labels)
    files = FileSuperpixels(tmp_path / "{stem}.npy")
    for X in (image_file, [image_file]):
        found = dic.set_params(superpixels=files).fit(X).superpixel_labels_
        np.testing.assert_array_equal(found if X is image_file else found[0], labels)
    per_image = PerImage(dic).fit([image_file, str(image_file)])
    np.testing.assert_array_equal(per_image.labels_[0], per_image.labels_[1])
    pipeline = make_pipeline(files, dic.set_params(superpixels="slic"))
    np.testing.assert_array_equal(pipeline.fit_predict(image_file), per_image.labels_[0])
    with pytest.raises(ValueError, match="the image is an array"):
        dic.set_params(superpixels=files).fit(photo)


def test_one_file_is_for_one_image(dic, photo, tmp_path):
    np.save(tmp_path / "one.npy", np.zeros(photo.shape[:2], int))
    np.save(tmp_path / "edges.npy", photo.mean(axis=2))
    one_file = FileSuperpixels(tmp_path / "one.npy")
    edges = HierarchicalSuperpixels(edge_map=tmp_path / "edges.npy")
    for superpixels in (one_file, edges, ["slic", one_file]):
        dic.set_params(superpixels=superpixels).fit(photo)
        assert reads_one_file(superpixels)
        with pytest.raises(ValueError, match="belongs to one image, and there are 2"):
            dic.fit([photo, photo[::-1]])
    assert not reads_one_file(["slic", FileSuperpixels("{stem}.npy"), SLICSuperpixels(), None])


def test_a_transformer_without_parameters(dic, photo):
    class InPlace:
        """Has no get_params, and overwrites what it is given."""

        def fit_transform(self, image):
            labels = (image[..., 0] > 0.5).astype(int)
            image *= 0
            return labels

    labels = (photo[..., 0] / 255 > 0.5).astype(int)
    expected = dic.fit(photo, superpixels=labels).loss_curve_
    assert dic.set_params(superpixels=InPlace()).fit(photo).loss_curve_ == expected


def test_a_stack_of_maps_keeps_its_form(dic, photo):
    stack = SLICSuperpixels(20).fit_transform(np.stack([photo, photo]))
    assert isinstance(stack, SuperpixelMap)
    assert dic.fit_predict(stack).shape == (2, 50, 75)
