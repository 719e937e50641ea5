"""The soft normalised cut of W-Net."""

from dataclasses import dataclass

import torch
from torch import Tensor

Offset = tuple[int, int]


@dataclass
class PixelWeights:
    """Weights between pixels that lie close together, each pair once.

    Attributes
    ----------
    offsets : list of (int, int)
        Rows and columns from the first to the second pixel of a pair.
    weights : list of Tensor
        For each offset, the weights of all pairs, in the place of the first pixel.
    degrees : Tensor of shape (H, W)
        Sum of the weights of each pixel, its own weight of 1 included.
    """

    offsets: list[Offset]
    weights: list[Tensor]
    degrees: Tensor


def pixel_weights(
    colors: Tensor, *, radius: float = 5.0, color_scale: float = 4.0, space_scale: float = 4.0
) -> PixelWeights:
    """(C, H, W) -> PixelWeights: similarity of colours and closeness of pixels.

    Parameters
    ----------
    colors : Tensor of shape (C, H, W)
        The image.
    radius : float
        Pixels at this distance and farther have no weight.
    color_scale, space_scale : float
        sigma_I and sigma_X: the squared distances are divided by their squares.
    """
    height, width = colors.shape[1:]
    reach = int(radius)
    offsets, weights = [], []
    degrees = torch.ones(height, width, dtype=colors.dtype, device=colors.device)
    for rows in range(min(reach, height - 1) + 1):
        for columns in range(-min(reach, width - 1), min(reach, width - 1) + 1):
            distance = rows**2 + columns**2
            if (rows, columns) <= (0, 0) or distance >= radius**2:
                continue
            first, second = pair_slices((rows, columns))
            squares = (colors[:, *first] - colors[:, *second]).square().sum(dim=0)
            weight = torch.exp(-squares / color_scale**2 - distance / space_scale**2)
            degrees[first] += weight
            degrees[second] += weight
            offsets.append((rows, columns))
            weights.append(weight)
    return PixelWeights(offsets, weights, degrees)


def soft_cut(probabilities: Tensor, graph: PixelWeights) -> Tensor:
    """(K, H, W), PixelWeights -> scalar: K minus the association within each label.

    The association of a label is the weight between its pixels, as a share of the weight between
    its pixels and all pixels; a pixel belongs to each label by its probability.
    """
    within = probabilities.square().sum(dim=(1, 2))
    for offset, weight in zip(graph.offsets, graph.weights, strict=True):
        first, second = pair_slices(offset)
        pairs = probabilities[:, *first] * probabilities[:, *second] * weight
        within = within + 2 * pairs.sum(dim=(1, 2))
    total = (probabilities * graph.degrees).sum(dim=(1, 2))
    shares = within / total.clamp_min(torch.finfo(total.dtype).tiny)
    return len(probabilities) - shares.sum()


def pair_slices(offset: Offset) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of the first and of the second pixel of all pairs at an offset."""
    rows, columns = offset
    first = (slice(None, -rows or None), slice(max(-columns, 0), -max(columns, 0) or None))
    second = (slice(rows, None), slice(max(columns, 0), -max(-columns, 0) or None))
    return first, second
