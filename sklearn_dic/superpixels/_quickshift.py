"""Quickshift superpixels: every pixel is linked to the nearest pixel of higher density."""

from numbers import Real

import numpy as np
from skimage.segmentation import quickshift

from sklearn_dic.images._color import to_lab
from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.utils._validation import ChannelAxis, Interval


class QuickshiftSuperpixels(BaseSuperpixels):
    """Superpixels by quickshift, mode seeking in colour and position, from scikit-image.

    Superpixels of all sizes up to `max_dist`. Any number of channels, see `convert2lab`. Several
    times slower than the other methods.

    Parameters
    ----------
    ratio : float, default=0.5
        Weight of the distance in colour against that in space, in [0, 1].
    kernel_size : float, default=3.0
        Width of the Gaussian that estimates the density, in pixels; larger gives fewer
        superpixels. The time grows with its square.
    max_dist : float, default=10.0
        Largest distance between linked pixels; larger gives fewer superpixels.
    sigma : float, default=0.0
        Width of the Gaussian that smoothes the image first, in pixels.
    convert2lab : bool or None, default=None
        Whether the channels are RGB, to be compared in Lab. None: RGB if there are three.
        Other channels are stretched to the range of Lab first.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    See Also
    --------
    SLICSuperpixels : Superpixels of similar size, faster.

    References
    ----------
    .. [1] A. Vedaldi, S. Soatto, "Quick shift and kernel methods for mode seeking", ECCV
       2008, doi:10.1007/978-3-540-88693-8_52.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import QuickshiftSuperpixels
    >>> superpixels = QuickshiftSuperpixels().fit_transform(coffee()[::4, ::4])
    >>> superpixels.shape
    (100, 150)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "ratio": [Interval(Real, 0, 1, closed="both")],
        "kernel_size": [Interval(Real, 1, None, closed="left")],
        "max_dist": [Interval(Real, 0, None, closed="neither")],
        "sigma": [Interval(Real, 0, None, closed="left")],
        "convert2lab": ["boolean", None],
    }

    def __init__(
        self,
        *,
        ratio: float = 0.5,
        kernel_size: float = 3.0,
        max_dist: float = 10.0,
        sigma: float = 0.0,
        convert2lab: bool | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.ratio = ratio
        self.kernel_size = kernel_size
        self.max_dist = max_dist
        self.sigma = sigma
        self.convert2lab = convert2lab
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        return quickshift(
            to_lab(image, self.convert2lab),
            ratio=self.ratio,
            kernel_size=self.kernel_size,
            max_dist=self.max_dist,
            sigma=self.sigma,
            convert2lab=False,  # it is in Lab already
            rng=0,  # breaks ties only
            channel_axis=-1,
        )
