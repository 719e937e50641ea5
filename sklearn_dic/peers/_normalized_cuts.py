"""Normalized cuts of the pixels of an image, or of its superpixels."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array
from sklearn.exceptions import ConvergenceWarning

from sklearn_dic.peers._base import BaseSuperpixelPeer, Picture
from sklearn_dic.peers._eigenvectors import discretize, normalized_cuts
from sklearn_dic.peers._intervening_contours import contour_affinities
from sklearn_dic.peers._reduction import Reduction
from sklearn_dic.utils._validation import ChannelAxis, Interval
from sklearn_dic.utils._warnings import warn_caller


class NormalizedCuts(BaseSuperpixelPeer):
    r"""Segment an image by normalized cuts of a graph of its pixels or superpixels.

    Pixels within a radius are similar if no contour lies between them. The first eigenvectors of
    the normalized cuts [1]_ of this graph are rotated to the nearest labels [2]_. With superpixels,
    their affinities are the sums of those of their pixels: the cut is the same, among all that
    keep the superpixels whole. Any number of channels.

    Parameters
    ----------
    n_segments : int, default=8
        Number of segments.
    superpixels : str, transformer or None, default=None
        The nodes of the graph. None: the pixels.
    radius : int, default=5
        Longest distance of linked pixels, in pixels of the reduced image.
    contour_scale : float, default=0.1
        Contours of this share of the strongest contour of the image are strong.
    max_pixels : int or None, default=15_000
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
    MultiscaleNormalizedCuts : Links pixels at long distances as well.
    skimage.graph.cut_normalized : Cuts a region graph in two, again and again.

    Notes
    -----
    Time and memory grow with ``max_pixels * radius**2``, and time with `n_segments`.

    References
    ----------
    .. [1] J. Shi, J. Malik, "Normalized cuts and image segmentation", PAMI 22 (2000),
       doi:10.1109/34.868688.
    .. [2] S. Yu, J. Shi, "Multiclass spectral clustering", ICCV 2003,
       doi:10.1109/ICCV.2003.1238361.
    .. [3] J. Malik, S. Belongie, T. Leung, J. Shi, "Contour and texture analysis for image
       segmentation", IJCV 43 (2001), doi:10.1023/A:1011174803800, section 5.1.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import NormalizedCuts
    >>> labels = NormalizedCuts(n_segments=4).fit_predict(coffee()[::8, ::8])
    >>> int(labels.max()) + 1
    4
    """

    _parameter_constraints: dict = {
        **BaseSuperpixelPeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "radius": [Interval(Integral, 1, None, closed="left")],
        "contour_scale": [Interval(Real, 0, None, closed="neither")],
        "max_pixels": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n_segments: int = 8,
        *,
        superpixels: Any = None,
        radius: int = 5,
        contour_scale: float = 0.1,
        max_pixels: int | None = 15_000,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.superpixels = superpixels
        self.radius = radius
        self.contour_scale = contour_scale
        self.max_pixels = max_pixels
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        reduction = Reduction(picture.pixels.shape[:2], self.max_pixels)
        image = reduction.reduce(picture.pixels)
        affinities = contour_affinities(image, self.radius, self.contour_scale)
        if picture.superpixels is None:
            return reduction.enlarge(cut(affinities, self.n_segments).reshape(image.shape[:2]))
        superpixels = picture.superpixels[0]
        kept, nodes = np.unique(reduction.sample(superpixels), return_inverse=True)
        of_nodes = cut(sum_affinities(affinities, nodes.ravel()), self.n_segments)
        labels = np.full(superpixels.max() + 1, -1)
        labels[kept] = of_nodes
        answer = labels[superpixels]
        # Superpixels that the copy is too small for have the label of its nearest pixel.
        of_copy = of_nodes[nodes].reshape(image.shape[:2])
        return np.where(answer < 0, reduction.enlarge(of_copy), answer)


def sum_affinities(affinities: csr_array, nodes: np.ndarray) -> csr_array:
    """(N, N) affinities of pixels, (N,) node of each -> (n_nodes, n_nodes) sums."""
    n_pixels = len(nodes)
    member = coo_array((np.ones(n_pixels), (np.arange(n_pixels), nodes))).tocsr()
    return (member.T @ affinities @ member).tocsr()


def cut(affinities: csr_array, n_segments: int) -> np.ndarray:
    """(n, n) -> (n,) labels of the normalized cut."""
    n_found = check_n_nodes(affinities.shape[0], n_segments)
    return discretize(normalized_cuts(affinities, n_found)[1])


def check_n_nodes(n_nodes: int, n_segments: int) -> int:
    """Return the number of segments that a graph can be cut into; warn if there are fewer."""
    if n_nodes < n_segments:
        warn_caller(
            f"n_segments={n_segments}, and the graph of an image has {n_nodes} nodes: there are at "
            "most as many segments",
            ConvergenceWarning,
        )
    return min(n_nodes, n_segments)
