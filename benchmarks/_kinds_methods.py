"""The methods that `kinds.py` compares: from a picture to label maps.

A method gives a label map for each cut. "auto" is its answer as it comes, "told n" the cut into the
true number of regions, "best PRI" and "best VoI" the cuts that come closest to the truth. Other
cuts are settings such as "scale=100", of which the tables take the best for the kind or for the
picture.
"""

from collections.abc import Callable

import numpy as np
from _baselines import Maps, felzenszwalb_maps, kmeans_maps, slic_maps, ward_tree
from _best_cuts import score_all_cuts
from _kinds_data import Picture
from skimage.io import imread

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.images import open_images
from sklearn_dic.superpixels import FelzenszwalbSuperpixels
from sklearn_dic.utils._device import one_torch_thread

AUTO, TOLD, BEST_PRI, BEST_VOI = CUTS = ("auto", "told n", "best PRI", "best VoI")
DIC, MERGING = "DeepImageClustering()", "RegionMerging()"
PUBLISHED = "published: "
N_REGIONS = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192]  # of Ward's tree


def deep_image_clustering(picture: Picture, seed: int) -> Maps:
    """Segment with the default estimator."""
    with one_torch_thread():
        dic = DeepImageClustering(random_state=seed).fit(picture.path)
    return {AUTO: dic.labels_, **cuts_of(dic.region_merging_.tree_, picture)}


def region_merging(picture: Picture, seed: int) -> Maps:
    """Segment with the default tree, without a network."""
    merging = RegionMerging().fit(picture.path)
    return {AUTO: merging.labels_, **cuts_of(merging.tree_, picture)}


def ward(picture: Picture, seed: int) -> Maps:
    """Merge Felzenszwalb superpixels by their colours."""
    superpixels = np.asarray(FelzenszwalbSuperpixels(200).fit_transform(picture.path))
    tree = ward_tree(read_pixels(picture), superpixels)
    settings = {f"n={n}": tree.cut(n_segments=n) for n in N_REGIONS if n <= tree.n_leaves}
    return {**cuts_of(tree, picture), **settings}


def felzenszwalb(picture: Picture, seed: int) -> Maps:
    """Segment with `felzenszwalb` at each scale."""
    return felzenszwalb_maps(read_pixels(picture))


def kmeans(picture: Picture, seed: int) -> Maps:
    """Cluster the colours of pixels; clusters are not taken apart into pieces."""
    return kmeans_maps(read_pixels(picture), seed)


def slic(picture: Picture, seed: int) -> Maps:
    """Join SLIC superpixels at each threshold."""
    return slic_maps(read_pixels(picture))


METHODS: dict[str, Callable[[Picture, int], Maps]] = {
    DIC: deep_image_clustering,
    MERGING: region_merging,
    "Ward on Lab": ward,
    "Felzenszwalb": felzenszwalb,
    "k-means on colours": kmeans,
    "SLIC, RAG cut": slic,
}
# On the command line.
SHORT = dict(
    zip(["dic", "merging", "ward", "felzenszwalb", "kmeans", "slic"], METHODS, strict=True)
)
RANDOM = {DIC, "k-means on colours"}


def cuts_of(tree: MergeTree, picture: Picture) -> Maps:
    """Cut a tree into the true number of regions, and where it comes closest to the truth."""
    pri, voi = score_all_cuts(tree, picture.annotations)
    return {
        cut: tree.cut(n_segments=int(min(n, tree.n_leaves)))
        for cut, n in {
            TOLD: picture.n_true,
            BEST_PRI: 1 + pri.argmax(),
            BEST_VOI: 1 + voi.argmin(),
        }.items()
    }


def published_map(picture: Picture, method: str) -> Maps:
    """Read a label map that others have published."""
    return {AUTO: imread(picture.label_maps[method.removeprefix(PUBLISHED)]).astype(np.int32)}


def read_pixels(picture: Picture) -> np.ndarray:
    """Read a picture -> (H, W, C), from 0 to 1."""
    return open_images(picture.path).pixels[0]
