import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.data import coffee
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import DeepImageClustering
from sklearn_dic.hierarchy import build_merge_tree
from sklearn_dic.hierarchy._memory import tree_bytes
from sklearn_dic.network import DICNetwork


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, max_iter=3, random_state=0)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_clusters": 0}, r"'n_clusters' .* int in the range \[1, 65535\]. Got 0"),
        ({"n_clusters": -3}, r"'n_clusters' .* Got -3"),
        ({"n_clusters": 8.0}, r"'n_clusters' .* Got 8.0"),
        ({"n_clusters": 65_536}, r"'n_clusters' .* Got 65536"),
        ({"superpixels": "kmeans"}, r"'superpixels' .*'felzenszwalb'.* Got 'kmeans'"),
        ({"clustering": "kmeans"}, "'clustering'"),
        ({"resolution": 0}, r"'resolution' .* range \(0.0, 1.0\]. Got 0"),
        ({"resolution": 1.5}, "'resolution'"),
        ({"channel_axis": 0}, "'channel_axis'"),
        ({"precision": "float16"}, "'precision'"),
        ({"learning_rate": 0}, "'learning_rate'"),
        ({"device": "tpu3"}, "'tpu3' is no device of PyTorch"),
        ({"device": "cuda:99"}, r"sees \d+ cuda device\(s\) on this machine"),
    ],
)
def test_bad_parameters(dic, photo, parameters, message):
    with pytest.raises(ValueError, match=message):
        dic.set_params(**parameters).fit(photo)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_cuda_where_there_is_none(dic, photo):
    with pytest.raises(ValueError, match=r"device='cuda', but PyTorch .* sees 0 cuda device"):
        dic.set_params(device="cuda").fit(photo)


def test_predict_before_fit(dic, photo):
    for method in (dic.predict, dic.predict_proba, dic.transform, dic.score):
        with pytest.raises(NotFittedError):
            method(photo)


def test_another_number_of_channels(dic, photo):
    dic.fit(photo)
    message = r"X has 1 features, but DeepImageClustering is expecting 3 .* shape \(50, 75\)"
    with pytest.raises(ValueError, match=message):
        dic.predict(photo[..., 0])


def test_a_superpixel_map_of_another_shape(dic, photo):
    with pytest.raises(ValueError, match=r"shape \(9, 9\), the image has \(50, 75\)"):
        dic.fit(photo, superpixels=np.zeros((9, 9), int))


@pytest.mark.parametrize(
    ("superpixels", "message"),
    [
        (["slic", None], r"holds a NoneType, None; .* None by itself"),
        ([["slic"]], r"holds a list, \[\['slic'\]\]; it takes a name"),
        (Path("a.mat"), r"holds a \w*Path, .*a\.mat.*FileSuperpixels of a file"),
        (len, r"holds a builtin_function_or_method, .* FunctionTransformer of a function"),
    ],
)
def test_superpixels_of_the_wrong_type(dic, photo, superpixels, message):
    with pytest.raises(TypeError, match=message):
        dic.fit(photo, superpixels=superpixels)


@pytest.mark.parametrize("value", [1.02, 10, 100, -9999])
@pytest.mark.filterwarnings("ignore:the image has .* all but a few")
def test_one_bad_pixel_is_no_other_picture(value):
    image = coffee()[::4, ::4] / 255
    dic = DeepImageClustering(max_iter=5, random_state=0)
    expected = dic.fit_predict(image)
    image[50, 75] = value
    assert adjusted_rand_score(expected.ravel(), dic.fit_predict(image).ravel()) > 0.7


def test_warnings_name_the_line_of_the_user(dic, photo):
    with pytest.warns(UserWarning, match="nearly alike") as caught:
        dic.fit(photo.astype(np.uint16))
    assert {one.filename for one in caught} == {__file__}


def test_an_image_of_another_unit(dic, photo):
    dic.set_params(superpixels=None, n_segments=None).fit(photo)
    with pytest.warns(UserWarning, match=r"go from 0.* to 25\d, and those .* trained on from 0"):
        dic.predict(photo.astype(float))
    dic.predict(np.full_like(photo, 7))  # an even image is of no unit


def test_an_image_that_does_not_fit_into_memory_is_refused_at_once(dic):
    huge = np.broadcast_to(np.uint8(7), (300_000, 200_000, 3))
    message = r"largest 200000 x 300000 pixels.* needs about [\d.]+ GiB, and [\d.]+ GiB are.*tiles"
    with pytest.raises(MemoryError, match=message):
        dic.fit(huge)
    dic.fit(np.zeros((8, 8, 3)))
    with pytest.raises(MemoryError, match="the prediction of 1 image"):
        dic.predict(huge)
    with pytest.raises(MemoryError, match="the features of 1 image"):
        dic.transform(huge)


@pytest.mark.parametrize(("n_channels", "n_features"), [(3, 8), (3, 100), (40, 8)])
def test_what_merging_takes_is_what_was_estimated(n_channels, n_features):
    random = np.random.RandomState(0)
    image, features = random.rand(150, 200, n_channels), random.rand(150, 200, n_features)
    superpixels = np.indices((150, 200)).sum(axis=0) // 9
    tracemalloc.start()
    build_merge_tree(image, superpixels, features=features)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    estimated = tree_bytes(150 * 200, n_channels, n_features)
    assert 0.4 * estimated < peak < 1.1 * estimated


def test_a_score_merges_nothing(dic, monkeypatch):
    image = np.random.RandomState(0).rand(40, 60, 3)
    dic.set_params(n_segments=5, superpixels=None).fit(image)
    monkeypatch.setattr("sklearn_dic._region_merging.tree_bytes", lambda *_: 2**60)
    with pytest.raises(MemoryError, match="the merge tree of an image of 60 x 40 pixels needs"):
        dic.predict(image)
    assert dic.score(image) < 0
    assert dic.transform(image).shape[:2] == (40, 60)


def test_a_network_that_does_not_fit_into_memory_is_refused_at_once(monkeypatch):
    monkeypatch.setattr("sklearn_dic._memory.available_memory", lambda device: 8 * 2**30)
    dic = DeepImageClustering(65_535, device="cpu")  # two projections of C x C: 32 GiB
    with pytest.raises(MemoryError, match="n_clusters=65535 needs about 1"):
        dic.fit(np.zeros((8, 8, 3)))


@pytest.mark.parametrize(
    ("parameters", "remedy"),
    [
        ({"resolution": 1}, "lower resolution, lower n_clusters"),
        ({}, "lower n_clusters, reduce the images"),
    ],
)
def test_what_is_said_to_help_does(monkeypatch, parameters, remedy):
    monkeypatch.setattr("sklearn_dic._memory.available_memory", lambda device: 2**27)
    with pytest.raises(MemoryError, match=f"available on cpu: {remedy}"):
        DeepImageClustering(device="cpu", **parameters).fit(np.zeros((600, 600, 3)))


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 9.00 GiB.\nAnd more."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    ],
    ids=["cuda", "cpu"],
)
@pytest.mark.parametrize("task", ["fit", "prediction"])
def test_memory_that_ends_in_the_middle(dic, photo, monkeypatch, error, task):
    def fail(*args):
        raise error

    fitted = clone(dic).fit(photo)
    labels = fitted.labels_
    method = "aggregate" if task == "fit" else "apply_frozen"
    monkeypatch.setattr(DICNetwork, method, fail)
    with pytest.raises(MemoryError) as caught:
        fitted.fit(photo) if task == "fit" else fitted.predict(photo)
    message = str(caught.value)
    assert message.startswith(f"the {task} of 1 image(s), the largest 75 x 50 pixels")
    assert str(error).splitlines()[0] in message
    assert "lower n_clusters, reduce the images" in message
    assert fitted.labels_ is labels


def test_other_errors_of_pytorch_are_not_about_memory(dic, photo, monkeypatch):
    monkeypatch.setattr(DICNetwork, "aggregate", lambda *args: torch.zeros(2) + torch.zeros(3))
    with pytest.raises(RuntimeError, match="must match the size"):
        dic.fit(photo)
