"""DCS, the deep clustering subnetwork (equations 1-5 of the paper)."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Clustering = Literal["paper", "residual"]


def associate(features: Tensor, centers: Tensor) -> Tensor:
    """(N, C), (M, C) -> (N, M): the associations H of equation 2; each row sums to 1."""
    return torch.softmax(features @ centers.T, dim=1)


def update_centers(features: Tensor, associations: Tensor) -> Tensor:
    """(N, C), (N, M) -> (M, C): the centres Omega of equation 3, association-weighted means.

    The sum in the denominator runs over the pixels; the paper prints the centres' index.
    """
    weights = associations.sum(dim=0).clamp_min(torch.finfo(features.dtype).tiny)
    return (associations.T @ features) / weights[:, None]


class DeepClustering(nn.Module):
    """(N, C) -> (N, C): features aggregated from a few cluster centres.

    Parameters
    ----------
    n_features : int
        Channels C of the features.
    n_centers : int
        Number of centres M.
    n_iter : int
        Alternations Gamma between associations and centres.
    clustering : {"paper", "residual"}
        "paper" returns H Omega (Eq. 4). "residual" follows the authors' code:
        a projection in front, centres of unit length, ReLU, a projection, the input
        added, ReLU.
    gradient : bool
        Whether the loss is differentiated through the alternation. Otherwise the centres
        are constants: "paper" then learns through the last associations, "residual"
        through its residual connection alone, as the authors' code does.

    Attributes
    ----------
    initial_centers : Tensor of shape (M, C)
        Omega at iteration 0, random unit vectors, the same in every pass.
    associated_centers, centers : Tensor of shape (M, C)
        Omega before and after the last update of the recorded pass. Evaluation associates the
        pixels with the former and aggregates the latter, as that pass did.
    """

    initial_centers: Tensor
    associated_centers: Tensor
    centers: Tensor

    def __init__(
        self,
        n_features: int,
        n_centers: int,
        n_iter: int = 3,
        *,
        clustering: Clustering = "paper",
        gradient: bool = True,
    ) -> None:
        super().__init__()
        self.n_iter = n_iter
        self.gradient = gradient
        self.recording = False
        residual = clustering == "residual"
        self.project_in = (
            nn.Linear(n_features, n_features, dtype=torch.float32) if residual else None
        )
        self.project_out = (
            nn.Linear(n_features, n_features, dtype=torch.float32) if residual else None
        )
        for name in ("initial_centers", "associated_centers", "centers"):
            self.register_buffer(name, torch.zeros(n_centers, n_features, dtype=torch.float32))

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw the M initial centres, uniformly distributed on the unit sphere."""
        directions = torch.randn(
            self.initial_centers.shape, generator=generator, dtype=torch.float32, device="cpu"
        )
        self.initial_centers.copy_(F.normalize(directions))
        self.associated_centers.zero_()
        self.centers.zero_()

    def forward(self, features: Tensor) -> Tensor:
        """(N, C) -> (N, C)."""
        if self.project_in is None or self.project_out is None:
            return self._aggregate(features)
        aggregated = self._aggregate(self.project_in(features))
        # In place: at full resolution each of these is as large as the features.
        return self.project_out(aggregated.relu_()).add_(features).relu_()

    def _aggregate(self, features: Tensor) -> Tensor:
        """(N, C) -> (N, C): the aggregated features Upsilon = H Omega of equation 4."""
        if not self.training:
            return associate(features, self.associated_centers) @ self.centers
        updated = self.initial_centers
        with torch.set_grad_enabled(self.gradient and torch.is_grad_enabled()):
            for _ in range(self.n_iter):
                centers = updated
                associations = associate(features, centers)
                updated = update_centers(features, associations)
                if self.project_in is not None:
                    updated = F.normalize(updated)
        if not self.gradient and self.project_in is None:
            associations = associate(features, centers)
        if self.recording:
            self.associated_centers, self.centers = centers.detach(), updated.detach()
        return associations @ updated
