"""Convert images to batches of the network, and its features to labels."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sklearn_dic._memory import task_and_remedy
from sklearn_dic.images._images import Images
from sklearn_dic.network import DICNetwork, label_pixels, make_batches, sample_pixels
from sklearn_dic.utils._device import explained_out_of_memory

ROWS_AT_ONCE = 1024  # of a table


def make_training_batches(
    network: DICNetwork, images: Images, voters: list[np.ndarray] | None
) -> tuple[list[Tensor], Tensor | None, Tensor | None]:
    """Make the arguments of `overfit` from images and the superpixels that vote in them.

    Returns
    -------
    batches : list of Tensor
        The images at the resolution of the network.
    votes : Tensor or None
        Superpixel of each pixel that counts.
    inside : Tensor or None
        Places of the pixels that count.
    """
    network.lay_out()
    reduced = [network.reduce(_to_tensor(image, network)) for image in images.pixels]
    sizes = [image.shape[-2:] for image in reduced]
    masks = _reduce(images.masks, sizes, network.device)
    if masks is not None and not any(mask.any() for mask in masks):
        raise ValueError(
            f"sample_mask leaves {sum(mask.sum() for mask in images.masks or [])} "
            f"pixel(s), and none of them at resolution={network.resolution:g}; raise resolution"
        )
    voters_there = _reduce(voters, sizes, network.device)
    return make_batches(reduced, voters_there, masks, layout=network.layout)


def aggregate(network: DICNetwork, images: Images) -> Iterator[Tensor]:
    """Yield the aggregated features (1, C, H, W) of each image."""
    pixels = (_to_tensor(image, network) for image in images.pixels)
    batches = _batch_rows(list(pixels)) if images.form == "table" else pixels
    task = task_and_remedy("prediction", network, images)
    n_left = len(images)
    for batch in batches:
        with explained_out_of_memory(network.device, *task):
            aggregated = network.apply_frozen(batch)[:n_left]
        n_left -= len(aggregated)
        yield from aggregated.split(1)


def with_voters(
    network: DICNetwork, images: Images, voters: list[np.ndarray] | None
) -> Iterator[tuple[Tensor, np.ndarray | None, np.ndarray | None]]:
    """Yield the aggregated features of each image, the superpixels that vote, and the mask."""
    maps = [None] * len(images) if voters is None else voters
    return zip(aggregate(network, images), maps, images.every_mask(), strict=True)


def vote(
    aggregated: Tensor, superpixels: np.ndarray | None, mask: np.ndarray | None = None
) -> np.ndarray:
    """(1, C, H, W) features, (K, H, W) superpixels -> (H, W) channels; -1 outside of the mask."""
    if superpixels is None:
        channels = label_pixels(aggregated, None)
    else:
        channels = label_pixels(aggregated, torch.from_numpy(superpixels).to(aggregated.device))
    return channels.cpu().numpy() if mask is None else np.where(mask, channels.cpu().numpy(), -1)


def as_array(aggregated: Tensor) -> np.ndarray:
    """(1, C, H, W) -> (H, W, C)."""
    return aggregated[0].permute(1, 2, 0).cpu().numpy()


def _batch_rows(rows: list[Tensor]) -> Iterator[Tensor]:
    """Join the rows of a table, (1, C, 1, 1) each, and pad the last batch.

    All batches have the same size, so that the answer for a row does not depend on the number
    of rows: sums of other lengths are rounded in another order.
    """
    for i in range(0, len(rows), ROWS_AT_ONCE):
        batch = torch.cat(rows[i : i + ROWS_AT_ONCE])
        yield F.pad(batch, (0, 0, 0, 0, 0, 0, 0, ROWS_AT_ONCE - len(batch)))


def _reduce(
    values: list[np.ndarray] | None, sizes: list[torch.Size], device: torch.device
) -> list[Tensor] | None:
    """[(..., H_i, W_i)] -> [(..., h_i, w_i)]: values of the pixels of reduced images."""
    if values is None:
        return None
    return [
        sample_pixels(torch.from_numpy(value).to(device), size)
        for value, size in zip(values, sizes, strict=True)
    ]


def _to_tensor(image: np.ndarray, network: DICNetwork) -> Tensor:
    """(H, W, C) -> (1, C, H, W) on the device of the network."""
    return torch.from_numpy(image).to(network.device).permute(2, 0, 1)[None]
