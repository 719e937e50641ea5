"""Images of any sizes as few tensors: one batch for each size."""

import torch
from torch import Tensor


def make_batches(
    images: list[Tensor], superpixels: list[Tensor] | None
) -> tuple[list[Tensor], Tensor | None]:
    """[(1, C, H_i, W_i)], [(K, H_i, W_i)] -> [(B_j, C, H_j, W_j)], (K, N).

    Images of one size share a batch. The superpixels of all images, numbered apart in each
    of the K maps, follow the order of the batches' pixels.
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
    n_superpixels = torch.zeros_like(superpixels[0][:, 0, 0])
    for group in places.values():
        for place in group:
            flat = superpixels[place].flatten(1)
            parts.append(flat + n_superpixels[:, None])
            n_superpixels = n_superpixels + flat.max(dim=1).values + 1
    return batches, torch.cat(parts, dim=1)


def sample_superpixels(superpixels: Tensor, size: torch.Size) -> Tensor:
    """(K, H, W) -> (K, h, w): the superpixel in the middle of each pixel of a reduced image."""
    rows, columns = (
        ((torch.arange(small, device=superpixels.device) + 0.5) * (full / small)).long()
        for small, full in zip(size, superpixels.shape[-2:], strict=True)
    )
    return superpixels[..., rows[:, None], columns]
