import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.sparse import csr_array

from sklearn_dic.metrics import probabilistic_rand_index
from sklearn_dic.peers import MLSS
from sklearn_dic.peers._full_affinities import FullAffinities
from sklearn_dic.peers._mlss import layered_graph


def random_graph(seed, n_nodes, n_links):
    rng = np.random.default_rng(seed)
    weights = np.zeros((n_nodes, n_nodes))
    weights[np.arange(n_nodes), np.arange(n_nodes) - 1] = rng.uniform(0.1, 1, n_nodes)  # connected
    weights[rng.integers(n_nodes, size=n_links), rng.integers(n_nodes, size=n_links)] = 0.5
    np.fill_diagonal(weights, 0)
    return weights + weights.T


def test_the_closed_form_minimises_the_sum_of_squares():
    weights, restart = random_graph(0, 12, 8), 0.05
    affinities = FullAffinities(csr_array(weights), restart)
    degrees = weights.sum(axis=1)
    first, second = np.nonzero(np.triu(weights))
    differences = np.zeros((len(first), 12))
    differences[np.arange(len(first)), first] = 1
    differences[np.arange(len(first)), second] = -1
    roots = np.sqrt(weights[first, second])[:, None]
    starts = np.diag(np.sqrt(restart * degrees))
    for node in range(12):
        indicator = np.eye(12)[node]
        solution = np.linalg.lstsq(
            np.vstack([roots * differences, starts]),
            np.concatenate([np.zeros(len(first)), starts @ indicator]),
            rcond=None,
        )[0]
        np.testing.assert_allclose(affinities.likelihoods(node), solution, atol=1e-10)


def test_likelihoods_of_a_node_sum_to_one():
    affinities = FullAffinities(csr_array(random_graph(1, 10, 5)), 0.1)
    total = sum(affinities.likelihoods(node) for node in range(10))
    np.testing.assert_allclose(total, 1)


@pytest.mark.parametrize("n_nodes", [30, 300])  # dense, and by Lanczos iterations
def test_eigenvectors_are_those_of_the_full_matrix(n_nodes):
    weights, restart = random_graph(2, n_nodes, n_nodes), 0.01
    affinities = FullAffinities(csr_array(weights), restart)
    values, vectors = affinities.eigenvectors(4)
    dense = restart * np.linalg.inv((1 + restart) * np.diag(weights.sum(axis=1)) - weights)
    expected = eigh(dense, np.diag(dense.sum(axis=1)), eigvals_only=True)[::-1][:4]
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    residual = dense @ vectors - dense.sum(axis=1)[:, None] * vectors * values
    assert np.abs(residual).max() < 1e-6 * np.abs(dense @ vectors).max()
    assert values[0] == pytest.approx(1)


def test_layers_of_the_graph():
    colors = np.array([[0.0, 4.0]])[..., None]
    graph = layered_graph(colors, [np.array([[0, 1]]), np.array([[0, 0]])], 4.0, 0.1).toarray()
    alike = np.exp(-1)
    expected = np.array(
        [
            [0, alike, 0.1, 0, 0.1],
            [alike, 0, 0, 0.1, 0.1],
            [0.1, 0, 0, alike, 0],
            [0, 0.1, alike, 0, 0],
            [0.1, 0.1, 0, 0, 0],
        ]
    )
    np.testing.assert_allclose(graph, expected)


def test_flat_parts_are_found():
    truth = np.repeat([[0, 1, 2]], 24, axis=0).repeat(10, axis=1)
    rng = np.random.default_rng(0)
    image = truth[..., None] * 0.3 + 0.1 + rng.uniform(0, 0.02, (24, 30, 3))
    labels = MLSS(n_segments=3).fit_predict(image)
    assert probabilistic_rand_index(truth, labels) == 1


def test_other_regions_may_be_passed(photo):
    labels = MLSS(3, superpixels=["felzenszwalb", "slic"], max_pixels=600).fit_predict(photo)
    assert labels.max() == 2
