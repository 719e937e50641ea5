"""Fits at the same time: in threads, in processes, on a cluster."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import joblib
import numpy as np
import pytest
import torch
from sklearn import config_context, get_config
from sklearn.base import BaseEstimator, ClusterMixin, clone

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

BACKENDS = ["loky", "threading", "dask"]


@pytest.fixture(scope="module")
def cluster():
    """A cluster of two worker processes with one thread each."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def parallel(request):
    """A function that makes joblib use a backend with two workers."""

    def use(backend):
        if backend == "dask":
            request.getfixturevalue("cluster")
        return joblib.parallel_config(backend=backend, n_jobs=2)

    return use


@pytest.fixture
def two_threads():
    """Let PyTorch compute with two threads, so that one would be another number."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, max_iter=4, random_state=0)


@pytest.fixture
def collection(photo, image_file):
    return [np.tile(photo, (1, 2, 1)), str(image_file), photo[:20, :30], photo[3:24]]


def assert_same_fits(first, second):
    for a, b in zip(first.estimators_, second.estimators_, strict=True):
        assert a.loss_curve_ == b.loss_curve_
        np.testing.assert_array_equal(a.labels_, b.labels_)
    for a, b in zip(first.labels_, second.labels_, strict=True):
        np.testing.assert_array_equal(a, b)


def threads_of_new_threads():
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


@pytest.mark.usefixtures("global_random_states")
def test_two_fits_at_once_give_the_answers_they_give_alone(photo):
    photo = photo[::2, ::2]
    five_channels = photo[..., [0, 1, 2, 0, 1]] / 255  # scikit-image warns of more than three
    dic = DeepImageClustering(8, n_centers=4, max_iter=5, random_state=0)
    work = [
        (clone(dic).set_params(precision="bfloat16"), five_channels),
        (clone(dic), five_channels[:, ::-1]),
        (clone(dic).set_params(clustering="paper", superpixels="slic"), photo),
        (clone(dic).set_params(precision="float32", superpixels=None, random_state=1), photo[::-1]),
    ]
    alone = [clone(estimator).fit(image) for estimator, image in work]
    filters, n_threads = list(warnings.filters), torch.get_num_threads()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda pair: clone(pair[0]).fit(pair[1]), work * 3))
    for i, fitted in enumerate(together):
        assert fitted.loss_curve_ == alone[i % 4].loss_curve_
        np.testing.assert_array_equal(fitted.labels_, alone[i % 4].labels_)
    assert warnings.filters == filters
    assert torch.get_num_threads() == threads_of_new_threads() == n_threads
    assert not torch.is_autocast_enabled("cpu")
    assert torch.is_grad_enabled()


# Many processors have no instruction for bfloat16, and take ten times as long.
@pytest.mark.parametrize(("precision", "first"), [("float32", 0), ("bfloat16", 2)])
def test_backends_and_numbers_of_jobs_do_not_change_the_answer(
    dic, collection, parallel, two_threads, precision, first
):
    collection = collection[first:]
    per_image = PerImage(dic.set_params(precision=precision))
    expected = clone(per_image).fit(collection)
    for backend in BACKENDS:
        with parallel(backend):
            fitted = clone(per_image).fit(collection)
            assert_same_fits(fitted, expected)
            without = clone(per_image).set_params(keep_estimators=False).fit(collection)
        for labels in (without.labels_, fitted.predict(collection)):
            for a, b in zip(labels, expected.labels_, strict=True):
                np.testing.assert_array_equal(a, b)
    torch.set_num_threads(1)
    for fitted, image in zip(expected.estimators_, collection, strict=True):
        assert fitted.loss_curve_ == clone(dic).fit(image).loss_curve_


@pytest.mark.parametrize("backend", BACKENDS)
def test_errors_name_the_image(dic, collection, parallel, backend):
    collection[2] = np.full((6, 7, 3), np.nan)
    with (
        parallel(backend),
        pytest.warns(RuntimeWarning, match=r"^image 2 of the collection .* NaN at row 0"),
    ):
        per_image = PerImage(dic, on_error="warn").fit(collection)
    assert [labels is None for labels in per_image.labels_] == [False, False, True, False]
    assert [estimator is None for estimator in per_image.estimators_] == [False, False, True, False]
    with parallel(backend), pytest.raises(ValueError, match=r"^image 2 of the collection .* NaN"):
        PerImage(dic).fit(collection)


class CountThreads(ClusterMixin, BaseEstimator):
    """Labels that are the numbers of threads that a fit has, in all of PyTorch's parts."""

    def fit(self, X, y=None):
        lines = torch.__config__.parallel_info().splitlines()
        counts = [line.split(":")[-1] for line in lines if "get_max_threads() :" in line]
        self.labels_ = np.array([[torch.get_num_threads(), *map(int, counts)]])
        return self


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_workers_together_have_no_more_threads_than_there_are_processors(
    photo, parallel, two_threads, backend
):
    with nullcontext() if backend is None else parallel(backend):
        counts = PerImage(CountThreads()).fit_predict([photo] * 4)
    np.testing.assert_array_equal(np.stack(counts), 1)
    assert torch.get_num_threads() == threads_of_new_threads() == 2


class Fails(ClusterMixin, BaseEstimator):
    def __init__(self, error=None):
        self.error = error

    def fit(self, X, y=None):
        raise self.error


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_number_of_threads_is_restored_after_a_failure(photo, two_threads, error, n_threads):
    torch.set_num_threads(n_threads)
    per_image = PerImage(Fails(error))
    if isinstance(error, KeyboardInterrupt):
        with pytest.warns(UserWarning, match="interrupted after 0 of 2"):
            per_image.fit([photo, photo])
    else:
        with pytest.raises(ValueError, match="image 0"):
            per_image.fit([photo, photo])
    assert torch.get_num_threads() == threads_of_new_threads() == n_threads


class RememberThreads(FelzenszwalbSuperpixels):
    """Superpixels that note how many threads the fit has around them."""

    def _segment(self, image):
        seen.append(torch.get_num_threads())
        return super()._segment(image)


seen = []


def test_a_fit_by_itself_has_the_threads_that_the_user_set(photo, two_threads):
    for n_threads in (1, 2):
        torch.set_num_threads(n_threads)
        DeepImageClustering(8, max_iter=2, superpixels=RememberThreads()).fit(photo)
        assert seen.pop() == torch.get_num_threads() == n_threads


def test_two_collections_at_once(dic, collection, two_threads):
    expected = PerImage(dic).fit(collection)
    barrier = threading.Barrier(2)

    def fit(_):
        barrier.wait()
        fitted = PerImage(dic).fit(collection)
        return fitted, torch.get_num_threads()

    with ThreadPoolExecutor(2) as pool:
        for fitted, n_threads in pool.map(fit, range(2)):
            assert_same_fits(fitted, expected)
            assert n_threads == 2
    assert torch.get_num_threads() == threads_of_new_threads() == 2


class Configured(ClusterMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.labels_ = np.array([[get_config()["working_memory"]]])
        return self


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_workers_have_the_configuration_of_the_caller(photo, parallel, backend):
    with (
        nullcontext() if backend is None else parallel(backend),
        config_context(working_memory=17),
    ):
        assert PerImage(Configured()).fit_predict([photo] * 2) == [[[17]], [[17]]]


def test_superpixels_on_a_cluster(photo, parallel):
    images = [photo, photo[:20, :30], photo[3:24]]
    alone = SLICSuperpixels(n_segments=20).fit_transform(images)
    with parallel("dask"):
        at_once = SLICSuperpixels(n_segments=20, n_jobs=2).fit_transform(images)
    for one, other in zip(alone, at_once, strict=True):
        np.testing.assert_array_equal(one, other)
