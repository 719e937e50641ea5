"""Normalized cuts of several scales of an image at once, held together by constraints."""

from numbers import Integral, Real

import numpy as np
from scipy.sparse import csr_array

from sklearn_dic.peers._base import BasePeer
from sklearn_dic.peers._eigenvectors import discretize, normalized_cuts
from sklearn_dic.peers._intervening_contours import contour_affinities
from sklearn_dic.peers._normalized_cuts import check_n_nodes
from sklearn_dic.peers._reduction import Reduction, cover
from sklearn_dic.peers._sparse import along_diagonal, below, beside, diagonal
from sklearn_dic.utils._validation import ChannelAxis, Interval

RATIO = 3  # of the sides of neighbouring scales


class MultiscaleNormalizedCuts(BasePeer):
    r"""Segment an image by normalized cuts of several of its scales at once.

    Each scale has a graph of its pixels, with links to all pixels within a radius where no contour
    lies between them, as in `NormalizedCuts`. So a short radius at a coarse scale stands for a
    long one in the image. All graphs are cut at once, under the constraint that the value of a
    coarse pixel is the mean of those of the fine pixels that it covers [1]_. Any number of
    channels.

    Parameters
    ----------
    n_segments : int, default=8
        Number of segments.
    n_scales : int, default=3
        Number of scales; a pixel of each covers 3 x 3 pixels of the scale before. 1 is
        `NormalizedCuts`.
    radius : int, default=3
        Longest distance of linked pixels, in pixels of each scale.
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
    NormalizedCuts : A single scale.

    References
    ----------
    .. [1] T. Cour, F. Benezit, J. Shi, "Spectral segmentation with multiscale graph
       decomposition", CVPR 2005, doi:10.1109/CVPR.2005.332, equations 6 to 11.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import MultiscaleNormalizedCuts
    >>> labels = MultiscaleNormalizedCuts(n_segments=4).fit_predict(coffee()[::8, ::8])
    >>> int(labels.max()) + 1
    4
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "n_scales": [Interval(Integral, 1, None, closed="left")],
        "radius": [Interval(Integral, 1, None, closed="left")],
        "contour_scale": [Interval(Real, 0, None, closed="neither")],
        "max_pixels": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n_segments: int = 8,
        *,
        n_scales: int = 3,
        radius: int = 3,
        contour_scale: float = 0.1,
        max_pixels: int | None = 15_000,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.n_scales = n_scales
        self.radius = radius
        self.contour_scale = contour_scale
        self.max_pixels = max_pixels
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        reduction = Reduction(image.shape[:2], self.max_pixels)
        finest = reduction.reduce(image)
        n_pixels = finest.shape[0] * finest.shape[1]
        n_found = check_n_nodes(n_pixels, self.n_segments)
        graphs: list[csr_array] = []
        averages: list[csr_array] = []
        scale = finest
        for _ in range(self.n_scales):
            if graphs:
                averages.append(cover(scale.shape[:2], RATIO))
                scale = _apply(averages[-1], scale)
            graphs.append(contour_affinities(scale, self.radius, self.contour_scale))
            if max(scale.shape[:2]) <= RATIO:
                break
        affinities = along_diagonal(graphs)
        constraints = constraint_matrix(averages) if averages else None
        vectors = normalized_cuts(affinities, n_found, constraints)[1]
        return reduction.enlarge(discretize(vectors[:n_pixels]).reshape(finest.shape[:2]))


def constraint_matrix(averages: list[csr_array]) -> csr_array:
    """Matrices of means -> C: means of the values of each scale, minus those of the next."""
    sizes = [averages[0].shape[1], *(average.shape[0] for average in averages)]
    rows = []
    for i, average in enumerate(averages):
        blocks = [
            average
            if j == i
            else diagonal(np.full(size, -1.0))
            if j == i + 1
            else csr_array((sizes[i + 1], size))
            for j, size in enumerate(sizes)
        ]
        rows.append(beside(blocks))
    return below(rows)


def _apply(average: csr_array, image: np.ndarray) -> np.ndarray:
    """Reduce an image (H, W, C) to the means under the coarse pixels."""
    height, width = (-(-side // RATIO) for side in image.shape[:2])
    return (average @ image.reshape(-1, image.shape[2])).reshape(height, width, -1)
