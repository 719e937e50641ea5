"""Eigenvectors of normalized cuts, and labels from them."""

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh, null_space, svd
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import LinearOperator, eigsh, splu

from sklearn_dic.peers._sparse import below, beside, diagonal

DENSE = 800  # nodes up to which the eigenvectors are found directly
SHIFT = 1e-5  # so that a cost of 0 can be divided by
TOLERANCE = 1e-10  # of the inverse eigenvalues
N_TURNS = 50  # of the rotation, at most


def normalized_cuts(
    affinities: csr_array, n_vectors: int, constraints: csr_array | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Solve :math:`(D - W) x = \gamma D x` for the smallest costs, where C x = 0.

    Parameters
    ----------
    affinities : sparse array of shape (n, n)
        W: symmetric, not negative, no empty row.
    n_vectors : int
        Number of eigenvectors, at most n minus the number of constraints.
    constraints : sparse array of shape (m, n), default=None
        C, of rank m. None: there are none.

    Returns
    -------
    costs : ndarray of shape (n_vectors,)
        The eigenvalues gamma, increasing. Without constraints the first is 0.
    vectors : ndarray of shape (n, n_vectors)
        Orthonormal by D.
    """
    roots = np.sqrt(affinities.sum(axis=1))
    scaling = diagonal(1 / roots)
    if constraints is not None:
        constraints = (constraints @ scaling).tocsr()
    costs, vectors = smallest_costs(scaling @ affinities @ scaling, n_vectors, constraints)
    return costs, vectors / roots[:, None]


def smallest_costs(
    similarity: csr_array, n_vectors: int, constraints: csr_array | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find the smallest eigenvalues of I - P on the vectors y with C y = 0.

    Many of them are nearly 0 and close to each other, where Lanczos iterations hardly converge. So
    the inverse is iterated, with a sparse factorization; with constraints that of the saddle-point
    system.

    Parameters
    ----------
    similarity : sparse array of shape (n, n)
        P: symmetric, with eigenvalues from -1 to 1.
    n_vectors : int
        How many, at most n minus the number of constraints.
    constraints : sparse array of shape (m, n), default=None
        C, of rank m.

    Returns
    -------
    costs : ndarray of shape (n_vectors,)
        Increasing.
    vectors : ndarray of shape (n, n_vectors)
        Orthonormal.
    """
    n = similarity.shape[0]
    if n <= DENSE or n_vectors >= n // 4:
        matrix = np.eye(n) - similarity.toarray()
        basis = np.eye(n) if constraints is None else null_space(constraints.toarray())
        costs, vectors = eigh(basis.T @ matrix @ basis, subset_by_index=[0, n_vectors - 1])
        return costs, basis @ vectors
    shifted = diagonal(np.full(n, 1 + SHIFT)) - similarity
    if constraints is None:
        solve = splu(
            csc_array(shifted),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        ).solve
    else:
        solve = _solve_constrained(shifted, constraints)
    start = solve(np.random.default_rng(0).uniform(-1, 1, n))
    operator = LinearOperator((n, n), matvec=solve, dtype=float)
    inverses, vectors = eigsh(operator, n_vectors, which="LA", tol=TOLERANCE, v0=start)
    order = np.argsort(-inverses)
    return 1 / inverses[order] - SHIFT, vectors[:, order]


def _solve_constrained(matrix: csr_array, constraints: csr_array) -> Callable:
    """Make the function from b to the y with C y = 0 and A y - b in the rows of C."""
    m, n = constraints.shape
    nothing = csr_array((m, m))
    rows = beside([matrix, constraints.T]), beside([constraints, nothing])
    solve = splu(csc_array(below(rows))).solve
    return lambda b: solve(np.concatenate([np.ravel(b), np.zeros(m)]))[:n]


def discretize(vectors: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Find the labels that are closest to eigenvectors, up to a rotation.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_segments)
        The first eigenvectors of normalized cuts.
    weights : ndarray of shape (n,), default=None
        How many nodes each row stands for. None: one each.

    Returns
    -------
    labels : ndarray of int, shape (n,)
        From 0 to n_segments - 1; some may be missing.

    References
    ----------
    .. [1] S. Yu, J. Shi, "Multiclass spectral clustering", ICCV 2003,
       doi:10.1109/ICCV.2003.1238361.
    """
    weights = np.ones(len(vectors)) if weights is None else weights
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = vectors / np.where(lengths > 0, lengths, 1)
    rotation = _first_rotation(rows)
    best = -np.inf
    for _ in range(N_TURNS):
        labels = (rows @ rotation).argmax(axis=1)
        chosen = np.eye(rows.shape[1])[labels] * weights[:, None]
        left, strengths, right = svd(chosen.T @ rows)
        if strengths.sum() <= best + 1e-9 * weights.sum():
            break
        best = strengths.sum()
        rotation = right.T @ left.T
    return labels


def _first_rotation(rows: np.ndarray) -> np.ndarray:
    """Take rows that are as orthogonal to each other as possible -> (k, k)."""
    k = rows.shape[1]
    rotation = np.empty((k, k))
    overlap = np.zeros(len(rows))
    place = int(np.argmax(np.linalg.norm(rows, axis=1)))
    for i in range(k):
        rotation[:, i] = rows[place]
        overlap += np.abs(rows @ rotation[:, i])
        place = int(np.argmin(overlap))
    return rotation
