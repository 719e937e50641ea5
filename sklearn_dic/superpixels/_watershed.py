"""Compact watershed superpixels: basins of a colour gradient, flooded from a grid."""

from numbers import Integral, Real

import numpy as np
from skimage.segmentation import watershed

from sklearn_dic.images._color import color_gradient
from sklearn_dic.superpixels._base import BaseSuperpixels, Picture
from sklearn_dic.utils._validation import ChannelAxis, Interval


class WatershedSuperpixels(BaseSuperpixels):
    """Superpixels by compact watershed of the colour gradient, from scikit-image.

    Basins are flooded from a regular grid of seeds. Any number of channels, see
    `convert2lab`. With a mask, the grid covers the pixels inside of it.

    Parameters
    ----------
    n_segments : int, default=800
        Approximate number of superpixels.
    compactness : float, default=0.001
        Larger gives squarer superpixels; 0 is the plain watershed. The gradient is relative to
        its largest value in the image.
    sigma : float, default=1.0
        Width of the Gaussian whose derivative is the gradient, in pixels.
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
    HierarchicalSuperpixels : Merges watershed basins by their volume.

    References
    ----------
    .. [1] P. Neubert, P. Protzel, "Compact watershed and preemptive SLIC: on improving
       trade-offs of superpixel segmentation algorithms", ICPR 2014,
       doi:10.1109/ICPR.2014.181.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import WatershedSuperpixels
    >>> superpixels = WatershedSuperpixels(n_segments=50).fit_transform(coffee())
    >>> superpixels.shape
    (400, 600)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "compactness": [Interval(Real, 0, None, closed="left")],
        "sigma": [Interval(Real, 0, None, closed="neither")],
        "convert2lab": ["boolean", None],
    }

    def __init__(
        self,
        n_segments: int = 800,
        *,
        compactness: float = 0.001,
        sigma: float = 1.0,
        convert2lab: bool | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.compactness = compactness
        self.sigma = sigma
        self.convert2lab = convert2lab
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        return self._segment(picture.pixels, picture.mask)

    def _segment(self, image: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        gradient = color_gradient(image, self.sigma, self.convert2lab)
        largest = gradient.max()
        return watershed(
            gradient / largest if largest > 0 else gradient,
            markers=self.n_segments,
            compactness=self.compactness,
            mask=mask,
        )
