"""Efficient graph-based segmentation, from scikit-image."""

from numbers import Integral, Real

import numpy as np

from sklearn_dic.peers._base import BasePeer
from sklearn_dic.superpixels import FelzenszwalbSuperpixels
from sklearn_dic.utils._validation import ChannelAxis, Interval


class GraphBased(BasePeer):
    r"""Segment an image by Felzenszwalb and Huttenlocher's method, from scikit-image.

    Regions of a minimum spanning forest are joined where the difference between them is small
    against the differences within them [1]_. Any number of channels, compared as they are.

    Parameters
    ----------
    scale : float, default=300.0
        Larger values give larger regions. Image values are expected in [0, 1].
    sigma : float, default=0.8
        Width of the Gaussian that smoothes the image first, in pixels.
    min_size : int, default=20
        Smallest region, in pixels.
    relative_to_size : bool, default=True
        `sigma` and `min_size` are meant for an image of 481 x 321 pixels, and grow with the image.
        False uses the numbers like `skimage.segmentation.felzenszwalb`.
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
    sklearn_dic.superpixels.FelzenszwalbSuperpixels : The same regions as superpixels.

    References
    ----------
    .. [1] P. Felzenszwalb, D. Huttenlocher, "Efficient graph-based image segmentation",
       IJCV 59 (2004), doi:10.1023/B:VISI.0000022288.19776.77.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import GraphBased
    >>> labels = GraphBased(scale=500).fit_predict(coffee())
    >>> labels.shape
    (400, 600)
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
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
        superpixels = FelzenszwalbSuperpixels(
            self.scale,
            sigma=self.sigma,
            min_size=self.min_size,
            relative_to_size=self.relative_to_size,
        )
        return superpixels._segment(image)
