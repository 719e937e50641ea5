"""Simple segmentations to be better than: colours alone, without a network."""

from functools import partial

import numpy as np
from skimage.graph import cut_threshold, rag_mean_color
from skimage.segmentation import felzenszwalb, slic
from sklearn.cluster import KMeans

from sklearn_dic.hierarchy import MergeTree, agglomerate
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._features import mean_by_region
from sklearn_dic.images._color import to_lab

# Settings from fine to coarse, of which the bench takes the best.
SCALES = [round(scale) for scale in np.geomspace(20, 5000, 20)]  # of Felzenszwalb
N_COLORS = [2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32]
THRESHOLDS = [2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40]  # differences in Lab
N_SAMPLE = 10_000  # pixels from which k-means learns

Maps = dict[str, np.ndarray]  # label map of each setting


def ward_tree(image: np.ndarray, superpixels: np.ndarray) -> MergeTree:
    """Merge superpixels by mean and deviation of their colours, with Ward's linkage."""
    lab = to_lab(image, None).astype(np.float64)
    means, squares = mean_by_region(lab, superpixels), mean_by_region(lab**2, superpixels)
    deviations = np.sqrt(np.maximum(squares - means**2, 0))
    merges = agglomerate(
        np.hstack([means, deviations]),
        np.bincount(superpixels.ravel()) / superpixels.size,
        find_adjacency(superpixels).pairs,
    )
    return MergeTree(superpixels, *merges)


def felzenszwalb_maps(image: np.ndarray) -> Maps:
    """Segment with `felzenszwalb` of scikit-image and its defaults, at each scale."""
    segment = partial(felzenszwalb, image, sigma=0.8, min_size=20, channel_axis=-1)
    return {f"scale={scale}": segment(scale=scale) for scale in SCALES}


def kmeans_maps(image: np.ndarray, seed: int) -> Maps:
    """Cluster colours with k-means into each number of clusters, learned from a sample."""
    pixels = to_lab(image, None).reshape(-1, image.shape[2])
    random = np.random.RandomState(seed)
    sample = pixels[random.permutation(len(pixels))[:N_SAMPLE]]
    n_distinct = len(np.unique(sample, axis=0))
    maps = {}
    for n_clusters in [n for n in N_COLORS if n <= n_distinct]:
        kmeans = KMeans(n_clusters, n_init=1, random_state=seed).fit(sample)
        maps[f"k={n_clusters}"] = kmeans.predict(pixels).reshape(image.shape[:2])
    return maps


def slic_maps(image: np.ndarray) -> Maps:
    """Join SLIC superpixels whose mean colours differ by less than each threshold."""
    lab = to_lab(image, None)
    superpixels = slic(image, n_segments=400, channel_axis=-1, start_label=0)
    three = lab if lab.shape[2] == 3 else np.repeat(lab.mean(axis=2, keepdims=True), 3, axis=2)
    graph = rag_mean_color(three, superpixels)
    return {
        f"threshold={threshold}": cut_threshold(superpixels, graph, threshold, in_place=False)
        for threshold in THRESHOLDS
    }
