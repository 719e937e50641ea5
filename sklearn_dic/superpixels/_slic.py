"""SLIC superpixels: k-means in colour and position."""

from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np
from skimage.segmentation import slic

from sklearn_dic.images._color import is_converted
from sklearn_dic.images._spacing import check_spacing
from sklearn_dic.superpixels._base import BaseSuperpixels, Picture
from sklearn_dic.utils._validation import ChannelAxis, Interval
from sklearn_dic.utils._warnings import warn_caller

MEAN_SIZE = 20  # pixels: fewer superpixels than this allows get a warning


class SLICSuperpixels(BaseSuperpixels):
    """Superpixels by k-means in colour and position, from scikit-image.

    Superpixels of similar size and compact shape. Any number of channels, see `convert2lab`;
    the values of an image are stretched to [0, 1] first. With a mask, the superpixels cover
    the pixels inside of it.

    Parameters
    ----------
    n_segments : int, default=800
        Approximate number of superpixels.
    compactness : float, default=10.0
        Weight of the distance in space against that in colour; larger gives squarer
        superpixels.
        It is meant for Lab, where black and white are 100 apart; without the conversion it
        is divided by 100, since values from 0 to 1 are compared.
    sigma : float, default=0.0
        Width of the Gaussian that smoothes the image first, in pixels.
    max_num_iter : int, default=10
        Iterations of k-means.
    slic_zero : bool, default=False
        SLIC-zero, which adapts the compactness to each superpixel.
    convert2lab : bool or None, default=None
        Whether the channels are RGB, to be compared in Lab. None: RGB if there are three.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    See Also
    --------
    FelzenszwalbSuperpixels : Superpixels of all sizes, of any shape.

    References
    ----------
    .. [1] R. Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel
       methods", IEEE TPAMI 34 (2012), doi:10.1109/TPAMI.2012.120.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import SLICSuperpixels
    >>> superpixels = SLICSuperpixels(n_segments=50).fit_transform(coffee())
    >>> superpixels.shape
    (400, 600)
    """

    _takes_volumes = True

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "compactness": [Interval(Real, 0, None, closed="neither")],
        "sigma": [Interval(Real, 0, None, closed="left")],
        "max_num_iter": [Interval(Integral, 1, None, closed="left")],
        "slic_zero": ["boolean"],
        "convert2lab": ["boolean", None],
    }

    def __init__(
        self,
        n_segments: int = 800,
        *,
        compactness: float = 10.0,
        sigma: float = 0.0,
        max_num_iter: int = 10,
        slic_zero: bool = False,
        convert2lab: bool | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.compactness = compactness
        self.sigma = sigma
        self.max_num_iter = max_num_iter
        self.slic_zero = slic_zero
        self.convert2lab = convert2lab
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        return self._segment(picture.pixels, picture.mask, picture.spacing)

    def _segment(
        self,
        image: np.ndarray,
        mask: np.ndarray | None = None,
        spacing: Sequence[float] | None = None,
    ) -> np.ndarray:
        in_lab = is_converted(image, self.convert2lab)
        labels = slic(
            image,
            n_segments=self.n_segments,
            compactness=self.compactness if in_lab else self.compactness / 100,
            sigma=self.sigma,
            max_num_iter=self.max_num_iter,
            slic_zero=self.slic_zero,
            convert2lab=in_lab,
            start_label=1,
            mask=mask,
            channel_axis=-1,
            spacing=check_spacing(spacing, image.ndim - 1),
        )
        found, n_pixels = labels.max(), labels.size if mask is None else mask.sum()
        if 4 * found < min(self.n_segments, n_pixels // MEAN_SIZE):
            warn_caller(
                f"n_segments={self.n_segments}, and {found} superpixels are left: SLIC joins "
                "scattered pixels of noise and texture to a neighbour. Raise "
                f"compactness={self.compactness:g}, or sigma={self.sigma:g}"
            )
        return labels  # from 1 on, and 0 outside of the mask
