"""JSEG: regions of even mixtures of colours."""

from math import log2
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.ndimage import median_filter
from skimage.measure import label
from sklearn.cluster import KMeans

from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._agglomeration import agglomerate
from sklearn_dic.images._color import to_lab
from sklearn_dic.peers._base import BasePeer, Picture
from sklearn_dic.peers._local_j import local_j
from sklearn_dic.peers._valleys import split_region
from sklearn_dic.utils._validation import ChannelAxis, Interval, StrOptions
from sklearn_dic.utils._warnings import ignored_warnings

MOST_SCALES = 4


class JSEG(BasePeer):
    """Segment an image by JSEG, into regions of even mixtures of colours.

    The colours are divided into a few classes. Where the classes of a window lie apart, its measure
    J is large, and there is a border; where they are mixed, as in the inside of a texture, J is
    small. Regions grow from the valleys of J, at smaller and smaller scales, and regions of similar
    colours are merged. Any number of channels.

    Parameters
    ----------
    n_colors : int, default=20
        Largest number of colour classes.
    color_distance : float, default=15.0
        Classes closer than this are joined, in units of Lab, of which 100 are from black to white.
    merge_threshold : float, default=0.4
        Merge neighbours whose histograms of the classes are closer than this Euclidean distance,
        from 0 to 1.41.
    n_scales : "auto" or int, default="auto"
        Number of scales, from 1 to 4: the windows are 9, 17, 33 and 65 pixels wide. "auto" is the
        largest for which an image is as large as seven windows.
    random_state : int, RandomState instance or None, default=0
        Draws the first colours of the k-means clustering.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Regions of each image, consecutive from 0; -1 outside of `sample_mask`.
    n_segments_ : int, or list of int
        Number of regions of each image.
    n_features_in_ : int
        Number of image channels.

    Notes
    -----
    J, the windows, the thresholds of the valleys and their smallest sizes, the order of growing
    and the merging of histograms are those of [1]_. These are choices of this implementation: the
    colours are quantized by k-means clustering in Lab after a median filter, where [1]_ has a peer
    group filter and a Lloyd algorithm of its own; a window near a border sees the whole image, and
    not its region alone; the last pixels are flooded in order of J, by a watershed.

    References
    ----------
    .. [1] Y. Deng, B. S. Manjunath, "Unsupervised segmentation of color-texture regions in images
       and video", PAMI 23 (2001), doi:10.1109/34.946985.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import JSEG
    >>> labels = JSEG().fit_predict(coffee()[::4, ::4])
    >>> labels.shape
    (100, 150)
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "n_colors": [Interval(Integral, 1, None, closed="left")],
        "color_distance": [Interval(Real, 0, None, closed="left")],
        "merge_threshold": [Interval(Real, 0, None, closed="left")],
        "n_scales": [Interval(Integral, 1, MOST_SCALES, closed="both"), StrOptions({"auto"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_colors: int = 20,
        *,
        color_distance: float = 15.0,
        merge_threshold: float = 0.4,
        n_scales: Any = "auto",
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_colors = n_colors
        self.color_distance = color_distance
        self.merge_threshold = merge_threshold
        self.n_scales = n_scales
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        classes = quantize(picture.pixels, self.n_colors, self.color_distance, picture.seed)
        inside = np.ones(classes.shape, bool) if picture.mask is None else picture.mask
        regions = grow_regions(classes, inside, self._count_scales(classes.shape))
        return merge_by_histograms(regions, classes, self.merge_threshold)

    def _count_scales(self, shape: tuple[int, ...]) -> int:
        if self.n_scales != "auto":
            return int(self.n_scales)
        side = (shape[0] * shape[1]) ** 0.5
        return int(np.clip(1 + log2(side / 64), 1, MOST_SCALES))


def quantize(image: np.ndarray, n_colors: int, distance: float, seed: int) -> np.ndarray:
    """(H, W, C) -> (H, W) int: classes of colours, by k-means clustering and average linkage."""
    lab = median_filter(to_lab(image, None), size=(3, 3, 1), mode="nearest")
    colors = lab.reshape(-1, lab.shape[-1])
    k_means = KMeans(min(n_colors, len(colors)), n_init=1, random_state=seed)
    with ignored_warnings("Number of distinct clusters"):
        labels = k_means.fit_predict(colors)
    numbers, labels = np.unique(labels, return_inverse=True)
    if len(numbers) > 1:
        tree = linkage(k_means.cluster_centers_[numbers], "average")
        labels = fcluster(tree, distance, "distance")[labels] - 1
    return labels.reshape(image.shape[:2])


def grow_regions(classes: np.ndarray, inside: np.ndarray, n_scales: int) -> np.ndarray:
    """Split an image at each scale, the largest first -> (H, W) regions from 0, -1 outside."""
    j_images = [local_j(classes, scale) for scale in range(1, n_scales + 1)]
    regions = label(inside, connectivity=1)
    for scale in range(n_scales, 0, -1):
        finer = np.zeros_like(regions)
        for number in range(1, int(regions.max()) + 1):
            parts = split_region(j_images, scale, regions == number)
            finer += np.where(parts > 0, parts + finer.max(), 0)
        regions = finer
    return regions - 1


def merge_by_histograms(regions: np.ndarray, classes: np.ndarray, threshold: float) -> np.ndarray:
    """Merge neighbours of similar histograms, the most similar first -> (H, W) regions."""
    adjacency = find_adjacency(regions)
    inside = regions >= 0
    n_classes = int(classes.max()) + 1
    histograms = np.bincount(
        regions[inside] * n_classes + classes[inside], minlength=adjacency.n_regions * n_classes
    ).reshape(-1, n_classes)
    sizes = histograms.sum(axis=1)
    children, distances = agglomerate(
        histograms / sizes[:, None], sizes, adjacency.pairs, size_exponent=0
    )
    return MergeTree(regions.astype(np.int32), children, distances).cut(threshold=threshold)
