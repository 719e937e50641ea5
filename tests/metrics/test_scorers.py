import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.model_selection import (
    GridSearchCV,
    PredefinedSplit,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
)

from sklearn_dic import DeepImageClustering, metrics
from sklearn_dic.metrics import SCORERS, get_scorer

NEGATED = [
    "variation_of_information",
    "global_consistency_error",
    "boundary_displacement_error",
]


class Levels(ClusterMixin, BaseEstimator):
    """Cut grey values into levels: the smallest segmentation there is."""

    def __init__(self, n_levels=2):
        self.n_levels = n_levels

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def predict(self, X):
        if isinstance(X, list):
            return [self.predict(image) for image in X]
        return (X * self.n_levels).astype(int)


@pytest.fixture
def images():
    ramp = np.tile(np.arange(32) / 32, (8, 1))
    return [ramp, ramp[:, ::-1].copy(), ramp[:6].copy()]


@pytest.fixture
def annotations(images):
    """Two people who see four regions, one who sees five, and a single map."""
    four, five = ([Levels(n).predict(image) for image in images] for n in (4, 5))
    return [[four[0], four[0], five[0]], [four[1]], four[2]]


@pytest.fixture
def each_image():
    return PredefinedSplit([0, 1, 2])


def test_names_say_the_direction(images, annotations):
    assert set(SCORERS) == {
        "probabilistic_rand_index",
        "segmentation_covering",
        *(f"neg_{name}" for name in NEGATED),
    }
    model = Levels(3)
    for name, scorer in SCORERS.items():
        measure = getattr(metrics, name.removeprefix("neg_"))
        sign = -1 if name.startswith("neg_") else 1
        expected = sign * measure(annotations, model.predict(images))
        assert scorer(model, images, annotations) == expected
        assert scorer(model, images[0], annotations[0]) == sign * measure(
            annotations[0], model.predict(images[0])
        )


def test_get_scorer():
    for name in SCORERS:
        assert get_scorer(name) is not SCORERS[name]  # what is asked of one is not asked of all
        assert repr(get_scorer(name)) == repr(SCORERS[name])
    for name in NEGATED:
        assert repr(get_scorer(name)) == repr(SCORERS[f"neg_{name}"])
    with pytest.raises(ValueError, match=r"no scorer 'accuracy'; the names are .*neg_global"):
        get_scorer("accuracy")


@pytest.mark.parametrize("name", SCORERS)
def test_grid_search(name, images, annotations, each_image):
    for scoring in (SCORERS[name], get_scorer(name)):
        search = GridSearchCV(
            Levels(), {"n_levels": [2, 4, 9]}, scoring=scoring, cv=each_image
        ).fit(images, annotations)
        if name != "neg_global_consistency_error":  # which any refinement satisfies
            assert search.best_params_ == {"n_levels": 4}
        assert search.cv_results_["split1_test_score"][1] == (0 if name[:3] == "neg" else 1)


def test_all_five_at_once(images, annotations, each_image):
    search = GridSearchCV(
        Levels(),
        {"n_levels": [2, 4]},
        scoring=SCORERS,
        cv=each_image,
        refit="neg_variation_of_information",
    ).fit(images, annotations)
    for name in SCORERS:
        assert np.isfinite(search.cv_results_[f"mean_test_{name}"]).all()
    assert search.best_params_ == {"n_levels": 4}


def test_elsewhere_in_scikit_learn(images, annotations, each_image):
    scorer = SCORERS["probabilistic_rand_index"]
    assert cross_val_score(Levels(4), images, annotations, cv=each_image, scoring=scorer)[1] == 1
    scores = cross_validate(Levels(4), images, annotations, cv=each_image, scoring=SCORERS)
    assert all(f"test_{name}" in scores for name in SCORERS)
    search = RandomizedSearchCV(
        Levels(), {"n_levels": [2, 4]}, n_iter=1, scoring=scorer, cv=each_image, random_state=0
    )
    assert search.fit(images, annotations).best_score_ > 0


def test_importing_changes_nothing_in_scikit_learn():
    code = """
import sklearn.metrics, sklearn.model_selection
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import GridSearchCV, cross_validate

def known():
    search = GridSearchCV._parameter_constraints["scoring"]
    function = cross_validate._skl_parameter_constraints["scoring"]
    return get_scorer_names(), *map(str, [*search, *function])

before = known()
import sklearn_dic, sklearn_dic.metrics, sklearn_dic.model_selection, sklearn_dic.inspection
from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
assert known() == before
assert "probabilistic_rand_index" not in get_scorer_names()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_annotations(images):
    with pytest.raises(TypeError, match="y_true is None; label maps are needed"):
        SCORERS["probabilistic_rand_index"](Levels(), images, None)


def test_pickle(images, annotations):
    for scorer in SCORERS.values():
        again = pickle.loads(pickle.dumps(scorer))
        assert again(Levels(), images, annotations) == scorer(Levels(), images, annotations)


def test_with_deep_image_clustering(photo, each_image):
    images = [photo, photo[:, ::-1].copy(), photo[:40]]
    annotations = [[image[..., 0] // 64, image[..., 0] // 100] for image in images]
    search = GridSearchCV(
        DeepImageClustering(max_iter=2, random_state=0),
        {"n_clusters": [4, 16]},
        scoring=SCORERS["probabilistic_rand_index"],
        cv=each_image,
        error_score="raise",
    ).fit(images, annotations)
    assert (search.cv_results_["mean_test_score"] > 0).all()
    report = metrics.segmentation_report(annotations, search.predict(images))
    scorer = get_scorer("probabilistic_rand_index")
    assert scorer(search, images, annotations) == report.probabilistic_rand_index
