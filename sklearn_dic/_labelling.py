"""What a network says of images: a label for each pixel, and trees of their superpixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sklearn_dic._memory import task_and_remedy
from sklearn_dic.hierarchy import MergeTree, build_merge_tree
from sklearn_dic.images._images import Images
from sklearn_dic.network import DICNetwork, label_pixels, make_batches, sample_pixels
from sklearn_dic.utils._device import explained_out_of_memory

ROWS_AT_ONCE = 1024  # of a table


@dataclass
class TrainingSample:
    """What a fit looks at.

    Attributes
    ----------
    images : Images
    voters : list of ndarray of shape (K, H_i, W_i), or None
        The superpixels that vote; None: every pixel for itself.
    merged : list of list of maps, or None
        Those that are merged, as `superpixels_to_merge` gives them, where the answer is regions.
    passed : Any
        The superpixels that came with the images, if they did.
    """

    images: Images
    voters: list[np.ndarray] | None
    merged: list[list[np.ndarray | None]] | None
    passed: Any


def make_training_batches(
    network: DICNetwork, sample: TrainingSample
) -> tuple[list[Tensor], Tensor | None, Tensor | None]:
    """Make what the network trains on, and lay its weights out like that."""
    network.lay_out()
    reduced = [network.reduce(_to_tensor(image, network)) for image in sample.images.pixels]
    sizes = [image.shape[-2:] for image in reduced]
    masks = _reduce(sample.images.masks, sizes, network.device)
    if masks is not None and not any(mask.any() for mask in masks):
        raise ValueError(
            f"sample_mask leaves {sum(mask.sum() for mask in sample.images.masks or [])} "
            f"pixel(s), and none of them at resolution={network.resolution:g}; raise resolution"
        )
    voters = _reduce(sample.voters, sizes, network.device)
    return make_batches(reduced, voters, masks, layout=network.layout)


def aggregate(network: DICNetwork, images: Images) -> Iterator[Tensor]:
    """Yield the aggregated features (1, C, H, W) of each image."""
    pixels = (_to_tensor(image, network) for image in images.pixels)
    batches = _batch_rows(list(pixels)) if images.form == "table" else pixels
    what = task_and_remedy("prediction", network, images)
    n_left = len(images)
    for batch in batches:
        with explained_out_of_memory(network.device, *what):
            aggregated = network.apply_frozen(batch)[:n_left]
        n_left -= len(aggregated)
        yield from aggregated.split(1)


def _batch_rows(rows: list[Tensor]) -> Iterator[Tensor]:
    """Put the rows of a table, (1, C, 1, 1) each, together, and fill up the last batch.

    All batches are of one size, so that the answer for a row does not depend on how many there are:
    sums of other lengths are rounded in another order.
    """
    for i in range(0, len(rows), ROWS_AT_ONCE):
        batch = torch.cat(rows[i : i + ROWS_AT_ONCE])
        yield F.pad(batch, (0, 0, 0, 0, 0, 0, 0, ROWS_AT_ONCE - len(batch)))


def vote(aggregated: Tensor, superpixels: np.ndarray | None) -> Tensor:
    """(1, C, H, W) features, (K, H, W) superpixels -> (H, W) channels that won the vote."""
    if superpixels is None:
        return label_pixels(aggregated, None)
    return label_pixels(aggregated, torch.from_numpy(superpixels).to(aggregated.device))


def answer(
    network: DICNetwork,
    images: Images,
    voters: list[np.ndarray] | None,
    merged: list[list[np.ndarray | None]] | None,
) -> tuple[list[np.ndarray], list[MergeTree]]:
    """Label images, and merge their superpixels.

    Parameters
    ----------
    network : DICNetwork
        Trained and frozen.
    images : Images
        Any images.
    voters : list of ndarray of shape (K, H_i, W_i), or None
    merged : list of list of maps, or None
        As in `TrainingSample`.

    Returns
    -------
    labels : list of ndarray of shape (H_i, W_i)
        Channels of the network, -1 outside of the masks.
    trees : list of MergeTree
        By colours, borders and learned features; empty if there is nothing to merge.
    """
    labels: list[np.ndarray] = []
    trees: list[MergeTree] = []
    for i, aggregated in enumerate(aggregate(network, images)):
        channels = vote(aggregated, None if voters is None else voters[i]).cpu().numpy()
        labels.append(channels if images.masks is None else np.where(images.masks[i], channels, -1))
        if merged is not None:
            features = aggregated[0].permute(1, 2, 0).cpu().numpy()
            trees.append(build_merge_tree(images.pixels[i], merged[i], features=features))
    return labels, trees


def _reduce(
    values: list[np.ndarray] | None, sizes: list[torch.Size], device: torch.device
) -> list[Tensor] | None:
    """[(..., H_i, W_i)] -> [(..., h_i, w_i)]: what belongs to the pixels of reduced images."""
    if values is None:
        return None
    return [
        sample_pixels(torch.from_numpy(one).to(device), size)
        for one, size in zip(values, sizes, strict=True)
    ]


def _to_tensor(image: np.ndarray, network: DICNetwork) -> Tensor:
    """(H, W, C) -> (1, C, H, W) on the device of the network."""
    return torch.from_numpy(image).to(network.device).permute(2, 0, 1)[None]
