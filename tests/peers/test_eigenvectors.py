"""Eigenvectors of normalized cuts against the definition, and labels of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh
from scipy.sparse import csr_array
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.peers import _eigenvectors
from sklearn_dic.peers._eigenvectors import discretize, normalized_cuts
from sklearn_dic.peers._transfer_cut import transfer_cut


def random_graph(n, seed, density=0.1):
    random = np.random.default_rng(seed)
    half = random.uniform(size=(n, n)) * (random.uniform(size=(n, n)) < density)
    return csr_array(half + half.T + 1e-3 * np.eye(n))


@pytest.fixture(params=["direct", "inverse"])
def either_way(request, monkeypatch):
    if request.param == "inverse":
        monkeypatch.setattr(_eigenvectors, "DENSE", 10)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("n_constraints", [0, 7])
def test_costs_and_residuals(n_constraints):
    graph = random_graph(120, 0)
    degrees = graph.sum(axis=1)
    laplacian = np.diag(degrees) - graph.toarray()
    C = np.random.default_rng(1).normal(size=(n_constraints, 120))
    constraints = csr_array(C) if n_constraints else None
    costs, vectors = normalized_cuts(graph, 5, constraints)
    np.testing.assert_allclose(vectors.T @ (degrees[:, None] * vectors), np.eye(5), atol=1e-9)
    np.testing.assert_allclose(C @ vectors, 0, atol=1e-9)
    residual = laplacian @ vectors - degrees[:, None] * vectors * costs
    # What is left lies in the rows of the constraints.
    inside = np.linalg.lstsq(C.T, residual, rcond=None)[0] if n_constraints else np.zeros((0, 5))
    np.testing.assert_allclose(residual, C.T @ inside, atol=1e-8)
    basis = np.linalg.svd(C)[2][n_constraints:].T if n_constraints else np.eye(120)
    expected = eigh(
        basis.T @ laplacian @ basis, basis.T @ (degrees[:, None] * basis), eigvals_only=True
    )
    np.testing.assert_allclose(costs, expected[:5], atol=1e-9)


@pytest.mark.usefixtures("either_way")
@settings(max_examples=10, deadline=None)
@given(sizes=st.lists(st.integers(12, 25), min_size=2, max_size=4), seed=st.integers(0, 99))
def test_blocks_are_cut_exactly(sizes, seed):
    random = np.random.default_rng(seed)
    truth = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    graph = np.where(truth == truth[:, None], 1.0, 1e-4) * random.uniform(0.5, 1, (len(truth),) * 2)
    costs, vectors = normalized_cuts(csr_array(graph + graph.T), len(sizes))
    assert adjusted_rand_score(truth, discretize(vectors)) == 1
    assert costs[0] == pytest.approx(0, abs=1e-10)


@settings(max_examples=25, deadline=None)
@given(n_x=st.integers(6, 30), n_y=st.integers(2, 6), seed=st.integers(0, 999))
def test_transfer_cut_is_the_cut_of_the_whole_graph(n_x, n_y, seed):
    random = np.random.default_rng(seed)
    B = random.uniform(0.05, 1, (n_x, n_y)) * (random.uniform(size=(n_x, n_y)) < 0.6)
    B += 0.01
    whole = np.block([[np.zeros((n_x, n_x)), B], [B.T, np.zeros((n_y, n_y))]])
    degrees = np.diag(whole.sum(axis=1))
    expected = eigh(degrees - whole, degrees, eigvals_only=True)[:n_y]
    costs, of_x, of_y = transfer_cut(csr_array(B), n_y)
    np.testing.assert_allclose(costs, expected, atol=1e-8)
    vectors = np.vstack([of_x, of_y])
    residual = (degrees - whole) @ vectors - degrees @ vectors * costs
    np.testing.assert_allclose(residual, 0, atol=1e-8)


def test_counts_stand_for_repeated_rows():
    random = np.random.default_rng(0)
    B = random.uniform(0.1, 1, (8, 4))
    counts = random.integers(1, 5, 8)
    costs, _, of_y = transfer_cut(csr_array(B), 3, counts)
    expected, _, of_y_expected = transfer_cut(csr_array(np.repeat(B, counts, axis=0)), 3)
    np.testing.assert_allclose(costs, expected, atol=1e-10)
    np.testing.assert_allclose(np.abs(of_y), np.abs(of_y_expected), atol=1e-8)
