"""The estimator: forms of input, what it learns, searches, and what it refuses."""

import numpy as np
import pytest
import torch
from joblib import parallel_config
from skimage.io import imsave
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV

from sklearn_dic import RegionMerging
from sklearn_dic.metrics import get_scorer, mean_intersection_over_union
from sklearn_dic.model_selection import NoSplit, PerImageSplit, optimal_scale
from sklearn_dic.semantic import ScoredImage, SuperpixelCRF
from sklearn_dic.superpixels import SLICSuperpixels, SuperpixelMap

RANDOM = np.random.default_rng(0)
SHAPE = (24, 32)
SCORES = RANDOM.normal(size=(*SHAPE, 3))


def picture(seed=0):
    """Four colours in quarters, with noise."""
    quarters = np.kron([[0, 1], [2, 3]], np.ones((12, 16), int))
    colors = np.array([[20, 30, 40], [200, 60, 60], [60, 180, 60], [230, 230, 240]])
    noise = np.random.default_rng(seed).integers(-10, 10, (*SHAPE, 3))
    return quarters, (colors[quarters] + noise).astype(np.uint8)


QUARTERS, IMAGE = picture()
MAPS = [np.arange(24 * 32).reshape(SHAPE) // 96, QUARTERS]
CRF = SuperpixelCRF(SLICSuperpixels(n_segments=20), smoothness=0.5)


def test_forms_of_images_and_scores(tmp_path):
    expected = CRF.predict_proba(IMAGE, scores=SCORES)
    assert expected.shape == (*SHAPE, 3)
    assert expected.dtype == np.float32
    path = tmp_path / "image.png"
    imsave(path, IMAGE, check_contrast=False)
    for X in (ScoredImage(IMAGE, SCORES), ScoredImage(path, SCORES)):
        np.testing.assert_array_equal(CRF.predict_proba(X), expected)
    np.testing.assert_array_equal(CRF.predict_proba(path, scores=SCORES.tolist()), expected)
    for X in ([ScoredImage(IMAGE, SCORES)] * 2, (ScoredImage(str(path), SCORES),) * 2):
        answers = CRF.predict_proba(X)
        assert isinstance(answers, list)
        for answer in answers:
            np.testing.assert_array_equal(answer, expected)
    stack = CRF.predict_proba(np.stack([IMAGE, IMAGE]), scores=np.stack([SCORES, SCORES]))
    np.testing.assert_array_equal(stack, np.stack([expected, expected]))
    np.testing.assert_array_equal(CRF.predict(IMAGE, scores=SCORES), expected.argmax(axis=2))


def test_images_of_several_sizes():
    small = IMAGE[:15, :20]
    scores = [SCORES, SCORES[:15, :20]]
    answers = CRF.predict([IMAGE, small], scores=scores)
    assert [answer.shape for answer in answers] == [SHAPE, (15, 20)]
    assert answers[0].dtype == np.int32
    with parallel_config("threading", n_jobs=2):
        parallel = CRF.predict([IMAGE, small], scores=scores)
    for one, other in zip(answers, parallel, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_tensors_come_back_as_tensors(dtype):
    scores = torch.as_tensor(SCORES).to(dtype)
    answer = CRF.predict_proba(IMAGE, scores=scores.requires_grad_())
    assert answer.dtype == dtype
    expected = CRF.predict_proba(IMAGE, scores=scores.detach().double().numpy())
    np.testing.assert_allclose(answer.float().numpy(), expected, atol=1e-2)
    classes = CRF.predict([IMAGE, IMAGE], scores=torch.stack([scores, scores]))
    assert [type(labels) for labels in classes] == [torch.Tensor] * 2
    assert not classes[0].is_floating_point()
    stack = CRF.predict_proba(np.stack([IMAGE, IMAGE]), scores=[scores, scores])
    assert isinstance(stack, torch.Tensor)
    np.testing.assert_allclose(stack[1].float().numpy(), expected, atol=1e-2)


def test_scores_of_any_scale():
    logits = SCORES - SCORES.max()
    exponentials = np.exp(logits)
    shares = exponentials / exponentials.sum(axis=2, keepdims=True)
    expected = CRF.predict_proba(IMAGE, scores=shares)
    for scores in (SCORES, SCORES + 1e6, logits.astype(np.float32), shares.astype(np.float16)):
        np.testing.assert_allclose(CRF.predict_proba(IMAGE, scores=scores), expected, atol=2e-3)
    for huge in (1e5 * SCORES, 1e300 * SCORES):
        answer = CRF.predict_proba(IMAGE, scores=huge)
        np.testing.assert_allclose(answer.sum(axis=2), 1, atol=1e-5)
    votes = np.random.default_rng(1).integers(0, 9, (*SHAPE, 3), dtype=np.uint8)
    np.testing.assert_allclose(CRF.predict_proba(IMAGE, scores=votes).sum(axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("n_classes", [1, 2, 200])
def test_any_number_of_classes(n_classes):
    scores = RANDOM.normal(size=(*SHAPE, n_classes))
    answer = CRF.predict_proba(IMAGE, scores=scores)
    assert answer.shape == scores.shape
    np.testing.assert_allclose(answer.sum(axis=2), 1, atol=1e-5)
    assert CRF.predict(IMAGE, scores=scores).max() < n_classes


@pytest.mark.parametrize(
    "superpixels", [None, "slic", RegionMerging(n_segments=4), ["slic", RegionMerging()]]
)
def test_methods_of_regions(superpixels):
    crf = SuperpixelCRF(superpixels, n_segments=(2, 4, 10000), fidelity=0, smoothness=0)
    answer = crf.predict_proba(IMAGE, scores=SCORES)
    assert answer.shape == (*SHAPE, 3)
    if superpixels is None:
        one = SuperpixelCRF(n_segments=4, fidelity=0, smoothness=0)
        regions = RegionMerging(n_segments=4).fit_predict(IMAGE)
        expected = one.predict_proba(IMAGE, scores=SCORES, superpixels=regions)
        np.testing.assert_allclose(one.predict_proba(IMAGE, scores=SCORES), expected, atol=1e-6)


def test_superpixels_travel_with_the_image():
    expected = CRF.predict_proba(IMAGE, scores=SCORES, superpixels=MAPS)
    assert not np.array_equal(expected, CRF.predict_proba(IMAGE, scores=SCORES))
    own = ScoredImage(IMAGE, SCORES, superpixels=MAPS)
    np.testing.assert_array_equal(CRF.predict_proba(own), expected)
    np.testing.assert_array_equal(CRF.predict_proba([own])[0], expected)
    with_map = ScoredImage(SuperpixelMap(QUARTERS, IMAGE), SCORES)
    one = CRF.predict_proba(IMAGE, scores=SCORES, superpixels=QUARTERS)
    np.testing.assert_array_equal(CRF.predict_proba(with_map), one)


def test_weights_are_learned_from_annotations():
    regions = np.arange(24 * 32).reshape(SHAPE) // 32 * 4 + np.arange(32) // 8  # 4 x 24 strips
    crf = SuperpixelCRF().fit(IMAGE, QUARTERS, superpixels=regions)
    assert crf.coef_.shape == (2,)
    assert crf.coef_[0] < 0  # the farther the colours, the less likely the same class
    assert crf.intercept_ > 0
    assert crf.n_features_in_ == 3
    classes = [QUARTERS, QUARTERS]
    again = SuperpixelCRF().fit([IMAGE, IMAGE], classes, superpixels=[regions, regions])
    np.testing.assert_allclose(again.coef_, crf.coef_, rtol=0.2)


def test_void_does_not_count():
    void = QUARTERS.copy()
    void[:, 12:20] = 255
    halves = (QUARTERS > 1).astype(int)
    crf = SuperpixelCRF(ignore_label=255, superpixels=SLICSuperpixels(n_segments=40))
    own = crf.fit(IMAGE, np.where(void == 255, 255, halves)).coef_
    assert not np.allclose(own, SuperpixelCRF(crf.superpixels).fit(IMAGE, void).coef_)
    default = SuperpixelCRF().fit(IMAGE)
    nothing = SuperpixelCRF(ignore_label=255).fit(IMAGE, np.full(SHAPE, 255))
    one_class = SuperpixelCRF().fit(IMAGE, np.zeros(SHAPE, int))
    for crf in (nothing, one_class):
        np.testing.assert_array_equal(crf.coef_, default.coef_)


def test_a_fit_without_annotations_changes_nothing():
    before = CRF.predict_proba(IMAGE, scores=SCORES)
    fitted = clone(CRF).fit(ScoredImage(IMAGE, SCORES))
    np.testing.assert_array_equal(fitted.predict_proba(IMAGE, scores=SCORES), before)
    with pytest.raises(ValueError, match=r"X has 1 features, but SuperpixelCRF is expecting 3"):
        fitted.predict(IMAGE[..., 0], scores=SCORES)


@pytest.fixture
def annotated():
    """Three pictures, whose scores are right in the middle of each quarter."""
    scored, classes = [], []
    for seed in range(3):
        quarters, image = picture(seed)
        noise = np.random.default_rng(seed).normal(size=(*SHAPE, 4))
        scores = np.eye(4)[quarters] + noise
        scored.append(ScoredImage(image, scores, superpixels=[quarters, MAPS[0]]))
        classes.append(quarters)
    return scored, classes


@pytest.mark.parametrize("cv", [PerImageSplit(), NoSplit(), 3])
def test_search_on_a_handful_of_images(annotated, cv):
    scored, classes = annotated
    search = GridSearchCV(
        SuperpixelCRF(), {"fidelity": [0, 50], "smoothness": [0, 0.1]}, cv=cv,
        scoring=get_scorer("mean_intersection_over_union"), error_score="raise",
    ).fit(scored, classes)  # fmt: skip
    assert search.best_params_["fidelity"] == 0  # the regions are those of the classes
    assert search.best_score_ > 0.9
    if isinstance(cv, PerImageSplit):
        assert optimal_scale(search.cv_results_).n_images == 3


def test_search_with_void(annotated):
    scored, classes = annotated
    classes = [np.where(np.arange(32) < 4, 9, labels) for labels in classes]
    scorer = make_scorer(mean_intersection_over_union, ignore_label=9)
    search = GridSearchCV(
        SuperpixelCRF(ignore_label=9), {"fidelity": [0, 50]}, scoring=scorer, cv=NoSplit()
    )
    assert search.fit(scored, classes).best_score_ > 0.9


class Thresholds(BaseEstimator):
    """Scores of two classes, from the brightness."""

    def fit(self, X, y=None):
        self.level_ = np.mean(X)
        return self

    def predict_proba(self, X):
        bright = 1 / (1 + np.exp(self.level_ - np.mean(X, axis=-1, dtype=float)))
        return np.stack([1 - bright, bright], axis=-1)


def test_classifier():
    crf = clone(CRF).set_params(classifier=Thresholds())
    with pytest.raises(NotFittedError):
        crf.predict(IMAGE)
    scores = Thresholds().fit(IMAGE).predict_proba(IMAGE)
    expected = CRF.predict_proba(IMAGE, scores=scores)
    np.testing.assert_array_equal(crf.fit(IMAGE).predict_proba(IMAGE), expected)
    frozen = FrozenEstimator(Thresholds().fit(IMAGE))
    crf = clone(CRF).set_params(classifier=frozen).fit(255 - IMAGE)
    np.testing.assert_array_equal(crf.predict_proba(IMAGE), expected)
    given = crf.predict_proba(IMAGE, scores=SCORES)  # take precedence
    np.testing.assert_array_equal(given, CRF.predict_proba(IMAGE, scores=SCORES))


REFUSED = {
    "no scores": ({}, "there are no class scores: pass scores="),
    "classes first": (
        {"scores": SCORES.transpose(2, 0, 1)},
        r"have shape \(3, 24, 32\), and its pixels \(24, 32\).* scores.transpose\(1, 2, 0\)",
    ),
    "half the size": (
        {"scores": SCORES[::2, ::2]},
        r"shape \(12, 16, 3\), and its pixels \(24, 32\): \(24, 32, K\).* Resize",
    ),
    "no classes": ({"scores": SCORES[..., 0]}, r"a ndarray of shape \(24, 32\): \(H, W, K\)"),
    "NaN": ({"scores": np.where(SCORES > 2, np.nan, SCORES)}, "NaN or infinity among the values"),
    "words": ({"scores": np.full((*SHAPE, 2), "car")}, "dtype <U3: numbers are needed"),
    "another map": (
        {"scores": SCORES, "superpixels": QUARTERS[:5]},
        r"superpixels of the image have shape \(5, 32\), the image has \(24, 32\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    given, message = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=message):
        CRF.predict(IMAGE, **given)


def test_errors_name_the_image():
    with pytest.raises(ValueError, match=r"the scores of image 1 have shape \(3, 24, 32\)"):
        CRF.predict([IMAGE, IMAGE], scores=[SCORES, SCORES.transpose(2, 0, 1)])
    with pytest.raises(ValueError, match="image 1 has scores of 2 classes"):
        CRF.predict([IMAGE, IMAGE], scores=[SCORES, SCORES[..., :2]])
    with pytest.raises(ValueError, match="scores has 1 entries for 2 image"):
        CRF.predict([IMAGE, IMAGE], scores=[SCORES])
    with pytest.raises(ValueError, match=r"scores has 1 entries for 1 image\(s\): pass"):
        CRF.predict([IMAGE], scores=5)
    with pytest.raises(TypeError, match="image 1 is a ndarray where image 0 is a ScoredImage"):
        CRF.predict([ScoredImage(IMAGE, SCORES), IMAGE])
    own = ScoredImage(IMAGE, SCORES, superpixels=QUARTERS)
    with pytest.raises(ValueError, match="image 1 has no superpixels, and others have"):
        CRF.predict([own, ScoredImage(IMAGE, SCORES)])
    with pytest.raises(ValueError, match=r"X holds scores .* and scores= are passed"):
        CRF.predict(own, scores=SCORES)
    with pytest.raises(ValueError, match=r"scores of shape \(24, 32, 3\) do not fit an image"):
        ScoredImage(IMAGE[:5], SCORES)
    with pytest.raises(ValueError, match=r"the annotation of the image has shape \(5, 32\), and"):
        CRF.fit(IMAGE, QUARTERS[:5])
    with pytest.raises(ValueError, match=r"Unknown label type: .* has dtype float64"):
        CRF.fit(IMAGE, QUARTERS / 2)
    with pytest.raises(ValueError, match=r"y has 1 annotation\(s\) for 2 image"):
        CRF.fit([IMAGE, IMAGE], [QUARTERS])
    for numbers in ((), (0, 4), (2.5,)):
        with pytest.raises(ValueError, match="n_segments="):
            SuperpixelCRF(n_segments=numbers).predict(IMAGE, scores=SCORES)


def test_a_scored_image_describes_itself():
    assert repr(ScoredImage(IMAGE, SCORES)) == (
        "ScoredImage(image of shape (24, 32, 3), scores of 3 classes)"
    )
    assert repr(ScoredImage("a.png", SCORES)) == "ScoredImage(image 'a.png', scores of 3 classes)"
    assert ScoredImage("a.png", torch.as_tensor(SCORES)).shape == (*SHAPE, 3)
