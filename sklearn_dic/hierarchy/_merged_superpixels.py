"""Regions of a merge tree as superpixels."""

from numbers import Integral

import numpy as np

from sklearn_dic.hierarchy._building import build_merge_tree
from sklearn_dic.superpixels import BaseSuperpixels
from sklearn_dic.superpixels._base import Picture
from sklearn_dic.utils._validation import ChannelAxis, Interval


class MergedSuperpixels(BaseSuperpixels):
    """Superpixels that are regions of a merge tree: few, and of all sizes.

    The tree is built as in `RegionMerging`, from the contours of the whole image. When these
    regions vote, `DeepImageClustering` with ``n_segments=None`` learns labels that are closer to
    human annotations, in fewer epochs, than with Felzenszwalb's superpixels. Images have any
    number of channels; grey, and three channels from 0 to 1, are RGB, and are compared in Lab.

    Parameters
    ----------
    n_segments : int, default=20
        Number of superpixels; fewer if the image is almost even. The network then has at most
        as many labels.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    See Also
    --------
    RegionMerging : Returns such regions as the segmentation.
    sklearn_dic.superpixels.FelzenszwalbSuperpixels : They vote on labels by default.

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

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        return self._segment(picture.pixels, picture.mask)

    def _segment(self, image: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        tree = build_merge_tree(image, mask=mask)
        return 1 + tree.cut(n_segments=min(self.n_segments, tree.n_leaves))  # 0 outside of the mask
