"""The whole network: FTS, then DCS, and its application to images."""

from typing import Any, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_dic.network._dcs import Clustering, DeepClustering
from sklearn_dic.network._fts import (
    KEPT_CHANNELS,
    WIDEST_CHANNELS,
    FeatureTransformation,
    PooledBatchNorm,
    Upsampling,
    as_images,
    as_rows,
)
from sklearn_dic.network._refinement import LARGEST_TABLE
from sklearn_dic.network._torch_state import plain_torch_state

Precision = Literal["float32", "bfloat16"]


class DICNetwork(nn.Module):
    """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]: aggregated features of every pixel.

    Images of equal size share a batch, and a list holds the batches of different sizes. The
    normalisation and the centres see all pixels of all images as a single sample, so the
    features have the same meaning in each image.

    A new network has shapes and no weights, so that its memory can be estimated before it is
    allocated; `reset_parameters` allocates and draws the weights.

    Parameters
    ----------
    n_channels, n_clusters, n_centers, n_center_iter : int
        Image channels, C, M and Gamma of the paper.
    clustering : {"paper", "residual", None}
        Version of the DCS; None leaves it out (Table 5).
    clustering_gradient, upsampling, head_norm
        See `DeepClustering` and `FeatureTransformation`.
    precision : {"float32", "bfloat16"}
        Arithmetic of the convolutions. The rest is at least float32.
    resolution : float in (0, 1]
        Side lengths of the images that the convolutions see, relative to the given images.
    """

    @plain_torch_state()
    def __init__(
        self,
        n_channels: int,
        n_clusters: int,
        *,
        n_centers: int = 32,
        n_center_iter: int = 3,
        clustering: Clustering | None = "paper",
        clustering_gradient: bool = True,
        upsampling: Upsampling = "bilinear",
        head_norm: bool = True,
        precision: Precision = "float32",
        resolution: float = 1.0,
    ) -> None:
        super().__init__()
        self.precision = precision
        self.resolution = resolution
        with torch.device("meta"):
            self.fts = FeatureTransformation(
                n_channels, n_clusters, upsampling=upsampling, head_norm=head_norm
            )
            self.dcs = (
                None
                if clustering is None
                else DeepClustering(
                    n_clusters,
                    n_centers,
                    n_center_iter,
                    clustering=clustering,
                    gradient=clustering_gradient,
                )
            )

    @plain_torch_state()
    def reset_parameters(self, generator: torch.Generator) -> Self:
        """Draw weights and initial centres from PyTorch's usual initial distributions.

        They are drawn on the CPU, so that they do not depend on the device. The global generator
        is not used.
        """
        self.to_empty(device="cpu")
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                bound = module.weight[0].numel() ** -0.5  # fan-in
                nn.init.uniform_(module.weight, -bound, bound, generator=generator)
                if module.bias is not None:
                    nn.init.uniform_(module.bias, -bound, bound, generator=generator)
            elif isinstance(module, DeepClustering):
                module.reset_parameters(generator)
            elif isinstance(module, PooledBatchNorm):
                module.reset_parameters()
        return self

    @property
    def n_clusters(self) -> int:
        """Channels of the features."""
        return self.fts.head.out_channels

    @property
    def n_centers(self) -> int:
        """Cluster centres, 0 without clustering."""
        return 0 if self.dcs is None else len(self.dcs.initial_centers)

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the constructor: `DICNetwork(**arguments)` has the same architecture."""
        dcs = self.dcs
        clustering = (
            {"clustering": None}
            if dcs is None
            else {
                "n_centers": self.n_centers,
                "n_center_iter": dcs.n_iter,
                "clustering": "paper" if dcs.project_in is None else "residual",
                "clustering_gradient": dcs.gradient,
            }
        )
        return {
            "n_channels": self.fts.n_channels,
            "n_clusters": self.n_clusters,
            **clustering,
            "upsampling": "bilinear" if self.fts.deconvolution is None else "deconvolution",
            "head_norm": self.fts.head_norm is not None,
            "precision": self.precision,
            "resolution": self.resolution,
        }

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return self.fts.head.weight.device

    def forward(self, images: list[Tensor]) -> list[Tensor]:
        """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]."""
        features = self._transform(images)
        if self.dcs is None:
            return features
        rows = [as_rows(image) for image in features]
        parts = self._cluster(rows).split([len(row) for row in rows])
        return [as_images(part, like=image) for part, image in zip(parts, features, strict=True)]

    def aggregate(self, images: list[Tensor], inside: Tensor | None = None) -> Tensor:
        """[(B_i, C, H_i, W_i)], (N',) or None -> (N', C'): the features of equation 4.

        `inside` holds the indices of the pixels inside the masks in the sequence of all N; only
        these pixels move the centres. None: all pixels.
        """
        rows = [as_rows(image) for image in self._transform(images)]
        return self._cluster(rows if inside is None else [torch.cat(rows)[inside]])

    def _transform(self, images: list[Tensor]) -> list[Tensor]:
        """[(B_i, C, H_i, W_i)] -> [(B_i, C', H_i, W_i)]: the output of the FTS."""
        half = self.precision == "bfloat16"
        # In an autocast context of the caller, converted weights would be cached across the steps.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half, cache_enabled=False):
            features = self.fts(images)
        return [image.float() for image in features] if half else features

    def _cluster(self, rows: list[Tensor]) -> Tensor:
        """[(N_i, C')] -> (N, C')."""
        sample = rows[0] if len(rows) == 1 else torch.cat(rows)
        return sample if self.dcs is None else self.dcs(sample)

    @plain_torch_state()
    @torch.no_grad()
    def freeze(self, images: list[Tensor], inside: Tensor | None = None) -> None:
        """[(B_i, C, H_i, W_i)], (N',) or None -> None: keep statistics and centres of a pass.

        Afterwards the network is in evaluation mode and any image can be passed alone.
        """
        recorders = [
            module
            for module in self.modules()
            if isinstance(module, PooledBatchNorm | DeepClustering)
        ]
        self.train()
        for module in recorders:
            module.recording = True
        try:
            self.aggregate(images, inside)
        finally:
            for module in recorders:
                module.recording = False
        self.eval()

    @property
    def layout(self) -> torch.memory_format:
        """Memory format of maps and weights: channels last, except where that is slower.

        On processors whose widest instructions are those of AVX2, the gradient of the weights of
        a convolution takes twice as long with channels last (oneDNN 3.12).
        """
        is_slower = self.device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"
        return torch.contiguous_format if is_slower else torch.channels_last

    @plain_torch_state()
    def lay_out(self) -> None:
        """Store the weights in the memory format `layout`."""
        # PyTorch declares memory formats for tensors alone.
        self.to(memory_format=self.layout)  # type: ignore[call-overload]

    def reduce(self, image: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, round(H * resolution), round(W * resolution)), smoothed."""
        if self.resolution == 1:
            return image
        size = [max(1, round(side * self.resolution)) for side in image.shape[-2:]]
        return F.interpolate(image, size=size, mode="bilinear", antialias=True)

    @plain_torch_state()
    @torch.no_grad()
    def apply_frozen(self, image: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H, W): aggregated features at the size of the image."""
        aggregated = self([self.reduce(image)])[0]
        if aggregated.shape[-2:] == image.shape[-2:]:
            return aggregated
        return F.interpolate(aggregated, image.shape[-2:], mode="bilinear", align_corners=False)

    def training_bytes(self, n_pixels: int) -> int:
        """Estimate the peak memory of training on `n_pixels` pixels."""
        element = 2 if self.precision == "bfloat16" else 4
        convolutions = element * (KEPT_CHANNELS + 3 * self.n_clusters)
        clustering_and_loss = 4 * (5 * self.n_clusters + 3 * self.n_centers)
        votes = 8 * LARGEST_TABLE
        n_reduced = n_pixels * self.resolution**2
        # Weights, gradients, momentum, and the weights of the previous epoch.
        weights = 4 * 4 * sum(parameter.numel() for parameter in self.parameters())
        return round(n_reduced * (convolutions + clustering_and_loss + votes)) + weights

    def inference_bytes(self, n_pixels: int) -> int:
        """Estimate the peak memory of labelling an image of `n_pixels` pixels."""
        element = 2 if self.precision == "bfloat16" else 4
        reduced = element * WIDEST_CHANNELS + 4 * (3 * self.n_clusters + 2 * self.n_centers)
        labels_and_superpixels = 200
        full_size = 4 * self.n_clusters + labels_and_superpixels
        weights = 4 * sum(parameter.numel() for parameter in self.parameters())
        return round(n_pixels * (self.resolution**2 * reduced + full_size)) + weights
