"""How strongly the two sides of a border differ, without a label."""

import numpy as np

from sklearn_dic.hierarchy._adjacency import RegionAdjacency, Slices, step_slices
from sklearn_dic.superpixels._color import gradient_length

NEAR = (2, 4, 6, 8, 10, 12)  # pixels apart: which kinds are found together
ACROSS = (2, 4, 6)  # pixels from one side of a border to the other
RHO = 1.25  # of the paper: how much frequent pairs count more than rare ones
COMMON = 2.0  # mutual information from which on there is no contrast
PRIOR = 1e-5  # share of each pair of kinds before any is counted


def gradient_contrast(
    channels: np.ndarray, adjacency: RegionAdjacency, sigma: float = 2.0
) -> np.ndarray:
    """Mean length of the gradient along each border.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    adjacency : RegionAdjacency
        Its regions.
    sigma : float, default=2.0
        Width of the Gaussian whose derivative is taken, in pixels.

    Returns
    -------
    contrasts : ndarray of shape (n_pairs,)
        In the units of the channels, for each pixel.
    """
    return mean_along_borders(gradient_length(channels, sigma), adjacency)


def mean_along_borders(values: np.ndarray, adjacency: RegionAdjacency) -> np.ndarray:
    """(H, W) values -> (n_pairs,) means over the pixels on both sides of each border."""

    def mean_of_both(first: Slices, second: Slices, where: np.ndarray) -> np.ndarray:
        return (values[first][where] + values[second][where]) / 2

    return adjacency.mean_across([(0, 1), (1, 0)], mean_of_both)


def mutual_information_contrast(
    kinds: np.ndarray, information: np.ndarray, adjacency: RegionAdjacency
) -> np.ndarray:
    """How rarely this picture shows, close together, what meets at each border.

    The contrast is what the mutual information lacks of a large value, averaged over pixels up
    to 6 apart on both sides of a border.

    Parameters
    ----------
    kinds : ndarray of int, shape (H, W)
        Kinds of pixels, as `sort_pixels` finds them.
    information : ndarray of shape (n_kinds, n_kinds)
        As `mutual_information` finds it.
    adjacency : RegionAdjacency
        The regions of the picture.

    Returns
    -------
    contrasts : ndarray of shape (n_pairs,)
        0 or larger, about 0 to 5.
    """
    contrast = np.maximum(COMMON - information, 0)

    def of_kinds(first: Slices, second: Slices, where: np.ndarray) -> np.ndarray:
        return contrast[kinds[first][where], kinds[second][where]]

    steps = [(0, 1), (1, 0), *(step for distance in ACROSS for step in _ring(distance, 4))]
    return adjacency.mean_across(steps, of_kinds)


def mutual_information(kinds: np.ndarray) -> np.ndarray:
    r"""Pointwise mutual information of the kinds of pixels that lie close together.

    Two kinds A and B that are neighbours all over the picture, like the two colours of a
    leopard, belong together; two that meet at one border only do not. This number [1]_

    .. math:: \log \frac{P(A, B)^\rho}{P(A) P(B)}

    says so, where P(A, B) is counted between pixels up to 12 apart in this one picture.

    Parameters
    ----------
    kinds : ndarray of int, shape (H, W)
        Kinds of pixels, as `sort_pixels` finds them.

    Returns
    -------
    information : ndarray of shape (n_kinds, n_kinds)

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information", ECCV
       2014, doi:10.1007/978-3-319-10578-9_52. There the density is estimated with kernels.
    """
    n_kinds = int(kinds.max()) + 1
    counts = np.zeros(n_kinds**2)
    for distance in NEAR:
        for step in _ring(distance, 8):
            first, second = step_slices(*step)
            codes = kinds[first] * n_kinds + kinds[second]
            counts += np.bincount(codes.ravel(), minlength=n_kinds**2)
    table = counts.reshape(n_kinds, n_kinds)
    joint = (table + table.T) / max(2 * counts.sum(), 1) + PRIOR
    joint /= joint.sum()
    each = joint.sum(axis=1)
    return RHO * np.log(joint) - np.log(np.outer(each, each))


def _ring(distance: int, n_directions: int) -> list[tuple[int, int]]:
    """List steps of one length over half a circle; the other half are their reverse."""
    angles = np.arange(n_directions) * np.pi / n_directions
    rows, columns = distance * np.sin(angles), distance * np.cos(angles)
    return [(round(row), round(column)) for row, column in zip(rows, columns, strict=True)]
