"""Felzenszwalb-Huttenlocher superpixels: a minimum spanning forest of similar pixels."""

from contextlib import nullcontext
from numbers import Integral, Real

import numpy as np
from skimage.segmentation import felzenszwalb

from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.utils._validation import ChannelAxis, Interval
from sklearn_dic.utils._warnings import ignored_warnings, warn_caller

REFERENCE_PIXELS = 481 * 321  # the Berkeley photographs, on which the defaults were chosen


class FelzenszwalbSuperpixels(BaseSuperpixels):
    """Superpixels by Felzenszwalb-Huttenlocher segmentation, from scikit-image.

    Superpixels of all sizes: a sky is a single superpixel, a bush is many. This suits the vote
    of `DeepImageClustering`, in which labels merge only within superpixels. Any number of
    channels, compared as they are.

    Parameters
    ----------
    scale : float, default=300.0
        Larger values give larger superpixels. Image values are expected in [0, 1].
    sigma : float, default=0.8
        Width of the Gaussian that smoothes the image first, in pixels.
    min_size : int, default=20
        Smallest superpixel, in pixels.
    relative_to_size : bool, default=True
        `sigma` and `min_size` are meant for an image of 481 x 321 pixels; `sigma` grows with
        the sides of an image and `min_size` with its area, so that an image has about the
        same superpixels at any size. (`scale` does not change: a larger copy of an image has
        longer regions, but smaller steps from pixel to pixel.) False uses the numbers like
        `skimage.segmentation.felzenszwalb`.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    See Also
    --------
    SLICSuperpixels : Superpixels of similar size.

    References
    ----------
    .. [1] P. Felzenszwalb, D. Huttenlocher, "Efficient graph-based image segmentation",
       IJCV 59 (2004), doi:10.1023/B:VISI.0000022288.19776.77.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import FelzenszwalbSuperpixels
    >>> superpixels = FelzenszwalbSuperpixels().fit_transform(coffee())
    >>> superpixels.shape
    (400, 600)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "scale": [Interval(Real, 0, None, closed="left")],
        "sigma": [Interval(Real, 0, None, closed="left")],
        "min_size": [Interval(Integral, 0, None, closed="left")],
        "relative_to_size": ["boolean"],
    }

    def __init__(
        self,
        scale: float = 300.0,
        *,
        sigma: float = 0.8,
        min_size: int = 20,
        relative_to_size: bool = True,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.scale = scale
        self.sigma = sigma
        self.min_size = min_size
        self.relative_to_size = relative_to_size
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        area = 1.0
        if self.relative_to_size:
            area = image.shape[0] * image.shape[1] / REFERENCE_PIXELS
        min_size = round(self.min_size * area)
        # Ignoring warnings takes a lock, so only images that cause the warning take it.
        quiet = ignored_warnings("Got image with third dimension", RuntimeWarning)
        with quiet if image.shape[2] > 3 else nullcontext():
            labels = felzenszwalb(
                image,
                scale=self.scale,
                sigma=self.sigma * area**0.5,
                min_size=min_size,
                channel_axis=-1,
            )
        if np.ptp(image) > 2 and labels.size < 4 * max(min_size, 1) * (labels.max() + 1):
            warn_caller(
                f"the values of the image go from {image.min():g} to {image.max():g}, where "
                "felzenszwalb superpixels expect a range of 1: nearly all of them have "
                f"min_size. Divide the image, here by {image.max():.3g} (in the shell: --white "
                f"{image.max():.3g})"
            )
        return labels
