"""Overfit the network to its images (Algorithm 1 of the paper)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from sklearn_dic.network._dic import DICNetwork
from sklearn_dic.network._refinement import Vote, count, refinement_loss
from sklearn_dic.network._torch_state import plain_torch_state

StoppedBy = Literal["max_iter", "stability", "min_clusters", "callback", "interrupt"]


@dataclass
class Epoch:
    """Measurements of an epoch, before its gradient step."""

    number: int
    loss: float
    n_labels: int
    refined: Tensor  # (N',): the voted labels


@dataclass
class Training:
    """Course and end of a training."""

    loss_curve: list[float] = field(default_factory=list)
    n_labels_curve: list[int] = field(default_factory=list)
    stopped_by: StoppedBy = "max_iter"


@plain_torch_state()
def overfit(
    network: DICNetwork,
    images: list[Tensor],
    superpixels: Tensor | None,
    inside: Tensor | None = None,
    *,
    max_iter: int = 100,
    learning_rate: float = 0.05,
    momentum: float = 0.9,
    min_clusters: int = 1,
    tol: float | None = None,
    n_iter_no_change: int = 10,
    on_epoch_begin: Callable[[int], object] | None = None,
    on_epoch: Callable[[Epoch], bool | None] | None = None,
) -> Training:
    """[(B_i, C, H_i, W_i)], (K, N') -> Training: train in place, then freeze the network.

    The caller's `torch.no_grad`, `torch.autocast` and the like have no effect, see
    `plain_torch_state`.

    Parameters
    ----------
    network : DICNetwork
        On the device of the images.
    images : list of Tensor
        A batch for each size, at the training resolution.
    superpixels : Tensor of shape (K, N') or None
        Superpixel of every pixel inside the masks in each of K maps, in the order of the batches.
        Images do not share superpixel numbers. None: every pixel votes for itself.
    inside : Tensor of shape (N',), int64, or None
        Indices of the pixels inside the masks in the sequence of all N. The convolutions see
        the other pixels too; centres, votes and loss do not. None: no masks, all pixels.
    max_iter, learning_rate, momentum
        T epochs of gradient descent with momentum. The last epoch takes no step, so that the
        network keeps the weights that were measured.
    min_clusters : int
        As soon as fewer labels are left, restore the weights of the epoch before and stop.
    tol, n_iter_no_change
        Stop after `n_iter_no_change` epochs in a row in each of which at most the share
        `tol` of the pixels changed its voted label. None: do not stop early.
    on_epoch_begin : callable or None
        Called with the number of each epoch before it.
    on_epoch : callable or None
        Called with each `Epoch` that is not undone, while the network has the weights that were
        measured. Training stops there if it returns True.

    Raises
    ------
    FloatingPointError
        If the loss is not finite.
    """
    network.train()
    parameters = list(network.parameters())
    optimizer = torch.optim.SGD(parameters, lr=learning_rate, momentum=momentum)
    vote = None if superpixels is None else Vote(superpixels)
    training = Training()
    weights = _copy(parameters)
    previous: Tensor | int = -1  # no label yet
    n_stable = 0
    try:
        for number in range(1, max_iter + 1):
            if on_epoch_begin is not None:
                on_epoch_begin(number)

            features = network.aggregate(images, inside)  # equations 1-4
            labels = features.detach().argmax(dim=1)  # equation 5
            refined = labels if vote is None else vote(labels, network.n_clusters)  # equations 6-7
            loss = refinement_loss(features, refined)  # equation 8
            del features, labels  # as large as the images, and not needed for the gradient

            measured, n_labels, changed = _measure(loss, refined, previous, network.n_clusters)
            previous = refined
            if not math.isfinite(measured):
                raise FloatingPointError(
                    f"the loss became {measured} at epoch {number} of {max_iter} with "
                    f"learning_rate={learning_rate:g} and momentum={momentum:g}; lower "
                    f"learning_rate (try {learning_rate / 10:g})"
                )

            has_too_few = n_labels < min_clusters
            if has_too_few and number > 1:
                _restore(parameters, weights)
                training.stopped_by = "min_clusters"
                break
            training.loss_curve.append(measured)
            training.n_labels_curve.append(n_labels)
            weights = _copy(parameters)  # an interrupt from here on keeps this epoch
            if on_epoch is not None and on_epoch(Epoch(number, measured, n_labels, refined)):
                training.stopped_by = "callback"
                break
            if has_too_few:
                training.stopped_by = "min_clusters"
                break
            n_stable = n_stable + 1 if tol is not None and changed <= tol else 0
            if tol is not None and n_stable >= n_iter_no_change:
                training.stopped_by = "stability"
                break
            if number == max_iter:
                break

            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    except KeyboardInterrupt:
        if not training.loss_curve:
            raise
        _restore(parameters, weights)
        training.stopped_by = "interrupt"
    optimizer.zero_grad()
    del loss  # its graph takes as much memory as the training
    network.freeze(images, inside)
    return training


def _measure(
    loss: Tensor, refined: Tensor, previous: Tensor | int, n_clusters: int
) -> tuple[float, int, float]:
    """(), (N',), (N',) -> loss, number of labels, share of pixels with a changed label."""
    n_labels = count(refined, n_clusters).count_nonzero()
    changed = (refined != previous).to(loss).mean()
    together = torch.stack([loss.detach(), n_labels.to(loss), changed])  # a single GPU transfer
    measured, n_labels_left, share = together.tolist()
    return measured, int(n_labels_left), share


def _copy(parameters: list[torch.nn.Parameter]) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in parameters]


@torch.no_grad()
def _restore(parameters: list[torch.nn.Parameter], weights: list[Tensor]) -> None:
    for parameter, weight in zip(parameters, weights, strict=True):
        parameter.copy_(weight)
