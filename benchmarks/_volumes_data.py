"""Volumes with truth for `volumes.py`: sections of nerve tissue, and shapes that are made."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.io import imread
from skimage.measure import label as label_components

from sklearn_dic.metrics._contingency import count_overlaps, number_regions

SPACING = (50, 4, 4)  # nanometres, of the sections
NOISES = (0.0, 0.05, 0.1)


def load_sections(folder: Path, side: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read the sections (Z, Y, X), and where cells are; the upper left square of a side."""
    images, truth = (
        np.stack([imread(path) for path in sorted((folder / part).iterdir())])
        for part in ("images", "truth")
    )
    return images[:, :side, :side], truth[:, :side, :side] > 0


def connect_cells(inside: np.ndarray) -> np.ndarray:
    """(Z, Y, X) bool -> labels of the pieces that touch at a face, 0 outside."""
    return label_components(inside, connectivity=1)


def link_slices(labels: np.ndarray) -> np.ndarray:
    """Join regions of neighbouring slices that overlap each other most.

    Parameters
    ----------
    labels : ndarray of int, shape (Z, Y, X)
        Regions of each slice, 0 or larger, numbered in each slice separately.

    Returns
    -------
    linked : ndarray of int, shape (Z, Y, X)
        Regions of the volume.
    """
    slices = [number_regions(part) for part in labels]
    firsts = np.cumsum([0, *(part.max() + 1 for part in slices)])
    pairs = []
    for i, (one, next_one) in enumerate(pairwise(slices)):
        table = count_overlaps(one, next_one)
        a, b = table.true_regions, table.predicted_regions
        largest_of_a, largest_of_b = np.zeros(a.max() + 1), np.zeros(b.max() + 1)
        np.maximum.at(largest_of_a, a, table.overlaps)
        np.maximum.at(largest_of_b, b, table.overlaps)
        is_mutual = table.overlaps == np.minimum(largest_of_a[a], largest_of_b[b])
        is_mutual &= largest_of_a[a] == largest_of_b[b]
        pairs.append(np.stack([firsts[i] + a, firsts[i + 1] + b])[:, is_mutual])
    ends = np.concatenate([np.zeros((2, 0), int), *pairs], axis=1)
    graph = coo_array((np.ones(ends.shape[1]), tuple(ends)), shape=(firsts[-1], firsts[-1]))
    numbers = connected_components(graph, directed=False)[1]
    return numbers[np.stack([n + part for n, part in zip(firsts[:-1], slices, strict=True)])]


def link_cells(inside: np.ndarray) -> np.ndarray:
    """(Z, Y, X) bool -> cells of each section, linked through the sections; membranes are 0."""
    in_slices = np.stack([label_components(part, connectivity=1) for part in inside])
    return np.where(inside, 1 + link_slices(in_slices), 0)


def make_shapes(noise: float, side: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Make a ball, a box and a rod -> grey volume of a side, labels."""
    z, y, x = (places * 48 / side for places in np.indices((side,) * 3))
    truth = np.zeros((side,) * 3, int)
    truth[(z - 14) ** 2 + (y - 14) ** 2 + (x - 14) ** 2 < 9**2] = 1
    truth[(z >= 28) & (z < 42) & (y >= 6) & (y < 20) & (x >= 24) & (x < 42)] = 2
    truth[((y - 34) ** 2 + (x - 14) ** 2 < 7**2) & (z > 22)] = 3
    values = np.array([0.2, 0.8, 0.5, 0.65])[truth]
    drawn = np.random.default_rng(0).normal(0, noise, values.shape)
    return (values + drawn).clip(0, 1), truth
