from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from sklearn_dic.peers import NormalizedTreePartitioning
from sklearn_dic.peers._tree_partition import bipartition, partition_tree, spanning_tree


def random_tree(seed, n_nodes):
    rng = np.random.default_rng(seed)
    parents = [rng.integers(node) for node in range(1, n_nodes)]
    pairs = np.stack([parents, np.arange(1, n_nodes)], axis=1)
    return pairs, rng.uniform(0.1, 1, n_nodes - 1)


def normalized_cut(side, pairs, weights):
    degrees = np.bincount(pairs.ravel(), np.repeat(weights, 2), len(side))
    cut = weights[side[pairs[:, 0]] != side[pairs[:, 1]]].sum()
    return cut / degrees[side].sum() + cut / degrees[~side].sum()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_the_cut_is_the_best_of_all_bipartitions(seed, n_nodes):
    pairs, weights = random_tree(seed, n_nodes)
    cut, edge, side = bipartition(np.arange(n_nodes), pairs, weights)
    others = (
        np.array([False, *rest]) for rest in product([False, True], repeat=n_nodes - 1) if any(rest)
    )
    assert cut == pytest.approx(min(normalized_cut(other, pairs, weights) for other in others))
    assert cut == pytest.approx(normalized_cut(side, pairs, weights))
    assert (side[pairs[:, 0]] != side[pairs[:, 1]]).nonzero()[0].tolist() == [edge]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_the_tree_is_the_heaviest_of_all(seed):
    rng = np.random.default_rng(seed)
    pairs = np.array(list(combinations(range(5), 2)))
    weights = rng.uniform(size=len(pairs))

    def spans(edges):
        graph = np.zeros((5, 5))
        graph[tuple(pairs[list(edges)].T)] = 1
        return connected_components(graph, directed=False)[0] == 1

    heaviest = max(
        weights[list(edges)].sum() for edges in combinations(range(10), 4) if spans(edges)
    )
    found = spanning_tree(5, pairs, weights)
    assert spans(found)
    assert weights[found].sum() == pytest.approx(heaviest)


def test_the_best_cut_comes_first():
    pairs = np.stack([np.arange(8), np.arange(1, 9)], axis=1)
    weights = np.ones(8)
    weights[[2, 5]] = 0.1, 0.01
    parts = partition_tree(9, pairs, weights, 2)
    np.testing.assert_array_equal(parts == parts[0], np.arange(9) < 6)
    parts = partition_tree(9, pairs, weights, 3)
    assert len(np.unique(parts.reshape(3, 3))) == 3
    assert (parts.reshape(3, 3) == parts[::3, None]).all()


def test_a_forest_has_at_least_its_trees():
    pairs, weights = np.array([[0, 1], [2, 3]]), np.ones(2)
    assert len(np.unique(partition_tree(4, pairs, weights, 1))) == 2
    assert len(np.unique(partition_tree(4, pairs, weights, 9))) == 4


def test_pixels_are_nodes_without_superpixels():
    image = np.zeros((8, 9, 3))
    image[:, 3:6] = 0.5
    image[:, 6:] = 1
    labels = NormalizedTreePartitioning(3, superpixels=None).fit_predict(image)
    np.testing.assert_array_equal(labels, np.tile(np.arange(9) // 3, (8, 1)))
