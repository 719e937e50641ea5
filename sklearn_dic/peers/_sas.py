"""Segmentation by aggregating superpixels, with the transfer cut."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.images._color import is_in_unit_range, to_lab
from sklearn_dic.peers._base import BaseSuperpixelPeer, Picture
from sklearn_dic.peers._mean_shift import segment_mean_shift
from sklearn_dic.peers._reduction import Reduction
from sklearn_dic.peers._region_graph import nearest_neighbors, region_means
from sklearn_dic.peers._sparse import along_diagonal, below, diagonal
from sklearn_dic.peers._transfer_cut import transfer_cut
from sklearn_dic.superpixels import FelzenszwalbSuperpixels
from sklearn_dic.superpixels._felzenszwalb import REFERENCE_PIXELS
from sklearn_dic.utils._validation import ChannelAxis, Interval
from sklearn_dic.utils._warnings import warn_caller

SPATIAL_BANDWIDTH, RANGE_BANDWIDTHS, MIN_SIZE = 7, (7, 9, 11), 100  # of mean shift
# Scale, sigma and smallest size of Felzenszwalb and Huttenlocher's method.
OF_SIMPLE_IMAGES = ((100, 0.5, 50), (200, 0.8, 100))
OF_COMPLEX_IMAGES = ((150, 0.8, 50), (200, 0.8, 100), (300, 0.8, 100))
SIMPLE_VARIANCE, SIMPLE_CHROMA = 500, 100  # in Lab: an image below either is simple
LEAST_AFFINITY = 1e-5


class SAS(BaseSuperpixelPeer):
    r"""Segment an image by aggregating several over-segmentations.

    Pixels and superpixels are the one side of a bipartite graph and superpixels the other. A
    pixel is linked to the superpixels that it lies in, and a superpixel to itself and to its most
    similar neighbour. The graph is cut by its first eigenvectors, which are those of a graph of
    the superpixels alone [1]_. Any number of channels.

    Parameters
    ----------
    n_segments : int, default=8
        Number of segments.
    superpixels : list of transformers or names, str, transformer or None, default=None
        The over-segmentations. None: those of the paper, three by mean shift and two or, where
        the colours vary much, three by Felzenszwalb and Huttenlocher's method.
    alpha : float, default=0.001
        Affinity of a pixel to a superpixel that it lies in.
    beta : float, default=20.0
        Superpixels whose mean colours differ by the share d of the largest difference between
        neighbours have the affinity exp(-beta d).
    max_pixels : int or None, default=200_000
        Larger images are reduced to this number of pixels first. None: never.
    random_state : int, RandomState instance or None, default=0
        Draws the first centres of k-means.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Segments of each image, consecutive from 0; -1 outside of `sample_mask`. A segment may lie
        in several places.
    n_segments_ : int, or list of int
        Number of segments of each image.
    n_features_in_ : int
        Number of image channels.

    See Also
    --------
    MeanShift, GraphBased : The methods of the over-segmentations.
    sklearn_dic.RegionMerging : Chooses the number of regions.

    Notes
    -----
    All pixels in the same superpixels have the same eigenvectors, so k-means clusters a few
    thousand weighted rows instead of all pixels.

    References
    ----------
    .. [1] Z. Li, X.-M. Wu, S.-F. Chang, "Segmentation using superpixels: a bipartite graph
       partitioning approach", CVPR 2012, doi:10.1109/CVPR.2012.6247750.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import SAS
    >>> labels = SAS(n_segments=4).fit_predict(coffee()[::4, ::4])
    >>> int(labels.max()) + 1
    4
    """

    _parameter_constraints: dict = {
        **BaseSuperpixelPeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="neither")],
        "beta": [Interval(Real, 0, None, closed="left")],
        "max_pixels": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_segments: int = 8,
        *,
        superpixels: Any = None,
        alpha: float = 0.001,
        beta: float = 20.0,
        max_pixels: int | None = 200_000,
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.superpixels = superpixels
        self.alpha = alpha
        self.beta = beta
        self.max_pixels = max_pixels
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        reduction = Reduction(picture.pixels.shape[:2], self.max_pixels)
        image = reduction.reduce(picture.pixels)
        if picture.superpixels is None:
            maps = over_segment(image)
        else:
            maps = [reduction.sample(labels) for labels in picture.superpixels]
        labels = aggregate(
            image, maps, self.n_segments, alpha=self.alpha, beta=self.beta, seed=picture.seed
        )
        return reduction.enlarge(labels)


def over_segment(image: np.ndarray) -> list[np.ndarray]:
    """(H, W, C) -> five or six label maps (H, W), with the parameters of the paper."""
    area = image.shape[0] * image.shape[1]
    min_size = round(MIN_SIZE * area / REFERENCE_PIXELS)
    maps = [
        segment_mean_shift(image, SPATIAL_BANDWIDTH, range_bandwidth, min_size)
        for range_bandwidth in RANGE_BANDWIDTHS
    ]
    colors = to_lab(image, None)
    variances = colors.reshape(-1, colors.shape[2]).var(axis=0)
    is_simple = variances.sum() < SIMPLE_VARIANCE or variances[1:].sum() < SIMPLE_CHROMA
    if not is_in_unit_range(image):  # other units than the scale is meant for
        image = colors / 100
    for scale, sigma, size in OF_SIMPLE_IMAGES if is_simple else OF_COMPLEX_IMAGES:
        graph_based = FelzenszwalbSuperpixels(scale, sigma=sigma, min_size=size)
        maps.append(graph_based._segment(image))
    return maps


def aggregate(
    image: np.ndarray,
    maps: Sequence[np.ndarray],
    n_segments: int,
    *,
    alpha: float,
    beta: float,
    seed: int,
) -> np.ndarray:
    """Join over-segmentations of an image (H, W, C) -> (H, W) labels."""
    maps = [np.unique(labels, return_inverse=True)[1].reshape(labels.shape) for labels in maps]
    cells = _intersect(maps)
    counts = np.bincount(cells.ravel())
    of_cells = _link_cells(maps, cells, alpha)
    colors = to_lab(image, None)
    of_superpixels = along_diagonal([_link_superpixels(labels, colors, beta) for labels in maps])
    n_superpixels = of_superpixels.shape[0]
    n_found = min(n_segments, n_superpixels, len(counts))
    if n_found < n_segments:
        warn_caller(
            f"n_segments={n_segments}, and the over-segmentations of an image can be joined to at "
            f"most {n_found} segments",
            ConvergenceWarning,
        )
    weights = np.concatenate([counts, np.ones(n_superpixels)])
    _, vectors, _ = transfer_cut(below([of_cells, of_superpixels]), n_found, weights)
    rows = vectors[: len(counts)]
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-10)
    k_means = KMeans(n_found, n_init=10, random_state=seed).fit(rows, sample_weight=counts)
    return k_means.labels_[cells]


def _intersect(maps: Sequence[np.ndarray]) -> np.ndarray:
    """K label maps (H, W) -> (H, W): number of the set of superpixels that a pixel lies in."""
    cells = maps[0]
    for labels in maps[1:]:
        codes = cells.astype(np.int64) * (labels.max() + 1) + labels
        cells = np.unique(codes, return_inverse=True)[1].reshape(codes.shape)
    return cells


def _link_cells(maps: Sequence[np.ndarray], cells: np.ndarray, alpha: float) -> csr_array:
    """(n_cells, n_superpixels): alpha where the pixels of a cell lie in a superpixel."""
    _, places = np.unique(cells, return_index=True)
    firsts = np.cumsum([0, *(labels.max() + 1 for labels in maps)])
    columns = np.stack([labels.ravel()[places] for labels in maps], axis=1) + firsts[:-1]
    rows = np.repeat(np.arange(len(places)), len(maps))
    shape = (len(places), firsts[-1])
    return coo_array((np.full(len(rows), alpha), (rows, columns.ravel())), shape=shape).tocsr()


def _link_superpixels(labels: np.ndarray, colors: np.ndarray, beta: float) -> csr_array:
    """(n, n): 1 of a superpixel to itself, and exp(-beta d) to its most similar neighbour."""
    means, pairs = region_means(labels, colors), find_adjacency(labels).pairs
    identity = diagonal(np.ones(len(means)))
    if len(pairs) == 0:
        return identity
    gaps = np.linalg.norm(means[pairs[:, 0]] - means[pairs[:, 1]], axis=1)
    spread = np.ptp(gaps)
    gaps = (gaps - gaps.min()) / (spread if spread > 0 else 1)
    nearest = np.sort(nearest_neighbors(pairs, gaps), axis=1)
    linked = np.unique(nearest, axis=0)
    codes = pairs[:, 0].astype(np.int64) * len(means) + pairs[:, 1]
    places = np.searchsorted(codes, linked[:, 0].astype(np.int64) * len(means) + linked[:, 1])
    affinities = np.exp(-beta * gaps[places]) + LEAST_AFFINITY
    upper = coo_array((affinities, (linked[:, 0], linked[:, 1])), shape=identity.shape).tocsr()
    return identity + upper + upper.T.tocsr()
