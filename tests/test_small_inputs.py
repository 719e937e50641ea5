"""Small inputs that once gave a wrong answer without a word, or an error that did not help."""

import multiprocessing
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, cross_validate

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.images import open_images
from sklearn_dic.metrics import get_scorer
from sklearn_dic.model_selection import NoSplit, PerImageSplit
from sklearn_dic.superpixels import FelzenszwalbSuperpixels


@pytest.fixture(scope="module")
def small(photo):
    return photo[::2, ::2]


def test_a_table_with_named_columns_is_no_grey_image(small):
    table = pd.DataFrame(small.reshape(-1, 3), columns=["R", "G", "B"])
    told = r"X is a DataFrame of shape \(950, 3\) with columns R, G, B\. .*channel_axis=-1; a grey"
    with pytest.raises(ValueError, match=told):
        RegionMerging().fit(table)
    with pytest.raises(ValueError, match="image 0 is a DataFrame"):
        open_images([table, table])
    assert open_images(table, -1).form == "table"
    assert open_images(pd.DataFrame(small[..., 0]), None).shapes == [(25, 38)]


@pytest.mark.parametrize(
    "estimator",
    [
        RegionMerging(),
        DeepImageClustering(4, max_iter=2),
        PerImage(RegionMerging()),
    ],
)
@pytest.mark.parametrize("cv", [3, 2])
def test_a_search_does_not_cut_an_image_into_rows(small, estimator, cv):
    annotation = (small[..., 0] > 100).astype(int)
    scoring = get_scorer("probabilistic_rand_index")
    told = r"(?s)cut an image of shape \(25, 38, 3\) into rows.*\[image\].*cv=PerImageSplit\(\)"
    with pytest.raises(ValueError, match=told):
        cross_validate(estimator, small, annotation, scoring=scoring, cv=cv)
    with pytest.raises(ValueError, match=told):
        GridSearchCV(estimator, {}, scoring=scoring, cv=cv, refit=False).fit(small, annotation)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_searches_over_images_still_work(small):
    annotation = (small[..., 0] > 100).astype(int)
    scoring = get_scorer("probabilistic_rand_index")

    def search(images, annotations, estimator, cv):
        grid = GridSearchCV(estimator, {}, scoring=scoring, cv=cv, error_score="raise")
        return grid.fit(images, annotations).best_score_

    expected = search([small], [annotation], RegionMerging(), PerImageSplit())
    assert search([small], [annotation], PerImage(RegionMerging()), NoSplit()) == expected
    assert search(small, annotation, RegionMerging(), NoSplit()) == expected
    stack = np.stack([small[..., 0]] * 2)
    assert search(stack, np.stack([annotation] * 2), RegionMerging(channel_axis=None), 2) > 0


@pytest.mark.parametrize("shape", [(30, 122, 68), (8, 64, 60), (3, 50, 75), (12, 20, 17)])
def test_cubes_with_channels_first_are_noticed(shape):
    with pytest.warns(UserWarning, match=rf"read as {shape[0]} x {shape[1]} pixels with"):
        open_images(np.zeros(shape))


@pytest.mark.parametrize("backend", ["multiprocessing", "threading"])
def test_every_backend_of_joblib(small, backend):
    segmenter = PerImage(FelzenszwalbClusterer())
    expected = segmenter.fit_predict([small, small[::-1]])
    with joblib.parallel_config(backend, n_jobs=2):
        found = segmenter.fit_predict([small, small[::-1]])
    for labels, others in zip(found, expected, strict=True):
        np.testing.assert_array_equal(labels, others)


class FelzenszwalbClusterer(FelzenszwalbSuperpixels):
    """An estimator of labels that costs little."""

    def fit(self, X, y=None):
        self.labels_ = np.asarray(self.transform(X))
        return self

    def fit_predict(self, X, y=None):
        return self.fit(X).labels_


def test_per_image_takes_opened_images(small):
    segmenter = PerImage(FelzenszwalbClusterer())
    expected = segmenter.fit_predict([small, small[::-1]])
    found = segmenter.fit_predict(open_images([small, small[::-1]]))
    for labels, others in zip(found, expected, strict=True):
        np.testing.assert_array_equal(labels, others)


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system has no forks"
)
def test_a_forked_process_does_not_wait_for_threads():
    code = """
import multiprocessing, torch
import numpy as np
torch.set_num_threads(2)
from sklearn_dic import DeepImageClustering
image = np.random.default_rng(0).random((64, 64, 3))
dic = DeepImageClustering(8, max_iter=2, n_segments=None, random_state=0)
dic.fit(image)
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(*[labels.shape for labels in pool.map(dic.fit_predict, [image, image])])
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split("\n")[0] == "(64, 64) (64, 64)", done.stderr
