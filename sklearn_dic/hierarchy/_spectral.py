"""Contours of the whole picture, by normalized cuts of what this picture shows together."""

import math

import numpy as np
from scipy.linalg import eigh
from scipy.ndimage import affine_transform, gaussian_gradient_magnitude
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import eigsh

from sklearn_dic.hierarchy._adjacency import step_slices

# Tried on BSDS300; with a half more or less of each the scores hardly differ.
LARGEST = 17_500  # pixels of the copy that is cut: a third of the sides of 321 x 481
RADIUS = 4  # pixels of the copy, up to which they have affinities
N_VECTORS = 16
FEATURE_SPREAD = 1.5  # difference, against the spread of the features, that parts two pixels
EXTREMES = 0.005  # share of the pixels whose features are extremes, on either side
SIGMA = 0.7  # pixels of the copy: width of the Gaussian whose derivative is taken
LEAST_CUT = 1e-4  # a cut that costs less is not counted for more than one that costs so much
TOLERANCE = 1e-8  # of the eigenvalues: no number of threads is seen in the answer
SMALL = 200  # pixels, up to which it is faster to find the eigenvectors directly


def reduction_step(n_pixels: int) -> int:
    """Choose by how much the sides of a picture are reduced."""
    return math.ceil((n_pixels / LARGEST) ** 0.5)


def spectral_contours(
    kinds: np.ndarray, information: np.ndarray, features: np.ndarray | None = None
) -> np.ndarray:
    r"""Find where the picture as a whole falls apart, and how strongly.

    Pixels that lie close together have the affinity

    .. math:: \frac{P(A, B)^\rho}{P(A) P(B)} \exp \frac{-|f_A - f_B|^2}{2 \cdot 1.5^2},

    large for kinds A and B that this picture often shows together [1]_, and for pixels whose
    learned features f are alike. The eigenvectors of the normalized cuts of this graph [2]_ are
    flat where the picture hangs together, however it is textured, and steep where it does not:
    their gradients are contours, which close gaps and pass over texture. A vector whose cut is
    cheap counts more, by the root of its eigenvalue [3]_.

    Parameters
    ----------
    kinds : ndarray of int, shape (H, W)
        Kinds of pixels, as `quantize_colors` finds them.
    information : ndarray of shape (n_kinds, n_kinds)
        As `mutual_information` finds it.
    features : ndarray of shape (H, W, D), default=None
        What a network learned. None: the kinds alone decide.

    Returns
    -------
    strength : ndarray of shape (H, W)
        0 or larger; only ratios mean something. The graph is that of a reduced copy, of about
        17,500 pixels at most, so that time and memory hardly grow with the picture.

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information", ECCV
       2014, doi:10.1007/978-3-319-10578-9_52.
    .. [2] J. Shi, J. Malik, "Normalized cuts and image segmentation", PAMI 22 (2000),
       doi:10.1109/34.868688.
    .. [3] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", PAMI 33
       (2011), doi:10.1109/TPAMI.2010.161.
    """
    step = reduction_step(kinds.size)
    firsts = [min(side, step) // 2 for side in kinds.shape]
    middles = tuple(slice(first, None, step) for first in firsts)
    reduced = kinds[middles]
    if reduced.size < 2:
        return np.zeros(kinds.shape)
    if features is not None:
        features = _scale(features[middles])
    costs, vectors = _cut(_find_affinities(reduced, information, features))
    squares = np.zeros(reduced.shape)
    for cost, vector in zip(costs, vectors.T, strict=True):
        plane = (vector / (vector.std() or 1)).reshape(reduced.shape)
        squares += gaussian_gradient_magnitude(plane, SIGMA) ** 2 / max(cost, LEAST_CUT)
    # Each pixel of the copy lies where it was taken from.
    places = {"matrix": np.eye(2) / step, "offset": -np.array(firsts) / step}
    return affine_transform(
        np.sqrt(squares), **places, output_shape=kinds.shape, order=1, mode="nearest"
    )


def _scale(features: np.ndarray) -> np.ndarray | None:
    """Make features vary by 1 in all; None if they do not vary.

    Extremes are clipped: a pixel far from all others, such as missing data, would be cut off alone,
    and its contour would outdo all others.
    """
    bounds = np.quantile(features, [EXTREMES, 1 - EXTREMES], axis=(0, 1))
    features = features.astype(np.float64).clip(*bounds)
    spread = features.var(axis=(0, 1)).sum()
    return features / spread**0.5 if spread > 0 else None


def _find_affinities(
    kinds: np.ndarray, information: np.ndarray, features: np.ndarray | None
) -> csr_array:
    """(H, W) kinds, (H, W, D) features -> (H * W, H * W) affinities, symmetric."""
    places = np.arange(kinds.size, dtype=np.int32).reshape(kinds.shape)
    of_kinds = np.exp(information)
    rows, columns, values = [], [], []
    for down in range(RADIUS + 1):
        for right in range(-RADIUS, RADIUS + 1):
            if down**2 + right**2 > RADIUS**2 or (down == 0 and right <= 0):
                continue
            first, second = step_slices(down, right)
            affinities = of_kinds[kinds[first], kinds[second]]
            if features is not None:
                squares = ((features[first] - features[second]) ** 2).sum(axis=-1)
                affinities = affinities * np.exp(-squares / (2 * FEATURE_SPREAD**2))
            rows.append(places[first].ravel())
            columns.append(places[second].ravel())
            values.append(affinities.ravel())
    affinities = np.concatenate(values)
    affinities += 1e-6 * affinities.mean()  # nothing is quite cut off
    pairs = np.concatenate(rows), np.concatenate(columns)
    del rows, columns, values
    one_way = coo_array((affinities, pairs), shape=(kinds.size, kinds.size)).tocsr()
    return one_way + one_way.T.tocsr()


def _cut(affinities: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """(N, N) -> (k,) costs, increasing, and (N, k) eigenvectors of the normalized cuts.

    scikit-learn's `spectral_embedding` does not tell the costs.
    """
    n_pixels = affinities.shape[0]
    n_vectors = min(N_VECTORS, n_pixels - 1)
    roots = np.sqrt(affinities.sum(axis=1))
    # In place: this is what takes the memory.
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
    return 1 - similarities[order], vectors[:, order] / roots[:, None]
