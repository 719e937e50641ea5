"""Mean shift segmentation in the joint domain of place and colour."""

from numbers import Integral, Real

import numpy as np
from skimage.color.colorconv import rgb2luv

from sklearn_dic.hierarchy._adjacency import step_slices
from sklearn_dic.images._color import is_converted, to_lab
from sklearn_dic.peers._base import BasePeer
from sklearn_dic.peers._mean_shift_filter import filter_mean_shift
from sklearn_dic.peers._region_graph import absorb_small, join
from sklearn_dic.superpixels._felzenszwalb import REFERENCE_PIXELS
from sklearn_dic.utils._validation import ChannelAxis, Interval

STEPS = ((0, 1), (1, 0))  # to the right and to the lower neighbour
# Modes of neighbours that are closer are one: shares of the bandwidths of colour and of place. With
# 0.07 the regions are most like those of the authors of SAS; with 0.5 they leak over weak edges.
FUSED_COLOR, FUSED_PLACE = 0.07, 1.0


class MeanShift(BasePeer):
    r"""Segment an image by mean shift of its pixels in place and colour.

    Each pixel climbs to the mode of the density of pixels around it, in the joint domain of its
    two coordinates and its colour [1]_. Neighbouring pixels whose modes are nearly equal are one
    region, and small regions join the neighbour of the most similar mode.
    Any number of channels.

    Parameters
    ----------
    spatial_bandwidth : float, default=7.0
        Radius of the kernel in the plane, in pixels.
    range_bandwidth : float, default=9.0
        Radius of the kernel among the colours: RGB is converted to Luv, and other channels are
        stretched to 0..100. Larger values give larger regions.
    min_size : int, default=100
        Smallest region, in pixels of a photograph of 481 x 321; it grows and shrinks with the area
        of the image.
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

    See Also
    --------
    SAS : Joins over-segmentations of this method and of `GraphBased`.
    sklearn.cluster.MeanShift : Mean shift of a table; too slow for the pixels of an image.

    Notes
    -----
    The paper joins modes that are closer than both bandwidths. Where edges are weak, chains of such
    neighbours join regions that differ, so here the colours of neighbouring modes may differ by
    0.07 of the bandwidth.

    Both kernels are Epanechnikov's, so that a step of the mean shift is a plain mean over the
    pixels in a ball of place and in a ball of colour. Time grows with the area of the image and
    with the square of `spatial_bandwidth`.

    References
    ----------
    .. [1] D. Comaniciu, P. Meer, "Mean shift: a robust approach toward feature space analysis",
       PAMI 24 (2002), doi:10.1109/34.1000236, equations 20 and 35.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import MeanShift
    >>> labels = MeanShift(range_bandwidth=15).fit_predict(coffee()[::4, ::4])
    >>> labels.shape
    (100, 150)
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "spatial_bandwidth": [Interval(Real, 1, None, closed="left")],
        "range_bandwidth": [Interval(Real, 0, None, closed="neither")],
        "min_size": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self,
        spatial_bandwidth: float = 7.0,
        range_bandwidth: float = 9.0,
        *,
        min_size: int = 100,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.spatial_bandwidth = spatial_bandwidth
        self.range_bandwidth = range_bandwidth
        self.min_size = min_size
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        min_size = round(self.min_size * image.shape[0] * image.shape[1] / REFERENCE_PIXELS)
        return segment_mean_shift(image, self.spatial_bandwidth, self.range_bandwidth, min_size)


def segment_mean_shift(
    image: np.ndarray, spatial_bandwidth: float, range_bandwidth: float, min_size: int
) -> np.ndarray:
    """(H, W, C) -> (H, W) regions, consecutive from 0."""
    colors = to_luv(image)
    modes = filter_mean_shift(colors, float(spatial_bandwidth), float(range_bandwidth))
    n_channels = colors.shape[2]
    closest = [FUSED_COLOR * range_bandwidth, FUSED_PLACE * spatial_bandwidth]
    labels = connect_modes(modes / np.repeat(closest, [n_channels, 2]), n_channels)
    return absorb_small(labels, modes[..., :n_channels], min_size)


def connect_modes(modes: np.ndarray, n_channels: int) -> np.ndarray:
    """(H, W, C + 2) modes -> (H, W) connected pixels with colours and places closer than 1."""
    shape = modes.shape[:2]
    places = np.arange(shape[0] * shape[1]).reshape(shape)
    pairs = []
    for step in STEPS:
        first, second = step_slices(*step)
        squares = (modes[first] - modes[second]) ** 2
        close = (squares[..., :n_channels].sum(axis=2) < 1) & (
            squares[..., n_channels:].sum(axis=2) < 1
        )
        pairs.append([places[first][close], places[second][close]])
    return join(places.size, *np.concatenate(pairs, axis=1)).reshape(shape)


def to_luv(image: np.ndarray) -> np.ndarray:
    """(H, W, C) -> (H, W, C) float64: RGB -> Luv; other channels are stretched to 0..100."""
    if is_converted(image, None):
        to_lab(image, None)  # warns of values that are no RGB
        return rgb2luv(np.clip(image, 0, 1)).astype(np.float64)
    return to_lab(image, None).astype(np.float64)
