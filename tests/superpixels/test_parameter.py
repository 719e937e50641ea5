"""Parameters of the parameter `superpixels`."""

import re

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_dic.superpixels import SLICSuperpixels
from sklearn_dic.superpixels._parameter import SuperpixelsParameterMixin


class Segmenter(SuperpixelsParameterMixin, BaseEstimator):
    def __init__(self, superpixels="slic", n_segments=3):
        self.superpixels = superpixels
        self.n_segments = n_segments

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None):
        return self.superpixels.n_segments


def test_parameters_of_a_transformer_are_set():
    segmenter = Segmenter(SLICSuperpixels()).set_params(superpixels__n_segments=4, n_segments=5)
    assert segmenter.superpixels.n_segments == 4
    assert segmenter.n_segments == 5
    assert segmenter.set_params() is segmenter
    assert clone(segmenter).superpixels.n_segments == 4


@pytest.mark.parametrize("superpixels", ["slic", None, ["slic"]])
def test_transformer_and_parameter_in_one_call(superpixels):
    for parameters in (
        {"superpixels": SLICSuperpixels(), "superpixels__n_segments": 4},
        {"superpixels__n_segments": 4, "superpixels": SLICSuperpixels()},
    ):
        segmenter = Segmenter(superpixels).set_params(**parameters)
        assert segmenter.superpixels.n_segments == 4


@pytest.mark.parametrize(
    ("superpixels", "parameter", "message"),
    [
        (
            "slic",
            "n_segments",
            "superpixels='slic' is a name, which has no parameters: set "
            "superpixels=SLICSuperpixels() and then superpixels__n_segments",
        ),
        (
            "felzenszwalb",
            "n_segments",
            "FelzenszwalbSuperpixels has no 'n_segments': its parameters are scale, sigma, ",
        ),
        (
            None,
            "n_segments",
            "superpixels=None has no parameters: set superpixels to a tr",
        ),
        (
            "auto",
            "n_segments",
            "superpixels='auto' has no parameters: set superpixels to a tr",
        ),
        (["slic", "lsc"], "n_segments", "superpixels is a list, which has no parameter"),
        (SLICSuperpixels, "n_segments", "is a class: set superpixels=SLICSuperpixels()"),
        ("slik", "n_segments", "superpixels='slik' is not known; the names are felzenszwalb, "),
        (3, "n_segments", "superpixels is a int, which has no set_params"),
    ],
    ids=str,
)
def test_what_to_write_instead(superpixels, parameter, message):
    name = f"superpixels__{parameter}"
    segmenter = Segmenter(superpixels)
    pipeline = make_pipeline(SLICSuperpixels(), Segmenter(superpixels))
    search = GridSearchCV(Segmenter(superpixels), {name: [4]})
    for estimator, key in (
        (segmenter, name),
        (pipeline, f"segmenter__{name}"),
        (search, f"estimator__{name}"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            estimator.set_params(**{key: 4})
    with pytest.raises(ValueError, match=re.escape(message)):
        segmenter.set_params(n_segments=5, **{name: 4})
    assert segmenter.n_segments == 3  # nothing was set


def test_the_advice_works():
    segmenter = Segmenter("slic").set_params(superpixels=SLICSuperpixels())
    search = GridSearchCV(segmenter, {"superpixels__n_segments": [4, 9]}, cv=[([0], [0])])
    assert search.fit([[0]]).best_params_ == {"superpixels__n_segments": 9}


def test_a_search_over_a_name_is_refused():
    search = GridSearchCV(Segmenter("slic"), {"superpixels__n_segments": [4]}, cv=[([0], [0])])
    with pytest.raises(ValueError, match="set superpixels=SLICSuperpixels"):
        search.fit([[0]])


def test_a_transformer_names_its_own_parameters():
    with pytest.raises(ValueError, match="Invalid parameter 'scale' for estimator SLICSuper"):
        Segmenter(SLICSuperpixels()).set_params(superpixels__scale=4)
    with pytest.raises(ValueError, match="Invalid parameter 'superpixel' for estimator Segmenter"):
        Segmenter().set_params(superpixel__scale=4)
