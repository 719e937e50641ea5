"""Superpixels vote the labels, and the loss pulls the network towards the vote (Eqs. 6-8)."""

import torch
from torch import Tensor
from torch.nn import functional as F

# The table of votes may have so many cells for each pixel.
LARGEST_TABLE = 8


def refine(labels: Tensor, superpixels: Tensor, n_labels: int, n_superpixels: int) -> Tensor:
    """(N,), (N,) -> (N,): every pixel takes the most frequent label of its superpixel.

    Eqs. 6-7. Among labels that are equally frequent, the smallest one wins.
    """
    superpixels = superpixels.long()  # the product below exceeds 32 bits
    ballots = superpixels * n_labels + labels
    if n_superpixels * n_labels <= LARGEST_TABLE * len(labels):
        votes = torch.bincount(ballots, minlength=n_superpixels * n_labels)
        return votes.view(n_superpixels, n_labels).argmax(dim=1)[superpixels]
    # Almost all of the table would be zeros: count the pairs that occur, and rank them in
    # each superpixel by count and then by the smaller label.
    pairs, counts = ballots.unique(return_counts=True)
    ranks = counts * n_labels + (n_labels - 1 - pairs % n_labels)
    best = ranks.new_zeros(n_superpixels).scatter_reduce(0, pairs // n_labels, ranks, "amax")
    return (n_labels - 1 - best % n_labels)[superpixels]


def label_pixels(aggregated: Tensor, superpixels: Tensor | None) -> Tensor:
    """(1, C, H, W), (H, W) or None -> (H, W): the label of each pixel (Eqs. 5-7).

    The strongest feature of each pixel, and then the vote of its superpixel.
    """
    labels = aggregated[0].argmax(dim=0)
    if superpixels is None:
        return labels
    flat = superpixels.flatten()
    refined = refine(labels.flatten(), flat, aggregated.shape[1], int(flat.max()) + 1)
    return refined.view(labels.shape)


def refinement_loss(aggregated: Tensor, refined: Tensor) -> Tensor:
    """(N, C), (N,) -> scalar: cross-entropy against the voted labels (Eq. 8), per pixel."""
    return F.cross_entropy(aggregated, refined)
