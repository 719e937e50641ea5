"""Fits to many images, a network for each, whose trainings share a GPU."""

import copy
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from sklearn.base import clone

from sklearn_dic._deep_image_clustering import DeepImageClustering
from sklearn_dic._labelling import TrainingSample, make_training_batches
from sklearn_dic._memory import task_and_remedy
from sklearn_dic.network import DICNetwork, Precision, Training, take_turns, train
from sklearn_dic.utils._device import (
    available_memory,
    check_memory,
    explained_out_of_memory,
    is_gpu_here,
    one_torch_thread,
    resolve_device,
    resolve_precision,
    torch_generator,
)
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import check_column_names, check_parameters
from sklearn_dic.utils._warnings import warnings_about

MOST = 16  # images at once: more do not make a GPU busier
LIBRARIES = 64 * 2**20  # bytes that PyTorch's libraries take for each training beside its own


@dataclass
class _Fit:
    """The fit to one image, before and after its training; the network is on the CPU."""

    name: str
    estimator: DeepImageClustering
    network: DICNetwork
    sample: TrainingSample
    training: Training = field(default_factory=Training)

    @property
    def training_bytes(self) -> int:
        """Estimate of the memory that the training takes."""
        n_pixels = sum(height * width for height, width in self.sample.images.shapes)
        return self.network.training_bytes(n_pixels) + LIBRARIES


def can_train_side_by_side(estimator: Any, params: dict[str, Any]) -> bool:
    """Whether `fit_side_by_side` does what the fits one by one would do."""
    return (
        getattr(type(estimator), "fit", None) is DeepImageClustering.fit
        and not estimator.verbose
        and params.keys() <= {"superpixels", "sample_mask"}
        and is_gpu_here(estimator.device)
    )


def fit_side_by_side(
    estimator: DeepImageClustering,
    images: Sequence[Any],
    names: Sequence[str],
    params: Sequence[dict[str, Any]],
    *,
    n_jobs: int,
    keep: bool = True,
) -> Generator[Any]:
    """Fit a clone to each image -> (clone or None, labels, channels), or what went wrong.

    `n_jobs` workers compute superpixels, labels and trees. The networks of as many images are
    trained here at the same time, on one GPU, which no other process has to open.
    """
    device = resolve_device(estimator.device)
    precision = resolve_precision(estimator.precision, device)
    items = list(zip(images, names, params, strict=True))
    n_at_once = min(n_jobs, MOST)
    for start in range(0, len(items), n_at_once):
        some = items[start : start + n_at_once]
        fits = list(for_each(partial(_prepare, estimator, precision), some, n_jobs=n_jobs))
        with one_torch_thread():
            fits = _train(fits, device)
        yield from for_each(partial(_finish, keep), fits, n_jobs=n_jobs)


def _prepare(
    estimator: DeepImageClustering, precision: Precision, item: tuple[Any, str, dict[str, Any]]
) -> _Fit | Exception:
    """Do what comes before the training, without a GPU."""
    X, name, params = item
    cpu = torch.device("cpu")
    try:
        fitted = clone(estimator)
        check_parameters(fitted)
        with one_torch_thread(), warnings_about(name):
            network, images, passed = fitted._open_for_fit(
                X, params.get("superpixels"), params.get("sample_mask"), precision, cpu
            )
            sample = fitted._find_sample(images, passed)
            network.draw(torch_generator(fitted.random_state))
        check_column_names(fitted, X, fitted.channel_axis, reset=True)
    except Exception as error:  # of this image only
        return error
    return _Fit(name, fitted, network, sample)


def _train(fits: Sequence[_Fit | Exception], device: torch.device) -> list[_Fit | Exception]:
    """Train all networks, as many at once as there is memory for."""
    done = list(fits)
    waiting = [place for place, fit in enumerate(fits) if isinstance(fit, _Fit)]
    alone: list[int] = []  # that ran out of memory beside others
    while waiting or alone:
        group = _take(waiting, fits, device) if waiting else [alone.pop()]
        for place, end in zip(group, _train_group([fits[i] for i in group], device), strict=True):
            if isinstance(end, MemoryError) and len(group) > 1:
                alone.append(place)
            done[place] = end
    return done


def _take(waiting: list[int], fits: Sequence[Any], device: torch.device) -> list[int]:
    """Take the places of fits whose trainings fit into memory together, at least one."""
    available = available_memory(device) - fits[waiting[0]].training_bytes
    group = [waiting.pop(0)]
    while waiting and (available := available - fits[waiting[0]].training_bytes) >= 0:
        group.append(waiting.pop(0))
    return group


def _train_group(fits: Sequence[Any], device: torch.device) -> Iterator[_Fit | Exception]:
    """Train some networks at the same time -> their fits, trained, or what went wrong."""
    networks = [copy.deepcopy(fit.network) for fit in fits]
    courses = [_course(*one, device) for one in zip(fits, networks, strict=True)]
    for fit, network, end in zip(fits, networks, take_turns(courses, device), strict=True):
        if isinstance(end, Exception):
            _let_go(end)
            yield end
            continue
        try:
            yield _Fit(fit.name, fit.estimator, network.to("cpu"), fit.sample, end)
        except RuntimeError as error:  # the GPU itself failed, in another training
            yield error


def _course(fit: _Fit, network: DICNetwork, device: torch.device) -> Iterator[Training]:
    """Train one network, as `DeepImageClustering.fit` does."""
    what = task_and_remedy("fit", network, fit.sample.images)
    check_memory(fit.training_bytes, device, *what)
    with explained_out_of_memory(device, *what):
        batches = make_training_batches(network.to(device), fit.sample)
        yield from train(network, *batches, **fit.estimator._training_parameters())


def _let_go(error: BaseException | None) -> None:
    """Let an error that is kept not hold on to what is on the GPU, by way of its frames."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _finish(keep: bool, fit: _Fit | Exception) -> Any:
    """Do what comes after the training, on the CPU."""
    if isinstance(fit, Exception):
        return fit
    fitted = fit.estimator
    try:
        with one_torch_thread(), warnings_about(fit.name):
            fitted._finish(fit.network, fit.sample, fit.training)
    except Exception as error:  # of this image only
        return error
    return fitted if keep else None, fitted.labels_, fitted.n_features_in_
