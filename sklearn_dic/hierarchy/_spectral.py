"""Contours of the whole image, by normalized cuts."""

import math

import numpy as np
from scipy.linalg import eigh
from scipy.ndimage import affine_transform, gaussian_gradient_magnitude
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import eigsh

from sklearn_dic.hierarchy._adjacency import step_slices
from sklearn_dic.images._masks import fill_outside

# Chosen on BSDS300; values 50% larger or smaller hardly change the scores.
LARGEST = 17_500  # pixels of the copy that is cut: a third of the sides of 321 x 481
RADIUS = 4  # pixels of the copy: the longest distance with an affinity
N_VECTORS = 16
FEATURE_SPREAD = 1.5  # width of the Gaussian affinity, against the spread of the features
EXTREMES = 0.005  # share of the pixels whose features are extremes, on either side
SIGMA = 0.7  # pixels of the copy: width of the Gaussian whose derivative is taken
LEAST_CUT = 1e-4  # the smallest eigenvalue that is divided by
TOLERANCE = 1e-8  # of the eigenvalues: the answer does not depend on the number of threads
SMALL = 200  # pixels, up to which it is faster to find the eigenvectors directly


def reduction_step(n_pixels: int) -> int:
    """Choose the factor by which the sides of an image are reduced."""
    return math.ceil((n_pixels / LARGEST) ** 0.5)


def spectral_contours(
    colors: np.ndarray, information: np.ndarray, features: np.ndarray | None = None
) -> np.ndarray:
    r"""Find contours from the normalized cuts of the whole image.

    Nearby pixels have the affinity

    .. math:: \frac{P(A, B)^\rho}{P(A) P(B)} \exp \frac{-|f_A - f_B|^2}{2 \cdot 1.5^2},

    which is high if their colours A and B often occur together in this image [1]_, and if their
    learned features f are alike. The eigenvectors of the normalized cuts of this graph [2]_ are
    flat within coherent regions, textured or not, and steep between them: their gradients are
    contours that close gaps and pass over texture. An eigenvector is weighted by the root of its
    inverse eigenvalue [3]_.

    Parameters
    ----------
    colors : ndarray of int, shape (H, W)
        Palette indices, from `quantize_colors`; -1 outside of the mask.
    information : ndarray of shape (n_colors, n_colors)
        From `mutual_information`.
    features : ndarray of shape (H, W, D), default=None
        Learned features. None: the colours alone decide.

    Returns
    -------
    strength : ndarray of shape (H, W)
        0 or larger; only ratios have a meaning. The graph is that of a reduced copy, of about
        17,500 pixels at most, so that time and memory hardly grow with the image.

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information", ECCV
       2014, doi:10.1007/978-3-319-10578-9_52.
    .. [2] J. Shi, J. Malik, "Normalized cuts and image segmentation", PAMI 22 (2000),
       doi:10.1109/34.868688.
    .. [3] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", PAMI 33
       (2011), doi:10.1109/TPAMI.2010.161.
    """
    step = reduction_step(colors.size)
    firsts = [min(side, step) // 2 for side in colors.shape]
    middles = tuple(slice(first, None, step) for first in firsts)
    reduced = colors[middles]
    inside = reduced >= 0
    if np.count_nonzero(inside) < 2:
        return np.zeros(colors.shape)
    if features is not None:
        features = _scale(features[middles], inside)
    costs, vectors = _cut(_find_affinities(reduced, information, features))
    squares = np.zeros(reduced.shape)
    for cost, vector in zip(costs, vectors.T, strict=True):
        plane = np.zeros(reduced.shape)
        plane[inside] = vector / (vector.std() or 1)
        plane = fill_outside(plane, inside)
        squares += gaussian_gradient_magnitude(plane, SIGMA) ** 2 / max(cost, LEAST_CUT)
    # A pixel of the copy lies at its place in the image.
    places = {"matrix": np.eye(2) / step, "offset": -np.array(firsts) / step}
    return affine_transform(
        np.sqrt(squares), **places, output_shape=colors.shape, order=1, mode="nearest"
    )


def _scale(features: np.ndarray, inside: np.ndarray) -> np.ndarray | None:
    """Scale features to a total variance of 1 inside of the mask; None if they do not vary.

    Extremes are clipped: a pixel far from all others, such as missing data, would be cut off alone,
    and its contour would be stronger than all others.
    """
    mask = ... if inside.all() else inside
    axes = tuple(range(features[mask].ndim - 1))
    bounds = np.quantile(features[mask], [EXTREMES, 1 - EXTREMES], axis=axes)
    features = features.astype(np.float64).clip(*bounds)
    spread = features[mask].var(axis=axes).sum()
    return features / spread**0.5 if spread > 0 else None


def _find_affinities(
    colors: np.ndarray, information: np.ndarray, features: np.ndarray | None
) -> csr_array:
    """(H, W) colours, (H, W, D) features -> (N, N) affinities of the N pixels of the mask."""
    inside = colors >= 0
    n_pixels = np.count_nonzero(inside)
    places = np.full(colors.shape, -1, dtype=np.int32)
    places[inside] = np.arange(n_pixels, dtype=np.int32)
    of_colors = np.exp(information)
    rows, columns, values = [], [], []
    for down in range(RADIUS + 1):
        for right in range(-RADIUS, RADIUS + 1):
            if down**2 + right**2 > RADIUS**2 or (down == 0 and right <= 0):
                continue
            first, second = step_slices(down, right)
            both = (colors[first] >= 0) & (colors[second] >= 0)
            affinities = of_colors[colors[first], colors[second]][both]
            if features is not None:
                squares = ((features[first] - features[second]) ** 2).sum(axis=-1)[both]
                affinities = affinities * np.exp(-squares / (2 * FEATURE_SPREAD**2))
            rows.append(places[first][both])
            columns.append(places[second][both])
            values.append(affinities)
    affinities = np.concatenate(values)
    affinities += 1e-6 * affinities.mean()  # so that none is 0
    pairs = np.concatenate(rows), np.concatenate(columns)
    del rows, columns, values
    upper = coo_array((affinities, pairs), shape=(n_pixels, n_pixels)).tocsr()
    return upper + upper.T.tocsr()


def _cut(affinities: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """(N, N) -> (k,) costs, increasing, and (N, k) eigenvectors of the normalized cuts.

    scikit-learn's `spectral_embedding` does not return the costs.
    """
    n_pixels = affinities.shape[0]
    n_vectors = min(N_VECTORS, n_pixels - 1)
    roots = np.sqrt(affinities.sum(axis=1))
    # In place, since the affinities take most of the memory.
    affinities.data /= roots.repeat(np.diff(affinities.indptr)) * roots[affinities.indices]
    if n_pixels <= SMALL:
        last = [n_pixels - 1 - n_vectors, n_pixels - 1]
        similarities, vectors = eigh(affinities.toarray(), subset_by_index=last)
    else:
        start = np.random.default_rng(0).uniform(-1, 1, n_pixels)
        similarities, vectors = eigsh(
            affinities, n_vectors + 1, which="LA", tol=TOLERANCE, v0=start
        )
    order = np.argsort(-similarities)[1:]  # the first is flat everywhere
    roots[roots == 0] = 1  # pixels without a neighbour in the mask
    return 1 - similarities[order], vectors[:, order] / roots[:, None]
