"""Affinities between all nodes of a sparse graph, and their eigenvectors."""

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import LinearOperator, eigsh, splu

from sklearn_dic.peers._sparse import diagonal

DENSE = 200  # nodes of a graph that is solved as a dense matrix
TOLERANCE = 1e-8


class FullAffinities:
    r"""Affinities learned from a sparse graph.

    The likelihoods :math:`\pi_m` that the nodes are like node m minimise

    .. math:: \sum_{i < j} w_{ij} (\pi_{im} - \pi_{jm})^2 + c \sum_i d_i (\pi_{im} - b_{im})^2,

    where b is 1 at node m and else 0, and d are the degrees. The minimum is
    :math:`\pi = c M^{-1} D b` with :math:`M = (1 + c) D - W`, so the inverse of a sparse matrix,
    :math:`A = c M^{-1}`, holds the affinities of all pairs of nodes.

    Parameters
    ----------
    weights : sparse array of shape (n, n)
        W, symmetric, with a degree larger than 0 at each node.
    restart : float
        c, larger than 0: how little the likelihoods spread.
    """

    def __init__(self, weights: csr_array, restart: float) -> None:
        self.degrees = weights.sum(axis=1)
        self.restart = restart
        self.n_nodes = len(self.degrees)
        self._solve = _factorize(diagonal((1 + restart) * self.degrees) - weights)
        # The sum of each row of A.
        self.sums = self.multiply(np.ones(self.n_nodes))

    def multiply(self, vector: np.ndarray) -> np.ndarray:
        """(n,) -> (n,): A times a vector."""
        return self.restart * self._solve(vector)

    def likelihoods(self, node: int) -> np.ndarray:
        """Compute how like a node all nodes are -> (n,), from 0 to 1."""
        start = np.zeros(self.n_nodes)
        start[node] = self.degrees[node]
        return self.multiply(start)

    def eigenvectors(self, n_vectors: int) -> tuple[np.ndarray, np.ndarray]:
        """Find the largest solutions of A x = lambda S x, where S holds the sums of A's rows.

        They are those of the normalised cuts of the full graph.

        Returns
        -------
        values : ndarray of shape (n_vectors,)
            Decreasing, from 1.
        vectors : ndarray of shape (n, n_vectors)
            Orthonormal by S.
        """
        roots = np.sqrt(self.sums)
        if self.n_nodes <= DENSE or n_vectors >= self.n_nodes // 4:
            dense = np.stack([self.multiply(row) for row in np.eye(self.n_nodes)])
            similarity = (dense + dense.T) / 2 / np.outer(roots, roots)
            values, vectors = eigh(similarity)
            values, vectors = values[-n_vectors:], vectors[:, -n_vectors:]
        else:
            operator = LinearOperator(
                (self.n_nodes, self.n_nodes),
                matvec=lambda vector: self.multiply(np.ravel(vector) / roots) / roots,
                dtype=float,
            )
            start = np.random.default_rng(0).uniform(0.5, 1, self.n_nodes)
            values, vectors = eigsh(operator, n_vectors, which="LA", tol=TOLERANCE, v0=start)
        order = np.argsort(-values)
        return values[order], vectors[:, order] / roots[:, None]


def _factorize(matrix: csr_array) -> Callable[[np.ndarray], np.ndarray]:
    """Factorize a symmetric positive definite matrix -> the function that solves with it."""
    factors = splu(
        csc_array(matrix),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return factors.solve
