import joblib
import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, PerImage
from sklearn_dic.superpixels import FileSuperpixels, SLICSuperpixels


@pytest.fixture
def dic():
    return DeepImageClustering(8, n_centers=4, max_iter=2, random_state=0)


@pytest.fixture
def images(photo):
    return [photo[:20, :30], photo[20:41], photo[:20, 10:40]]


def assert_same(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_warnings_name_the_image(dic, photo, n_jobs):
    told = "^image 1: the image has dtype uint16 .* nearly alike"
    with pytest.warns(UserWarning, match=told) as caught:
        per_image = PerImage(dic, n_jobs=n_jobs).fit([photo, photo.astype(np.uint16)])
    assert len(caught) == 1
    with pytest.warns(UserWarning, match=told):
        per_image.predict([photo, photo.astype(np.uint16)])
    with pytest.warns(UserWarning, match="^the image has dtype uint16"):
        PerImage(dic).fit(photo.astype(np.uint16))


def test_warnings_of_workers_name_the_line_of_the_user(photo):
    images = [photo, photo[:40]]
    per_image = PerImage(DeepImageClustering(max_iter=1, n_segments=9999, random_state=0), n_jobs=2)
    with pytest.warns(ConvergenceWarning, match="an image has") as caught:
        per_image.fit(images)
    told = [one.filename for one in caught if issubclass(one.category, ConvergenceWarning)]
    assert told == [__file__] * 2


def test_each_image_is_fitted_alone(dic, images, one_thread):
    per_image = PerImage(dic).fit(images)
    assert_same(per_image.labels_, [dic.fit_predict(image) for image in images])
    assert_same(per_image.predict(images), per_image.labels_)
    assert len(per_image.estimators_) == 3
    assert per_image.errors_ == {}


def test_forms(dic, images, image_file, photo, one_thread):
    stack = np.stack([images[0], images[2]])
    assert PerImage(dic).fit_predict(stack).shape == (2, 20, 30)
    assert PerImage(dic).fit_predict(photo).shape == photo.shape[:2]
    np.testing.assert_array_equal(
        PerImage(dic).fit_predict([image_file])[0], dic.fit_predict(photo)
    )
    dic.set_params(channel_axis=-1, n_segments=None)
    table = PerImage(dic).fit_predict(photo[0])
    assert table.shape == (75,)


def test_superpixel_maps(dic, images):
    transformer = SLICSuperpixels(n_segments=20)
    expected = PerImage(dic.set_params(superpixels=transformer)).fit_predict(images)
    assert_same(PerImage(dic).fit_predict(transformer.transform(images)), expected)
    assert_same(PerImage(make_pipeline(transformer, dic)).fit_predict(images), expected)
    stack = transformer.transform(np.stack([images[0], images[2]]))
    assert_same(PerImage(dic).fit_predict(stack), [expected[0], expected[2]])


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers(dic, images, backend):
    expected = PerImage(dic).fit_predict(images)
    with joblib.parallel_config(backend=backend):
        assert_same(PerImage(dic, n_jobs=2).fit_predict(images), expected)


def test_relative_paths_reach_workers_that_were_started_elsewhere(
    dic, image_file, photo, monkeypatch, one_thread
):
    PerImage(dic, n_jobs=2).fit([photo, photo])
    monkeypatch.chdir(image_file.parent)
    labels = PerImage(dic, n_jobs=2).fit_predict([image_file.name, image_file.name])
    np.testing.assert_array_equal(labels[1], dic.fit_predict(photo))


def test_an_error_names_the_image_and_keeps_the_others(dic, images, tmp_path, one_thread):
    broken = tmp_path / "broken.png"
    images[1] = np.full((6, 7, 3), np.nan)
    collection = [images[0], images[1], images[2], broken]
    per_image = PerImage(dic, on_error="warn")
    with pytest.warns(RuntimeWarning) as record:
        per_image.fit(collection)
    messages = [str(warning.message) for warning in record]
    assert messages[0].startswith("image 1 of the collection could not be segmented")
    assert "contains NaN at row 0, column 0" in messages[0]
    assert "broken.png" in messages[1]
    assert [labels is None for labels in per_image.labels_] == [False, True, False, True]
    assert set(per_image.errors_) == {1, 3}
    np.testing.assert_array_equal(per_image.labels_[2], dic.fit_predict(images[2]))
    assert per_image.predict(collection)[1] is None


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_stops_and_what_is_done_is_kept(dic, images, n_jobs):
    images[1] = np.full((6, 7, 3), np.nan)
    per_image = PerImage(dic, n_jobs=n_jobs)
    with pytest.raises(ValueError, match=r"image 1 of the collection .* NaN"):
        per_image.fit(images)
    assert per_image.labels_[0].shape == (20, 30)
    assert per_image.labels_[1] is None


def test_a_stack_with_a_failure_becomes_a_list(dic, images):
    stack = np.stack([images[0], images[2]]) / 255
    stack[0] = np.nan
    with pytest.warns(RuntimeWarning, match="image 0"):
        labels = PerImage(dic, on_error="warn").fit_predict(stack)
    assert isinstance(labels, list)
    assert labels[1].shape == (20, 30)


def test_ctrl_c_keeps_what_is_done(dic, images, monkeypatch):
    from sklearn_dic.network import _training

    usual, calls = _training.refinement_loss, []

    def interrupt(*args):
        calls.append(1)
        if len(calls) == 4:  # the second epoch of the second image
            raise KeyboardInterrupt
        return usual(*args)

    monkeypatch.setattr(_training, "refinement_loss", interrupt)
    per_image = PerImage(dic)
    with pytest.warns(ConvergenceWarning) as record:
        per_image.fit(images)
    assert str(record[-1].message) == "interrupted after 1 of 3 images; these are kept"
    assert [labels is None for labels in per_image.labels_] == [False, True, True]
    assert len(calls) == 4


def test_without_estimators(dic, images):
    per_image = PerImage(dic, keep_estimators=False).fit(images)
    assert_same(per_image.labels_, PerImage(dic).fit_predict(images))
    with pytest.raises(NotFittedError, match="fit with keep_estimators=True"):
        per_image.predict(images)


def test_a_second_fit_forgets_the_first(dic, images):
    per_image = PerImage(dic).fit(images)
    per_image.set_params(keep_estimators=False).fit(images[:2])
    with pytest.raises(NotFittedError):
        per_image.predict(images)


def test_when_every_image_fails_there_is_nothing_to_warn_about(dic):
    with (
        pytest.warns(RuntimeWarning, match="image 0"),
        pytest.raises(ValueError, match=r"image 0 .* NaN"),
    ):
        PerImage(dic, on_error="warn").fit([np.full((3, 3), np.nan)])


def test_label_maps_come_with_the_images(dic, images):
    maps = [np.arange(image.shape[1]) // 5 + np.zeros(image.shape[:2], int) for image in images]
    fitted = PerImage(dic).fit(images, superpixels=maps).estimators_
    for estimator, expected in zip(fitted, maps, strict=True):
        np.testing.assert_array_equal(estimator.superpixel_labels_, expected)
    with pytest.raises(ValueError, match=r"fit\(X, superpixels=\[...\]\), \[Super"):
        PerImage(dic.set_params(superpixels=FileSuperpixels("one.mat"))).fit(images)


def test_predict_needs_as_many_images(dic, images):
    with pytest.raises(ValueError, match=r"X has 2 image\(s\), and 3 were fitted"):
        PerImage(dic).fit(images).predict(images[:2])


def test_predict_before_fit(dic, images):
    with pytest.raises(NotFittedError):
        PerImage(dic).predict(images)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({"on_error": "ignore"}, "'on_error'"), ({"estimator": 3}, "'estimator'")],
)
def test_bad_parameters(dic, images, parameters, message):
    with pytest.raises(ValueError, match=message):
        PerImage(dic).set_params(**parameters).fit(images)


def test_progress_counts_images(dic, images, capsys):
    PerImage(dic, verbose=1).fit(images)
    assert "3/3" in capsys.readouterr().err


def test_a_pipeline_reads_the_axes(dic, photo):
    stack = np.stack([photo[..., 0], photo[::-1, :, 0]])
    slic = SLICSuperpixels(20, channel_axis=None)
    per_image = PerImage(make_pipeline(slic, dic.set_params(channel_axis=None))).fit(stack)
    assert len(per_image.estimators_) == 2
    assert per_image.labels_.shape == stack.shape
