"""How strongly the two sides of a border differ, without a label."""

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude

from sklearn_dic.hierarchy._adjacency import RegionAdjacency, Slices, step_slices

N_KINDS = 48  # kinds of pixels, between which mutual information is counted
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
    gradient = np.linalg.norm(
        [gaussian_gradient_magnitude(plane, sigma) for plane in _planes(channels)], axis=0
    )

    def mean_of_both(first: Slices, second: Slices, where: np.ndarray) -> np.ndarray:
        return (gradient[first][where] + gradient[second][where]) / 2

    return adjacency.mean_across([(0, 1), (1, 0)], mean_of_both)


def mutual_information_contrast(channels: np.ndarray, adjacency: RegionAdjacency) -> np.ndarray:
    r"""How rarely this picture shows, close together, what meets at each border.

    Pixels are sorted into kinds, by colour and by how much it varies around them. Two kinds A
    and B that lie close together all over the picture, like the two colours of a leopard,
    belong together; two that meet at one border only do not. The pointwise mutual information

    .. math:: \log \frac{P(A, B)^\rho}{P(A) P(B)}

    says so [1]_, where P(A, B) is counted between pixels up to 12 apart in this one picture.
    The contrast is what it lacks of a large value, averaged over pixels up to 6 apart on both
    sides of a border.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    adjacency : RegionAdjacency
        Its regions.

    Returns
    -------
    contrasts : ndarray of shape (n_pairs,)
        0 or larger, about 0 to 5.

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information", ECCV
       2014, doi:10.1007/978-3-319-10578-9_52. There the density is estimated with kernels, and
       the contrast is turned into boundaries by spectral clustering.
    """
    kinds = sort_pixels(channels, N_KINDS)
    n_kinds = int(kinds.max()) + 1
    information = _mutual_information(kinds, n_kinds)
    contrast = np.maximum(COMMON - information, 0)

    def of_kinds(first: Slices, second: Slices, where: np.ndarray) -> np.ndarray:
        return contrast[kinds[first][where], kinds[second][where]]

    steps = [(0, 1), (1, 0), *(step for distance in ACROSS for step in _ring(distance, 4))]
    return adjacency.mean_across(steps, of_kinds)


def sort_pixels(channels: np.ndarray, n_kinds: int, sigma: float = 2.0) -> np.ndarray:
    """Sort pixels into kinds, by mean and deviation of the channels around them.

    The kind that differs most along one axis is split at its mean, until there are enough or
    nothing differs: k-means would be about as good [1]_, and depends on a draw.

    Parameters
    ----------
    channels : ndarray of shape (H, W, C)
        The picture.
    n_kinds : int
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
        if not upper.any():
            break
        halves = [members[widest][~upper], members[widest][upper]]
        members[widest : widest + 1] = halves
        spreads[widest : widest + 1] = [_spread(features[half]) for half in halves]
    kinds = np.empty(len(features), np.int64)
    for kind, pixels in enumerate(members):
        kinds[pixels] = kind
    return kinds.reshape(channels.shape[:2])


def _local_statistics(channels: np.ndarray, sigma: float) -> np.ndarray:
    """(H, W, C) -> (H, W, 2C): mean and standard deviation in a Gaussian window."""
    planes = list(_planes(channels.astype(np.float64)))
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


def _mutual_information(kinds: np.ndarray, n_kinds: int) -> np.ndarray:
    """(H, W) kinds -> (n_kinds, n_kinds) of pixels that lie close together."""
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


def _planes(channels: np.ndarray) -> np.ndarray:
    return np.moveaxis(channels, -1, 0)
