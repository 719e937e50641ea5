"""The two U-shaped networks of W-Net."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_dic.network import PooledBatchNorm


class Block(nn.Module):
    """(1, C, H, W) -> (1, C', H, W): two convolutions of 3 x 3 pixels, ReLU and batch-norm each.

    A separable block convolves each channel by itself, and then mixes the channels.
    """

    def __init__(self, n_channels: int, n_features: int, separable: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _convolution(before, n_features, separable) for before in (n_channels, n_features)
        )
        self.norms = nn.ModuleList(PooledBatchNorm(n_features) for _ in self.layers)

    def forward(self, image: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, C', H, W)."""
        for layer, norm in zip(self.layers, self.norms, strict=True):
            image = norm([torch.relu(layer(image))])[0]
        return image


class UNetwork(nn.Module):
    """(1, C, H, W) -> (1, C', H, W): down by halves and up again, each step with its skip.

    Parameters
    ----------
    n_channels, n_outputs : int
        Channels C and C'.
    n_features : int
        Channels of the first block; each block below has twice as many.
    depth : int
        Number of halvings.
    """

    def __init__(self, n_channels: int, n_outputs: int, n_features: int, depth: int) -> None:
        super().__init__()
        widths = [n_features * 2**level for level in range(depth + 1)]
        # The first and the last block are not separable.
        self.down = nn.ModuleList(
            Block(n_channels if level == 0 else widths[level - 1], width, separable=level > 0)
            for level, width in enumerate(widths)
        )
        self.enlarge = nn.ModuleList(
            nn.ConvTranspose2d(width, width // 2, 2, stride=2, dtype=torch.float32)
            for width in widths[:0:-1]
        )
        self.up = nn.ModuleList(
            Block(width, width // 2, separable=width > widths[min(1, depth)])
            for width in widths[:0:-1]
        )
        self.head = nn.Conv2d(n_features, n_outputs, 1, dtype=torch.float32)

    def forward(self, image: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, C', H, W)."""
        skips = []
        for level, block in enumerate(self.down):
            if level > 0:
                image = F.max_pool2d(image, 2, ceil_mode=True)
            image = block(image)
            skips.append(image)
        skips.pop()
        for enlarge, block in zip(self.enlarge, self.up, strict=True):
            skip = skips.pop()
            large = enlarge(image)[:, :, : skip.shape[2], : skip.shape[3]]
            image = block(torch.cat([skip, large], dim=1))
        return self.head(image)


class WNetwork(nn.Module):
    """(1, C, H, W) -> (1, K, H, W): probabilities of labels, from the first of two U-networks.

    The second draws the image from the probabilities.
    """

    def __init__(self, n_channels: int, n_labels: int, n_features: int, depth: int) -> None:
        super().__init__()
        self.encoder = UNetwork(n_channels, n_labels, n_features, depth)
        self.decoder = UNetwork(n_labels, n_channels, n_features, depth)

    def forward(self, image: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, K, H, W)."""
        return torch.softmax(self.encoder(image), dim=1)

    def reconstruct(self, image: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, C, H, W)."""
        return self.decoder(self(image))

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw the weights from PyTorch's usual initial distributions."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                bound = module.weight[0].numel() ** -0.5  # fan-in
                for weights in (module.weight, module.bias):
                    if weights is not None:
                        weights.uniform_(-bound, bound, generator=generator)


def _convolution(n_channels: int, n_features: int, separable: bool) -> nn.Module:
    if not separable:
        return nn.Conv2d(n_channels, n_features, 3, padding=1, dtype=torch.float32)
    return nn.Sequential(
        nn.Conv2d(
            n_channels, n_channels, 3, padding=1, groups=n_channels, bias=False, dtype=torch.float32
        ),
        nn.Conv2d(n_channels, n_features, 1, dtype=torch.float32),
    )
