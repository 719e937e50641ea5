"""Sparse arrays from parts, with functions that the oldest SciPy has."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import block_diag, csr_array, diags, hstack, vstack


def diagonal(values: np.ndarray) -> csr_array:
    """(n,) -> (n, n) with the values on the diagonal."""
    return csr_array(diags(np.asarray(values, float)))


def along_diagonal(blocks: Sequence[csr_array]) -> csr_array:
    """Join blocks along the diagonal."""
    return csr_array(block_diag(blocks))


def below(blocks: Sequence[csr_array]) -> csr_array:
    """Join blocks of equal width, one below the other."""
    return csr_array(vstack(blocks))


def beside(blocks: Sequence[csr_array]) -> csr_array:
    """Join blocks of equal height, one beside the other."""
    return csr_array(hstack(blocks))
