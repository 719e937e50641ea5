"""The continuous conditional random field of regions, in closed form, and what pixels take of it.

Names follow the equations: h unary terms, w pairwise weights, y scores.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from sklearn_dic.semantic._pairwise import pairwise_weights
from sklearn_dic.semantic._region_graph import Appearance, RegionGraph


@dataclass(frozen=True)
class Field:
    """Parameters of the random field.

    Attributes
    ----------
    smoothness : float
        Weight of the pairwise terms against the unary terms. 0: each region stands alone.
    fidelity : float
        How much a pixel whose classes have no support nearby keeps its scores. 0: not at all.
    coefficients : ndarray of shape (n_differences,)
        Of the differences between neighbours, in the logit of having the same class.
    intercept : float
    """

    smoothness: float
    fidelity: float
    coefficients: np.ndarray
    intercept: float


def sharpen(
    probabilities: np.ndarray, maps: list[np.ndarray], appearance: Appearance | None, field: Field
) -> np.ndarray:
    r"""Sharpen the class probabilities of an image by its regions.

    Of each segmentation a pixel i of the region r takes

    .. math:: s_i^f y_r + (1 - s_i^f) p_i, \quad s_i = \sum_c p_{ic} m_{rc}

    with its own probabilities p, those of its region y, the support m of the classes, and the
    fidelity f. The answer is the mean over the segmentations.

    Parameters
    ----------
    probabilities : ndarray of shape (H, W, K), float32
    maps : list of ndarray of int, shape (H, W)
        Segmentations: labels consecutive from 0; pixels outside of the mask have -1 and keep
        their probabilities.
    appearance : Appearance or None
        None if `field.smoothness` is 0.
    field : Field

    Returns
    -------
    sharpened : ndarray of shape (H, W, K), float32
    """
    n_classes = probabilities.shape[2]
    own = probabilities.reshape(-1, n_classes)
    changes = np.zeros_like(own)
    for labels in maps:
        graph = RegionGraph(labels)
        scores = region_scores(graph, own, appearance, field)
        inside = labels.ravel() >= 0
        regions = np.where(inside, labels.ravel(), 0)
        support = np.einsum("ic,ic->i", own, find_support(graph, scores)[regions])
        weights = np.minimum(support, 1) ** field.fidelity * inside
        changes += weights[:, None] * (scores[regions] - own)
    return (own + changes / len(maps)).reshape(probabilities.shape)


def find_support(graph: RegionGraph, scores: np.ndarray) -> np.ndarray:
    """Find how prominent each class is in a region or next to it.

    A pixel of a class that wins a neighbouring region lies there because the network's border is
    off. A pixel of a class that wins neither its region nor a neighbour belongs to an object
    without a region of its own.

    Parameters
    ----------
    graph : RegionGraph
    scores : ndarray of shape (n_regions, K)

    Returns
    -------
    support : ndarray of shape (n_regions, K)
        The score of each class relative to the largest of the region; the maximum over the
        region and its neighbours.
    """
    relative = scores / scores.max(axis=1, keepdims=True)
    support = relative.copy()
    first, second = graph.adjacency.pairs.T
    np.maximum.at(support, first, relative[second])
    np.maximum.at(support, second, relative[first])
    return support


def region_scores(
    graph: RegionGraph, probabilities: np.ndarray, appearance: Appearance | None, field: Field
) -> np.ndarray:
    """Solve the field of a segmentation -> (n_regions, K) float32."""
    unary = graph.average(probabilities)
    if appearance is None or len(graph.adjacency.pairs) == 0:
        return unary.astype(np.float32)
    differences = graph.compare_neighbours(appearance)
    weights = pairwise_weights(graph, differences, field.coefficients, field.intercept)
    # Relative sizes and lengths: the resolution of the image does not matter.
    sizes = graph.sizes / graph.sizes.mean()
    solved = solve_field(unary, sizes, weigh_borders(graph, field.smoothness * weights))
    return solved.clip(0, 1).astype(np.float32)


def solve_field(unary: np.ndarray, sizes: np.ndarray, pairwise: sparse.csr_array) -> np.ndarray:
    r"""Minimise the energy of a continuous conditional random field.

    The energy of the scores y, with the unary terms h, the sizes a and the weights w, is

    .. math:: E(y) = \sum_r a_r |y_r - h_r|^2 + \frac{1}{2} \sum_{rs} w_{rs} |y_r - y_s|^2

    Its gradient is 0 where :math:`(A + L) y = A h`, with the Laplacian L of the weights. Each
    row of y is a weighted mean of the rows of h, so that probabilities stay probabilities.

    Parameters
    ----------
    unary : ndarray of shape (n_regions, K)
    sizes : ndarray of shape (n_regions,)
        Above 0.
    pairwise : sparse array of shape (n_regions, n_regions)
        Symmetric weights, at least 0, with an empty diagonal.

    Returns
    -------
    scores : ndarray of shape (n_regions, K)
    """
    diagonal = sparse.diags_array(sizes + pairwise.sum(axis=1))
    matrix = sparse.csc_array(diagonal - pairwise)
    return splu(matrix).solve(sizes[:, None] * unary.astype(np.float64))


def weigh_borders(graph: RegionGraph, weights: np.ndarray) -> sparse.csr_array:
    """(n_pairs,) weights -> symmetric (n_regions, n_regions) sparse array."""
    first, second = graph.adjacency.pairs.T
    n_regions = len(graph.sizes)
    upper = sparse.csr_array((weights, (first, second)), shape=(n_regions, n_regions))
    return sparse.csr_array(upper + upper.T)
