"""PRI and VoI of all cuts of a merge tree at once."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.hierarchy import MergeTree


def score_all_cuts(
    tree: MergeTree, annotations: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Score the cuts into 1, 2, ... regions -> PRI and VoI (n_leaves,), means over annotations.

    A merge changes only the terms of the regions that it joins, so that all cuts together take
    little more time than one of them.
    """
    scores = [_score_against(tree, annotation) for annotation in annotations]
    pri, voi = np.mean(scores, axis=0)
    return pri, voi


def _score_against(tree: MergeTree, annotation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    truth = np.unique(annotation, return_inverse=True)[1].ravel()
    n_true, n_leaves, n = truth.max() + 1, tree.n_leaves, truth.size
    overlaps = np.zeros((2 * n_leaves - 1, n_true))  # of each node of the tree
    cells = tree.leaf_labels.ravel().astype(np.intp) * n_true + truth
    leaves = np.bincount(cells, minlength=n_leaves * n_true)
    overlaps[:n_leaves] = leaves.reshape(n_leaves, n_true)
    for node, children in enumerate(tree.children_, start=n_leaves):
        overlaps[node] = overlaps[children[0]] + overlaps[children[1]]
    sizes, true_sizes = overlaps.sum(axis=1), np.bincount(truth)

    def of_cuts(terms: np.ndarray) -> np.ndarray:
        """Sum a term of each node over the regions of each cut, one region first."""
        changes = terms[n_leaves:] - terms[tree.children_].sum(axis=1)
        return (terms[:n_leaves].sum() + np.concatenate([[0], changes.cumsum()]))[::-1]

    together = of_cuts((overlaps**2).sum(axis=1))
    pairs = of_cuts(sizes**2) + (true_sizes.astype(float) ** 2).sum() - 2 * together
    pri = 1 - pairs / (n * (n - 1.0))
    # VoI = 2 H(u, v) - H(u) - H(v), and H = log2(n) - sum(x log2(x)) / n
    joint = of_cuts(_x_log_x(overlaps).sum(axis=1))
    voi = (of_cuts(_x_log_x(sizes)) + _x_log_x(true_sizes).sum() - 2 * joint) / n
    return pri, np.maximum(voi, 0)


def _x_log_x(values: np.ndarray) -> np.ndarray:
    return values * np.log2(np.maximum(values, 1))  # counts, so that 0 and 1 give 0
