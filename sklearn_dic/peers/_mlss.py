"""Multi-layer spectral segmentation: full affinities of pixels and of regions."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array

from sklearn_dic.hierarchy._adjacency import find_adjacency, step_slices
from sklearn_dic.images._color import to_lab
from sklearn_dic.peers._base import BaseSuperpixelPeer, Picture, number
from sklearn_dic.peers._eigenvectors import discretize
from sklearn_dic.peers._full_affinities import FullAffinities
from sklearn_dic.peers._mean_shift import STEPS, segment_mean_shift
from sklearn_dic.peers._normalized_cuts import check_n_nodes
from sklearn_dic.peers._reduction import Reduction
from sklearn_dic.peers._region_graph import region_means
from sklearn_dic.utils._validation import ChannelAxis, Interval

SPATIAL_BANDWIDTH, RANGE_BANDWIDTHS, MIN_SIZE = 7, (7, 11, 15), 20  # of mean shift
LEAST_WEIGHT = 1e-6


class MLSS(BaseSuperpixelPeer):
    r"""Segment an image by multi-layer spectral segmentation.

    Pixels are the first layer of a graph, and the regions of each over-segmentation are a further
    layer. Neighbours within a layer are linked by the similarity of their colours, and each
    pixel to the regions that it lies in. From this sparse graph the affinities of all pairs of
    nodes are learned, and cut by their eigenvectors. Any number of channels.

    Parameters
    ----------
    n_segments : int, default=8
        Number of segments.
    superpixels : list of transformers or names, str, transformer or None, default=None
        The over-segmentations. None: three by mean shift.
    color_scale : float, default=4.0
        Distance of colours over which the similarity falls, in units of Lab, of which 100 are from
        black to white.
    layer_weight : float, default=0.1
        Weight between a pixel and the regions that it lies in.
    restart : float, default=1e-4
        How little the affinities spread from a node (c).
    max_pixels : int or None, default=40_000
        Larger images are reduced to this number of pixels first. None: never.
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
    SAS : Links superpixels through pixels, without learned affinities.

    Notes
    -----
    The likelihoods that all nodes are like node m minimise a sum of squares: nodes of a large
    weight are to be equally likely, and each likelihood is to be close to its start, 1 at node m
    and else 0. The minimum is the inverse of a sparse matrix, which is factorized once, and never
    written out [1]_ [2]_.

    Multi-layer graphs, learned affinities in closed form, mean shift regions and normalised cuts of
    all layers are those of [1]_. Its public descriptions leave these choices: the start is weighted
    by the degree of a node; weights are :math:`\exp(-|c_i - c_j| / \sigma)`; the bandwidths of
    mean shift, the weight between layers and the restart; the eigenvectors are rotated to the
    nearest labels, as in `NormalizedCuts`; large images are reduced.

    References
    ----------
    .. [1] T. H. Kim, K. M. Lee, S. U. Lee, "Learning full pairwise affinities for spectral
       segmentation", PAMI 35 (2013), doi:10.1109/TPAMI.2012.237.
    .. [2] T. H. Kim, K. M. Lee, S. U. Lee, "Learning full pairwise affinities for spectral
       segmentation", CVPR 2010, doi:10.1109/CVPR.2010.5539913.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import MLSS
    >>> labels = MLSS(n_segments=4).fit_predict(coffee()[::8, ::8])
    >>> int(labels.max()) + 1
    4
    """

    _parameter_constraints: dict = {
        **BaseSuperpixelPeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "color_scale": [Interval(Real, 0, None, closed="neither")],
        "layer_weight": [Interval(Real, 0, None, closed="neither")],
        "restart": [Interval(Real, 0, None, closed="neither")],
        "max_pixels": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n_segments: int = 8,
        *,
        superpixels: Any = None,
        color_scale: float = 4.0,
        layer_weight: float = 0.1,
        restart: float = 1e-4,
        max_pixels: int | None = 40_000,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.superpixels = superpixels
        self.color_scale = color_scale
        self.layer_weight = layer_weight
        self.restart = restart
        self.max_pixels = max_pixels
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        reduction = Reduction(picture.pixels.shape[:2], self.max_pixels)
        image = reduction.reduce(picture.pixels)
        if picture.superpixels is None:
            maps = [
                segment_mean_shift(image, SPATIAL_BANDWIDTH, bandwidth, MIN_SIZE)
                for bandwidth in RANGE_BANDWIDTHS
            ]
        else:
            sampled = [reduction.sample(labels) for labels in picture.superpixels]
            maps = [number(labels, None) for labels in sampled]
        n_pixels = image.shape[0] * image.shape[1]
        n_found = check_n_nodes(n_pixels, self.n_segments)
        graph = layered_graph(to_lab(image, None), maps, self.color_scale, self.layer_weight)
        vectors = FullAffinities(graph, self.restart).eigenvectors(n_found)[1]
        return reduction.enlarge(discretize(vectors[:n_pixels]).reshape(image.shape[:2]))


def layered_graph(
    colors: np.ndarray, maps: list[np.ndarray], color_scale: float, layer_weight: float
) -> csr_array:
    """Link pixels, and regions, to their neighbours and to each other -> (n, n), symmetric.

    Parameters
    ----------
    colors : ndarray of shape (H, W, C)
        Colours of the pixels. Regions have their means.
    maps : list of ndarray of int, shape (H, W)
        Regions of each layer, consecutive from 0.
    color_scale, layer_weight
        As in `MLSS`.
    """
    shape = colors.shape[:2]
    places = np.arange(shape[0] * shape[1]).reshape(shape)
    pixels = colors.reshape(-1, colors.shape[2])
    slices = [step_slices(*step) for step in STEPS]
    pairs = np.concatenate(
        [np.stack([places[a].ravel(), places[b].ravel()], axis=1) for a, b in slices]
    )
    links = [(pairs, _similarities(pixels, pairs, color_scale))]
    n_nodes = len(pixels)
    for labels in maps:
        regions = find_adjacency(labels)
        weights = _similarities(region_means(labels, colors), regions.pairs, color_scale)
        links.append((regions.pairs + n_nodes, weights))
        lies_in = np.stack([places.ravel(), labels.ravel() + n_nodes], axis=1)
        links.append((lies_in, np.full(len(pixels), layer_weight)))
        n_nodes += regions.n_regions
    first, second = np.concatenate([pairs for pairs, _ in links]).T
    weights = np.concatenate([weights for _, weights in links])
    half = coo_array((weights, (first, second)), shape=(n_nodes, n_nodes))
    return csr_array(half + half.T)


def _similarities(colors: np.ndarray, pairs: np.ndarray, color_scale: float) -> np.ndarray:
    """(n, C) colours, (m, 2) pairs -> (m,) weights, larger than 0."""
    gaps = np.linalg.norm(colors[pairs[:, 0]] - colors[pairs[:, 1]], axis=1)
    return np.maximum(np.exp(-gaps / color_scale), LEAST_WEIGHT)
