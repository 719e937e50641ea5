"""Superpixels vote the labels, and the loss pulls the network towards the vote (equations 6-8)."""

import torch
from torch import Tensor
from torch.nn import functional as F

# Largest number of cells of the table of votes, per pixel.
LARGEST_TABLE = 8


class Vote:
    """(N,) -> (N,): every pixel takes the most frequent label of its superpixel (equations 6-7).

    Among equally frequent labels the smallest wins. With several superpixel maps, each map has
    a vote at every pixel: the shares of the labels in its superpixel there.

    Parameters
    ----------
    superpixels : Tensor of shape (K, N)
        K maps of superpixels, each numbered from 0.
    """

    def __init__(self, superpixels: Tensor) -> None:
        self.superpixels = superpixels.long()  # products with labels exceed 32 bits
        self.sizes = [int(part.max()) + 1 for part in superpixels]
        if len(superpixels) > 1:
            # Pixels that share their superpixel in every map share the answer.
            self.cells, self.cell_of_pixel = self.superpixels.unique(dim=1, return_inverse=True)

    def __call__(self, labels: Tensor, n_labels: int) -> Tensor:
        """(N,) -> (N,)."""
        if len(self.superpixels) == 1:
            return refine(labels, self.superpixels[0], n_labels, self.sizes[0])
        shares = torch.zeros(
            self.cells.shape[1], n_labels, dtype=torch.float64, device=labels.device
        )
        for superpixels, cells, size in zip(self.superpixels, self.cells, self.sizes, strict=True):
            votes = count(superpixels * n_labels + labels, size * n_labels).view(size, n_labels)
            shares += (votes / votes.sum(dim=1, keepdim=True, dtype=torch.float64))[cells]
        return shares.argmax(dim=1)[self.cell_of_pixel]


def refine(labels: Tensor, superpixels: Tensor, n_labels: int, n_superpixels: int) -> Tensor:
    """(N,), (N,) -> (N,): the vote of a superpixel map."""
    ballots = superpixels * n_labels + labels
    if n_superpixels * n_labels <= LARGEST_TABLE * len(labels):
        votes = count(ballots, n_superpixels * n_labels)
        return votes.view(n_superpixels, n_labels).argmax(dim=1)[superpixels]
    # The table would be mostly zeros: count the pairs that occur, and rank them in each
    # superpixel by count and then by the smaller label.
    pairs, counts = ballots.unique(return_counts=True)
    ranks = counts * n_labels + (n_labels - 1 - pairs % n_labels)
    best = ranks.new_zeros(n_superpixels).scatter_reduce(0, pairs // n_labels, ranks, "amax")
    return (n_labels - 1 - best % n_labels)[superpixels]


def count(values: Tensor, n_values: int) -> Tensor:
    """(N,) -> (n_values,): the frequencies of the values 0 to n_values - 1.

    Unlike `torch.bincount`, this does not wait for a GPU to find the largest value.
    """
    return values.new_zeros(n_values).scatter_add_(0, values, torch.ones_like(values))


def label_pixels(aggregated: Tensor, superpixels: Tensor | None) -> Tensor:
    """(1, C, H, W), (K, H, W) or None -> (H, W): the label of each pixel (equations 5-7).

    The argmax of the features of each pixel, then the vote of its superpixels.
    """
    labels = aggregated[0].argmax(dim=0)
    if superpixels is None:
        return labels
    refined = Vote(superpixels.flatten(1))(labels.flatten(), aggregated.shape[1])
    return refined.view(labels.shape)


def refinement_loss(aggregated: Tensor, refined: Tensor) -> Tensor:
    """(N, C), (N,) -> scalar: cross-entropy against the voted labels (equation 8), per pixel."""
    return F.cross_entropy(aggregated, refined)
