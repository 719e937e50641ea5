"""Normalised tree partitioning: normalised cuts of a spanning tree."""

from numbers import Integral, Real
from typing import Any

import numpy as np

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.images._color import to_lab
from sklearn_dic.peers._base import BaseSuperpixelPeer, Picture, number
from sklearn_dic.peers._region_graph import region_means
from sklearn_dic.peers._tree_partition import partition_tree, spanning_tree
from sklearn_dic.utils._validation import ChannelAxis, Interval


class NormalizedTreePartitioning(BaseSuperpixelPeer):
    r"""Segment an image by normalised cuts of a tree.

    Neighbouring superpixels are connected by the similarity of their mean colours. Only the edges
    of the maximum spanning tree are kept. The tree is cut in two where the normalised cut is
    smallest, which for a tree is found exactly; so are its parts, the best cut first. Any number of
    channels.

    Parameters
    ----------
    n_segments : int, default=20
        Number of regions; at most the number of superpixels.
    superpixels : str, transformer, list of these or None, default="felzenszwalb"
        The nodes of the graph: a name of `superpixels.get_superpixels_names()`, or any transformer
        from an image (H, W, C) to labels (H, W). Of a list, the first. None: each pixel is a node.
    color_scale : float, default=20.0
        Distance of colours over which the similarity falls (sigma), in units of Lab, of which 100
        are from black to white.
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
        Number of regions of each image. A mask of several pieces has a tree for each.
    n_features_in_ : int
        Number of image channels.

    Notes
    -----
    Weights are :math:`\exp(-|c_i - c_j|^2 / \sigma^2)`. [1]_ fits a tree of minimum entropy to the
    graph by a probabilistic method, and [2]_ takes the maximum spanning tree; so does this
    implementation. Volumes count the edges of the part that is cut, as in recursive normalised
    cuts. Superpixels are the nodes by default; ``superpixels=None`` is a graph of pixels.

    References
    ----------
    .. [1] J. Wang et al., "Normalized tree partitioning for image segmentation", CVPR 2008,
       doi:10.1109/CVPR.2008.4587454.
    .. [2] J. Wang et al., "Regularized tree partitioning and its application to unsupervised image
       segmentation", IEEE Transactions on Image Processing 23 (2014),
       doi:10.1109/TIP.2014.2307479.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import NormalizedTreePartitioning
    >>> labels = NormalizedTreePartitioning(n_segments=5).fit_predict(coffee()[::4, ::4])
    >>> int(labels.max()) + 1
    5
    """

    _parameter_constraints: dict = {
        **BaseSuperpixelPeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "color_scale": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        n_segments: int = 20,
        *,
        superpixels: Any = "felzenszwalb",
        color_scale: float = 20.0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.superpixels = superpixels
        self.color_scale = color_scale
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        shape = picture.pixels.shape[:2]
        leaves = (
            np.arange(shape[0] * shape[1]).reshape(shape)
            if picture.superpixels is None
            else picture.superpixels[0]
        )
        leaves = number(leaves, picture.mask)
        adjacency = find_adjacency(leaves)
        outside = np.where(leaves < 0, adjacency.n_regions, leaves)  # a region without neighbours
        colors = region_means(outside, to_lab(picture.pixels, None))
        squares = ((colors[adjacency.pairs[:, 0]] - colors[adjacency.pairs[:, 1]]) ** 2).sum(axis=1)
        # Below the smallest number, all edges would be equal.
        weights = np.exp(-np.minimum(squares / self.color_scale**2, 700))
        kept = spanning_tree(adjacency.n_regions, adjacency.pairs, weights)
        parts = partition_tree(
            adjacency.n_regions, adjacency.pairs[kept], weights[kept], self.n_segments
        )
        return np.append(parts, -1)[leaves]
