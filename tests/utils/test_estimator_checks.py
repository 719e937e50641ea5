"""The checks for images: an estimator that breaks a rule fails the check of this rule."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin

from sklearn_dic.images import open_images
from sklearn_dic.utils.estimator_checks import check_image_estimator, image_checks


class Thresholding(TransformerMixin, ClusterMixin, BaseEstimator):
    """Two labels: darker and lighter than the mean of the first image that was fitted."""

    def __init__(self, n_jobs=None):
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        images = open_images(X)
        self.mean_ = float(np.mean([image.mean(dtype=np.float64) for image in images.pixels]))
        self.n_features_in_ = images.n_channels
        self.labels_ = self._label(images)
        return self

    def predict(self, X):
        return self._label(self._open(X))

    def transform(self, X):
        images = self._open(X)
        return images.in_form_of_input([image - self.mean_ for image in images.pixels])

    def _open(self, X):
        images = open_images(X)
        if images.n_channels != self.n_features_in_:
            raise ValueError(f"{images.n_channels} channels, {self.n_features_in_} are expected")
        return images

    def _label(self, images):
        return images.in_form_of_input(
            [(image.mean(axis=-1) > self.mean_).astype(int) for image in images.pixels]
        )


def test_a_good_estimator_passes():
    results = check_image_estimator(Thresholding())
    assert [result["check_name"] for result in results] == [
        check.__name__ for check in image_checks()
    ]
    assert {result["status"] for result in results} == {"passed"}


class LabelsInOneRow(Thresholding):
    def _label(self, images):
        labels = super()._label(images)
        return labels.ravel() if images.form == "image" else labels


class StackForList(Thresholding):
    def _label(self, images):
        labels = super()._label(images)
        return tuple(labels) if isinstance(labels, list) else labels


class ListForStack(Thresholding):
    def _label(self, images):
        labels = super()._label(images)
        return list(labels) if images.form == "stack" else labels


class ColoursOnly(Thresholding):
    def fit(self, X, y=None):
        super().fit(X)
        if self.n_features_in_ == 1:
            raise ValueError("no colours")
        return self


class LooksAtTheNeighbours(Thresholding):
    def transform(self, X):
        images = self._open(X)
        mean = np.mean([image.mean() for image in images.pixels])
        return images.in_form_of_input([image - mean for image in images.pixels])


class PredictsSomethingElse(Thresholding):
    def predict(self, X):
        return self._label_of_inverse(self._open(X))

    def _label_of_inverse(self, images):
        return images.in_form_of_input(
            [(image.mean(axis=-1) < self.mean_).astype(int) for image in images.pixels]
        )


class Fickle(Thresholding):
    def fit(self, X, y=None):
        super().fit(X)
        self.mean_ += np.random.default_rng().normal()
        return self


class RemembersTheFirstFit(Thresholding):
    def fit(self, X, y=None):
        first_mean = getattr(self, "mean_", None)
        super().fit(X)
        self.mean_ = first_mean or self.mean_
        return self


class DividesBytesOnly(Thresholding):
    def fit(self, X, y=None):
        super().fit(X)
        if np.asarray(X if not isinstance(X, list) else X[0]).dtype != np.uint8:
            self.mean_ /= 2
        return self


class ReadsTheMemory(Thresholding):
    def fit(self, X, y=None):
        super().fit(X)
        if isinstance(X, np.ndarray):
            self.mean_ += float(X.ravel(order="K")[1]) / 255
        return self


class WritesIntoTheImage(Thresholding):
    def transform(self, X):
        answers = super().transform(X)
        for image in X if isinstance(X, list) else [X]:
            if image.flags.writeable:
                image += 1
        return answers


class TakesAnyChannels(Thresholding):
    def _open(self, X):
        return open_images(X)


class ForgetsWhenCopied(Thresholding):
    def __getstate__(self):
        return super().__getstate__() | {"mean_": 0.0}


class UsesTheGlobalState(Thresholding):
    def fit(self, X, y=None):
        super().fit(X)
        self.first_ = np.random.random_sample()  # noqa: NPY002 # what must be found
        return self


class CountsJobs(Thresholding):
    def fit(self, X, y=None):
        super().fit(X)
        self.mean_ *= self.n_jobs or 1
        return self


class NamesNoImage(Thresholding):
    def fit(self, X, y=None):
        try:
            return super().fit(X)
        except ValueError as error:
            raise ValueError("bad input") from error


@pytest.mark.parametrize(
    ("estimator", "check", "detail"),
    [
        (LabelsInOneRow, "check_one_image", r"predict of an image of shape .* has shape"),
        (StackForList, "check_list_of_images", "is a tuple, not a list"),
        (ListForStack, "check_stack_of_images", "is a list, no array"),
        (ColoursOnly, "check_grey_image", "no colours"),
        (LooksAtTheNeighbours, "check_images_stand_alone", "transform of image 0, alone and in"),
        (PredictsSomethingElse, "check_fit_predict", "predict of the training image and labels_"),
        (Fickle, "check_same_answer_twice", "a first and a second time"),
        (RemembersTheFirstFit, "check_second_fit_erases_first", "of a new and a used estimator"),
        (DividesBytesOnly, "check_dtypes", "of uint8 and float32"),
        (ReadsTheMemory, "check_memory_layouts", "of a plain and a Fortran array"),
        (WritesIntoTheImage, "check_input_is_left_alone", r"Image 0 \(uint8\) was changed"),
        (TakesAnyChannels, "check_channels_are_counted", "accepts 4 channels"),
        (ForgetsWhenCopied, "check_copies", "before and after pickle"),
        (UsesTheGlobalState, "check_global_random_states", "It was changed"),
        (CountsJobs, "check_n_jobs", "of n_jobs=1 and n_jobs=2"),
        (NamesNoImage, "check_errors_name_the_image", "does not name image 1, which has NaN"),
    ],
)
def test_a_broken_rule_is_named(estimator, check, detail):
    (function,) = [one for one in image_checks() if one.__name__ == check]
    with pytest.raises(AssertionError, match=rf"{estimator.__name__} breaks the rule of {check}"):
        check_image_estimator(estimator(), checks=[function])
    results = {
        result["check_name"]: result for result in check_image_estimator(estimator(), on_fail=None)
    }
    assert results[check]["status"] == "failed"
    message = str(results[check]["exception"])
    assert function.__doc__.splitlines()[0] in message
    with pytest.raises(AssertionError, match=detail):
        check_image_estimator(estimator(), checks=[function])


def test_every_check_has_been_broken():
    broken = test_a_broken_rule_is_named.pytestmark[0].args[1]
    assert [case[1] for case in broken] == [check.__name__ for check in image_checks()]


def test_an_expected_failure_has_to_fail():
    reason = {"check_dtypes": "for a reason"}
    results = check_image_estimator(DividesBytesOnly(), expected_failed_checks=reason, on_fail=None)
    assert [(x["status"], x["reason"]) for x in results if x["check_name"] == "check_dtypes"] == [
        ("xfail", "for a reason")
    ]
    with pytest.raises(AssertionError, match="is expected to fail: for a reason"):
        check_image_estimator(Thresholding(), expected_failed_checks=reason)
    with pytest.raises(ValueError, match="names check_nothing; the checks are check_one_image"):
        check_image_estimator(Thresholding(), expected_failed_checks={"check_nothing": "?"})


def test_images_of_ones_own():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (*size, 5), dtype=np.uint8) for size in [(8, 9), (8, 9), (7, 4)]]
    check_image_estimator(Thresholding(), images=images)
