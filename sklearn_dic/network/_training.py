"""Overfit the network to its images (Algorithm 1 of the paper)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor

from sklearn_dic.network._dic import DICNetwork
from sklearn_dic.network._passes import make_pass

StoppedBy = Literal["max_iter", "stability", "min_clusters", "callback", "interrupt"]


@dataclass
class Epoch:
    """What one pass over the images showed, before its gradient step."""

    number: int
    loss: float
    n_labels: int
    refined: Tensor  # (N',): the voted labels; on a GPU the next epoch writes over them


@dataclass
class Training:
    """How the training went."""

    loss_curve: list[float] = field(default_factory=list)
    n_labels_curve: list[int] = field(default_factory=list)
    stopped_by: StoppedBy = "max_iter"


def overfit(
    network: DICNetwork,
    images: list[Tensor],
    superpixels: Tensor | None,
    counted: Tensor | None = None,
    **parameters: Any,
) -> Training:
    """[(B_i, C, H_i, W_i)], (K, N') -> Training: train in place, then freeze the network.

    Parameters
    ----------
    network, images, superpixels, counted, **parameters
        As in `train`, which this runs to its end.

    Raises
    ------
    FloatingPointError
        If the loss is not finite.
    """
    *_, training = train(network, images, superpixels, counted, **parameters)
    return training


def train(
    network: DICNetwork,
    images: list[Tensor],
    superpixels: Tensor | None,
    counted: Tensor | None = None,
    *,
    max_iter: int = 100,
    learning_rate: float = 0.05,
    momentum: float = 0.9,
    min_clusters: int = 1,
    tol: float | None = None,
    n_iter_no_change: int = 10,
    on_epoch_begin: Callable[[int], object] | None = None,
    on_epoch: Callable[[Epoch], bool | None] | None = None,
) -> Iterator[Training]:
    """[(B_i, C, H_i, W_i)], (K, N') -> the same Training, once in each epoch.

    The network is trained in place, and frozen at the end. Each epoch pauses when its pass has
    been started, since a GPU computes it meanwhile, and other networks can be trained there.

    Parameters
    ----------
    network : DICNetwork
        On the device of the images.
    images : list of Tensor
        One batch for each size, at the resolution to train at.
    superpixels : Tensor of shape (K, N') or None
        Superpixel of every pixel that counts in each of K maps, in the order of the batches;
        numbers are not shared between images. None: every pixel votes for itself.
    counted : Tensor of shape (N',), int64, or None
        Places of the pixels that count in the sequence of all N. The others are seen by the
        convolutions and have no part in centres, votes and loss. None: all count.
    max_iter, learning_rate, momentum
        T epochs of gradient descent with momentum. The last one takes no step, so that the
        network is left with the weights that it measured.
    min_clusters : int
        As soon as fewer labels are left, go back to the weights of the epoch before and
        stop.
    tol, n_iter_no_change
        Stop after `n_iter_no_change` epochs in a row in each of which at most the share
        `tol` of the pixels changed its voted label. None never does.
    on_epoch_begin : callable or None
        Called with the number of each epoch before it.
    on_epoch : callable or None
        Called with each `Epoch` that is not gone back from, while the network has the weights
        that it measured. Training stops there where it returns True.

    Raises
    ------
    FloatingPointError
        If the loss is not finite.
    """
    network.train()
    parameters = list(network.parameters())
    optimizer = torch.optim.SGD(parameters, lr=learning_rate, momentum=momentum)
    training = Training()
    n_stable = 0
    weights = _copy(parameters)
    a_pass = make_pass(network, images, superpixels, counted)
    try:
        for number in range(1, max_iter + 1):
            if on_epoch_begin is not None:
                on_epoch_begin(number)
            measured = a_pass.measure()
            yield training
            loss, n_labels, changed = measured.tolist()  # one transfer
            epoch = Epoch(number, loss, int(n_labels), a_pass.refined)
            if not math.isfinite(epoch.loss):
                raise FloatingPointError(
                    f"the loss became {epoch.loss} at epoch {number} of {max_iter} with "
                    f"learning_rate={learning_rate:g} and momentum={momentum:g}; lower "
                    f"learning_rate (try {learning_rate / 10:g})"
                )
            too_few = epoch.n_labels < min_clusters
            if too_few and number > 1:
                _restore(parameters, weights)
            else:
                training.loss_curve.append(epoch.loss)
                training.n_labels_curve.append(epoch.n_labels)
                weights = _copy(parameters)  # an interrupt from here on keeps this epoch
                if on_epoch is not None and on_epoch(epoch):
                    training.stopped_by = "callback"
                    break
            if too_few:
                training.stopped_by = "min_clusters"
                break
            n_stable = n_stable + 1 if tol is not None and changed <= tol else 0
            if tol is not None and n_stable >= n_iter_no_change:
                training.stopped_by = "stability"
                break
            if number == max_iter:  # the answer is that of the last epoch, as measured
                break
            a_pass.differentiate()
            optimizer.step()
    except KeyboardInterrupt:
        if not training.loss_curve:
            raise
        _restore(parameters, weights)
        training.stopped_by = "interrupt"
    a_pass.forget()
    network.freeze(images, counted)


def _copy(parameters: list[torch.nn.Parameter]) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in parameters]


@torch.no_grad()
def _restore(parameters: list[torch.nn.Parameter], weights: list[Tensor]) -> None:
    for parameter, weight in zip(parameters, weights, strict=True):
        parameter.copy_(weight)
