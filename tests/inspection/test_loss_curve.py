import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.inspection import LossCurveDisplay
from sklearn_dic.superpixels import SLICSuperpixels
from tests.images._vision import VISIONS, seen_distance


def legend(display):
    box = display.axes_[1].get_legend()
    return None if box is None else [text.get_text() for text in box.get_texts()]


def test_one_training(dic):
    display = LossCurveDisplay.from_estimator(dic)
    loss, labels = display.axes_
    assert display.ax_ is loss
    assert display.figure_.axes == [loss, labels]
    ((loss_line, labels_line),) = display.lines_
    assert loss_line in loss.lines
    assert labels_line in labels.lines
    np.testing.assert_array_equal(loss_line.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(loss_line.get_ydata(), dic.loss_curve_)
    np.testing.assert_array_equal(labels_line.get_ydata(), dic.n_labels_curve_)
    assert [ax.get_xlabel() for ax in display.axes_] == ["epoch", "epoch"]
    assert "loss" in loss.get_ylabel()
    assert "labels" in labels.get_ylabel()
    assert legend(display) is None


def test_a_training_for_each_image(photo):
    images = [photo, photo[:20], photo[:, :30]]
    per_image = PerImage(DeepImageClustering(8, max_iter=2, random_state=0)).fit(images)
    assert legend(LossCurveDisplay.from_estimator(per_image)) == ["image 0", "image 1", "image 2"]
    names = ["cup", "top", "left"]
    display = LossCurveDisplay.from_estimator(per_image, names=names)
    assert legend(display) == names
    per_image.estimators_[1] = None  # as where an image failed
    assert legend(LossCurveDisplay.from_estimator(per_image)) == ["image 0", "image 2"]


def test_pipelines(photo, dic):
    pipeline = make_pipeline(SLICSuperpixels(20), DeepImageClustering(8, max_iter=2)).fit(photo)
    display = LossCurveDisplay.from_estimator(pipeline, names="cup")
    assert legend(display) == ["cup"]
    assert display.loss_curves == [pipeline[-1].loss_curve_]


def test_trainings_of_one_name_look_alike():
    display = LossCurveDisplay([[2, 1]] * 3, [[9, 4]] * 3, names=["a", "b", "a"]).plot()
    assert legend(display) == ["a", "b"]
    colors = [tuple(pair[0].get_color()) for pair in display.lines_]
    assert colors[0] == colors[2] != colors[1]


@pytest.mark.parametrize("vision", VISIONS)
def test_lines_are_told_apart_by_every_eye(vision):
    n = 12
    names = [str(i) for i in range(n)]
    display = LossCurveDisplay([[2, 1]] * n, [[9, 4]] * n, names=names).plot()
    assert legend(display) == names
    lines = [pair[0] for pair in display.lines_]
    for i, one in enumerate(lines):
        assert seen_distance(one.get_color(), [1, 1, 1], vision) > 25
        for other in lines[:i]:
            same_dashes = one.get_linestyle() == other.get_linestyle()
            assert not same_dashes or seen_distance(one.get_color(), other.get_color(), vision) > 15


def test_dozens_of_trainings_have_no_legend():
    n = 40
    display = LossCurveDisplay([[2]] * n, [[9]] * n, names=[str(i) for i in range(n)]).plot()
    assert legend(display) is None
    assert len(display.axes_[0].lines) == n


@pytest.mark.parametrize("most", [1, 2, 7, 100, 60_000])
def test_numbers_of_labels_are_whole(most):
    display = LossCurveDisplay([[2, 1]], [[most, 1]]).plot()
    display.figure_.canvas.draw()
    for tick in display.axes_[1].yaxis.get_ticklabels(which="both"):
        assert not tick.get_text() or tick.get_text().isdigit()


def test_axes_of_the_caller(dic):
    figure, axes = plt.subplots(2, 1, figsize=(2.5, 4), sharex=True)
    display = LossCurveDisplay.from_estimator(dic, ax=axes)
    assert display.figure_ is figure
    assert list(display.axes_) == list(axes)
    with pytest.raises(ValueError, match="ax has 1 Axes, and 2 are needed for loss and number"):
        display.plot(ax=axes[0])


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        (([], []), r"0 loss curve\(s\)"),
        (([[1]], []), r"1 loss curve\(s\), 0 curve\(s\) of labels and 1 name"),
        (([[1]], [[1, 2]]), "training 0 has 1 losses and 2 numbers of labels"),
    ],
)
def test_bad_curves_are_named(curves, message):
    with pytest.raises(ValueError, match=message):
        LossCurveDisplay(*curves).plot()


def test_estimators_without_a_loss(photo):
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(DeepImageClustering())
    kmeans = KMeans(2, n_init=1).fit(photo.reshape(-1, 3))
    with pytest.raises(TypeError, match="KMeans has no loss_curve_"):
        LossCurveDisplay.from_estimator(kmeans)
    forgetful = PerImage(DeepImageClustering(max_iter=1), keep_estimators=False).fit([photo])
    with pytest.raises(TypeError, match="keep_estimators=True"):
        LossCurveDisplay.from_estimator(forgetful)
    with pytest.raises(ValueError, match=r"1 name\(s\)"):
        LossCurveDisplay([[1]] * 2, [[1]] * 2, names=["a"]).plot()
