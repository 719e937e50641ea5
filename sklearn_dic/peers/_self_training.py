"""Train a network towards its own labels: votes of superpixels, and continuity."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_dic.network import PooledBatchNorm, Vote, plain_torch_state


class SelfTrainingNetwork(nn.Module):
    """(1, C, H, W) -> (1, K, H, W): convolutions of 3 x 3 pixels, and a response for each label.

    Each layer is a convolution, ReLU and batch-norm, and the last a convolution of single pixels
    and batch-norm, which uses the statistics of the image that it sees.

    Parameters
    ----------
    n_channels, n_labels : int
        Channels C of the image, and labels K.
    n_features : int
        Channels between the layers.
    n_layers : int
        Number of layers, without the last.
    """

    def __init__(self, n_channels: int, n_labels: int, n_features: int, n_layers: int) -> None:
        super().__init__()
        channels = [n_channels] + [n_features] * n_layers
        self.layers = nn.ModuleList(
            nn.Conv2d(before, n_features, 3, padding=1, dtype=torch.float32)
            for before in channels[:-1]
        )
        self.norms = nn.ModuleList(PooledBatchNorm(n_features) for _ in self.layers)
        self.head = nn.Conv2d(
            n_features if n_layers else n_channels, n_labels, 1, dtype=torch.float32
        )
        self.head_norm = PooledBatchNorm(n_labels)

    def forward(self, image: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, K, H, W)."""
        for layer, norm in zip(self.layers, self.norms, strict=True):
            image = norm([torch.relu(layer(image))])[0]
        return self.head_norm([self.head(image)])[0]

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw the weights from PyTorch's usual initial distributions."""
        for layer in [*self.layers, self.head]:
            bound = layer.weight[0].numel() ** -0.5  # fan-in
            layer.weight.uniform_(-bound, bound, generator=generator)
            layer.bias.uniform_(-bound, bound, generator=generator)


@dataclass
class SelfTraining:
    """Course of a training.

    Attributes
    ----------
    responses : Tensor of shape (1, K, H, W)
        Those of the last iteration; the strongest of a pixel is its label.
    loss_curve : list of float
        The loss of each iteration.
    n_labels_curve : list of int
        The number of labels of each iteration.
    """

    responses: Tensor
    loss_curve: list[float] = field(default_factory=list)
    n_labels_curve: list[int] = field(default_factory=list)


@plain_torch_state()
def self_train(
    network: nn.Module,
    image: Tensor,
    superpixels: Tensor | None,
    *,
    continuity: float = 0.0,
    max_iter: int = 100,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    min_labels: int = 3,
) -> SelfTraining:
    """(1, C, H, W), (K, H, W) or None -> SelfTraining: train in place.

    In each iteration the pixels take the label of their strongest response, the superpixels vote
    on it, and the network takes a step towards the vote. The last iteration takes no step.

    Parameters
    ----------
    network : Module
        (1, C, H, W) -> (1, K, H, W).
    image : Tensor of shape (1, C, H, W)
        The image.
    superpixels : Tensor of shape (K, H, W) or None
        The superpixels of each map, from 0. None: each pixel votes for itself.
    continuity : float
        Weight of the differences between neighbours in the loss.
    max_iter, learning_rate, momentum
        Iterations, and steps of the gradient descent.
    min_labels : int
        The training ends as soon as no more labels are left.
    """
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum)
    vote = None if superpixels is None else Vote(superpixels.flatten(1))
    training = SelfTraining(torch.empty(0))
    for number in range(1, max_iter + 1):
        responses = network(image)
        labels = responses.detach()[0].argmax(dim=0)
        target = labels
        if vote is not None:
            target = vote(labels.flatten(), responses.shape[1]).view(labels.shape)
        loss = self_training_loss(responses, target, continuity)
        n_labels = len(labels.unique())
        training.responses = responses.detach()
        training.loss_curve.append(float(loss.detach()))
        training.n_labels_curve.append(n_labels)
        if n_labels <= min_labels or number == max_iter:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return training


def self_training_loss(responses: Tensor, target: Tensor, continuity: float) -> Tensor:
    """(1, K, H, W), (H, W) -> scalar: cross-entropy, and weighted differences of neighbours.

    The differences are mean absolute values over all responses, of vertical and of horizontal
    neighbours.
    """
    loss = F.cross_entropy(responses, target[None])
    if continuity > 0:
        for axis in (2, 3):
            steps = responses.diff(dim=axis)
            if steps.numel():
                loss = loss + continuity * steps.abs().mean()
    return loss
