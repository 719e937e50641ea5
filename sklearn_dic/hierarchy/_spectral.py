"""Contours of the whole image, by normalized cuts."""

from collections.abc import Sequence
from functools import reduce
from itertools import count, product
from math import prod

import numpy as np
from scipy.linalg import eigh
from scipy.ndimage import affine_transform
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import eigsh

from sklearn_dic.hierarchy._adjacency import step_slices
from sklearn_dic.images._masks import fill_outside
from sklearn_dic.images._spacing import check_spacing, find_far_axis, gradient_magnitude

# Chosen on BSDS300; values 50% larger or smaller hardly change the scores.
LARGEST = 17_500  # pixels of the copy of a scene: a third of the sides of 321 x 481
OVERLAP = 4  # windows overlap by this part of their sides
RADIUS = 4  # pixels of the copy: the longest distance with an affinity
N_VECTORS = 16
N_SPARE = 3  # further vectors of a sample, which make the others better
N_ITERATIONS = 8  # with 2 to 8 the contours are about the same
SIGMA = 0.7  # pixels of the copy: width of the Gaussian whose derivative is taken
LEAST_CUT = 1e-4  # the smallest eigenvalue that is divided by
TOLERANCE = 1e-8  # of the eigenvalues: the answer does not depend on the number of threads
SMALL = 200  # pixels, up to which it is faster to find the eigenvectors directly


def reduction_steps(n_pixels: float, spacing: Sequence[float]) -> tuple[int, ...]:
    """Choose the factors by which the axes of a scene are reduced.

    Pixels of the copy are about as far apart along all axes. An axis that is coarser than that is
    not reduced, and the others less.
    """
    for step in count(1):
        steps = tuple(max(1, round(step / distance)) for distance in spacing)
        if n_pixels / prod(steps) <= LARGEST:
            break
    return steps


def spectral_contours(
    colors: np.ndarray,
    information: np.ndarray,
    scene_pixels: float | None = None,
    spacing: Sequence[float] | None = None,
) -> np.ndarray:
    r"""Find contours from the normalized cuts of the whole image.

    Nearby pixels have the affinity

    .. math:: \frac{P(A, B)^\rho}{P(A) P(B)},

    which is high if their colours A and B often occur together in this image [1]_. The
    eigenvectors of the normalized cuts of this graph [2]_ are
    flat within coherent regions, textured or not, and steep between them: their gradients are
    contours that close gaps and pass over texture. An eigenvector is weighted by the root of its
    inverse eigenvalue [3]_.

    Parameters
    ----------
    colors : ndarray of int, shape (H, W) or (Z, Y, X)
        Palette indices, from `quantize_colors`; -1 outside of the mask.
    information : ndarray of shape (n_colors, n_colors)
        From `mutual_information`.
    scene_pixels : float, default=None
        Area of a scene, in a volume its volume, in pixels as long as those of the finest axis.
        None: the image is one. The eigenvectors of larger images are those of overlapping
        windows of about a scene each.
    spacing : sequence of float, default=None
        Distance of pixels along each axis. None: 1.

    Returns
    -------
    strength : ndarray of shape (H, W) or (Z, Y, X)
        0 or larger; only ratios have a meaning. The graph is that of a reduced copy, of about
        17,500 pixels of each scene at most, so that its time and memory hardly grow with the
        resolution. Slices of a volume that are at least 4 pixels of the finest axis apart are cut
        one by one: a graph of them all would fall apart into slices.

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information", ECCV
       2014, doi:10.1007/978-3-319-10578-9_52.
    .. [2] J. Shi, J. Malik, "Normalized cuts and image segmentation", PAMI 22 (2000),
       doi:10.1109/34.868688.
    .. [3] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", PAMI 33
       (2011), doi:10.1109/TPAMI.2010.161.
    .. [4] J. Pont-Tuset et al., "Multiscale combinatorial grouping for image segmentation and
       object proposal generation", PAMI 39 (2017), section 3.1, doi:10.1109/TPAMI.2016.2537320.
    """
    spacing = check_spacing(spacing, colors.ndim)
    far = find_far_axis(spacing)
    if far is not None:
        near = np.delete(spacing, far).tolist()
        if scene_pixels is not None:
            scene_pixels **= len(near) / colors.ndim
        slices = np.moveaxis(colors, far, 0)
        found = [spectral_contours(part, information, scene_pixels, near) for part in slices]
        return np.moveaxis(np.stack(found), 0, far)
    size = colors.size * prod(spacing)
    scene_pixels = size if scene_pixels is None else scene_pixels
    steps = reduction_steps(scene_pixels / prod(spacing), spacing)
    sides = [max(1, round(scene_pixels ** (1 / colors.ndim) / distance)) for distance in spacing]
    windows = [_windows(*axis) for axis in zip(colors.shape, sides, strict=True)]
    if scene_pixels >= size or windows == [[(0, extent)] for extent in colors.shape]:
        return _contours_of_window(colors, information, steps, spacing)
    totals, weights = np.zeros(colors.shape), np.zeros(colors.shape)
    for ranges in product(*windows):
        window = tuple(slice(*ends) for ends in ranges)
        # Contours fade in and out where windows overlap.
        fades = [_fade(end - start, side) for (start, end), side in zip(ranges, sides, strict=True)]
        weight = reduce(np.multiply.outer, fades)
        totals[window] += weight * _contours_of_window(colors[window], information, steps, spacing)
        weights[window] += weight
    return totals / weights


def _windows(extent: int, side: int) -> list[tuple[int, int]]:
    """Cut an axis into windows of a side, which overlap by a quarter; the last may be longer."""
    stride = side - side // OVERLAP
    starts = range(0, max(extent - side // 2, 1), stride)
    return [
        (start, min(start + side, extent) if start != starts[-1] else extent) for start in starts
    ]


def _fade(length: int, side: int) -> np.ndarray:
    """Weights along an axis of a window: smaller towards its ends, never 0."""
    places = np.arange(length) + 0.5
    return np.minimum(np.minimum(places, places[::-1]) / max(side // OVERLAP, 1), 1)


def _contours_of_window(
    colors: np.ndarray, information: np.ndarray, steps: Sequence[int], spacing: Sequence[float]
) -> np.ndarray:
    spacing = check_spacing(np.multiply(steps, spacing), colors.ndim)  # of the copy
    firsts = [min(axis) // 2 for axis in zip(colors.shape, steps, strict=True)]
    middles = tuple(slice(*axis) for axis in zip(firsts, colors.shape, steps, strict=True))
    reduced = colors[middles]
    inside = reduced >= 0
    if np.count_nonzero(inside) < 2:
        return np.zeros(colors.shape)
    costs, vectors = _cut(_find_affinities(reduced, information, spacing), inside)
    squares = np.zeros(reduced.shape)
    for cost, vector in zip(costs, vectors.T, strict=True):
        plane = np.zeros(reduced.shape)
        plane[inside] = vector / (vector.std() or 1)
        plane = fill_outside(plane, inside)
        squares += gradient_magnitude(plane, SIGMA, spacing) ** 2 / max(cost, LEAST_CUT)
    # A pixel of the copy lies at its place in the image.
    places = {"matrix": np.diag(1 / np.array(steps)), "offset": -np.array(firsts) / steps}
    return affine_transform(
        np.sqrt(squares), **places, output_shape=colors.shape, order=1, mode="nearest"
    )


def _find_affinities(
    colors: np.ndarray, information: np.ndarray, spacing: Sequence[float]
) -> csr_array:
    """(H, W) or (Z, Y, X) colours -> (N, N) affinities of the N pixels of the mask."""
    inside = colors >= 0
    n_pixels = np.count_nonzero(inside)
    places = np.full(colors.shape, -1, dtype=np.int32)
    places[inside] = np.arange(n_pixels, dtype=np.int32)
    of_colors = np.exp(information)
    rows, columns, values = [], [], []
    reaches = [range(-int(RADIUS / distance), int(RADIUS / distance) + 1) for distance in spacing]
    for step in product(*reaches):
        square = sum((n * distance) ** 2 for n, distance in zip(step, spacing, strict=True))
        if square > RADIUS**2 or step <= (0,) * len(step):  # each pair once
            continue
        first, second = step_slices(*step)
        both = (colors[first] >= 0) & (colors[second] >= 0)
        rows.append(places[first][both])
        columns.append(places[second][both])
        values.append(of_colors[colors[first], colors[second]][both])
    affinities = np.concatenate(values)
    affinities += 1e-6 * affinities.mean()  # so that none is 0
    pairs = np.concatenate(rows), np.concatenate(columns)
    del rows, columns, values
    upper = coo_array((affinities, pairs), shape=(n_pixels, n_pixels)).tocsr()
    return upper + upper.T.tocsr()


def _cut(affinities: csr_array, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, N), (H, W) mask -> (k,) costs, increasing, and (N, k) eigenvectors of normalized cuts.

    Those of every second pixel in both directions, joined by the affinities over one pixel
    between, are as good [4]_. They are found from those of every fourth pixel.
    """
    n_pixels = affinities.shape[0]
    sampled, shares, inside = _sample(affinities, inside)
    if n_pixels <= SMALL or sampled.shape[0] < n_pixels / 16:  # or the mask has few of them
        costs, vectors = _find_eigenvectors(affinities)
    else:
        costs, vectors = _find_from_sample(sampled, inside)
        vectors = shares.T @ vectors
    return costs[1:], vectors[:, 1:]  # the first is flat everywhere


def _sample(affinities: csr_array, inside: np.ndarray) -> tuple[csr_array, csr_array, np.ndarray]:
    """Take every second pixel -> affinities (M, M), shares (M, N), and mask of the sample.

    A pixel has a share in the sampled pixels near it, as large as its affinity.
    """
    second = tuple(slice(min(side, 2) - 1, None, 2) for side in inside.shape)
    is_sampled = np.zeros(inside.shape, bool)
    is_sampled[second] = True
    sampled = affinities[np.flatnonzero(is_sampled[inside])]
    totals = np.asarray(sampled.sum(axis=0))
    totals[totals == 0] = 1  # pixels far from all that are sampled
    shares = sampled.copy()
    shares.data /= totals[shares.indices]
    return (sampled @ shares.T).tocsr(), shares, inside[second]


def _find_from_sample(affinities: csr_array, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, N), (H, W) mask -> (k + 1,) costs and (N, k + 1) eigenvectors.

    Power iterations on the eigenvectors of every second pixel: Lanczos takes three times as long.
    """
    sampled, shares, _ = _sample(affinities, inside)
    if affinities.shape[0] <= SMALL or sampled.shape[0] <= N_VECTORS + N_SPARE + 1:
        return _find_eigenvectors(affinities)
    _, vectors = _find_eigenvectors(sampled, N_SPARE)
    similarities, roots = _normalize(affinities)
    vectors = (shares.T @ vectors) * roots[:, None]
    for _ in range(N_ITERATIONS):
        vectors = similarities @ vectors
    basis, _ = np.linalg.qr(vectors)
    values, turns = eigh(basis.T @ (similarities @ basis))
    order = np.argsort(-values)[: N_VECTORS + 1]
    return 1 - values[order], basis @ turns[:, order] / roots[:, None]


def _find_eigenvectors(affinities: csr_array, n_spare: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(N, N) -> (k + 1,) costs, increasing, and (N, k + 1) eigenvectors.

    scikit-learn's `spectral_embedding` does not return the costs.
    """
    similarities, roots = _normalize(affinities)
    n_pixels = len(roots)
    n_vectors = min(N_VECTORS + n_spare, n_pixels - 1) + 1
    if n_pixels <= SMALL:
        last = [n_pixels - n_vectors, n_pixels - 1]
        values, vectors = eigh(similarities.toarray(), subset_by_index=last)
    else:
        start = np.random.default_rng(0).uniform(-1, 1, n_pixels)
        values, vectors = eigsh(similarities, n_vectors, which="LA", tol=TOLERANCE, v0=start)
    order = np.argsort(-values)
    return 1 - values[order], vectors[:, order] / roots[:, None]


def _normalize(affinities: csr_array) -> tuple[csr_array, np.ndarray]:
    """(N, N) affinities -> divided by the roots of the degrees of both pixels; the roots (N,)."""
    roots = np.sqrt(affinities.sum(axis=1))
    roots[roots == 0] = 1  # pixels without a neighbour in the mask
    similarities = affinities.copy()
    similarities.data /= roots.repeat(np.diff(affinities.indptr)) * roots[affinities.indices]
    return similarities, roots
