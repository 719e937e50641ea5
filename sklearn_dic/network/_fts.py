"""FTS, the feature transformation subnetwork (figure 2 of the paper)."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Upsampling = Literal["bilinear", "deconvolution"]

# Channels that the backward pass of Fig. 2 keeps, per pixel: convolution and activation of
# each block, the coarse blocks at a quarter of the pixels, and the concatenation with its
# up-sampled half. `benchmarks/memory.py` compares estimates made from them with measured peaks.
KEPT_CHANNELS = 2 * (64 + 64) + (64 + 2 * (128 + 128)) // 4 + (128 + 192) + 2 * (128 + 128)
# The widest maps that are alive at once without a backward pass.
WIDEST_CHANNELS = 192 + 128 + 64


class PooledBatchNorm(nn.Module):
    """[(B_i, C, H_i, W_i)] -> the same shapes: batch-norm of images of all sizes.

    Mean and variance of a channel are computed over all pixels of all images, so that a
    list of images of different sizes is normalised as a single sample. Training uses the
    statistics of the current pass; `recording` keeps the statistics of a pass for evaluation.
    A single pixel is a valid sample (its variance is 0).
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, n_channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.recording = False
        self.weight = nn.Parameter(torch.empty(n_channels, dtype=torch.float32))
        self.bias = nn.Parameter(torch.empty(n_channels, dtype=torch.float32))
        self.register_buffer("mean", torch.empty(n_channels, dtype=torch.float32))
        self.register_buffer("variance", torch.empty(n_channels, dtype=torch.float32))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set scale 1 and shift 0, and forget the recorded statistics."""
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)
        nn.init.zeros_(self.mean)
        nn.init.ones_(self.variance)

    def forward(self, images: list[Tensor]) -> list[Tensor]:
        """[(B_i, C, H_i, W_i)] -> the same shapes."""
        if len(images) == 1:
            return [self._normalize(images[0])]
        rows = [as_rows(image) for image in images]
        # (1, C, 1, N) in channels-last order: the layout for which batch-norm is fast.
        pixels = torch.cat(rows)[None, None].permute(0, 3, 1, 2)
        normalized = self._normalize(pixels).permute(0, 2, 3, 1)[0, 0]
        parts = normalized.split([len(row) for row in rows])
        return [as_images(part, like=image) for part, image in zip(parts, images, strict=True)]

    def _normalize(self, pixels: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        if self.recording:
            self._record(pixels)
        use_own_statistics = self.training and not self.recording
        # torch.batch_norm, because the functional form refuses a single pixel.
        return torch.batch_norm(
            pixels,
            self.weight,
            self.bias,
            None if use_own_statistics else self.mean,
            None if use_own_statistics else self.variance,
            use_own_statistics,
            0.0,
            self.eps,
            torch.backends.cudnn.enabled,
        )

    def _record(self, pixels: Tensor) -> None:
        """(B, C, H, W) -> None: keep mean and variance, faster than `torch.var_mean`."""
        n_pixels = pixels.numel() // pixels.shape[1]
        self.mean, self.variance = torch.zeros_like(self.mean), torch.zeros_like(self.variance)
        torch.batch_norm(
            pixels,
            None,
            None,
            self.mean,
            self.variance,
            True,
            1.0,
            self.eps,
            torch.backends.cudnn.enabled,
        )
        # Batch-norm divides the running variance by N - 1.
        self.variance *= (n_pixels - 1) / n_pixels
        if n_pixels == 1:
            self.variance.zero_()


class ConvBlock(nn.Module):
    """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]: 3x3 convolution, batch-norm, ReLU."""

    def __init__(self, n_channels: int, n_features: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            n_channels, n_features, 3, padding=1, bias=False, dtype=torch.float32
        )
        self.norm = PooledBatchNorm(n_features)

    def forward(self, images: list[Tensor]) -> list[Tensor]:
        """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]."""
        convolved = [self.convolution(image) for image in images]
        # Several outputs are views of the same tensor, which autograd does not change in place.
        in_place = len(images) == 1
        return [F.relu(image, inplace=in_place) for image in self.norm(convolved)]


class FeatureTransformation(nn.Module):
    """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]: the features Y of figure 2.

    Parameters
    ----------
    n_channels : int
        Channels of the images, any number.
    n_features : int
        Channels of the last feature map, `n_clusters` of the estimator.
    upsampling : {"bilinear", "deconvolution"}
        How the pooled branch returns to the size of the skip connection. The paper
        draws a deconvolution, the authors' code interpolates.
    head_norm : bool
        Batch-norm after the last 1x1 convolution, as in the authors' code.
    """

    def __init__(
        self,
        n_channels: int,
        n_features: int,
        *,
        upsampling: Upsampling = "bilinear",
        head_norm: bool = True,
    ) -> None:
        super().__init__()
        self.n_channels = n_channels
        self.fine = nn.Sequential(ConvBlock(n_channels, 64), ConvBlock(64, 64))
        self.coarse = nn.Sequential(ConvBlock(64, 128), ConvBlock(128, 128))
        self.deconvolution = (
            nn.ConvTranspose2d(128, 128, 2, stride=2, dtype=torch.float32)
            if upsampling == "deconvolution"
            else None
        )
        self.merged = nn.Sequential(ConvBlock(64 + 128, 128), ConvBlock(128, 128))
        self.head = nn.Conv2d(128, n_features, 1, bias=not head_norm, dtype=torch.float32)
        self.head_norm = PooledBatchNorm(n_features) if head_norm else None

    def forward(self, images: list[Tensor]) -> list[Tensor]:
        """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]."""
        skips = self.fine(images)
        # ceil_mode keeps the last row of an odd side, and a side of a single pixel alive.
        coarse = self.coarse([F.max_pool2d(skip, 2, ceil_mode=True) for skip in skips])
        merged = self.merged(
            [
                torch.cat([skip, self._upsample(deep, skip.shape[-2:])], dim=1)
                for skip, deep in zip(skips, coarse, strict=True)
            ]
        )
        features = [self.head(image) for image in merged]
        return features if self.head_norm is None else self.head_norm(features)

    def _upsample(self, deep: Tensor, size: torch.Size) -> Tensor:
        """(B, C, ceil(H / 2), ceil(W / 2)) -> (B, C, H, W)."""
        if self.deconvolution is None:
            return F.interpolate(deep, size=size, mode="bilinear", align_corners=False)
        height, width = size
        return self.deconvolution(deep)[..., :height, :width]


def as_rows(image: Tensor) -> Tensor:
    """(B, C, H, W) -> (B * H * W, C)."""
    return image.permute(0, 2, 3, 1).reshape(-1, image.shape[1])


def as_images(rows: Tensor, like: Tensor) -> Tensor:
    """(B * H * W, C) -> (B, C, H, W) with the sizes of `like`."""
    batch, _, height, width = like.shape
    return rows.view(batch, height, width, -1).permute(0, 3, 1, 2)
