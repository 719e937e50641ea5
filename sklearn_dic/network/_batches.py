"""Images of any sizes as few tensors: a batch for each size."""

import torch
from torch import Tensor

from sklearn_dic.network._torch_state import plain_torch_state


@plain_torch_state()
def make_batches(
    images: list[Tensor],
    superpixels: list[Tensor] | None,
    masks: list[Tensor] | None = None,
    *,
    layout: torch.memory_format = torch.channels_last,
) -> tuple[list[Tensor], Tensor | None, Tensor | None]:
    """[(1, C, H_i, W_i)], [(K, H_i, W_i)], [(H_i, W_i)] -> [(B_j, C, H_j, W_j)], (K, N'), (N',).

    Images of equal size share a batch. The superpixels of all images, numbered apart in each
    of the K maps, follow the order of the batches' pixels. With masks, only the N' pixels inside
    the masks have superpixels; the last tensor holds the indices of these pixels, or is None
    without masks. `layout` is the memory format of the batches.
    """
    places: dict[torch.Size, list[int]] = {}
    for place, image in enumerate(images):
        places.setdefault(image.shape[-2:], []).append(place)
    batches = [
        torch.cat([images[place] for place in group]).contiguous(memory_format=layout)
        for group in places.values()
    ]
    order = [place for group in places.values() for place in group]
    inside = None
    if masks is not None:
        inside = torch.cat([masks[place].flatten() for place in order]).nonzero().flatten()
    if superpixels is None:
        return batches, None, inside
    parts = []
    n_superpixels = torch.zeros_like(superpixels[0][:, 0, 0])
    for place in order:
        flat = superpixels[place].flatten(1)
        parts.append(flat + n_superpixels[:, None])
        n_superpixels = n_superpixels + flat.max(dim=1).values + 1
    numbered = torch.cat(parts, dim=1)
    return batches, numbered if inside is None else numbered[:, inside], inside


def sample_pixels(values: Tensor, size: torch.Size) -> Tensor:
    """(..., H, W) -> (..., h, w): the values at the centres of the pixels of a reduced image."""
    rows, columns = (
        (
            (torch.arange(small, dtype=torch.float32, device=values.device) + 0.5) * (full / small)
        ).long()
        for small, full in zip(size, values.shape[-2:], strict=True)
    )
    return values[..., rows[:, None], columns]
