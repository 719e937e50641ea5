"""Images of any sizes as few tensors: one batch for each size."""

import torch
from torch import Tensor


def make_batches(
    images: list[Tensor],
    superpixels: list[Tensor] | None,
    masks: list[Tensor] | None = None,
    *,
    layout: torch.memory_format = torch.channels_last,
) -> tuple[list[Tensor], Tensor | None, Tensor | None]:
    """[(1, C, H_i, W_i)], [(K, H_i, W_i)], [(H_i, W_i)] -> [(B_j, C, H_j, W_j)], (K, N'), (N',).

    Images of one size share a batch. The superpixels of all images, numbered apart in each
    of the K maps, follow the order of the batches' pixels. Where masks say which pixels
    count, only these have superpixels, and their places are the last thing returned. The
    batches lie in memory as `layout` says.
    """
    places: dict[torch.Size, list[int]] = {}
    for place, image in enumerate(images):
        places.setdefault(image.shape[-2:], []).append(place)
    batches = [
        torch.cat([images[place] for place in group]).contiguous(memory_format=layout)
        for group in places.values()
    ]
    order = [place for group in places.values() for place in group]
    counted = None
    if masks is not None:
        counted = torch.cat([masks[place].flatten() for place in order]).nonzero().flatten()
    if superpixels is None:
        return batches, None, counted
    parts = []
    n_superpixels = torch.zeros_like(superpixels[0][:, 0, 0])
    for place in order:
        flat = superpixels[place].flatten(1)
        parts.append(flat + n_superpixels[:, None])
        n_superpixels = n_superpixels + flat.max(dim=1).values + 1
    numbered = torch.cat(parts, dim=1)
    return batches, numbered if counted is None else numbered[:, counted], counted


def sample_pixels(values: Tensor, size: torch.Size) -> Tensor:
    """(..., H, W) -> (..., h, w): what lies in the middle of each pixel of a reduced image."""
    rows, columns = (
        ((torch.arange(small, device=values.device) + 0.5) * (full / small)).long()
        for small, full in zip(size, values.shape[-2:], strict=True)
    )
    return values[..., rows[:, None], columns]
