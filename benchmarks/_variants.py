"""Trainings that the package does not offer, as context managers around a fit.

They are rows of `ablation.py`, so that what did not pay is known, and can be tried again.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from skimage.measure import label as label_components
from skimage.segmentation import expand_labels
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from sklearn_dic.network import DICNetwork, Vote, _training, refinement_loss

LAST = 10  # epochs whose weights are averaged
PERIOD = 60  # epochs from the full learning rate to none
SMALL = 0.001  # of the pixels


@contextmanager
def soft_votes() -> Iterator[None]:
    """Each pixel votes with the probabilities of its labels, not for the likeliest alone."""
    with _latest_pass() as latest:

        class SoftVote(Vote):
            def __call__(self, labels: Tensor, n_labels: int) -> Tensor:
                superpixels = self.superpixels[0]
                votes = latest.features.new_zeros(self.sizes[0], n_labels)
                votes.index_add_(0, superpixels, latest.features.detach().softmax(dim=1))
                return votes.argmax(dim=1)[superpixels]

        with patch.object(_training, "Vote", SoftVote):
            yield


@contextmanager
def continuity() -> Iterator[None]:
    """Neighbours differ little: the mean of absolute differences is added to the loss.

    As in "Unsupervised Learning of Image Segmentation Based on Differentiable Feature Clustering"
    (Kim, Kanezaki and Tanaka, IEEE Transactions on Image Processing 2020), with a weight of 1.
    """
    with _latest_pass() as latest:

        def loss(features: Tensor, refined: Tensor) -> Tensor:
            grid = features.view(*latest.images[0].shape[-2:], -1)  # one image without a mask
            differences = sum(grid.diff(dim=axis).abs().mean() for axis in (0, 1))
            return refinement_loss(features, refined) + differences

        with patch.object(_training, "refinement_loss", loss):
            yield


@contextmanager
def _latest_pass() -> Iterator[SimpleNamespace]:
    """Yield the images and the features of the latest pass, kept up to date."""
    latest, aggregate = SimpleNamespace(), DICNetwork.aggregate

    def keep(network: DICNetwork, images: list[Tensor], inside: Tensor | None = None) -> Tensor:
        latest.images, latest.features = images, aggregate(network, images, inside)
        return latest.features

    with patch.object(DICNetwork, "aggregate", keep):
        yield latest


@contextmanager
def averaged_weights() -> Iterator[None]:
    """Freeze the network with the mean weights of the last epochs."""
    aggregate, freeze = DICNetwork.aggregate, DICNetwork.freeze
    kept: deque[list[Tensor]] = deque(maxlen=LAST)

    def keep(network: DICNetwork, *arguments: Any) -> Tensor:
        kept.append([weight.detach().clone() for weight in network.parameters()])
        return aggregate(network, *arguments)

    @torch.no_grad()
    def average(network: DICNetwork, *arguments: Any) -> None:
        for weight, *measured in zip(network.parameters(), *kept, strict=True):
            weight.copy_(torch.stack(measured).mean(dim=0))
        freeze(network, *arguments)

    with (
        patch.object(DICNetwork, "aggregate", keep),
        patch.object(DICNetwork, "freeze", average),
    ):
        yield


@contextmanager
def adam(learning_rate: float = 0.005) -> Iterator[None]:
    """Train with Adam instead of gradient descent with momentum."""

    def make(parameters: list, lr: float, momentum: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=learning_rate, betas=(momentum, 0.999))

    with _optimizer(make):
        yield


@contextmanager
def cosine_schedule() -> Iterator[None]:
    """Lower the learning rate to nothing along a cosine."""
    plain = torch.optim.SGD

    def make(parameters: list, lr: float, momentum: float) -> torch.optim.Optimizer:
        optimizer = plain(parameters, lr=lr, momentum=momentum)
        schedule = CosineAnnealingLR(optimizer, PERIOD)
        optimizer.register_step_post_hook(lambda *_: schedule.step())
        return optimizer

    with _optimizer(make):
        yield


@contextmanager
def _optimizer(make: Callable[..., torch.optim.Optimizer]) -> Iterator[None]:
    with patch.object(_training.torch.optim, "SGD", make):
        yield


def absorb_small(labels: np.ndarray) -> np.ndarray:
    """Give what is small and in one piece to what is nearest."""
    pieces = label_components(labels, background=-1)
    sizes = np.bincount(pieces.ravel())
    large = (sizes >= SMALL * labels.size)[pieces]
    if not large.any():
        return labels
    return expand_labels(np.where(large, labels + 1, 0), distance=max(labels.shape)) - 1
