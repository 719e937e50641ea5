"""Trainings that the package does not offer, as context managers around a fit.

They are rows of `ablation.py`, so that what did not pay is known, and can be tried again.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from skimage.measure import label as label_components
from skimage.segmentation import expand_labels
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from sklearn_dic.network import DICNetwork, _training
from sklearn_dic.network._passes import Pass
from sklearn_dic.network._refinement import Vote

LAST = 10  # epochs whose weights are averaged
PERIOD = 60  # epochs from the full learning rate to none
SMALL = 0.001  # of the pixels


class SoftVotes(Pass):
    """Each pixel votes with the probabilities of its labels, not for the likeliest alone."""

    def _relabel(self, aggregated: Tensor) -> Tensor:
        superpixels = self.vote.superpixels[0]
        votes = aggregated.new_zeros(self.vote.sizes[0], aggregated.shape[1])
        votes.index_add_(0, superpixels, aggregated.softmax(dim=1))
        return votes.argmax(dim=1)[superpixels]


class Continuity(Pass):
    """Neighbours differ little: the mean of absolute differences is added to the loss.

    As in "Unsupervised Learning of Image Segmentation Based on Differentiable Feature Clustering"
    (Kim, Kanezaki and Tanaka, IEEE Transactions on Image Processing 2020), with a weight of 1.
    """

    def _compare(self, aggregated: Tensor) -> Tensor:
        grid = aggregated.view(*self.images[0].shape[-2:], -1)  # one picture, of which all counts
        differences = sum(grid.diff(dim=axis).abs().mean() for axis in (0, 1))
        return super()._compare(aggregated) + differences


class AveragedWeights(Pass):
    """The answer is that of the mean weights of the last epochs."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.weights: deque[list[Tensor]] = deque(maxlen=LAST)

    def measure(self) -> Tensor:
        """Keep the weights that are measured."""
        self.weights.append([weight.detach().clone() for weight in self.network.parameters()])
        return super().measure()

    @torch.no_grad()
    def forget(self) -> None:
        """Put the mean in their place, at the end."""
        super().forget()
        for weight, *kept in zip(self.network.parameters(), *self.weights, strict=True):
            weight.copy_(torch.stack(kept).mean(dim=0))


@contextmanager
def passes_are(kind: type[Pass]) -> Iterator[None]:
    """Train with another kind of pass."""

    def make(network: DICNetwork, images: list, superpixels: Tensor, counted: None) -> Pass:
        return kind(network, images, Vote(superpixels), counted)

    with patch.object(_training, "make_pass", make):
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
