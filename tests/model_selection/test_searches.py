"""Searches, Pipelines and cross-validation of scikit-learn, on images."""

import joblib
import numpy as np
import pytest
from scipy.stats import randint
from skimage.filters import gaussian
from sklearn import config_context
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 # for its effect
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.datasets import make_mosaic
from sklearn_dic.metrics import SCORERS, probabilistic_rand_index
from sklearn_dic.model_selection import NoSplit, PerImageSplit, optimal_scale
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

PRI = "probabilistic_rand_index"
PRI_SCORER = SCORERS[PRI]


@pytest.fixture(scope="module")
def images_and_truths():
    """Three images of different sizes, and their true regions."""
    sizes = [(32, 40), (36, 32), (30, 34)]
    mosaics = [make_mosaic(3, size, random_state=i) for i, size in enumerate(sizes)]
    return [image for image, _ in mosaics], [truth for _, truth in mosaics]


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, n_segments=None, max_iter=3, random_state=0)


def test_grid_search_over_spn_and_m_with_several_scorers(dic, images_and_truths):
    images, truths = images_and_truths
    search = GridSearchCV(
        dic,
        {"n_clusters": [6, 12], "n_centers": [4, 8]},
        scoring=SCORERS,
        refit="segmentation_covering",
        cv=PerImageSplit(),
        error_score="raise",
    ).fit(images, truths)
    results = search.cv_results_
    assert len(results["params"]) == 4
    for i, (image, truth) in enumerate(zip(images, truths, strict=True)):
        for k, params in enumerate(results["params"]):
            alone = clone(dic).set_params(**params).fit_predict(image)
            score = probabilistic_rand_index(truth, alone)
            assert results[f"split{i}_test_{PRI}"][k] == pytest.approx(score)
    best = results["mean_test_segmentation_covering"].argmax()
    assert search.best_params_ == results["params"][best]
    assert search.best_estimator_.n_clusters == search.best_params_["n_clusters"]
    scale = optimal_scale(results)
    assert scale.ois[PRI] >= scale.ods[PRI]


def test_grid_search_over_superpixels_and_their_number(dic, images_and_truths):
    images, truths = images_and_truths
    grid = [
        {"superpixels": ["felzenszwalb", None]},
        {"superpixels": [SLICSuperpixels(compactness=50)], "superpixels__n_segments": [10, 40]},
    ]
    search = GridSearchCV(dic, grid, scoring=PRI_SCORER, cv=PerImageSplit(), refit=False)
    results = search.fit(images, truths).cv_results_
    assert len(results["params"]) == 4
    assert np.isfinite(results["mean_test_score"]).all()
    assert dic.superpixels == "auto"


def test_randomized_search(dic, images_and_truths):
    images, truths = images_and_truths
    distributions = {
        "n_clusters": randint(4, 20),
        "superpixels": [FelzenszwalbSuperpixels(), SLICSuperpixels(20, compactness=50)],
    }
    search = RandomizedSearchCV(
        dic, distributions, n_iter=3, scoring=PRI_SCORER, cv=PerImageSplit(), random_state=0
    ).fit(images, truths)
    drawn = search.cv_results_["param_n_clusters"]
    assert len(drawn) == 3
    assert all(4 <= n < 20 for n in drawn)
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()


def test_halving_search_with_more_epochs_for_fewer_settings(dic, images_and_truths):
    images, truths = images_and_truths
    search = HalvingGridSearchCV(
        dic,
        {"n_clusters": [4, 8, 12, 16]},
        resource="max_iter",
        min_resources=2,
        max_resources=8,
        factor=2,
        scoring=PRI_SCORER,
        cv=PerImageSplit(),
    ).fit(images, truths)
    assert search.n_resources_ == [2, 4, 8]
    assert search.n_candidates_ == [4, 2, 1]
    assert search.best_params_["max_iter"] == 8


def test_two_jobs_give_the_scores_of_one(dic, images_and_truths, one_thread):
    images, truths = images_and_truths
    one, two = (
        GridSearchCV(
            dic,
            {"n_clusters": [4, 8]},
            scoring=PRI_SCORER,
            cv=PerImageSplit(),
            refit=False,
            n_jobs=n,
        )
        .fit(images, truths)
        .cv_results_["mean_test_score"]
        for n in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_a_setting_that_fails_has_the_error_score(dic, images_and_truths):
    images, truths = images_and_truths
    search = GridSearchCV(
        dic.set_params(max_iter=8),
        {"learning_rate": [0.05, 1e30]},
        scoring=PRI_SCORER,
        cv=PerImageSplit(),
        refit=False,
        error_score=0.0,
    )
    with pytest.warns(Warning, match=r"fits failed") as caught:
        search.fit(images, truths)
    assert any("lower learning_rate" in str(warning.message) for warning in caught)
    good, failed = search.cv_results_["mean_test_score"]
    assert good > 0
    assert failed == 0
    with pytest.raises(FloatingPointError, match="lower learning_rate"):
        clone(search).set_params(error_score="raise").fit(images, truths)


def smooth(collection, sigma=1.0):
    return [gaussian(image, sigma, channel_axis=-1) for image in collection]


def test_pipeline_with_preprocessing_and_memory(dic, images_and_truths, tmp_path):
    images, truths = images_and_truths

    pipeline = make_pipeline(
        FunctionTransformer(smooth, kw_args={"sigma": 1.0}),
        FelzenszwalbSuperpixels(),
        dic,
        memory=joblib.Memory(tmp_path, verbose=0),
    )
    search = GridSearchCV(
        pipeline,
        {
            "functiontransformer__kw_args": [{"sigma": 0.5}, {"sigma": 2.0}],
            "deepimageclustering__n_clusters": [4, 8],
        },
        scoring=PRI_SCORER,
        cv=PerImageSplit(),
    ).fit(images, truths)
    labels = search.predict(images)
    assert [part.shape for part in labels] == [image.shape[:2] for image in images]
    cached = list(tmp_path.rglob("output.pkl"))
    # 2 smoothings and 2 sets of superpixels for each of 3 images, and for all at the end
    assert len(cached) == 2 * 2 * 3 + 2


def test_features_for_a_supervised_pixel_classifier(images_and_truths):
    (image, *_), (truth, *_) = images_and_truths
    dic = DeepImageClustering(16, n_segments=None, max_iter=30, resolution=1, random_state=0)
    features = dic.fit(image).transform(image)
    rng = np.random.default_rng(0)
    annotated = rng.permutation(truth.size)[:60]  # few pixels, as a person would mark them
    classifier = LogisticRegression(max_iter=1000)
    classifier.fit(features.reshape(-1, 16)[annotated], truth.ravel()[annotated])
    predicted = classifier.predict(features.reshape(-1, 16)).reshape(truth.shape)
    assert np.mean(predicted == truth) > 0.9


def test_cross_val_predict_labels_each_image_by_its_own_fit(dic, images_and_truths):
    images, _ = images_and_truths
    stack = np.stack([image[:30, :32] for image in images])
    labels = cross_val_predict(dic, stack, cv=PerImageSplit())
    np.testing.assert_array_equal(labels, [clone(dic).fit_predict(image) for image in stack])


def test_cross_validate_per_image(dic, images_and_truths):
    images, truths = images_and_truths
    scores = cross_validate(dic, images, truths, scoring=SCORERS, cv=PerImageSplit())
    assert all(len(scores[f"test_{name}"]) == len(images) for name in SCORERS)
    together = cross_validate(PerImage(dic), images, truths, scoring=PRI_SCORER, cv=NoSplit())
    assert together["test_score"].mean() == pytest.approx(
        scores[f"test_{PRI}"].mean(),
        abs=0.05,  # one thread there, all here
    )


def test_nested_parameters_reach_the_superpixels(dic):
    pipeline = make_pipeline(PerImage(dic.set_params(superpixels=SLICSuperpixels())))
    name = "perimage__estimator__superpixels__n_segments"
    assert pipeline.set_params(**{name: 17}).get_params()[name] == 17
    assert dic.superpixels.n_segments == 17


def test_features_of_a_table_as_a_dataframe(dic, images_and_truths):
    (image, *_), _ = images_and_truths
    table = image.reshape(-1, image.shape[-1])[::20]
    dic.set_params(channel_axis=-1).set_output(transform="pandas")
    features = dic.fit(table).transform(table)
    assert list(features.columns) == [f"deepimageclustering{k}" for k in range(8)]
    assert len(features) == len(table)


def test_features_of_an_image_are_no_table(dic):
    assert not hasattr(dic, "set_output")
    assert not hasattr(dic, "get_feature_names_out")
    assert hasattr(dic.set_params(channel_axis=-1), "set_output")
    image = make_mosaic(3, (20, 30), random_state=0)[0]
    with config_context(transform_output="pandas"):
        assert dic.fit(image).transform(image).shape == (20, 30, 8)
