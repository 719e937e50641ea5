import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline

from sklearn_dic import RegionMerging, peers
from sklearn_dic.inspection import compare, comparison_methods
from sklearn_dic.metrics import segmentation_report
from sklearn_dic.peers import BasePeer, KMeansPixels
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

FAST = ["RegionMerging", "KMeansPixels"]


class Failing(BasePeer):
    """A method that cannot."""

    def __init__(self, channel_axis="auto", n_jobs=None, verbose=0):
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image):
        raise ZeroDivisionError("there is nothing to divide")


@pytest.fixture
def truth(photo):
    return np.stack([np.arange(75) // 25, np.arange(75) // 40])[:, None].repeat(50, axis=1)


def test_answers_seconds_and_scores(photo, truth):
    comparison = compare(photo, FAST, truth, verbose=0)
    assert [result.name for result in comparison.results] == FAST
    for result in comparison.results:
        expected = comparison_methods()[result.name].fit_predict(photo)
        np.testing.assert_array_equal(result.labels, expected)
        assert result.n_segments == expected.max() + 1
        assert result.scores == segmentation_report(truth, expected).to_dict()
        assert result.seconds > 0
        assert result.error is None
    table = str(comparison).splitlines()
    assert table[0].split() == ["method", "segments", "seconds", "PRI", "VoI", "GCE", "BDE", "SC"]
    scores = comparison.results[1].scores
    assert table[2].split()[-1] == f"{scores['segmentation_covering']:.3f}"


def test_a_failing_method_does_not_stop_the_others(photo):
    comparison = compare(photo, [Failing(), "KMeansPixels"], verbose=0).plot()
    failed, other = comparison.results
    assert failed.error == "there is nothing to divide"
    assert failed.labels is None
    assert other.labels is not None
    assert comparison.axes_[1].texts[0].get_text() == "there is nothing to divide"
    assert "failed" in str(comparison)


def test_every_kind_of_method(photo):
    methods = {
        "pipeline": make_pipeline(FelzenszwalbSuperpixels(), RegionMerging(n_segments=4)),
        "superpixels": SLICSuperpixels(30),
        "scikit-learn": KMeans(3, random_state=0),
    }
    pipeline, superpixels, clusters = compare(photo, methods, verbose=0).results
    assert pipeline.n_segments == 4
    np.testing.assert_array_equal(superpixels.labels, SLICSuperpixels(30).fit_transform(photo))
    assert clusters.n_segments == 3
    assert clusters.labels.shape == photo.shape[:2]


def test_methods_are_cloned_and_named_apart(photo):
    methods = [KMeansPixels(2), KMeansPixels(3)]
    results = compare(photo, methods, verbose=0).results
    assert [result.name for result in results] == ["KMeansPixels", "KMeansPixels 2"]
    assert [result.n_segments for result in results] == [2, 3]
    assert not hasattr(methods[0], "labels_")


def test_a_large_image_is_compared_on_a_reduced_copy(photo):
    (reduced,) = compare(photo, ["KMeansPixels"], max_pixels=1000, verbose=0).results
    assert reduced.labels.shape == photo.shape[:2]
    assert reduced.n_segments == 5
    (full,) = compare(photo, ["KMeansPixels"], max_pixels=None, verbose=0).results
    np.testing.assert_array_equal(full.labels, KMeansPixels().fit_predict(photo))


@pytest.mark.parametrize("max_pixels", [None, 1000])
def test_masked_pixels_are_left_out(photo, truth, max_pixels):
    mask = np.ones(photo.shape[:2], bool)
    mask[:, :20] = False
    image = np.ma.array(photo / 255, mask=~mask[..., None].repeat(3, axis=2))
    comparison = compare(image, ["KMeansPixels"], truth, max_pixels=max_pixels, verbose=0)
    (result,) = comparison.results
    np.testing.assert_array_equal(result.labels == -1, ~mask)
    expected = segmentation_report(truth[:, :, 20:], result.labels[:, 20:])
    rand = expected.probabilistic_rand_index
    assert result.scores["probabilistic_rand_index"] == pytest.approx(rand)
    comparison.plot()


def test_the_picture(photo, truth):
    comparison = compare(photo, FAST, truth, verbose=0).plot()
    titles = [ax.get_title().splitlines() for ax in comparison.axes_]
    assert [title[0] for title in titles] == ["image", "truth", *FAST]
    assert titles[1][1] == "3 regions"
    scores = comparison.results[0].scores
    assert titles[2][2].startswith(f"PRI {scores['probabilistic_rand_index']:.2f}")
    axes = plt.subplots(4)[1]
    assert comparison.plot(kind="mean", ax=axes).figure_ is axes[0].figure


def test_a_grey_image_without_truth(photo):
    comparison = compare(photo[..., 0], FAST, verbose=0).plot(kind="overlay")
    assert len(comparison.axes_) == 3
    assert comparison.results[0].scores is None


def test_every_method_has_a_name():
    names = set(comparison_methods())
    public = {name for name in peers.__all__ if not name.startswith("Base")}
    assert names == public | {"DeepImageClustering", "RegionMerging"}


def test_progress_names_the_method(photo, capsys):
    compare(photo, ["KMeansPixels"])
    assert "KMeansPixels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("methods", "error", "message"),
    [
        (["kmeans"], ValueError, "'kmeans'; valid names are DeepImageClustering, RegionMerging"),
        ([KMeansPixels], TypeError, "an estimator with"),
        ([7], TypeError, "methods has 7"),
        ([], ValueError, "methods is empty"),
    ],
)
def test_wrong_methods(photo, methods, error, message):
    with pytest.raises(error, match=message):
        compare(photo, methods, verbose=0)


def test_wrong_images_and_truth(photo):
    with pytest.raises(ValueError, match="a list of 2 images"):
        compare([photo, photo], FAST, verbose=0)
    with pytest.raises(ValueError, match="shape"):
        compare(photo, FAST, np.zeros((3, 4), int), verbose=0)
    with pytest.raises(ValueError, match="kind is 'lines'"):
        compare(photo, ["KMeansPixels"], verbose=0).plot(kind="lines")
