"""Regions of a merge tree as superpixels."""

from numbers import Integral

import numpy as np

from sklearn_dic.hierarchy._building import build_merge_tree
from sklearn_dic.hierarchy._leaves import superpixels_to_merge
from sklearn_dic.images._images import Images
from sklearn_dic.superpixels import BaseSuperpixels
from sklearn_dic.utils._validation import ChannelAxis, Interval


class MergedSuperpixels(BaseSuperpixels):
    """Superpixels that are regions of a merge tree: few, and of all sizes.

    The tree is that of `RegionMerging`, which knows the contours of the whole picture. Where its
    regions vote, `DeepImageClustering` with ``n_segments=None`` learns labels that are nearer to
    what people draw, in fewer epochs, than from Felzenszwalb's. Any number of channels;
    three from 0 to 1 are RGB, and compared in Lab.

    Parameters
    ----------
    n_segments : int, default=20
        Number of superpixels; fewer where the picture is almost even. The labels of the
        network are at most as many.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read. "auto": 2-D is a grey image, 3-D an image with
        channels last, 4-D a stack. -1: the last axis is always the channels. None: no
        channel axis, 3-D is a stack of grey images.
    n_jobs : int or None, default=None
        How many images of a collection at a time, through joblib.
    verbose : int, default=0
        1 shows a progress bar that counts images.

    See Also
    --------
    RegionMerging : The same regions as an answer.
    sklearn_dic.superpixels.FelzenszwalbSuperpixels : What votes by default.

    Notes
    -----
    What a mask leaves out has the mean colour of the rest while regions are merged: it may be one
    of them, or cut one of them into pieces, which count as superpixels of their own.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import DeepImageClustering
    >>> from sklearn_dic.hierarchy import MergedSuperpixels
    >>> image = coffee()[::4, ::4]
    >>> superpixels = MergedSuperpixels()
    >>> int(superpixels.fit_transform(image).max()) + 1
    20
    >>> dic = DeepImageClustering(n_segments=None, superpixels=superpixels, random_state=0)
    >>> bool(dic.fit(image).n_clusters_ <= 20)
    True
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_segments: int = 20,
        *,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        images = Images([image], ["the image"], "image", [None])
        images.pixels = [image]  # converted already, and warned of
        (maps,) = superpixels_to_merge(images, None)
        tree = build_merge_tree(image, maps)
        return tree.cut(n_segments=min(self.n_segments, tree.n_leaves))
