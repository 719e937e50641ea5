import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.metrics import rand_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.datasets import load_bsds, make_mosaic
from sklearn_dic.model_selection import NoSplit, PerImageSplit, optimal_scale
from sklearn_dic.superpixels import SLICSuperpixels

MOSAICS = [make_mosaic(3, (24, 20 + 4 * i), random_state=i) for i in range(3)]
IMAGES = [image for image, _ in MOSAICS]
ANNOTATIONS = [[labels, labels // 2] for _, labels in MOSAICS]


class BrightnessClustering(ClusterMixin, BaseEstimator):
    """Cuts images at evenly spaced grey values."""

    def __init__(self, n_clusters=2):
        self.n_clusters = n_clusters

    def fit(self, X, y=None):
        self.n_images_ = len(X)
        return self

    def predict(self, X):
        return [np.int32(np.mean(image, axis=2) * self.n_clusters) for image in X]


def mean_rand_index(estimator, X, y):
    """Mean over images and annotators."""
    return np.mean(
        [
            np.mean([rand_score(labels.ravel(), found.ravel()) for labels in annotations])
            for annotations, found in zip(y, estimator.predict(X), strict=True)
        ]
    )


def minus_n_labels(estimator, X, y):
    return -float(np.mean([len(np.unique(found)) for found in estimator.predict(X)]))


def test_indices():
    assert [(list(train), list(test)) for train, test in NoSplit().split(IMAGES)] == [
        ([0, 1, 2], [0, 1, 2])
    ]
    assert [(list(train), list(test)) for train, test in PerImageSplit().split(IMAGES)] == [
        ([0], [0]),
        ([1], [1]),
        ([2], [2]),
    ]
    assert NoSplit().get_n_splits() == NoSplit().get_n_splits(IMAGES) == 1
    assert PerImageSplit().get_n_splits(IMAGES) == 3
    assert repr(NoSplit()) == "NoSplit()"


@pytest.mark.parametrize(
    "X",
    [
        ["a.jpg", "b.jpg"],
        tuple(IMAGES[:2]),
        np.zeros((2, 4, 5, 3)),
        [np.zeros((4, 5)), np.zeros((6, 7))],
        [np.zeros((4, 5)).tolist()] * 2,
    ],
)
def test_collections(X):
    assert PerImageSplit().get_n_splits(X) == len(list(PerImageSplit().split(X))) == 2
    assert len(list(NoSplit().split(X))) == 1


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (IMAGES[0], r"shape \(24, 20, 3\), whose first axis .*pass \[image\]"),
        (IMAGES[0][..., 0], r"shape \(24, 20\), whose first axis"),
        (np.zeros((5, 24, 20)), r"list\(X\) if it is a stack of grey images"),
        (np.zeros(7), r"shape \(7,\)"),
        (IMAGES[0][..., 0].tolist(), r"X\[0\] has 1 dimension\(s\)"),
        ("photo.jpg", r"the path 'photo.jpg': pass a list"),
        ([], "X is empty"),
        (np.zeros((0, 4, 5, 3)), "X is empty|first axis"),
        (None, "needs X to count"),
    ],
)
def test_one_image_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        PerImageSplit().get_n_splits(X)
    with pytest.raises(ValueError, match=message):
        list(PerImageSplit().split(X))


@pytest.mark.parametrize("X", [IMAGES, np.stack([IMAGES[0]] * 3)], ids=["list", "stack"])
def test_per_image_search(X):
    search = GridSearchCV(
        BrightnessClustering(),
        {"n_clusters": [2, 5]},
        scoring=mean_rand_index,
        cv=PerImageSplit(),
    ).fit(X, ANNOTATIONS if X is IMAGES else [ANNOTATIONS[0]] * 3)
    assert search.n_splits_ == 3
    assert search.best_estimator_.n_images_ == 3  # the refit
    one = BrightnessClustering(5).fit(X[:1])
    expected = mean_rand_index(one, X[:1], ANNOTATIONS[:1])
    assert search.cv_results_["split0_test_score"][1] == expected


def test_searches_refuse_one_image():
    search = GridSearchCV(BrightnessClustering(), {}, scoring=mean_rand_index, cv=PerImageSplit())
    with pytest.raises(ValueError, match=r"pass \[image\]"):
        search.fit(IMAGES[0])


def test_no_split_fits_all_images_at_once():
    scores = cross_val_score(
        BrightnessClustering(5), IMAGES, ANNOTATIONS, scoring=mean_rand_index, cv=NoSplit()
    )
    assert scores == [mean_rand_index(BrightnessClustering(5), IMAGES, ANNOTATIONS)]


def test_no_split_takes_one_image(photo):
    dic = DeepImageClustering(n_segments=None, max_iter=2, random_state=0)
    search = GridSearchCV(dic, {"n_clusters": [4]}, cv=NoSplit()).fit(photo)
    expected = dic.set_params(n_clusters=4).fit(photo)
    np.testing.assert_array_equal(search.best_estimator_.labels_, expected.labels_)
    assert search.best_score_ == pytest.approx(expected.score(photo))


def test_the_row_of_the_papers_table():
    search = GridSearchCV(
        DeepImageClustering(
            n_segments=None,
            max_iter=2,
            superpixels=SLICSuperpixels(compactness=50),
            random_state=0,
        ),
        {"n_clusters": [4, 8], "superpixels__n_segments": [20, 60]},
        scoring={"probabilistic_rand_index": mean_rand_index, "few": minus_n_labels},
        refit=False,
        cv=PerImageSplit(),
        n_jobs=2,
        error_score="raise",
    ).fit(IMAGES, ANNOTATIONS)
    scale = optimal_scale(search.cv_results_)
    assert (scale.n_settings, scale.n_images) == (4, 3)
    pri = "probabilistic_rand_index"
    setting = scale.ois_params[pri][1]
    one = PerImage(
        DeepImageClustering(
            n_segments=None,
            max_iter=2,
            superpixels=SLICSuperpixels(compactness=50),
            random_state=0,
        ).set_params(**setting)
    ).fit(IMAGES[1:2])
    rank = search.cv_results_["params"].index(setting)
    score = mean_rand_index(one, IMAGES[1:2], ANNOTATIONS[1:2])
    assert search.cv_results_[f"split1_test_{pri}"][rank] == pytest.approx(score)
    assert scale.ois[pri] == scale.ois_by_metric[pri]


def test_refit_by_one_of_several_metrics():
    search = GridSearchCV(
        BrightnessClustering(),
        {"n_clusters": [2, 5, 9]},
        scoring={"probabilistic_rand_index": mean_rand_index, "few": minus_n_labels},
        refit="few",
        cv=PerImageSplit(),
    ).fit(IMAGES, ANNOTATIONS)
    scale = optimal_scale(search.cv_results_, "few")
    assert scale.ods_params["few"] == search.best_params_
    assert scale.ods["few"] == pytest.approx(search.best_score_)


def test_the_berkeley_images_go_straight_into_a_search(berkeley):
    bsds = load_bsds(berkeley, n_images=4)
    search = GridSearchCV(
        FromFiles(), {"n_clusters": [2, 3]}, scoring=mean_rand_index, cv=PerImageSplit(), n_jobs=2
    ).fit(bsds.images, bsds.annotations)
    scale = optimal_scale(search.cv_results_)
    assert 0.3 < scale.ods["score"] <= scale.ois["score"] < 1
    assert scale.n_images == 4


class FromFiles(BrightnessClustering):
    def predict(self, X):
        from skimage.io import imread

        return super().predict([imread(path) / 255 for path in X])
