"""Contingency table of two label maps: overlaps of their regions."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ContingencyTable:
    """Overlaps of the regions of two label maps, without empty overlaps.

    Attributes
    ----------
    overlaps : ndarray of shape (n_overlaps,)
        Pixels of each overlap, n_uv.
    true_regions, predicted_regions : ndarray of shape (n_overlaps,)
        The regions of each overlap, u and v.
    true_sizes, predicted_sizes : ndarray
        Pixels of each region, n_u and n_v.
    n_pixels : int
        Pixels of the image, N.
    """

    overlaps: np.ndarray
    true_regions: np.ndarray
    predicted_regions: np.ndarray
    true_sizes: np.ndarray
    predicted_sizes: np.ndarray
    n_pixels: int

    @property
    def sizes_of_true(self) -> np.ndarray:
        """Size of the true region of each overlap."""
        return self.true_sizes[self.true_regions]

    @property
    def sizes_of_predicted(self) -> np.ndarray:
        """Size of the predicted region of each overlap."""
        return self.predicted_sizes[self.predicted_regions]


def number_regions(labels: np.ndarray) -> np.ndarray:
    """Renumber regions from 0, in the order of their labels."""
    smallest, largest = int(labels.min()), int(labels.max())
    if largest - smallest > 4 * labels.size or largest > np.iinfo(np.intp).max:
        return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    # Counting is ten times as fast as sorting.
    shifted = labels.astype(np.intp) - smallest
    number_of = np.cumsum(np.bincount(shifted.ravel()) > 0) - 1
    return number_of[shifted]


def count_overlaps(truth: np.ndarray, prediction: np.ndarray) -> ContingencyTable:
    """Count the pixels of each pair of regions, numbered from 0."""
    truth, prediction = truth.ravel(), prediction.ravel()
    n_predicted = int(prediction.max()) + 1
    n_cells = (int(truth.max()) + 1) * n_predicted
    cells = truth * n_predicted + prediction
    if n_cells <= 4 * cells.size:
        counts = np.bincount(cells)
        occupied = np.flatnonzero(counts)
        overlaps = counts[occupied]
    else:
        occupied, overlaps = np.unique(cells, return_counts=True)
    return ContingencyTable(
        overlaps=overlaps,
        true_regions=occupied // n_predicted,
        predicted_regions=occupied % n_predicted,
        true_sizes=np.bincount(truth),
        predicted_sizes=np.bincount(prediction),
        n_pixels=cells.size,
    )
