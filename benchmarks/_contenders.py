"""What `speed.py` compares, each as a function from a picture and a number of epochs to labels."""

import runpy
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from _plain_loop import PlainNetwork, train
from torch import nn

from sklearn_dic import DeepImageClustering
from sklearn_dic.network import DICNetwork
from sklearn_dic.superpixels import FelzenszwalbSuperpixels
from sklearn_dic.utils._device import torch_generator


@dataclass(frozen=True)
class Problem:
    """A picture to segment, and where."""

    name: str
    image: np.ndarray  # (H, W, 3), uint8
    annotations: list[np.ndarray] | None
    device: str
    seed: int


@dataclass(frozen=True)
class Run:
    """One fit."""

    seconds: float
    ends: list[float]  # of the epochs, in seconds from the beginning
    labels: np.ndarray

    @property
    def n_iter(self) -> int:
        """Epochs run."""
        return len(self.ends)

    @property
    def seconds_an_epoch(self) -> float:
        """From the end of the first epoch to that of the last, shared by those between."""
        return (self.ends[-1] - self.ends[0]) / (self.n_iter - 1)


class Stopwatch:
    """Notes when the epochs of a fit end: a callback of scikit-learn 1.9 and later."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin."""
        self.start = time.perf_counter()

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Note when an epoch ends."""
        if context.task_name == "epoch":
            self.ends.append(time.perf_counter() - self.start)

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Contender:
    """The estimator with some parameters.

    Parameters
    ----------
    name : str
        Its line in the table.
    parameters : dict
        Of `DeepImageClustering`.
    stops_early : bool
        Whether the number of epochs is its own affair, so that each fit is a whole one.
    """

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    stops_early: bool = False

    def run(self, problem: Problem, max_iter: int | str) -> Run:
        """Fit, and wait for the device; "auto" are the epochs of the estimator."""
        stopwatch = Stopwatch()
        dic = DeepImageClustering(
            **self.parameters, max_iter=max_iter, random_state=problem.seed, device=problem.device
        ).set_callbacks(stopwatch)
        start = time.perf_counter()
        dic.fit(problem.image)
        seconds = seconds_since(start, problem)
        return Run(seconds, stopwatch.ends[: dic.n_iter_], dic.labels_)

    def precision(self, problem: Problem) -> str:
        """Tell in which precision it computes there, by a fit of a few pixels."""
        small = DeepImageClustering(**self.parameters, max_iter=1, device=problem.device)
        return small.fit(problem.image[:16, :16]).precision_


@dataclass(frozen=True)
class PlainContender(Contender):
    """The plain loop, with weights drawn as the estimator draws them."""

    def run(self, problem: Problem, max_iter: int) -> Run:
        """Compute superpixels, and train for so many epochs."""
        start = time.perf_counter()
        superpixels = np.asarray(FelzenszwalbSuperpixels().fit_transform(problem.image))
        image = problem.image.astype(np.float32) / 255
        network = self.make_network(image.shape[2], problem.seed)
        ends = []
        for labels, _ in train(  # noqa: B007  # those of the last epoch are the answer
            network, image, superpixels, max_iter=max_iter, device=problem.device
        ):
            ends.append(time.perf_counter() - start)
        return Run(seconds_since(start, problem), ends, labels)

    def make_network(self, n_channels: int, seed: int) -> nn.Module:
        """Start where a fit of the estimator with this `random_state` starts."""
        return plain_twin(
            DICNetwork(
                n_channels,
                self.parameters["n_clusters"],
                n_centers=self.parameters["n_centers"],
                clustering="residual",
                clustering_gradient=False,
            ).reset_parameters(torch_generator(seed))
        )

    def precision(self, problem: Problem) -> str:
        """Tell in which precision it computes."""
        return "float32"


@dataclass(frozen=True)
class ReferenceContender(PlainContender):
    """A model of somebody else in the plain loop."""

    path: str = ""
    model: str = ""

    def make_network(self, n_channels: int, seed: int) -> nn.Module:
        """Run the file, and call what it defines; the weights are its own."""
        names = runpy.run_path(self.path)
        if not callable(names.get(self.model)):
            raise SystemExit(
                f"--reference-model {self.model}: {self.path} defines no such class or function; "
                "it must be called with the numbers of channels, clusters and centres"
            )
        torch.manual_seed(seed)
        arguments = self.parameters["n_clusters"], self.parameters["n_centers"]
        network = names[self.model](n_channels, *arguments)
        if not isinstance(network, nn.Module):
            raise SystemExit(
                f"--reference-model {self.model}: {self.path} makes {type(network).__name__}, "
                "and not a torch.nn.Module"
            )
        return network


def plain_twin(network: DICNetwork) -> PlainNetwork:
    """Make the plain network with the weights and initial centres of a network."""
    twin = PlainNetwork(network.fts.n_channels, network.n_clusters, network.n_centers)
    twin.take_weights(list(network.parameters()), network.dcs.initial_centers)
    return twin


def seconds_since(start: float, problem: Problem) -> float:
    """Seconds until the device has done what it was told."""
    if torch.device(problem.device).type == "cuda":
        torch.cuda.synchronize(problem.device)
    return time.perf_counter() - start
