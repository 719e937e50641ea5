"""A separate fit for each image of a collection, the paper's protocol."""

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.utils import Tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.images._images import split_images
from sklearn_dic.images._thumbnails import ThumbnailMixin
from sklearn_dic.superpixels._base import reads_one_file
from sklearn_dic.superpixels._map import SuperpixelMap
from sklearn_dic.utils._callbacks import (
    CallbackClusterMixin,
    FitTask,
    drop_callbacks,
    with_callbacks,
)
from sklearn_dic.utils._device import one_torch_thread
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._searches import refuse_rows_of_image
from sklearn_dic.utils._unwrapping import channel_axis_of, last_step, n_spatial_dims_of
from sklearn_dic.utils._validation import (
    HasMethods,
    StrOptions,
    check_column_names,
    check_parameters,
)
from sklearn_dic.utils._warnings import warn_caller, warnings_about


class PerImage(ThumbnailMixin, MetaEstimatorMixin, CallbackClusterMixin, BaseEstimator):
    """Fit a clone of an estimator to each image of a collection.

    The fits are independent and run through joblib; `joblib.parallel_config` sets the backend.
    Each fit uses a single thread of PyTorch, so that neither `n_jobs` nor the backend changes
    the answer.

    Parameters
    ----------
    estimator : estimator
        Segments an image, for example `DeepImageClustering()`, or a Pipeline that ends
        with it. Label maps of superpixels are passed with the images, as
        `SuperpixelMap(labels, image)`, or as ``fit(X, superpixels=[...])``.
    n_jobs : int or None, default=None
        Number of images fitted in parallel. None is 1, unless `joblib.parallel_config` sets
        another number; -1 is all processors.
    on_error : {"raise", "warn"}, default="raise"
        If an image fails, "raise" stops, and "warn" warns and continues, unless all images
        fail. The error or warning names the image, and finished images are kept.
    keep_estimators : bool, default=True
        Whether `estimators_` keeps the fitted clones. `predict` needs them; without them a
        large collection takes far less memory.
    verbose : int, default=0
        1 shows a progress bar that counts images. `set_callbacks` of scikit-learn 1.9 and
        later can show more.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of ndarray of shape (H_i, W_i)
        Labels of each image, in the form of the input. If images failed, a list, which has
        None for these images.
    estimators_ : list of estimators
        The fitted clones; None for images that failed. Absent without `keep_estimators`.
    errors_ : dict of int to Exception
        Error of each image that failed, by its index in the collection.
    n_features_in_ : int
        Number of image channels. Absent if the images have different numbers of channels.

    See Also
    --------
    DeepImageClustering : Fits a single network to all images of a collection.

    Notes
    -----
    The rounding of sums in batch-norm and convolutions depends on the number of threads, and
    small differences grow in training. `DeepImageClustering.fit` without `PerImage` uses
    `torch.get_num_threads()` threads; after `torch.set_num_threads(1)` it gives the same answer
    as `PerImage`. If several images do not fit into memory at the same time, fit each with
    `DeepImageClustering`, which uses all threads.

    Examples
    --------
    >>> from skimage.data import astronaut, coffee
    >>> from sklearn_dic import DeepImageClustering, PerImage
    >>> images = [astronaut()[::8, ::8], coffee()[::8, ::8]]
    >>> per_image = PerImage(DeepImageClustering(max_iter=3, random_state=0))
    >>> [labels.shape for labels in per_image.fit_predict(images)]
    [(64, 64), (50, 75)]
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods("fit_predict")],
        "n_jobs": [Integral, None],
        "on_error": [StrOptions({"raise", "warn"})],
        "keep_estimators": ["boolean"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        n_jobs: int | None = None,
        on_error: Literal["raise", "warn"] = "raise",
        keep_estimators: bool = True,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.n_jobs = n_jobs
        self.on_error = on_error
        self.keep_estimators = keep_estimators
        self.verbose = verbose

    @with_callbacks
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit each image.

        Parameters
        ----------
        X : array-like of shape (N, H, W, C), list of images or paths, SuperpixelMap, or \
one image
            The collection. The axes of an array are read by the `channel_axis` of the
            estimator, if it has this parameter.
        y : list or array-like, or None
            Annotations of each image, as long as the collection; for a single image, its
            annotations. Passed to each fit.
        **params : list, or array-like of length N
            Passed to the fits, an entry for each image: ``superpixels=[...]``,
            ``sample_mask=[...]``, or ``step__superpixels`` for a Pipeline. With metadata
            routing enabled, the metadata that the estimator requests.

        Returns
        -------
        self : object

        Notes
        -----
        Ctrl-C keeps the finished images, and warns.
        """
        check_parameters(self)
        images, form, names = self._split(X)
        refuse_rows_of_image(X, form)
        targets = self._split_targets(y, len(images), form)
        task = FitTask.begin_fit(self, X, y, len(images), sequential=False)
        own = getattr(last_step(self.estimator), "superpixels", None)
        given = any(name.split("__")[-1] == "superpixels" for name in params)
        if len(images) > 1 and not given and reads_one_file(own):
            raise ValueError(
                "the superpixels of the estimator belong to one image, and each of the "
                f"{len(images)} images needs its own: fit(X, superpixels=[...]), "
                "[SuperpixelMap(labels, image), ...] as X, or FileSuperpixels with a template"
            )
        estimators: list[Any] = [None] * len(images)
        labels: list[Any] = [None] * len(images)
        errors: dict[int, Exception] = {}
        n_channels: set[int | None] = set()
        own_params = self._route("fit", params, form, images)
        results = self._fit_all(images, names, targets, own_params, task)
        interrupted = False
        try:
            for i, result in enumerate(results):
                if isinstance(result, KeyboardInterrupt):
                    raise result
                if isinstance(result, Exception):
                    errors[i] = _with_name(result, names[i])
                    if self.on_error == "raise":
                        break
                    warn_caller(str(errors[i]), RuntimeWarning)
                else:
                    estimators[i], labels[i], channels = result
                    n_channels.add(channels)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            results.close()
        self.labels_ = _in_form(labels, form)
        if self.keep_estimators:
            self.estimators_ = estimators
        elif hasattr(self, "estimators_"):
            del self.estimators_
        self.errors_ = errors
        check_column_names(self, X, channel_axis_of(self.estimator), reset=True)
        self.__dict__.pop("n_features_in_", None)
        if len(n_channels) == 1 and None not in n_channels:
            self.n_features_in_ = next(iter(n_channels))
        n_done = sum(part is not None for part in labels)
        can_predict = n_done == len(images) and self.keep_estimators
        if not errors or self.on_error == "warn":
            task.end((lambda: vars(self)) if can_predict else None)
        if interrupted:
            warn_caller(
                f"interrupted after {n_done} of {len(images)} images; these are kept",
                ConvergenceWarning,
            )
        elif errors and (self.on_error == "raise" or len(errors) == len(images)):
            raise next(iter(errors.values()))
        return self

    def _fit_all(
        self,
        images: list[Any],
        names: list[str],
        targets: list[Any],
        params: list[dict[str, Any]],
        task: FitTask,
    ) -> Generator[Any]:
        """Yield the result of `_fit_image` for each image."""
        # Workers receive the data of their image only.
        without_data = replace(task, X=None, y=None)
        fit_image = partial(
            _fit_image, self.estimator, keep=self.keep_estimators, task=without_data
        )
        items = list(zip(range(len(images)), images, names, targets, params, strict=True))
        yield from for_each(fit_image, items, n_jobs=self.n_jobs, verbose=self.verbose)

    def predict(self, X: Any, **params: Any) -> Any:
        """Segment a collection, each image with the fitted clone of the same index.

        Parameters
        ----------
        X : as in `fit`
            The same number of images as in `fit`, for example the next frame of each camera.
        **params : list, or array-like of length N
            As in `fit`.

        Returns
        -------
        labels : ndarray or list of ndarray
            In the form of `labels_`; None for images that have no fitted clone.
        """
        check_is_fitted(self, "labels_")
        if not hasattr(self, "estimators_"):
            raise NotFittedError(
                "the fitted clones were not kept, only labels_: fit with keep_estimators=True"
            )
        check_column_names(self, X, channel_axis_of(self.estimator), reset=False)
        images, form, names = self._split(X)
        if len(images) != len(self.estimators_):
            raise ValueError(
                f"X has {len(images)} image(s), and {len(self.estimators_)} were fitted, each "
                "with a separate clone: pass the same number"
            )
        labels = []
        own = self._route("predict", params, form, images)
        parts = zip(self.estimators_, images, names, own, strict=True)
        for fitted, image, name, own_params in parts:
            try:
                with one_torch_thread(), warnings_about(name):
                    labels.append(fitted and fitted.predict(image, **own_params))
            except Exception as error:  # raised again with the name of the image
                raise _with_name(error, name) from error
        return _in_form(labels, form)

    def get_metadata_routing(self) -> MetadataRouter:
        """Route the metadata that the estimator requests to its `fit` and `predict`."""
        methods = MethodMapping()
        methods.add(caller="fit", callee="fit").add(caller="predict", callee="predict")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=methods)

    def _route(
        self, method: str, params: dict[str, Any], form: str, images: list[Any]
    ) -> list[dict[str, Any]]:
        """Divide metadata among the images."""
        if get_config()["enable_metadata_routing"]:
            params = process_routing(self, method, **params).estimator[method]
        shared = {key: value for key, value in params.items() if value is None}
        own = {key: value for key, value in params.items() if value is not None}
        for key, value in own.items():
            if form == "image":
                own[key] = [value]
            elif not isinstance(value, list | tuple | np.ndarray):
                own[key] = [value] * len(images)
            elif len(value) != len(images):
                raise ValueError(
                    f"{key} has {len(value)} entr(ies) for {len(images)} image(s): pass an entry "
                    "for each image"
                )
        return [shared | {key: value[i] for key, value in own.items()} for i in range(len(images))]

    def _split(self, X: Any) -> tuple[list[Any], str, list[str]]:
        """Split the collection into images; a table of pixels is a single image."""
        n_spatial_dims = n_spatial_dims_of(self.estimator)
        if isinstance(X, SuperpixelMap):
            if X.ndim == 3:
                return list(X), "stack", [f"image {i}" for i in range(len(X))]
            return [X], "image", ["the image"]
        images, form, names = split_images(X, channel_axis_of(self.estimator), n_spatial_dims)
        return ([X], "image", ["the table"]) if form == "table" else (images, form, names)

    @staticmethod
    def _split_targets(y: Any, n_images: int, form: str) -> list[Any]:
        """Split `y` into an entry for each image."""
        if y is None:
            return [None] * n_images
        if form == "image":
            return [y]
        n_targets = len(y) if hasattr(y, "__len__") else f"no length ({y!r})"
        if n_targets != n_images:
            raise ValueError(
                f"X has {n_images} image(s), and y has {n_targets}: pass an entry for each image"
            )
        return list(y)

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two to four dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _fit_image(
    estimator: Any, item: tuple[int, Any, str, Any, dict[str, Any]], keep: bool, task: FitTask
) -> Any:
    """Fit a clone -> (clone or None, labels, channels).

    Errors are returned, not raised, so that the fits of other images continue.
    """
    number, image, name, y, params = item
    try:
        fitted = clone(estimator)
        fitting = task.fitting(fitted, "image", number, image, y)
        with one_torch_thread(), warnings_about(name), fitting:
            fitted.fit(image, y, **params)
        drop_callbacks(fitted)  # each would open a connection when returned from a worker
        last = last_step(fitted)
        labels = last.labels_
    except Exception as error:  # whatever the estimator raises belongs to this image only
        return error
    if getattr(last, "stopped_by_", None) == "interrupt":
        return KeyboardInterrupt()
    return fitted if keep else None, labels, getattr(fitted, "n_features_in_", None)


def _with_name(error: Exception, name: str) -> Exception:
    """Return the error with the name of the image in its message."""
    message = f"{name} of the collection could not be segmented: {error}"
    try:
        named = type(error)(message)
    except TypeError:  # an exception that takes other arguments
        named = RuntimeError(message)
    named.__cause__ = error
    return named


def _in_form(labels: list[Any], form: str) -> Any:
    if form == "image":
        return labels[0]
    return np.stack(labels) if form == "stack" and all(x is not None for x in labels) else labels
