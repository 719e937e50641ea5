"""From the graph of the regions to a merge tree."""

from dataclasses import dataclass

import numpy as np

from sklearn_dic.hierarchy._agglomeration import agglomerate
from sklearn_dic.hierarchy._cuts import find_auto_threshold
from sklearn_dic.hierarchy._features import squared_differences
from sklearn_dic.hierarchy._weights import MergeWeights

# Of a border, relative to the mean of the basins. It changes 1 tree of 100, a little.
LEAST_STRENGTH = 0.05


@dataclass
class RegionGraph:
    """The leaves of a merge tree and their borders.

    Attributes
    ----------
    shares : ndarray of shape (n_regions,)
        Sizes, in scenes.
    descriptions : ndarray of shape (n_regions, D)
        Mean colours, weighted histograms of the coarse segments, and learned features.
    means : ndarray of shape (n_regions, D')
        Mean colours, and learned features where they count.
    pairs : ndarray of int, shape (n_pairs, 2)
        Regions that share a border.
    lengths : ndarray of shape (n_pairs,)
        Lengths of the borders.
    gradients : ndarray of shape (n_pairs,)
        Mean gradient along each border.
    strengths : ndarray of shape (n_pairs,), or None
        Mean contour along each border, relative to that of the basins. None: all are 1.
    has_textures : bool
        Whether learned features count.
    """

    shares: np.ndarray
    descriptions: np.ndarray
    means: np.ndarray
    pairs: np.ndarray
    lengths: np.ndarray
    gradients: np.ndarray
    strengths: np.ndarray | None = None
    has_textures: bool = False


def merge_regions(
    graph: RegionGraph, weights: MergeWeights
) -> tuple[np.ndarray, np.ndarray, float]:
    """Merge the regions of a graph -> children and distances of the tree, auto threshold."""
    contrasts = np.zeros(len(graph.pairs))
    if weights.gradient > 0:
        contrasts += weights.gradient * graph.gradients
    if weights.local > 0:
        contrasts += weights.local * squared_differences(graph.descriptions, graph.pairs)
    factors = None
    if graph.strengths is not None:
        factors = np.maximum(graph.strengths, LEAST_STRENGTH) ** weights.spectral_exponent
    children, distances = agglomerate(
        graph.descriptions,
        graph.shares,
        graph.pairs,
        contrasts=contrasts,
        factors=factors,
        lengths=graph.lengths,
        size_exponent=weights.size_exponent,
        border_exponent=weights.border_exponent,
    )
    threshold = find_auto_threshold(
        children, distances, graph.means, graph.shares, has_textures=graph.has_textures
    )
    return children, distances, threshold
