import gc
import warnings
import weakref

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone

from sklearn_dic import DeepImageClustering, PerImage, _side_by_side
from sklearn_dic.network import Training
from sklearn_dic.superpixels import SuperpixelMap


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, max_iter=6, tol=None, random_state=0)


@pytest.fixture
def collection(photo, image_file):
    return [photo, str(image_file), photo[:20, :30], photo[3:24]]


@pytest.fixture
def side_by_side(monkeypatch):
    """Let the CPU be the GPU on which four networks at a time are trained side by side."""
    monkeypatch.setattr(_side_by_side, "is_gpu_here", lambda device: device != "cpu")
    monkeypatch.setattr(_side_by_side, "resolve_device", lambda _: torch.device("cpu"))
    groups = []

    def take_turns(trainings, device):
        groups.append(len(trainings))
        return original(trainings, device)

    original = _side_by_side.take_turns
    monkeypatch.setattr(_side_by_side, "take_turns", take_turns)
    with joblib.parallel_config("threading", n_jobs=4):
        yield groups


def assert_same(one, other):
    for a, b in zip(one.labels_, other.labels_, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(one.estimators_, other.estimators_, strict=True):
        assert a.loss_curve_ == b.loss_curve_
        assert a.stopped_by_ == b.stopped_by_
        assert vars(a).keys() == vars(b).keys()


@pytest.mark.parametrize(
    ("backend", "params"),
    [
        ("loky", {}),
        ("threading", {"n_segments": None, "clustering": "paper"}),
        ("threading", {"superpixels": "slic", "n_segments": 5}),
    ],
)
def test_the_answers_are_those_of_fits_one_by_one(dic, collection, request, backend, params):
    dic.set_params(**params)
    one_by_one = PerImage(dic).fit(collection)
    groups = request.getfixturevalue("side_by_side")
    with joblib.parallel_config(backend, n_jobs=2):
        together = PerImage(dic).fit(collection)
    assert groups == [2, 2]
    assert_same(together, one_by_one)
    assert {fitted.device_ for fitted in together.estimators_} == {"cpu"}
    for labels, again in zip(together.labels_, together.predict(collection), strict=True):
        np.testing.assert_array_equal(labels, again)


def test_each_image_has_its_own_mask_and_superpixels(dic, photo, request):
    mask = np.ones(photo.shape[:2], bool)
    mask[:5] = False
    columns = np.tile(np.arange(photo.shape[1]) // 4, (len(photo), 1))
    cases = [
        ([photo, photo], {"sample_mask": [mask, ~mask]}),
        ([photo, photo], {"superpixels": [columns, columns // 2]}),
        ([SuperpixelMap(columns, photo), SuperpixelMap(columns // 2, photo)], {}),
    ]
    one_by_one = [PerImage(clone(dic)).fit(X, **params) for X, params in cases]
    groups = request.getfixturevalue("side_by_side")
    for expected, (X, params) in zip(one_by_one, cases, strict=True):
        assert_same(PerImage(dic).fit(X, **params), expected)
    assert groups == [2, 2, 2]


def test_what_has_to_be_seen_is_fitted_one_by_one(dic, photo, side_by_side):
    PerImage(dic.set_params(verbose=1)).fit([photo, photo])
    PerImage(dic.set_params(verbose=0, device="cpu")).fit([photo, photo])
    PerImage(dic.set_params(device="auto"), n_jobs=1).fit([photo, photo])
    assert not side_by_side


def test_results_without_networks(dic, collection, side_by_side):
    per_image = PerImage(dic, keep_estimators=False).fit(collection)
    assert not hasattr(per_image, "estimators_")
    assert per_image.n_features_in_ == 3
    expected = clone(dic).fit_predict(collection[3])
    np.testing.assert_array_equal(per_image.labels_[3], expected)


def test_no_more_at_once_than_there_is_memory_for(dic, collection, side_by_side, monkeypatch):
    monkeypatch.setattr(_side_by_side._Fit, "training_bytes", 100)
    monkeypatch.setattr(_side_by_side, "available_memory", lambda _: 399)
    PerImage(dic).fit(collection)
    assert side_by_side == [3, 1]


def test_what_is_too_large_beside_others_is_tried_alone(dic, collection, side_by_side, monkeypatch):
    expected = PerImage(dic).fit(collection)
    original = _side_by_side.train

    def train(network, *data, **parameters):
        if len(side_by_side) == 2:
            raise RuntimeError("could not allocate memory")
        yield from original(network, *data, **parameters)

    monkeypatch.setattr(_side_by_side, "train", train)
    assert_same(PerImage(dic).fit(collection), expected)
    assert side_by_side == [4, 4, 1, 1, 1, 1]


def test_an_error_is_that_of_its_image(dic, collection, side_by_side):
    collection[1] = np.full((20, 20, 3), np.nan)
    with pytest.raises(ValueError, match=r"^image 1 of the collection .* NaN at row 0"):
        PerImage(dic).fit(collection)
    with pytest.warns(RuntimeWarning, match="^image 1 of the collection"):
        per_image = PerImage(dic, on_error="warn").fit(collection)
    assert [labels is None for labels in per_image.labels_] == [False, True, False, False]
    dic.set_params(learning_rate=1e30, head_norm=False, clustering=None, max_iter=50)
    with pytest.raises(FloatingPointError, match=r"^image 0 of the collection .* learning_rate"):
        PerImage(dic).fit(collection[2:])


def test_too_little_memory_is_explained(dic, collection, side_by_side, monkeypatch):
    def refuse(*_, **__):
        raise RuntimeError("CUDA out of memory: could not allocate memory")
        yield Training()

    monkeypatch.setattr(_side_by_side, "train", refuse)
    with pytest.raises(MemoryError, match=r"^image 0 .* ran out of memory .* lower n_clusters"):
        PerImage(dic).fit(collection)


def test_more_than_the_gpu_has_is_refused(dic, collection, side_by_side, monkeypatch):
    monkeypatch.setattr(_side_by_side, "check_memory", refuse_memory)
    with pytest.raises(MemoryError, match=r"^image 0 of the collection .* too much"):
        PerImage(dic).fit(collection)


def refuse_memory(*_):
    raise MemoryError("too much")


def test_errors_that_are_kept_keep_no_network(dic, collection, side_by_side, monkeypatch):
    networks = []
    original = _side_by_side.train

    def train(network, *data, **parameters):
        networks.append(weakref.ref(network))
        if len(networks) == 2:
            raise FloatingPointError("diverged")
        yield from original(network, *data, **parameters)

    monkeypatch.setattr(_side_by_side, "train", train)
    with pytest.warns(RuntimeWarning, match="^image 1 .* diverged"):
        per_image = PerImage(dic, on_error="warn").fit(collection)
    assert list(per_image.errors_) == [1]
    gc.collect()
    assert [network() is None for network in networks] == [False, True, False, False]


def test_ctrl_c_keeps_the_images_that_are_done(dic, collection, side_by_side, monkeypatch):
    monkeypatch.setattr(_side_by_side, "MOST", 2)
    original = _side_by_side.train

    def train(network, *data, **parameters):
        if len(side_by_side) == 2:  # groups so far
            raise KeyboardInterrupt
        yield from original(network, *data, **parameters)

    monkeypatch.setattr(_side_by_side, "train", train)
    with pytest.warns(UserWarning, match="interrupted after 2 of 4"):
        per_image = PerImage(dic).fit(collection)
    assert [labels is None for labels in per_image.labels_] == [False, False, True, True]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_trains_a_collection_as_it_trains_one_image(dic, collection):
    dic.set_params(device="cuda", precision="float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # that a pass was not recorded
        together = PerImage(dic, n_jobs=2).fit(collection)
    for fitted, image in zip(together.estimators_, collection, strict=True):
        alone = clone(dic).fit(image)
        assert fitted.loss_curve_ == pytest.approx(alone.loss_curve_, rel=1e-2)
        assert fitted.module_.device.type == "cpu"
        assert (fitted.predict(image) == fitted.labels_).all()
