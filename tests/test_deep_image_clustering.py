import copy
import dataclasses
import io
import pickle

import joblib
import numpy as np
import pytest
import torch
from skimage import data
from skimage.measure import label as label_components
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, RegionMerging, _auto
from sklearn_dic.datasets import make_mosaic
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels
from tests._registry import CLUSTERERS
from tests.network.test_torch_state import STATES

each_clusterer = pytest.mark.parametrize("dic", CLUSTERERS, ids=str)


@pytest.fixture
def dic():
    # The labels of the network; regions are merged in test_merging.py.
    return DeepImageClustering(8, n_centers=4, n_segments=None, max_iter=3, random_state=0)


def forms(photo):
    return {
        "image": photo,
        "grey": photo[..., 0],
        "stack": np.stack([photo[:20], photo[20:40]]),
        "list": [photo[:20, :30], photo[20:41, 30:], photo[:20, 10:40]],
    }


@each_clusterer
@pytest.mark.parametrize("form", ["image", "grey", "stack", "list"])
def test_forms_of_input_and_output(dic, photo, form):
    X = forms(photo)[form]
    labels = clone(dic).fit_predict(X)
    images = X if form in ("stack", "list") else [X]
    maps = labels if form in ("stack", "list") else [labels]
    assert type(labels) is (list if form == "list" else np.ndarray)
    assert [part.shape for part in maps] == [image.shape[:2] for image in images]
    assert all(part.dtype == np.int32 for part in maps)
    used = np.unique(np.concatenate([part.ravel() for part in maps]))
    assert np.array_equal(used, np.arange(len(used)))


@each_clusterer
@pytest.mark.parametrize("form", ["image", "stack", "list"])
def test_predict_of_the_training_images_is_labels(dic, photo, form):
    X = forms(photo)[form]
    fitted = clone(dic).fit(X)
    for labels, again in zip(fitted.labels_, fitted.predict(X), strict=True):
        np.testing.assert_array_equal(labels, again)


@each_clusterer
def test_features_and_probabilities(dic, photo):
    fitted = clone(dic).fit(photo)
    features, probabilities = fitted.transform(photo), fitted.predict_proba(photo)
    assert features.shape == probabilities.shape == (*photo.shape[:2], 8)
    assert features.dtype == probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose(
        probabilities, torch.tensor(features).softmax(-1).numpy(), rtol=1e-4, atol=1e-6
    )
    assert [part.shape for part in fitted.transform([photo, photo[:7]])][1] == (7, 75, 8)
    assert -np.log(8) * 3 < fitted.score(photo) <= 0


def test_label_k_is_feature_k(photo):
    dic = DeepImageClustering(
        8, n_segments=None, max_iter=5, refine=False, clustering="paper", random_state=0
    )
    probabilities = dic.fit(photo).predict_proba(photo)
    np.testing.assert_array_equal(probabilities.argmax(-1), dic.labels_)
    assert dic.cluster_centers_.shape == (32, 8)
    unused = probabilities[..., dic.n_clusters_ :]
    assert unused.shape[-1] > 0
    assert (unused.max(-1) <= probabilities[..., : dic.n_clusters_].max(-1)).all()


def test_score_is_the_mean_log_probability_of_the_voted_label(photo):
    dic = DeepImageClustering(8, n_segments=None, max_iter=3, random_state=0).fit(photo)
    chosen = np.take_along_axis(dic.predict_proba(photo), dic.labels_[..., None], axis=-1)
    assert dic.score(photo) == pytest.approx(np.log(chosen).mean(), rel=1e-4)
    assert dic.score(photo, y="not used") == dic.score(photo)


def test_attributes(dic, photo):
    dic.fit(photo)
    assert dic.n_features_in_ == 3
    assert dic.n_iter_ == len(dic.loss_curve_) == len(dic.n_labels_curve_) == 3
    assert dic.loss_curve_[-1] < dic.loss_curve_[0]
    assert dic.n_clusters_ == dic.labels_.max() + 1
    assert dic.stopped_by_ == "max_iter"
    assert dic.cluster_centers_.shape == (4, 8)
    assert dic.superpixel_labels_.shape == photo.shape[:2]
    assert dic.precision_ in ("float32", "bfloat16")
    assert torch.device(dic.device_).type in ("cpu", "cuda")
    without = clone(dic).set_params(superpixels=None, clustering=None).fit(photo)
    assert without.superpixel_labels_ is None
    assert without.cluster_centers_ is None


def test_every_superpixel_has_one_label(dic, photo):
    dic.fit(photo)
    pairs = np.unique(np.stack([dic.superpixel_labels_, dic.labels_]).reshape(2, -1), axis=1)
    assert len(pairs.T) == dic.superpixel_labels_.max() + 1


def test_dtypes_give_one_answer(dic, photo):
    expected = dic.fit_predict(photo)
    for same in (photo / 255, (photo / 255).astype(np.float32), photo.astype(np.uint16) * 257):
        np.testing.assert_array_equal(clone(dic).fit_predict(same), expected)


def test_paths_and_arrays_give_one_answer(dic, photo, image_file):
    expected = dic.fit_predict(photo)
    np.testing.assert_array_equal(dic.fit_predict(str(image_file)), expected)
    np.testing.assert_array_equal(dic.fit_predict([image_file])[0], expected)


def test_one_random_state_gives_one_answer(dic, photo, global_random_states):
    first, again = clone(dic).fit(photo), clone(dic).fit(photo)
    assert first.loss_curve_ == again.loss_curve_
    np.testing.assert_array_equal(first.transform(photo), again.transform(photo))
    other = clone(dic).set_params(random_state=1).fit(photo)
    assert other.loss_curve_ != first.loss_curve_
    unseeded = clone(dic).set_params(random_state=None)
    assert unseeded.fit(photo).loss_curve_ != unseeded.fit(photo).loss_curve_


def test_a_random_state_instance_is_advanced(dic, photo):
    dic.set_params(random_state=np.random.RandomState(0))
    assert dic.fit(photo).loss_curve_ != dic.fit(photo).loss_curve_


@each_clusterer
def test_the_input_is_not_changed(dic, photo):
    image = np.asfortranarray(photo.astype(np.float32) / 255)
    before = image.copy()
    image.flags.writeable = False
    expected = clone(dic).fit_predict(before)
    np.testing.assert_array_equal(clone(dic).fit_predict(image), expected)
    np.testing.assert_array_equal(image, before)


def through_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


@each_clusterer
@pytest.mark.parametrize(
    "copied", [lambda dic: pickle.loads(pickle.dumps(dic)), through_joblib, copy.deepcopy]
)
def test_copies_predict_the_same(dic, photo, copied):
    fitted = clone(dic).fit(photo)
    again = copied(fitted)
    np.testing.assert_array_equal(again.predict(photo), fitted.labels_)
    np.testing.assert_array_equal(again.transform(photo), fitted.transform(photo))
    assert again.module_ is not fitted.module_


@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy, joblib.hash])
def test_copying_leaves_the_estimator_alone(dic, photo, copied):
    module = dic.fit(photo).module_
    dic.device_ = "somewhere"
    copied(dic)
    assert dic.module_ is module
    assert dic.device_ == "somewhere"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@each_clusterer
def test_a_gpu_begins_like_the_cpu(dic, photo):
    on_cpu = clone(dic).set_params(device="cpu", precision="float32").fit(photo)
    on_gpu = clone(dic).set_params(device="cuda", precision="float32").fit(photo)
    np.testing.assert_allclose(on_gpu.loss_curve_, on_cpu.loss_curve_, rtol=1e-2)


def test_any_number_of_channels(dic):
    random = np.random.RandomState(0)
    for n_channels in (1, 2, 4, 13):
        image = random.rand(17, 12, n_channels)
        assert dic.fit(image).n_features_in_ == n_channels
        assert dic.labels_.shape == (17, 12)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (1, 1, 3)])
@pytest.mark.parametrize("superpixels", ["felzenszwalb", "slic", None])
def test_tiny_images(dic, shape, superpixels):
    image = np.random.RandomState(0).rand(*shape)
    dic.set_params(superpixels=superpixels).fit(image)
    assert dic.labels_.shape == shape[:2]
    np.testing.assert_array_equal(dic.predict(image), dic.labels_)


def test_a_constant_image_has_few_labels(dic):
    assert dic.fit_predict(np.full((20, 20, 3), 128, np.uint8)).max() == 0


def test_channel_axis(dic, photo):
    grey = photo[..., 0]
    as_stack = clone(dic).set_params(channel_axis=None).fit(np.stack([grey[:20], grey[20:40]]))
    assert as_stack.labels_.shape == (2, 20, 75)
    assert as_stack.n_features_in_ == 1
    table = clone(dic).set_params(channel_axis=-1, min_clusters=2).fit(photo.reshape(-1, 3)[::40])
    assert table.labels_.shape == (94,)
    assert table.n_features_in_ == 3


def test_a_table_of_pixels_is_clustered_by_colour():
    colours = np.repeat(np.eye(3), 20, axis=0)
    dic = DeepImageClustering(
        8, n_segments=None, channel_axis=-1, min_clusters=3, superpixels=None, random_state=0
    )
    labels = dic.fit_predict(colours)
    assert adjusted_rand_score(np.repeat(range(3), 20), labels) == 1


def test_a_table_may_be_rows_of_numbers_and_have_superpixels(dic, photo):
    rows = photo[0] / 255
    superpixels = np.arange(75) // 5
    expected = dic.set_params(channel_axis=-1).fit_predict(rows, superpixels=superpixels)
    assert dic.superpixel_labels_.shape == (75,)
    again = dic.fit_predict(rows.tolist(), superpixels=superpixels)
    np.testing.assert_array_equal(again, expected)


def test_one_network_for_a_collection_gives_labels_one_meaning(photo):
    noise = np.random.RandomState(0).normal(0, 0.01, photo.shape)
    frames = [photo / 255, photo / 255 + noise]
    dic = DeepImageClustering(16, n_segments=None, max_iter=15, random_state=0)
    together = dic.fit_predict(frames)
    assert (together[0] == together[1]).mean() > 0.8


def test_predict_other_images(dic, photo):
    dic.fit(photo)
    assert dic.predict(photo[:13, :21]).shape == (13, 21)
    assert [labels.shape for labels in dic.predict([photo, photo[:9]])] == [(50, 75), (9, 75)]
    # Alone or among others, an image has the same labels.
    np.testing.assert_array_equal(dic.predict([photo[:9], photo])[0], dic.predict(photo[:9]))
    unseen = dic.predict(np.random.RandomState(0).rand(30, 30, 3))
    assert unseen.min() >= 0
    assert unseen.max() < dic.n_clusters


def test_connected_components_are_the_pieces_of_the_labels(dic, photo):
    whole = dic.fit_predict(photo)
    pieces = clone(dic).set_params(connected_components=True).fit(photo)
    expected = label_components(whole, background=-1)
    assert adjusted_rand_score(pieces.labels_.ravel(), expected.ravel()) == 1
    assert pieces.labels_.max() + 1 == expected.max()
    assert pieces.n_clusters_ == whole.max() + 1


def test_superpixels_by_name_instance_and_array(dic, photo):
    named = clone(dic).set_params(superpixels="slic").fit(photo)
    instance = clone(dic).set_params(superpixels=SLICSuperpixels()).fit(photo)
    given = clone(dic).fit(photo, superpixels=named.superpixel_labels_ * 3 + 5)
    for other in (instance, given):
        np.testing.assert_array_equal(other.labels_, named.labels_)
        np.testing.assert_array_equal(other.superpixel_labels_, named.superpixel_labels_)


def test_label_maps_are_no_parameter(dic, photo):
    superpixels = np.arange(50 * 75).reshape(50, 75) // 100
    for wrong in (superpixels, [superpixels, "slic"]):
        with pytest.raises(TypeError, match=r"with the images: fit\(X, superpixels=labels\)"):
            clone(dic).set_params(superpixels=wrong).fit(photo)


def test_label_maps_travel_with_their_images(dic, photo):
    superpixels = SLICSuperpixels(n_segments=20).fit_transform(photo)
    dic.fit(superpixels)
    np.testing.assert_array_equal(dic.predict(superpixels), dic.labels_)
    again = dic.predict(photo, superpixels=np.asarray(superpixels))
    np.testing.assert_array_equal(again, dic.labels_)
    assert not np.array_equal(dic.predict(photo), dic.labels_)  # those of the parameter
    assert dic.transform(photo[::-1]).shape == (50, 75, 8)  # needs no superpixels


def test_superpixels_in_a_pipeline(dic, photo):
    transformer = FelzenszwalbSuperpixels(scale=50)
    expected = clone(dic).set_params(superpixels=transformer).fit(photo)
    pipeline = make_pipeline(transformer, clone(dic))
    np.testing.assert_array_equal(pipeline.fit_predict(photo), expected.labels_)
    np.testing.assert_array_equal(pipeline.predict(photo), expected.labels_)
    stack = np.stack([photo[:20], photo[20:40]])
    assert pipeline.fit_predict(stack).shape == (2, 20, 75)
    grey = [photo[:20, :, 0], photo[..., 0]]
    assert [labels.shape for labels in pipeline.fit_predict(grey)] == [(20, 75), (50, 75)]


def test_resolution_1_trains_on_every_pixel(photo):
    fine = DeepImageClustering(8, resolution=1, max_iter=2, random_state=0).fit(photo)
    coarse = DeepImageClustering(8, resolution=0.5, max_iter=2, random_state=0).fit(photo)
    assert fine.labels_.shape == coarse.labels_.shape == photo.shape[:2]
    assert fine.module_.reduce(torch.zeros(1, 3, 50, 75)).shape[-2:] == (50, 75)
    assert coarse.module_.reduce(torch.zeros(1, 3, 50, 75)).shape[-2:] == (25, 38)


def test_resolution_is_half_and_less_for_large_images(dic):
    small, large = np.zeros((20, 30, 3)), np.zeros((400, 250, 3))
    assert dic.fit(small).resolution_ == 0.5
    dic.set_params(max_iter=1, superpixels=None)
    assert dic.fit([small, large]).resolution_ == pytest.approx(0.1**0.5)
    assert dic.predict(small).shape == (20, 30)
    assert dic.set_params(resolution=0.3).fit(small).resolution_ == 0.3


def test_regions_are_learned_at_a_higher_resolution_than_labels(monkeypatch):
    choices = {"FOR_REGIONS": 600, "FOR_LABELS": 100}
    for name, largest in choices.items():
        choice = dataclasses.replace(getattr(_auto, name), largest=largest)
        monkeypatch.setattr(_auto, name, choice)
    dic = DeepImageClustering(2, max_iter=1, superpixels=None, n_segments=1, random_state=0)
    small, wide = np.zeros((40, 25)), np.zeros((20, 200))
    assert dic.fit(small).resolution_ == 0.5  # 600 pixels would be more
    assert dic.fit(wide).resolution_ == pytest.approx((600 / 4000) ** 0.5)
    # Eight images have 100 pixels each, and five 600 in all.
    assert dic.fit(8 * [small]).resolution_ == pytest.approx(0.1**0.5)
    assert dic.fit(5 * [small]).resolution_ == pytest.approx((600 / 5000) ** 0.5)
    dic.set_params(n_segments=None)
    assert dic.fit(wide).resolution_ == pytest.approx((100 / 4000) ** 0.5)
    assert dic.fit(5 * [small]).resolution_ == pytest.approx(0.1**0.5)


@pytest.mark.parametrize(
    ("n_segments", "superpixels", "max_iter"),
    [
        ("auto", SLICSuperpixels(200, compactness=20), 12),
        (5, SLICSuperpixels(200, compactness=20), 12),
        (None, "felzenszwalb", 100),
    ],
)
def test_auto_suits_the_answer(n_segments, superpixels, max_iter):
    image = data.coffee()[::8, ::8]
    dic = DeepImageClustering(4, n_segments=n_segments, tol=None, min_clusters=1, random_state=0)
    fitted = clone(dic).fit(image)
    dic.set_params(superpixels=superpixels, max_iter=max_iter)
    np.testing.assert_array_equal(fitted.superpixel_labels_, dic.fit(image).superpixel_labels_)
    assert fitted.loss_curve_ == dic.loss_curve_
    assert fitted.n_iter_ == max_iter


@pytest.mark.parametrize(
    ("features_weight", "is_texture", "max_iter"),
    [("auto", True, 12), ("auto", False, 4), (1, False, 12), (0, True, 4)],
)
def test_what_will_not_count_is_learned_in_few_epochs(features_weight, is_texture, max_iter):
    ramp = np.linspace(0, 1, 64 * 64).reshape(64, 64)
    image = data.grass()[:64, :64] if is_texture else ramp
    merging = RegionMerging(features_weight=features_weight)
    dic = DeepImageClustering(4, region_merging=merging, tol=None, min_clusters=1, random_state=0)
    assert dic.fit(image).n_iter_ == max_iter
    many = [np.zeros((20, 20)), image]
    assert dic.fit(many).n_iter_ == max_iter  # the textures of one of them count


def test_the_superpixels_of_a_fine_texture_are_many():
    image = make_mosaic(5, (96, 128), random_state=0)[0]  # without a warning, which is an error
    dic = DeepImageClustering(4, n_segments=5, max_iter=1, random_state=0).fit(image)
    assert dic.superpixel_labels_.max() + 1 > 80


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_precision(dic, photo, precision):
    dic.set_params(precision=precision).fit(photo)
    assert dic.precision_ == precision
    assert dic.transform(photo).dtype == np.float32


def test_the_regions_of_a_mosaic_are_found():
    truth = np.kron(np.array([[0, 1], [2, 3]]), np.ones((40, 40), int))
    colours = np.array([[0.9, 0.2, 0.1], [0.1, 0.3, 0.8], [0.2, 0.7, 0.2], [0.9, 0.9, 0.6]])
    image = colours[truth] + np.random.RandomState(0).normal(0, 0.03, (80, 80, 3))
    dic = DeepImageClustering(min_clusters=4, random_state=0)
    assert adjusted_rand_score(truth.ravel(), dic.fit_predict(image).ravel()) > 0.95


def test_the_answer_is_that_of_the_last_epoch(photo):
    dic = DeepImageClustering(
        8, superpixels=None, resolution=1, max_iter=4, precision="float32", random_state=0
    ).fit(photo)
    assert -dic.score(photo) == pytest.approx(dic.loss_curve_[-1], rel=1e-4)
    assert dic.n_clusters_ == dic.n_labels_curve_[-1]


@pytest.mark.parametrize("seed", [0, 1])
def test_no_fewer_than_min_clusters_are_left(photo, seed):
    parameters = {"tol": None, "resolution": 1, "precision": "float32", "random_state": seed}
    parameters |= {"superpixels": "felzenszwalb", "n_segments": None}
    photo = photo[::2, ::2]
    free = DeepImageClustering(8, min_clusters=1, max_iter=30, **parameters).fit(photo)
    least = free.n_labels_curve_[-1] + 1
    assert least <= free.n_labels_curve_[0]
    dic = DeepImageClustering(8, min_clusters=least, max_iter=30, **parameters).fit(photo)
    assert dic.stopped_by_ == "min_clusters"
    for max_iter in (dic.n_iter_, dic.n_iter_ + 1):
        assert dic.set_params(max_iter=max_iter).fit(photo).n_clusters_ >= least


def test_progress_bar(dic, photo, capsys):
    dic.set_params(verbose=1).fit(photo)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert f"loss={dic.loss_curve_[-1]:.4f}" in shown
    assert f"labels={dic.n_labels_curve_[-1]}" in shown
    assert "stopped by max_iter" in shown
    dic.set_params(verbose=0).fit(photo)
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_leaves_a_fitted_estimator(dic, photo, monkeypatch):
    from sklearn_dic.network import _training

    usual, calls = _training.refinement_loss, []

    def interrupt(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return usual(*args)

    monkeypatch.setattr(_training, "refinement_loss", interrupt)
    with pytest.warns(ConvergenceWarning, match="interrupted after epoch 2 of 3"):
        dic.fit(photo)
    assert dic.stopped_by_ == "interrupt"
    assert dic.n_iter_ == 2
    np.testing.assert_array_equal(dic.predict(photo), dic.labels_)


def test_a_failed_second_fit_keeps_the_first(dic, photo):
    labels = dic.fit_predict(photo)
    with pytest.raises(ValueError, match="NaN"):
        dic.fit(np.full((5, 5), np.nan))
    np.testing.assert_array_equal(dic.predict(photo), labels)


def test_a_second_fit_replaces_the_first(dic, photo):
    dic.fit(photo).fit(photo[:20, :, 0])
    assert dic.labels_.shape == (20, 75)
    assert dic.n_features_in_ == 1
    assert dic.predict(photo[..., 0]).shape == (50, 75)


def test_divergence_is_explained(dic, photo):
    dic.set_params(learning_rate=1e30, head_norm=False, clustering=None, max_iter=50)
    with pytest.raises(FloatingPointError, match="lower learning_rate"):
        dic.fit(photo)
    with pytest.raises(NotFittedError):
        dic.predict(photo)


def test_many_superpixels_and_labels_together(photo):
    each_pixel = np.arange(50 * 75).reshape(50, 75)
    dic = DeepImageClustering(500, n_segments=None, max_iter=2, resolution=1)
    assert dic.fit_predict(photo, superpixels=each_pixel).shape == (50, 75)


def test_photographs_of_the_authors_with_their_superpixels(berkeley):
    from scipy.io import loadmat

    dic = DeepImageClustering(n_clusters=16, max_iter=2, resolution=0.25, random_state=0)
    for name, n_regions in [("2092", 912), ("3096", 1356), ("8023", 879), ("8049", 758)]:
        (path,) = berkeley.glob(f"bsds300/images/*/{name}.jpg")
        superpixels = loadmat(berkeley / "mcg" / f"{name}.mat")["seg_lab"]
        dic.fit(path, superpixels=superpixels)
        assert dic.superpixel_labels_.max() + 1 == n_regions
        assert dic.labels_.shape == superpixels.shape


def test_a_photograph_is_segmented_sensibly():
    image = data.coffee()[::4, ::4]
    labels = DeepImageClustering(n_clusters=32, random_state=0).fit_predict(image)
    sizes = np.sort(np.bincount(labels.ravel()))[::-1]
    assert sizes[:10].sum() > 0.8 * labels.size  # the others are reflections and shadows
    saucer, table, drink = labels[80, 30], labels[5, 130], labels[36, 58]
    assert len({saucer, table, drink}) == 3


@pytest.mark.parametrize("state", STATES)
def test_the_state_of_pytorch_does_not_matter(photo, state):
    dic = DeepImageClustering(8, n_centers=4, max_iter=2, random_state=0, device="cpu")
    expected = clone(dic).fit(photo)
    with STATES[state]():
        fitted = clone(dic).fit(photo)
        predicted, features = fitted.predict(photo), fitted.transform(photo)
        score = fitted.score(photo)
    assert fitted.loss_curve_ == expected.loss_curve_
    np.testing.assert_array_equal(fitted.labels_, expected.labels_)
    np.testing.assert_array_equal(predicted, expected.labels_)
    np.testing.assert_array_equal(features, expected.transform(photo))
    assert score == expected.score(photo)
