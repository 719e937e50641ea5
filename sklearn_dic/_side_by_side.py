"""Fits to many images, a network for each, whose trainings share a GPU."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from sklearn.base import clone

from sklearn_dic._deep_image_clustering import DeepImageClustering
from sklearn_dic._memory import refuse_too_large, task_and_remedy
from sklearn_dic.network import DICNetwork, Precision, Training, take_turns, train
from sklearn_dic.utils._device import (
    available_memory,
    explained_out_of_memory,
    is_gpu_here,
    one_torch_thread,
    resolve_device,
    resolve_precision,
    torch_generator,
)
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import check_column_names, check_parameters

AT_ONCE = 16  # images


@dataclass
class _Fit:
    """The fit to one image, before and after its training."""

    estimator: DeepImageClustering
    network: DICNetwork
    sample: Any
    training: Training = field(default_factory=Training)


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
    params: Sequence[dict[str, Any]],
    *,
    n_jobs: int | None = None,
) -> Generator[DeepImageClustering | Exception]:
    """Fit a clone to each image -> the clones in their order, or what went wrong.

    Superpixels and trees are computed by `n_jobs` processes, and the networks are trained here,
    in turns on one GPU, which no other process has to open. Afterwards they are on the CPU.
    """
    device = resolve_device(estimator.device)
    precision = resolve_precision(estimator.precision, device)
    items = list(zip(images, params, strict=True))
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        fits = list(for_each(partial(_prepare, estimator, precision), some, n_jobs=n_jobs))
        with one_torch_thread():
            fits = list(_train(fits, device))
        yield from for_each(_finish, fits, n_jobs=n_jobs)


def _prepare(
    estimator: DeepImageClustering, precision: Precision, item: tuple[Any, dict[str, Any]]
) -> _Fit | Exception:
    """Do what comes before the training, without a GPU."""
    X, params = item
    superpixels = params.get("superpixels")
    try:
        fitted = clone(estimator)
        check_parameters(fitted)
        with one_torch_thread():
            images, maps = fitted._open(X, superpixels, params.get("sample_mask"))
            network = fitted._make_network(images, precision)
            sample = fitted._look(images, maps, given=superpixels is not None)
            network.draw(torch_generator(fitted.random_state))
        check_column_names(fitted, X, fitted.channel_axis, reset=True)
    except Exception as error:  # of this image only
        return error
    return _Fit(fitted, network, sample)


def _train(fits: Sequence[_Fit | Exception], device: torch.device) -> Iterator[_Fit | Exception]:
    """Train all networks, as many at once as there is memory for."""
    waiting = list(fits)
    while waiting:
        group = _take(waiting, device)
        own = [fit for fit in group if isinstance(fit, _Fit)]
        ends = iter(take_turns([_course(fit, device) for fit in own], device))
        for fit in group:
            if isinstance(fit, _Fit):
                end = next(ends)
                fit.network.to("cpu")
                if isinstance(end, Exception):
                    yield end
                    continue
                fit.training = end
            yield fit


def _take(waiting: list[_Fit | Exception], device: torch.device) -> list[_Fit | Exception]:
    """Take fits whose trainings fit into memory together, at least one."""
    available = available_memory(device)
    group: list[_Fit | Exception] = []
    while waiting:
        first = waiting[0]
        if isinstance(first, _Fit):
            available -= first.network.training_bytes(
                sum(height * width for height, width in first.sample.images.shapes)
            )
            if group and available < 0:
                break
        group.append(waiting.pop(0))
    return group


def _course(fit: _Fit, device: torch.device) -> Iterator[Training]:
    """Train one network, as `DeepImageClustering.fit` does."""
    estimator, network, sample = fit.estimator, fit.network, fit.sample
    refuse_too_large("fit", network, sample.images, device, merges=sample.merged is not None)
    with explained_out_of_memory(device, *task_and_remedy("fit", network, sample.images)):
        batches = estimator._make_batches(network.to(device), sample)
        yield from train(network, *batches, **estimator._training_parameters())


def _finish(fit: _Fit | Exception) -> DeepImageClustering | Exception:
    """Do what comes after the training, on the CPU."""
    if isinstance(fit, Exception):
        return fit
    try:
        with one_torch_thread():
            fit.estimator._finish(fit.network, fit.sample, fit.training)
    except Exception as error:  # of this image only
        return error
    return fit.estimator
