import inspect
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.metrics import get_scorer, probabilistic_rand_index
from sklearn_dic.model_selection import PerImageSplit
from sklearn_dic.superpixels import FelzenszwalbSuperpixels

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn 1.9 brought callbacks")
pytest.importorskip("rich", reason="ProgressBar needs rich")


class Recorder:
    """Notes what it is called with."""

    def __init__(self):
        self.begun, self.ended, self.seen, self.torn_down = [], [], [], 0

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self.begun.append((context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        self.ended.append((context.task_name, context.task_id))
        self.seen.append((X, y, fitted_estimator))

    def teardown(self, estimator, context):
        self.torn_down += 1


class StopAtFewLabels:
    """As a user would write it: stop when few labels are left."""

    def __init__(self, n_labels):
        self.n_labels = n_labels

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        return context.task_name == "epoch" and fitted_estimator.n_clusters_ <= self.n_labels

    def teardown(self, estimator, context):
        pass


class Failing(Recorder):
    """Raises, or is interrupted, after the epoch of this number."""

    def __init__(self, task_id, error):
        super().__init__()
        self.task_id = task_id
        self.error = error

    def on_fit_task_end(self, estimator, context):
        self.ended.append((context.task_name, context.task_id))
        if context.task_name == "epoch" and context.task_id == self.task_id:
            raise self.error


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    """Show the names of bars in full."""
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, max_iter=3, random_state=0)


@pytest.fixture
def annotation(photo):
    return (photo[..., 0] > 128).astype(int)


@pytest.fixture
def images(photo):
    return [photo[:20, :30], photo[20:41]]


@pytest.fixture
def annotations(images):
    return [(image[..., 0] > 128).astype(int) for image in images]


def scores(monitor):
    """{path of the task: score}."""
    rows = monitor.get_logs().data
    return {row["task_id_path"]: row["probabilistic_rand_index"] for row in rows}


def monitor():
    scorer = get_scorer("probabilistic_rand_index")
    return callback.ScoringMonitor(scoring={"probabilistic_rand_index": scorer})


def epochs(n):
    return [("epoch", number) for number in range(n)]


def assert_same_fit(fitted, expected, X):
    assert fitted.loss_curve_ == expected.loss_curve_
    assert fitted.n_labels_curve_ == expected.n_labels_curve_
    assert fitted.n_iter_ == expected.n_iter_
    assert fitted.n_clusters_ == expected.n_clusters_
    np.testing.assert_array_equal(fitted.cluster_centers_, expected.cluster_centers_)
    for labels in (fitted.labels_, fitted.predict(X)):
        np.testing.assert_array_equal(labels, expected.labels_)


def test_tasks_of_a_fit(dic, photo, annotation):
    recorder = Recorder()
    dic.set_callbacks(recorder).fit(photo, annotation)
    assert recorder.begun == [("fit", 0), *epochs(3)]
    assert recorder.ended == [*epochs(3), ("fit", 0)]
    assert all(X is photo and y is annotation for X, y, _ in recorder.seen)
    assert recorder.torn_down == 1


def test_the_estimator_at_an_epoch_is_that_of_a_fit_that_ends_there(dic, photo):
    recorder = Recorder()
    dic.set_callbacks(recorder).fit(photo)
    for max_iter, (_, _, stopped) in enumerate(recorder.seen[:-1], start=1):
        expected = clone(dic).set_callbacks().set_params(max_iter=max_iter).fit(photo)
        assert_same_fit(stopped, expected, photo)
        assert stopped.stopped_by_ == "callback"
    at_the_end = recorder.seen[-1][2]
    assert_same_fit(at_the_end, expected, photo)
    assert at_the_end.stopped_by_ == dic.stopped_by_ == "max_iter"


@pytest.mark.parametrize("form", ["list", "pipeline"])
def test_other_forms_of_input_have_an_estimator_at_each_epoch(dic, images, photo, form):
    X = images if form == "list" else photo
    if form == "pipeline":
        X = FelzenszwalbSuperpixels().fit_transform(photo)
    recorder = Recorder()
    dic.set_callbacks(recorder).fit(X)
    for _, _, stopped in recorder.seen:
        for labels, again in zip(stopped.labels_, stopped.predict(X), strict=True):
            np.testing.assert_array_equal(labels, again)


def test_callbacks_do_not_change_the_answer(dic, photo, annotation):
    expected = clone(dic).fit(photo)
    dic.set_callbacks(monitor(), Recorder(), callback.ProgressBar()).fit(photo, annotation)
    assert_same_fit(dic, expected, photo)


def test_an_estimator_is_only_made_for_those_who_ask(dic, photo, monkeypatch, capsys):
    def snapshot(self, *args):
        raise AssertionError("an estimator was made")

    monkeypatch.setattr(DeepImageClustering, "_snapshot", snapshot)
    dic.set_callbacks(callback.ProgressBar()).fit(photo)
    with pytest.raises(AssertionError, match="an estimator was made"):
        dic.set_callbacks(Recorder()).fit(photo)


def test_progress_bar(dic, photo, capsys):
    dic.set_callbacks(callback.ProgressBar()).fit(photo)
    shown = capsys.readouterr()
    assert "DeepImageClustering - fit" in shown.out
    assert "100%" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_bar_of_a_search(dic, images, annotations, n_jobs, capsys):
    search = GridSearchCV(
        dic,
        {"n_clusters": [6, 8]},
        scoring=get_scorer("probabilistic_rand_index"),
        cv=PerImageSplit(),
        refit=False,
        n_jobs=n_jobs,
        error_score="raise",
    )
    search.set_callbacks(callback.ProgressBar()).fit(images, annotations)
    shown = capsys.readouterr().out
    assert "GridSearchCV - search #0" in shown
    for number in range(4):
        assert f"DeepImageClustering - fit #{number}" in shown
    assert shown.count("100%") == 1 + 1 + 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_progress_bar_through_a_pipeline(dic, photo, capsys):
    pipeline = make_pipeline(FelzenszwalbSuperpixels(), dic)
    with pytest.warns(UserWarning, match="FelzenszwalbSuperpixels does not support callbacks"):
        pipeline.set_callbacks(callback.ProgressBar()).fit(photo)
    assert "DeepImageClustering - fit #1" in capsys.readouterr().out


def test_scores_of_each_epoch(dic, photo, annotation):
    watch = monitor()
    dic.set_callbacks(watch).fit(photo, annotation)
    rows = watch.get_logs().data
    assert [row["task_name"] for row in rows] == ["fit", "epoch", "epoch", "epoch"]
    assert [row["task_id"] for row in rows] == [0, 0, 1, 2]
    measured = [row["probabilistic_rand_index"] for row in rows]
    assert (
        measured[0]
        == measured[-1]
        == get_scorer("probabilistic_rand_index")(dic, photo, annotation)
    )
    for number, score in enumerate(measured[1:], start=1):
        labels = clone(dic).set_callbacks().set_params(max_iter=number).fit_predict(photo)
        assert score == probabilistic_rand_index(annotation, labels)


def test_fit_predict_and_fit_transform_pass_annotations_on(dic, photo, annotation):
    pipeline = make_pipeline(FelzenszwalbSuperpixels(), dic)
    for fit in (dic.fit_predict, dic.fit_transform, pipeline.fit_predict):
        watch = monitor()
        dic.set_callbacks(watch)
        fit(photo, annotation)
        assert len(scores(watch)) == 4


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scores_inside_a_search(dic, images, annotations, n_jobs, one_thread):
    watch = monitor()
    dic.set_callbacks(watch)
    search = GridSearchCV(
        dic,
        {"n_clusters": [6, 8]},
        scoring=get_scorer("probabilistic_rand_index"),
        cv=PerImageSplit(),
        refit=False,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(images, annotations)
    measured = scores(watch)
    assert len(measured) == 2 * 2 * (3 + 1)
    for candidate in range(2):
        for image in range(2):
            fit = measured[0, 0, 2 * candidate + image]
            assert fit == search.cv_results_[f"split{image}_test_score"][candidate]
            assert fit == measured[0, 0, 2 * candidate + image, 2]


def test_a_callback_stops(photo):
    dic = DeepImageClustering(
        16, n_segments=None, max_iter=20, tol=None, min_clusters=1, random_state=0
    )
    free = clone(dic).fit(photo)
    n_labels = free.n_labels_curve_[0] - 3
    dic.set_callbacks(StopAtFewLabels(n_labels)).fit(photo)
    assert dic.stopped_by_ == "callback"
    assert 1 < dic.n_iter_ < 20
    assert dic.n_clusters_ <= n_labels
    assert_same_fit(
        dic, clone(dic).set_callbacks().set_params(max_iter=dic.n_iter_).fit(photo), photo
    )
    before = clone(dic).set_callbacks().set_params(max_iter=dic.n_iter_ - 1).fit(photo)
    assert before.n_clusters_ > n_labels


def test_a_stop_shows_in_the_progress_bar(dic, photo, capsys):
    dic.set_params(verbose=1, min_clusters=1).set_callbacks(StopAtFewLabels(8)).fit(photo)
    assert dic.n_iter_ == 1
    shown = capsys.readouterr().err
    assert "1/1" in shown
    assert "stopped by callback" in shown


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_callback_stops_each_fit_of_a_collection(dic, images, n_jobs, one_thread):
    dic.set_params(min_clusters=1)
    expected = [clone(dic).set_params(max_iter=1).fit_predict(image) for image in images]
    per_image = PerImage(dic.set_callbacks(StopAtFewLabels(8)), n_jobs=n_jobs).fit(images)
    for labels, first in zip(per_image.labels_, expected, strict=True):
        np.testing.assert_array_equal(labels, first)
    assert [fitted.stopped_by_ for fitted in per_image.estimators_] == ["callback"] * 2


def test_a_callback_that_raises_leaves_the_fit_before(dic, photo):
    failing = Failing(1, ArithmeticError("no"))
    with pytest.raises(ArithmeticError, match="no"):
        dic.set_callbacks(failing).fit(photo)
    assert failing.ended == epochs(2)
    assert failing.torn_down == 1
    with pytest.raises(NotFittedError):
        dic.predict(photo)
    labels = dic.set_callbacks().fit_predict(photo)
    with pytest.raises(ArithmeticError):
        dic.set_callbacks(failing).fit(photo[:20])
    np.testing.assert_array_equal(dic.predict(photo), labels)


def test_an_epoch_that_is_gone_back_from_ends_without_an_estimator(photo):
    dic = DeepImageClustering(
        16, n_segments=None, max_iter=20, tol=None, min_clusters=1, random_state=0
    )
    curve = clone(dic).fit(photo).n_labels_curve_
    dic.set_params(min_clusters=curve[0])
    recorder = Recorder()
    dic.set_callbacks(recorder).fit(photo)
    assert dic.stopped_by_ == "min_clusters"
    assert recorder.begun == [("fit", 0), *epochs(dic.n_iter_ + 1)]
    assert recorder.ended == [*epochs(dic.n_iter_ + 1), ("fit", 0)]
    *whole, gone_back, _ = [fitted for _, _, fitted in recorder.seen]
    assert gone_back is None
    assert_same_fit(dic, whole[-1], photo)


def test_ctrl_c_in_a_callback_keeps_the_epoch_before_it(dic, photo):
    failing = Failing(1, KeyboardInterrupt())
    with pytest.warns(ConvergenceWarning, match="after epoch 2 of 3") as record:
        dic.set_callbacks(failing).fit(photo)
    assert record[0].filename == inspect.getfile(inspect.currentframe())
    assert dic.stopped_by_ == "interrupt"
    assert failing.ended == [*epochs(2), ("fit", 0)]
    expected = clone(dic).set_callbacks().set_params(max_iter=2).fit(photo)
    assert_same_fit(dic, expected, photo)


def test_ctrl_c_in_an_epoch_ends_it(dic, photo, monkeypatch):
    from sklearn_dic.network import _training

    usual, calls = _training.refinement_loss, []

    def interrupt(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return usual(*args)

    monkeypatch.setattr(_training, "refinement_loss", interrupt)
    recorder = Recorder()
    with pytest.warns(ConvergenceWarning, match="interrupted after epoch 2 of 3"):
        dic.set_callbacks(recorder).fit(photo)
    assert recorder.ended == [*epochs(3), ("fit", 0)]
    assert [fitted is None for _, _, fitted in recorder.seen] == [False, False, True, False]


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(("depth", "n_bars"), [(0, 1), (1, 1 + 2)])
def test_progress_bar_of_a_collection(dic, images, n_jobs, depth, n_bars, capsys):
    per_image = PerImage(dic, n_jobs=n_jobs)
    per_image.set_callbacks(callback.ProgressBar(max_propagation_depth=depth)).fit(images)
    shown = capsys.readouterr().out
    assert "PerImage - fit" in shown
    assert shown.count("100%") == n_bars
    for number in range(2):
        line = f"PerImage - image | DeepImageClustering - fit #{number}"
        assert (line in shown) == (depth == 1)


@pytest.mark.parametrize(("n_jobs", "backend"), [(1, "loky"), (2, "loky"), (2, "threading")])
def test_scores_of_a_collection(dic, images, annotations, n_jobs, backend, one_thread):
    watch = monitor()
    per_image = PerImage(dic.set_callbacks(watch), n_jobs=n_jobs)
    with joblib.parallel_config(backend=backend):
        labels = per_image.fit_predict(images, annotations)
    assert {log.estimator_name for log in watch.get_logs(select="all")} == {"PerImage"}
    measured = scores(watch)
    assert set(measured) == {(0, i) for i in range(2)} | {
        (0, i, epoch) for i in range(2) for epoch in range(3)
    }
    for i in range(2):
        score = probabilistic_rand_index(annotations[i], labels[i])
        assert measured[0, i] == measured[0, i, 2] == score
    assert not any(hasattr(fitted, "_skl_callbacks") for fitted in per_image.estimators_)
    assert dic._skl_callbacks == [watch]


def test_score_of_the_whole_collection(dic, images, annotations):
    watch = monitor()
    per_image = PerImage(dic).set_callbacks(watch).fit(images, annotations)
    assert scores(watch) == {(0,): probabilistic_rand_index(annotations, per_image.labels_)}
    watch = monitor()
    PerImage(dic, keep_estimators=False).set_callbacks(watch).fit(images, annotations)
    with pytest.raises(ValueError, match="No scores were computed"):
        watch.get_logs()


@pytest.mark.parametrize("form", ["stack", "image"])
def test_annotations_come_apart_like_the_images(dic, photo, annotation, form):
    X, y = photo, annotation
    if form == "stack":
        X, y = np.stack([photo[:20], photo[20:40]]), np.stack([annotation[:20], annotation[20:40]])
    recorder = Recorder()
    PerImage(dic.set_callbacks(recorder)).fit(X, y)
    received = [y for _, y, _ in recorder.seen[3::4]]
    for part, expected in zip(received, y if form == "stack" else [y], strict=True):
        np.testing.assert_array_equal(part, expected)


def test_annotations_are_as_many_as_images(dic, images, annotations):
    with pytest.raises(ValueError, match=r"X has 2 image\(s\), and y has 1"):
        PerImage(dic).fit(images, annotations[:1])
    with pytest.raises(ValueError, match=r"X has 2 image\(s\), and y has no length \(7\)"):
        PerImage(dic).fit(images, 7)


def test_a_callback_that_raises_belongs_to_its_image(dic, images):
    dic.set_callbacks(Failing(1, ArithmeticError("no")))
    with pytest.raises(ArithmeticError, match=r"image 0 of the collection .* no"):
        PerImage(dic).fit(images)


def test_images_that_fail_count_as_well(dic, images):
    images[0] = np.full((3, 3), np.nan)
    recorder = Recorder()
    with pytest.warns(RuntimeWarning, match="image 0") as record:
        PerImage(dic, on_error="warn").set_callbacks(recorder).fit(images)
    assert record[0].filename == inspect.getfile(inspect.currentframe())
    assert recorder.ended == [("image", 0), ("image", 1), ("fit", 0)]
    assert [fitted for _, _, fitted in recorder.seen] == [None] * 3


def test_propagated_callbacks_belong_to_the_outermost_estimator(dic, images):
    dic.set_callbacks(callback.ProgressBar())
    with pytest.raises(TypeError, match="Register them directly on the meta-estimator"):
        PerImage(dic).fit(images)


def test_clones_parameters_and_pickles(dic, photo, annotation):
    parameters = dic.get_params()
    watch = monitor()
    assert dic.set_callbacks(watch) is dic
    assert dic.get_params() == parameters
    clone(dic).fit(photo, annotation)
    assert len(scores(watch)) == 4
    again = pickle.loads(pickle.dumps(dic.fit(photo, annotation)))
    np.testing.assert_array_equal(again.predict(photo), dic.labels_)
    again.fit(photo[:20], annotation[:20])
    assert len(again._skl_callbacks[0].get_logs(select="all")) == 3
    assert len(watch.get_logs(select="all")) == 2
    unset = dic.set_callbacks()
    assert not [name for name in vars(unset) if "callback" in name]


def test_without_callbacks_no_task_is_made(dic, images, monkeypatch):
    monkeypatch.setattr(DeepImageClustering, "_init_callback_context", None)
    monkeypatch.setattr(PerImage, "_init_callback_context", None)
    PerImage(dic).fit(images)
