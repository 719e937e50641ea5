"""The method in the style of a research script: what the speed of the package is compared with.

Written from the paper's equations, with the choices that the authors' code makes: bilinear
up-sampling, batch-norm in the head, the residual clustering. Eager float32, a Python loop over the
superpixels with a host copy of the labels at every epoch, and no early stop. It shares nothing with
the package but the initial weights, and is slow on purpose.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PlainNetwork(nn.Module):
    """(1, C, H, W) -> (1, C', H, W): Fig. 2, then the clustering (Eqs. 1-5).

    Parameters
    ----------
    n_channels, n_clusters, n_centers, n_center_iter : int
        Image channels, C, M and Gamma of the paper.
    """

    initial_centers: Tensor

    def __init__(
        self, n_channels: int, n_clusters: int, n_centers: int, n_center_iter: int = 3
    ) -> None:
        super().__init__()
        self.n_center_iter = n_center_iter
        self.fine = nn.Sequential(*block(n_channels, 64), *block(64, 64))
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.coarse = nn.Sequential(*block(64, 128), *block(128, 128))
        self.merged = nn.Sequential(*block(192, 128), *block(128, 128))
        self.head = nn.Sequential(
            nn.Conv2d(128, n_clusters, 1, bias=False), nn.BatchNorm2d(n_clusters)
        )
        self.project_in = nn.Conv2d(n_clusters, n_clusters, 1)
        self.project_out = nn.Conv2d(n_clusters, n_clusters, 1)
        centers = F.normalize(torch.randn(n_centers, n_clusters))
        self.register_buffer("initial_centers", centers)

    @torch.no_grad()
    def take_weights(self, parameters: list[Tensor], initial_centers: Tensor) -> None:
        """Start from given weights, in the order of the layers, instead of random ones."""
        for own, given in zip(self.parameters(), parameters, strict=True):
            own.copy_(given.reshape(own.shape))
        self.initial_centers.copy_(initial_centers)

    def forward(self, image: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, C', H, W)."""
        skip = self.fine(image)
        deep = self.coarse(self.pool(skip))
        up = F.interpolate(deep, size=skip.shape[-2:], mode="bilinear", align_corners=False)
        features = self.head(self.merged(torch.cat([skip, up], dim=1)))
        aggregated = self.project_out(F.relu(self.cluster(self.project_in(features))))
        return F.relu(aggregated + features)

    @torch.no_grad()
    def cluster(self, features: Tensor) -> Tensor:
        """(1, C', H, W) -> (1, C', H, W): Eqs. 2-4 with centres of unit length."""
        rows = features.flatten(2)[0].T
        centers = self.initial_centers
        for _ in range(self.n_center_iter):
            associations = torch.softmax(rows @ centers.T, dim=1)
            shares = associations / associations.sum(dim=0, keepdim=True)
            centers = F.normalize(shares.T @ rows, dim=1)
        return (associations @ centers).T.reshape(features.shape)


def block(n_channels: int, n_features: int) -> tuple[nn.Module, ...]:
    """Make a 3x3 convolution, batch-norm and ReLU."""
    return (
        nn.Conv2d(n_channels, n_features, 3, padding=1, bias=False),
        nn.BatchNorm2d(n_features),
        nn.ReLU(),
    )


def train(
    network: nn.Module,
    image: np.ndarray,
    superpixels: np.ndarray,
    *,
    max_iter: int = 100,
    learning_rate: float = 0.05,
    momentum: float = 0.9,
    device: str | torch.device = "cpu",
) -> Iterator[tuple[np.ndarray, float]]:
    """Algorithm 1: (H, W, C) image, (H, W) superpixels -> voted labels (H, W) of each epoch, loss.

    `network` maps (1, C, H, W) to (1, C', H, W) scores of the labels.
    """
    network.to(device).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=momentum)
    members = [np.flatnonzero(superpixels == k) for k in np.unique(superpixels)]
    data = torch.from_numpy(image.transpose(2, 0, 1)[None].copy()).to(device)
    for _ in range(max_iter):
        optimizer.zero_grad()
        output = network(data)[0].permute(1, 2, 0).reshape(image.shape[0] * image.shape[1], -1)
        labels = output.argmax(dim=1).cpu().numpy()
        for pixels in members:
            values, counts = np.unique(labels[pixels], return_counts=True)
            labels[pixels] = values[counts.argmax()]
        loss = F.cross_entropy(output, torch.from_numpy(labels).to(device))
        loss.backward()
        optimizer.step()
        yield labels.reshape(superpixels.shape), loss.item()
