from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_dic.peers import KernelGraphCuts
from sklearn_dic.peers._graph_cut import expand, grid_edges, labelling_energy
from sklearn_dic.peers._kernel_graph_cuts import cut_kernel_graph

SEEDS = st.integers(0, 10_000)


def start(seed, shape=(7, 8), n_labels=4):
    rng = np.random.default_rng(seed)
    n = shape[0] * shape[1]
    colors = rng.normal(size=(n, 3))
    edges = grid_edges(shape)
    return colors, edges, rng.integers(n_labels, size=n), rng.normal(size=(n_labels, 3))


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.floats(0, 5), st.floats(0.2, 3), st.floats(0, 3))
def test_the_energy_never_rises(seed, smoothness, kernel_width, truncation):
    energies = cut_kernel_graph(
        *start(seed),
        smoothness=smoothness,
        kernel_width=kernel_width,
        truncation=truncation,
        max_rounds=4,
    )[2]
    assert np.all(np.diff(energies) <= 1e-9 * np.abs(energies[0]))


def test_without_smoothness_the_end_is_a_fixed_point_of_kernel_k_means():
    colors = start(0, shape=(12, 12))[0]
    width = 1.5
    labels, centers, _ = cut_kernel_graph(
        *start(0, shape=(12, 12)),
        smoothness=0,
        kernel_width=width,
        truncation=1,
        max_rounds=200,
    )
    squares = ((colors[:, None] - centers) ** 2).sum(axis=2)
    np.testing.assert_array_equal(labels, squares.argmin(axis=1))
    kernels = np.exp(-squares / width**2)
    for label in np.unique(labels):
        weights = kernels[labels == label, label]
        mean = weights @ colors[labels == label] / weights.sum()
        np.testing.assert_allclose(centers[label], mean, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_an_expansion_is_the_best_of_all_moves(seed):
    rng = np.random.default_rng(seed)
    edges = grid_edges((3, 3))
    costs = rng.uniform(size=(9, 3))
    labels = rng.integers(3, size=9)
    pair_costs = rng.uniform() * (1 - np.eye(3))
    best = min(
        labelling_energy(costs, np.where(moves, 1, labels), edges, pair_costs)
        for moves in product([False, True], repeat=9)
    )
    found = labelling_energy(costs, expand(costs, labels, edges, pair_costs, 1), edges, pair_costs)
    assert found == pytest.approx(best, abs=1e-6)


def test_neighbours_of_a_grid():
    edges = grid_edges((2, 2))
    assert {frozenset(pair) for pair in edges.tolist()} == {
        frozenset(pair) for pair in ((0, 1), (2, 3), (0, 2), (1, 3))
    }


def test_a_reduced_copy_gives_labels_of_full_size(photo):
    assert KernelGraphCuts(3, max_pixels=900).fit_predict(photo).shape == photo.shape[:2]


def test_smooth_borders_are_shorter(photo):
    def border(smoothness):
        labels = KernelGraphCuts(5, smoothness=smoothness, max_rounds=2).fit_predict(photo)
        return np.count_nonzero(np.diff(labels, axis=0)) + np.count_nonzero(np.diff(labels))

    assert border(4) < 0.7 * border(0)
