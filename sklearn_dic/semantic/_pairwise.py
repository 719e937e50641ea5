"""Pairwise weights: how likely two neighbouring regions are of the same class."""

from collections.abc import Iterable

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from sklearn_dic.semantic._region_graph import RegionGraph


def pairwise_weights(
    graph: RegionGraph, differences: np.ndarray, coefficients: np.ndarray, intercept: float
) -> np.ndarray:
    """Weigh each border by its length, and the probability of the same class on both sides.

    Parameters
    ----------
    graph : RegionGraph
    differences : ndarray of shape (n_pairs, n_differences)
        From `RegionGraph.compare_neighbours`.
    coefficients : ndarray of shape (n_differences,)
    intercept : float

    Returns
    -------
    weights : ndarray of shape (n_pairs,)
        Lengths are relative to their mean, so that the resolution does not matter.
    """
    lengths = graph.adjacency.lengths
    if len(lengths) == 0:
        return np.zeros(0)
    return lengths / lengths.mean() * expit(differences @ coefficients + intercept)


def learn_pairwise(
    parts: Iterable[tuple[RegionGraph, np.ndarray, np.ndarray]], ignore_label: int | None
) -> tuple[np.ndarray, float] | None:
    """Learn from annotations which borders lie between different classes.

    Parameters
    ----------
    parts : iterable of (graph, differences, classes)
        For each segmentation: its regions, the differences of its neighbours, and the annotated
        classes (H, W).
    ignore_label : int or None
        Class of pixels that do not count.

    Returns
    -------
    coefficients, intercept : ndarray of shape (n_differences,), float
        Of a logistic regression. None if no border lies between different classes, or all do.
    """
    features, targets = [], []
    for graph, differences, classes in parts:
        first, second = majorities(graph, classes, ignore_label)[graph.adjacency.pairs.T]
        is_known = (first >= 0) & (second >= 0)
        features.append(differences[is_known])
        targets.append((first == second)[is_known])
    same = np.concatenate(targets)
    if same.all() or not same.any():
        return None
    model = LogisticRegression().fit(np.concatenate(features), same)
    return model.coef_[0], float(model.intercept_[0])


def majorities(graph: RegionGraph, classes: np.ndarray, ignore_label: int | None) -> np.ndarray:
    """(n_regions,) most frequent class of each region, as a number from 0; -1 if all is void."""
    known = graph.labels >= 0
    if ignore_label is not None:
        known &= classes != ignore_label
    found, numbers = np.unique(classes[known], return_inverse=True)
    if len(found) == 0:
        return np.full(len(graph.sizes), -1)
    cells = graph.labels[known] * len(found) + numbers
    counts = np.bincount(cells, minlength=len(graph.sizes) * len(found))
    counts = counts.reshape(len(graph.sizes), len(found))
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
