"""Checks for estimators of images, like scikit-learn's checks for estimators of tables."""

import copy
import io
import pickle
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from unittest import SkipTest

import joblib
import numpy as np
from sklearn.base import BaseEstimator, clone

_METHODS = ("predict", "transform", "predict_proba")


def check_image_estimator(
    estimator: BaseEstimator,
    *,
    images: Sequence[np.ndarray] | None = None,
    checks: Iterable[Callable] | None = None,
    expected_failed_checks: Mapping[str, str] | None = None,
    on_fail: Literal["raise"] | None = "raise",
) -> list[dict[str, Any]]:
    """Check that an estimator keeps the rules for estimators of images.

    For clusterers with `fit_predict` and `labels_`, and transformers with `transform`, of an
    image or a collection. `sklearn.utils.estimator_checks.check_estimator` checks
    everything else, if the estimator reads a 2-D array as a table of pixels.

    Parameters
    ----------
    estimator : estimator
        An instance, which is cloned and not changed. Make it fast: it is fitted many times.
    images : sequence of at least three ndarray of shape (H, W, C), uint8, default=None
        The images to fit. The first two have the same size, the third has another size, and
        all have the same number of channels. Default: smoothed colour noise of 24 x 32 and
        30 x 26 pixels.
    checks : iterable of callable, default=None
        Some of `image_checks()`. Default: all.
    expected_failed_checks : mapping of str to str, default=None
        The names of checks that cannot pass, with the reasons.
    on_fail : {"raise", None}, default="raise"
        "raise" raises the error of the first check that fails unexpectedly.

    Returns
    -------
    results : list of dict
        For each check: `check_name`, `status` ("passed", "failed",
        "xfail", "xpass", or "skipped" if the rule does not apply to the estimator),
        `exception` (the error, or None) and `reason` (of an expected failure or a skip).

    Raises
    ------
    AssertionError
        If a check fails, or passes although it is expected to fail. The message has the check,
        its rule and the reason.

    Examples
    --------
    >>> from sklearn_dic.superpixels import SLICSuperpixels
    >>> from sklearn_dic.utils.estimator_checks import check_image_estimator
    >>> results = check_image_estimator(SLICSuperpixels(n_segments=30))
    >>> {result["status"] for result in results} <= {"passed", "skipped"}
    True
    """
    expected = dict(expected_failed_checks or {})
    unknown = expected.keys() - {check.__name__ for check in image_checks()}
    if unknown:
        raise ValueError(
            f"expected_failed_checks names {', '.join(sorted(unknown))}; the checks are "
            + ", ".join(check.__name__ for check in image_checks())
        )
    images = _default_images() if images is None else images
    results = []
    for check in image_checks() if checks is None else checks:
        result = _run(check, estimator, images, expected.get(check.__name__))
        results.append(result)
        if on_fail == "raise" and result["status"] in ("failed", "xpass"):
            raise result["exception"]
    return results


def image_checks() -> list[Callable[[Any, Sequence[np.ndarray]], None]]:
    """List the checks, functions of an estimator and images.

    A check raises AssertionError if the estimator breaks the rule in the first line of the
    check's docstring, and `unittest.SkipTest` if the rule does not apply to the estimator.
    """
    return [
        check_one_image,
        check_list_of_images,
        check_stack_of_images,
        check_grey_image,
        check_images_stand_alone,
        check_fit_predict,
        check_same_answer_twice,
        check_second_fit_erases_first,
        check_dtypes,
        check_memory_layouts,
        check_input_is_left_alone,
        check_channels_are_counted,
        check_copies,
        check_global_random_states,
        check_n_jobs,
        check_errors_name_the_image,
    ]


def _run(
    check: Callable, estimator: Any, images: Sequence[np.ndarray], reason: str | None
) -> dict[str, Any]:
    rule = (check.__doc__ or "").splitlines()[0]
    result: dict[str, Any] = {"check_name": check.__name__, "exception": None, "reason": reason}
    try:
        check(_prepared(estimator), images)
    except SkipTest as skip:
        return result | {"status": "skipped", "reason": str(skip)}
    except Exception as cause:  # whatever the estimator raises breaks the rule
        detail = str(cause) if isinstance(cause, AssertionError) else repr(cause)
        error = AssertionError(
            f"{type(estimator).__name__} breaks the rule of {check.__name__}: {rule} {detail}"
        )
        error.__cause__ = cause
        return result | {"status": "failed" if reason is None else "xfail", "exception": error}
    if reason is None:
        return result | {"status": "passed"}
    error = AssertionError(
        f"{type(estimator).__name__} passes {check.__name__}, which is expected to fail: {reason}"
    )
    return result | {"status": "xpass", "exception": error}


def check_one_image(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """An image of shape (H, W, C) gives answers of shape (H, W), or (H, W, ...) for features."""
    image = images[0]
    estimator.fit(image)
    for name, answer in _answers(estimator, image).items():
        _check_shape(name, answer, image)


def check_list_of_images(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """A list of images of different sizes gives a list of answers, each of its image's shape."""
    collection = list(images)
    estimator.fit(collection)
    for name, answers in _answers(estimator, collection).items():
        assert isinstance(answers, list), f"{name} is a {type(answers).__name__}, not a list."
        assert len(answers) == len(collection), f"{name} has {len(answers)} entries."
        for answer, image in zip(answers, collection, strict=True):
            _check_shape(name, answer, image)


def check_stack_of_images(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """A stack of shape (N, H, W, C) gives arrays of shape (N, H, W), or (N, H, W, ...)."""
    stack = np.stack(images[:2])
    estimator.fit(stack)
    for name, answers in _answers(estimator, stack).items():
        assert isinstance(answers, np.ndarray), f"{name} is a {type(answers).__name__}, no array."
        assert answers.shape[:3] == stack.shape[:3], f"{name} has shape {answers.shape}."


def check_grey_image(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """A grey image of shape (H, W, 1) gives answers like any other image."""
    image = images[0][..., :1]
    estimator.fit(image)
    for name, answer in _answers(estimator, image).items():
        _check_shape(name, answer, image)


def check_images_stand_alone(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """A fitted estimator answers for each image alone, whatever comes before and after it."""
    estimator.fit(images[0])
    alone = [_answers(estimator, image, fitted=False) for image in images]
    if not alone[0]:
        raise SkipTest("it has no predict or transform")
    for order in ([0, 1, 2], [2, 1, 0], [1, 2]):
        together = _answers(estimator, [images[i] for i in order], fitted=False)
        for name, answers in together.items():
            for i, answer in zip(order, answers, strict=True):
                _check_same(
                    f"{name} of image {i}, alone and in the list {order}", alone[i][name], answer
                )


def check_fit_predict(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """``fit_predict`` is fit, then ``labels_``, and predict of the same image; so fit_transform."""
    for X in (images[0], list(images)):
        fitted = clone(estimator).fit(X)
        labels = getattr(fitted, "labels_", None)
        if labels is not None:
            _check_same("fit_predict and labels_", clone(estimator).fit_predict(X), labels)
            if hasattr(fitted, "predict"):
                _check_same("predict of the training image and labels_", fitted.predict(X), labels)
        if hasattr(fitted, "transform"):
            joint = clone(estimator).fit_transform(X)
            _check_same("fit_transform and transform", joint, fitted.transform(X))


def check_same_answer_twice(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """With an integer as random_state, the same image gives the same answer each time."""
    first, second = (_answers(clone(estimator).fit(images[0]), images[0]) for _ in range(2))
    _check_answers("a first and a second time", first, second)


def check_second_fit_erases_first(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """A second fit, to an image of another size, erases the first fit."""
    fresh = clone(estimator).fit(images[2])
    used = estimator.fit(list(images)).fit(images[2])
    left = {name for name in vars(used) if name.endswith("_")}
    expected = {name for name in vars(fresh) if name.endswith("_")}
    assert left == expected, f"The attributes {sorted(left ^ expected)} are there only once."
    _check_answers(
        "of a new and a used estimator", _answers(fresh, images[2]), _answers(used, images[2])
    )


def check_dtypes(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """An image as uint8 or as 32- or 64-bit floats in [0, 1] gives the same answer."""
    image = images[0]
    as_bytes = _answers(clone(estimator).fit(image), image)
    for dtype in (np.float32, np.float64):
        floats = (image / 255).astype(dtype)
        answers = _answers(clone(estimator).fit(floats), floats)
        _check_answers(f"of uint8 and {dtype.__name__}", as_bytes, answers)


def check_memory_layouts(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """Read-only, Fortran-ordered, strided and memory-mapped images give the same answer."""
    image = images[0]
    expected = _answers(clone(estimator).fit(image), image)
    read_only = image.copy()
    read_only.flags.writeable = False
    strided = np.repeat(image, 2, axis=1)[:, ::2]
    layouts = {"read-only": read_only, "strided": strided, "Fortran": np.asfortranarray(image)}
    for name, variant in layouts.items():
        answers = _answers(clone(estimator).fit(variant), variant)
        _check_answers(f"of a plain and a {name} array", expected, answers)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "image.npy")
        np.save(path, image)
        mapped = np.load(path, mmap_mode="r")
        answers = _answers(clone(estimator).fit(mapped), mapped)
        _check_answers("of a plain and a memory-mapped array", expected, answers)


def check_input_is_left_alone(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """No method changes its input arrays or its input list."""
    for dtype in (np.uint8, np.float32, np.float64):
        collection = [
            image if dtype is np.uint8 else (image / 255).astype(dtype) for image in images
        ]
        given = [image.copy() for image in collection]
        X = list(given)
        clone(estimator).fit(X)
        _answers(estimator.fit(X), X)
        assert len(X) == len(given), "The list has another length."
        assert all(a is b for a, b in zip(X, given, strict=True)), "The list has other images."
        for i, (before, after) in enumerate(zip(collection, given, strict=True)):
            assert np.array_equal(before, after), f"Image {i} ({after.dtype}) was changed."


def check_channels_are_counted(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """``n_features_in_`` counts the channels, and images with others are refused."""
    image = images[0]
    estimator.fit(image)
    n_channels = image.shape[-1]
    found = getattr(estimator, "n_features_in_", None)
    assert found == n_channels, f"n_features_in_ is {found}, and there are {n_channels}."
    more = np.concatenate([image, image[..., :1]], axis=-1)
    for name in _METHODS:
        if hasattr(estimator, name):
            message = _error_of(getattr(estimator, name), more)
            assert message is not None, f"{name} accepts {n_channels + 1} channels."
            assert str(n_channels) in message, f"{name} does not name the number: {message!r}."
            assert str(n_channels + 1) in message, f"{name} does not name both: {message!r}."


def check_copies(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """pickle, joblib and deepcopy keep a fit; clone keeps the parameters alone."""
    image = images[0]
    estimator.fit(image)
    expected = _answers(estimator, image)
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    copies = {
        "pickle": pickle.loads(pickle.dumps(estimator)),
        "joblib": joblib.load(file),
        "deepcopy": copy.deepcopy(estimator),
    }
    for name, copied in copies.items():
        _check_answers(f"before and after {name}", expected, _answers(copied, image))
    left = [
        name for name in vars(clone(estimator)) if name.endswith("_") and not name.startswith("_")
    ]
    assert not left, f"clone keeps {left}."


def check_global_random_states(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """The global random state of NumPy is neither used nor changed."""
    legacy = np.random  # the module whose global state is checked
    before = legacy.get_state()
    answers = []
    try:
        for seed in (1, 2):
            legacy.seed(seed)
            next_number = legacy.random_sample()
            legacy.seed(seed)
            answers.append(_answers(clone(estimator).fit(images[0]), images[0]))
            assert legacy.random_sample() == next_number, "It was changed."
    finally:
        legacy.set_state(before)
    _check_answers("with two global random states", *answers)


def check_n_jobs(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """The number of jobs does not change the answer."""
    if "n_jobs" not in estimator.get_params(deep=False):
        raise SkipTest("it has no n_jobs")
    sequential, parallel = (
        _answers(clone(estimator).set_params(n_jobs=n).fit(list(images)), list(images))
        for n in (1, 2)
    )
    _check_answers("of n_jobs=1 and n_jobs=2", sequential, parallel)


def check_errors_name_the_image(estimator: Any, images: Sequence[np.ndarray]) -> None:
    """An error about an image of a list names the image, for example "image 1"."""
    broken = images[1] / 255
    broken[0, 0, 0] = np.nan
    flat = images[1][0, 0]
    estimator.fit(list(images))
    for problem, image in {"NaN": broken, "only one axis": flat}.items():
        X = [images[0] / 255, image, images[2] / 255]
        methods = ["fit", *(name for name in _METHODS if hasattr(estimator, name))]
        for name in methods:
            message = _error_of(getattr(clone(estimator) if name == "fit" else estimator, name), X)
            assert message is not None, f"{name} accepts an image with {problem}."
            assert "image 1" in message, (
                f"{name} does not name image 1, which has {problem}: {message!r}."
            )


def _prepared(estimator: Any) -> Any:
    """Clone an estimator whose random states are integers."""
    prepared = clone(estimator)
    states = {
        name: 0
        for name, value in prepared.get_params().items()
        if name.split("__")[-1] == "random_state" and value is None
    }
    return prepared.set_params(**states)


def _answers(estimator: Any, X: Any, fitted: bool = True) -> dict[str, Any]:
    """Collect the answers of a fitted estimator for X; `labels_` only if it was fitted to X."""
    answers = {name: getattr(estimator, name)(X) for name in _METHODS if hasattr(estimator, name)}
    if fitted and hasattr(estimator, "labels_"):
        answers["labels_"] = estimator.labels_
    assert answers or not fitted, "It has none of labels_, predict and transform."
    return answers


def _check_shape(name: str, answer: Any, image: np.ndarray) -> None:
    assert isinstance(answer, np.ndarray), f"{name} is a {type(answer).__name__}, not an array."
    n_axes = 2 if name in ("labels_", "predict") else answer.ndim
    fits = answer.ndim == n_axes and answer.shape[:2] == image.shape[:2]
    assert fits, f"{name} of an image of shape {image.shape} has shape {answer.shape}."
    if name in ("labels_", "predict"):
        assert answer.dtype.kind in "iu", f"{name} has dtype {answer.dtype}; labels are integers."


def _check_answers(when: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert first.keys() == second.keys(), f"The estimator gives other answers {when}."
    for name in first:
        _check_same(f"{name} {when}", first[name], second[name])


def _check_same(name: str, first: Any, second: Any) -> None:
    """Compare arrays, or lists of them."""
    if isinstance(first, list | tuple):
        same_number = isinstance(second, list | tuple) and len(first) == len(second)
        assert same_number, f"Different numbers of images: {name}."
        for i, (part, other) in enumerate(zip(first, second, strict=True)):
            _check_same(f"{name} (image {i})", part, other)
        return
    first, second = np.asarray(first), np.asarray(second)
    assert first.shape == second.shape, (
        f"Different shapes: {name} have {first.shape} and {second.shape}."
    )
    differ = (
        ~np.isclose(first, second, rtol=1e-5, atol=1e-6)
        if first.dtype.kind == "f"
        else first != second
    )
    assert not differ.any(), f"Different: {name}, in {differ.sum()} of {differ.size} values."


def _error_of(method: Callable, X: Any) -> str | None:
    """Return the message of the error that a call raises, None if there is none."""
    try:
        method(X)
    except (ValueError, TypeError) as error:
        return str(error)
    return None


def _default_images() -> list[np.ndarray]:
    """Make three smooth colour images, the first two of equal size."""
    random_state = np.random.RandomState(0)
    images = []
    for height, width in ((24, 32), (24, 32), (30, 26)):
        coarse = random_state.randint(0, 256, (4, 5, 3)).astype(float)
        rows, columns = (np.linspace(0, n - 1, side) for n, side in ((4, height), (5, width)))
        smooth = _interpolate(_interpolate(coarse, rows, 0), columns, 1)
        images.append(np.round(smooth).astype(np.uint8))
    return images


def _interpolate(values: np.ndarray, places: np.ndarray, axis: int) -> np.ndarray:
    """Interpolate linearly along an axis, at fractional places."""
    below = np.minimum(places.astype(int), values.shape[axis] - 2)
    weight = np.expand_dims(places - below, tuple(range(1, values.ndim)))
    moved = np.moveaxis(values, axis, 0)
    return np.moveaxis(moved[below] * (1 - weight) + moved[below + 1] * weight, 0, axis)
