import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV

from sklearn_dic.model_selection import PerImageSplit, optimal_scale

PRI, VOI = "probabilistic_rand_index", "variation_of_information"


def results(**scores):
    """cv_results_ from tables of (n_settings, n_images)."""
    tables = {name: np.asarray(table, float) for name, table in scores.items()}
    n_settings = len(next(iter(tables.values())))
    found = {"params": [{"n_clusters": 10 * (i + 1)} for i in range(n_settings)]}
    for name, table in tables.items():
        for i, column in enumerate(table.T):
            found[f"split{i}_test_{name}"] = column
        found[f"mean_test_{name}"] = table.mean(axis=1)
    return found


# Three settings of two images, calculated by hand.
BY_HAND = results(
    **{
        PRI: [[0.8, 0.6], [0.7, 0.9], [0.6, 0.7]],
        VOI: [[-2.0, -3.0], [-2.5, -2.0], [-1.0, -2.5]],
    }
)


def test_by_hand():
    scale = optimal_scale(BY_HAND)
    assert scale.metric == PRI
    assert (scale.n_settings, scale.n_images) == (3, 2)
    assert scale.ods == pytest.approx({PRI: 0.8, VOI: -1.75})
    assert scale.ods_by_metric == pytest.approx({PRI: 0.8, VOI: -2.25})
    assert scale.ois == pytest.approx({PRI: 0.85, VOI: -1.5})
    assert scale.ois_by_metric == pytest.approx({PRI: 0.85, VOI: -2.0})
    assert scale.ods_params == {PRI: {"n_clusters": 20}, VOI: {"n_clusters": 30}}
    assert scale.ois_params == {
        PRI: [{"n_clusters": 10}, {"n_clusters": 20}],
        VOI: [{"n_clusters": 30}, {"n_clusters": 20}],
    }


def test_another_metric_picks():
    scale = optimal_scale(BY_HAND, VOI)
    assert scale.ods_by_metric == pytest.approx({PRI: 0.65, VOI: -1.75})
    assert scale.ois_by_metric == pytest.approx({PRI: 0.75, VOI: -1.5})
    assert scale.ods == optimal_scale(BY_HAND).ods


def test_printed_as_a_table():
    assert str(optimal_scale(BY_HAND)).splitlines() == [
        "                                 ODS  ODS by *       OIS  OIS by *",
        "probabilistic_rand_index *    0.8000    0.8000    0.8500    0.8500",
        "variation_of_information     -1.7500   -2.2500   -1.5000   -2.0000",
        "3 settings, 2 images; best for *: n_clusters=20",
    ]
    assert "params" not in repr(optimal_scale(BY_HAND))


def test_a_single_metric_is_called_score():
    scale = optimal_scale(results(score=[[1, 2], [4, 0]]))
    assert scale.metric == "score"
    assert scale.ods == {"score": 2}
    assert scale.ois == {"score": 3}
    assert str(scale).splitlines() == [
        "            ODS       OIS",
        "score    2.0000    3.0000",
        "2 settings, 2 images; best: n_clusters=20",
    ]


def test_eleven_images_are_in_their_order():
    scale = optimal_scale(results(score=np.eye(11)))
    assert [params["n_clusters"] for params in scale.ois_params["score"]] == list(
        range(10, 120, 10)
    )


def test_the_first_of_equals_is_taken():
    scale = optimal_scale(results(score=[[1, 1], [1, 1]]))
    assert scale.ods_params["score"] == {"n_clusters": 10}
    assert scale.ois_params["score"] == [{"n_clusters": 10}] * 2


@given(
    hnp.arrays(
        float,
        st.tuples(st.just(2), st.integers(1, 5), st.integers(1, 5)),
        elements=st.floats(-10, 10),
    )
)
def test_more_freedom_is_never_worse(tables):
    scale = optimal_scale(results(first=tables[0], second=tables[1]), "first")
    for name in ("first", "second"):
        assert scale.ods_by_metric[name] <= scale.ods[name] + 1e-9
        assert scale.ods[name] <= scale.ois[name] + 1e-9
        assert scale.ois_by_metric[name] <= scale.ois[name] + 1e-9
    assert scale.ods_by_metric["first"] == scale.ods["first"]
    assert scale.ois_by_metric["first"] == scale.ois["first"]


def test_failed_fits_are_left_out():
    nan = np.nan
    failed = results(
        **{PRI: [[nan, 0.9], [0.7, 0.6], [0.6, 0.7]], VOI: [[-1, -1], [-3, -2], [-2, -4]]}
    )
    with pytest.warns(RuntimeWarning, match=r"1 of 6 fits .*'n_clusters': 10} for image 0"):
        scale = optimal_scale(failed)
    assert scale.ods_params == {PRI: {"n_clusters": 20}, VOI: {"n_clusters": 20}}
    assert scale.ods == pytest.approx({PRI: 0.65, VOI: -2.5})
    assert scale.ois == pytest.approx({PRI: 0.8, VOI: -1.5})
    assert scale.ois_by_metric == pytest.approx({PRI: 0.8, VOI: -2})


class FailsFor(BaseEstimator):
    def __init__(self, shape=None):
        self.shape = shape

    def fit(self, X, y=None):
        if X[0].shape == self.shape:
            raise ValueError("no such images, please")
        return self

    def score(self, X, y=None):
        return float(X[0].size)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite:UserWarning")
def test_failed_fits_of_a_search():
    images = [np.zeros((2, 3)), np.zeros((4, 5))]
    search = GridSearchCV(FailsFor(), {"shape": [(4, 5), None]}, cv=PerImageSplit(), refit=False)
    search.fit(images)
    with pytest.warns(RuntimeWarning, match=r"1 of 4 fits"):
        assert optimal_scale(search.cv_results_).ods_params == {"score": {"shape": None}}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[np.nan, 1], [np.nan, 1]], r"no setting has a score for image\(s\) 0"),
        ([[np.nan, 1], [1, np.nan]], "leave these images out: 0, 1"),
    ],
)
def test_too_many_failures(table, message):
    with pytest.raises(ValueError, match=message):
        optimal_scale(results(score=table))


@pytest.mark.parametrize(
    ("cv_results_", "metric", "message"),
    [
        (BY_HAND, "boundary", f"the metrics {PRI}, {VOI}, and not 'boundary'"),
        ({"params": [], "mean_test_score": []}, PRI, "no scores of single images"),
        (GridSearchCV(FailsFor(), {}), PRI, "pass the attribute cv_results_"),
    ],
)
def test_bad_input(cv_results_, metric, message):
    with pytest.raises(ValueError, match=message):
        optimal_scale(cv_results_, metric)
