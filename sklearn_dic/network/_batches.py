"""Images of any sizes as few tensors: one batch for each size."""

import torch
from torch import Tensor


def make_batches(
    images: list[Tensor], superpixels: list[Tensor] | None
) -> tuple[list[Tensor], Tensor | None]:
    """[(1, C, H_i, W_i)], [(H_i, W_i)] -> [(B_j, C, H_j, W_j)], (N,).

    Images of one size share a batch. The superpixels of all images, numbered apart, follow
    the order of the batches' pixels.
    """
    places: dict[torch.Size, list[int]] = {}
    for place, image in enumerate(images):
        places.setdefault(image.shape[-2:], []).append(place)
    batches = [
        torch.cat([images[place] for place in group]).contiguous(memory_format=torch.channels_last)
        for group in places.values()
    ]
    if superpixels is None:
        return batches, None
    parts = []
    n_superpixels = 0
    for group in places.values():
        for place in group:
            parts.append(superpixels[place].flatten() + n_superpixels)
            n_superpixels += int(superpixels[place].max()) + 1
    return batches, torch.cat(parts)


def sample_superpixels(superpixels: Tensor, size: torch.Size) -> Tensor:
    """(H, W) -> (h, w): the superpixel in the middle of each pixel of a reduced image."""
    rows, columns = (
        ((torch.arange(small, device=superpixels.device) + 0.5) * (full / small)).long()
        for small, full in zip(size, superpixels.shape, strict=True)
    )
    return superpixels[rows[:, None], columns]
