"""Superpixels vote the labels, and the loss pulls the network towards the vote (Eqs. 6-8)."""

import torch
from torch import Tensor
from torch.nn import functional as F


def refine(labels: Tensor, superpixels: Tensor, n_labels: int, n_superpixels: int) -> Tensor:
    """(N,), (N,) -> (N,): every pixel takes the most frequent label of its superpixel.

    Eqs. 6-7. Among labels that are equally frequent, the smallest one wins.
    """
    votes = torch.bincount(superpixels * n_labels + labels, minlength=n_superpixels * n_labels)
    return votes.view(n_superpixels, n_labels).argmax(dim=1)[superpixels]


def answer(aggregated: Tensor, superpixels: Tensor | None) -> Tensor:
    """(1, C, H, W), (H, W) or None -> (H, W): the label of each pixel (Eqs. 5-7).

    The strongest feature of each pixel, and then the vote of its superpixel.
    """
    labels = aggregated[0].argmax(dim=0)
    if superpixels is None:
        return labels
    flat = superpixels.flatten().long()
    refined = refine(labels.flatten(), flat, aggregated.shape[1], int(flat.max()) + 1)
    return refined.view(labels.shape)


def refinement_loss(aggregated: Tensor, refined: Tensor) -> Tensor:
    """(N, C), (N,) -> scalar: cross-entropy against the voted labels (Eq. 8), per pixel."""
    return F.cross_entropy(aggregated, refined)
