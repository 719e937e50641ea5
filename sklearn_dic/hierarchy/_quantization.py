"""Kinds of pixels: a palette of the colours and textures of one picture, and what lies together."""

import numpy as np
from scipy.ndimage import gaussian_filter

from sklearn_dic.hierarchy._adjacency import step_slices

NEAR = (2, 4, 6, 8, 10, 12)  # pixels apart: which kinds are found together
RHO = 1.25  # of the paper: how much frequent pairs count more than rare ones
PRIOR = 1e-5  # share of each pair of kinds before any is counted


def quantize_colors(channels: np.ndarray, n_kinds: int = 48, sigma: float = 2.0) -> np.ndarray:
    """Sort pixels into kinds, by mean and deviation of the channels around them.

    The kind that differs most along one axis is split at its mean, until there are enough or
    nothing differs: k-means would be about as good [1]_, and depends on a draw.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    n_kinds : int, default=48
        At most so many.
    sigma : float, default=2.0
        Width of the Gaussian window, in pixels.

    Returns
    -------
    kinds : ndarray of shape (H, W), int64
        Consecutive from 0.

    References
    ----------
    .. [1] S. J. Wan et al., "Variance-based color image quantization for frame buffer
       display", Color Research and Application 15 (1990), doi:10.1002/col.5080150109.
    """
    features = _local_statistics(channels, sigma).reshape(-1, 2 * channels.shape[-1])
    members = [np.arange(len(features))]
    spreads = [_spread(features)]
    while len(members) < n_kinds:
        widest = int(np.argmax([spread.max() for spread in spreads]))
        values = features[members[widest], spreads[widest].argmax()]
        upper = values > values.mean()
        if upper.all() or not upper.any():  # the mean of equal values may be rounded to either side
            break
        halves = [members[widest][~upper], members[widest][upper]]
        members[widest : widest + 1] = halves
        spreads[widest : widest + 1] = [_spread(features[half]) for half in halves]
    kinds = np.empty(len(features), np.int64)
    for kind, pixels in enumerate(members):
        kinds[pixels] = kind
    return kinds.reshape(channels.shape[:2])


def kind_histograms(kinds: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Count the kinds of pixels in each region.

    Parameters
    ----------
    kinds, labels : ndarray of int, shape (H, W)
        Consecutive from 0.

    Returns
    -------
    roots : ndarray of shape (n_regions, n_kinds)
        Square roots of the shares, so that the distance between two regions is that of
        Hellinger, from 0 to the root of 2.
    """
    return np.sqrt(overlap(labels, kinds))


def overlap(labels: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n_regions, n_others) shares of each region that have each label of another map."""
    n_others = int(other.max()) + 1
    codes = labels.ravel().astype(np.int64) * n_others + other.ravel()
    counts = np.bincount(codes, minlength=(int(labels.max()) + 1) * n_others)
    counts = counts.reshape(-1, n_others)
    return counts / counts.sum(axis=1, keepdims=True)


def mutual_information(kinds: np.ndarray) -> np.ndarray:
    r"""Pointwise mutual information of the kinds of pixels that lie close together.

    Two kinds A and B that are neighbours all over the picture, like the two colours of a
    leopard, belong together; two that meet at one border only do not. This number [1]_

    .. math:: \log \frac{P(A, B)^\rho}{P(A) P(B)}

    says so, where P(A, B) is counted between pixels up to 12 apart in this one picture.

    Parameters
    ----------
    kinds : ndarray of int, shape (H, W)
        Kinds of pixels, as `quantize_colors` finds them.

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


def _local_statistics(channels: np.ndarray, sigma: float) -> np.ndarray:
    """(H, W, C) -> (H, W, 2C): mean and standard deviation in a Gaussian window."""
    planes = list(np.moveaxis(channels.astype(np.float64), -1, 0))
    means = [gaussian_filter(plane, sigma) for plane in planes]
    squares = [gaussian_filter(plane**2, sigma) for plane in planes]
    deviations = [
        np.sqrt(np.maximum(square - mean**2, 0))
        for square, mean in zip(squares, means, strict=True)
    ]
    return np.stack([*means, *deviations], axis=-1)


def _spread(features: np.ndarray) -> np.ndarray:
    """Sum of the squared deviations from the mean, along each axis."""
    return features.var(axis=0) * len(features)


def _ring(distance: int, n_directions: int) -> list[tuple[int, int]]:
    """List steps of one length over half a circle; the other half are their reverse."""
    angles = np.arange(n_directions) * np.pi / n_directions
    rows, columns = distance * np.sin(angles), distance * np.cos(angles)
    return [(round(row), round(column)) for row, column in zip(rows, columns, strict=True)]
