"""LSC superpixels: k-means that approximates normalised cuts."""

from numbers import Integral, Real

import numpy as np

from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.superpixels._opencv import as_bytes, import_ximgproc, one_thread, pad_to
from sklearn_dic.utils._validation import ChannelAxis, Interval

SMALLEST_SIDE = 6  # of a superpixel in pixels; OpenCV merges smaller superpixels into a few
SMALLEST_ELEMENT = 25  # percent of the average superpixel; smaller pieces join a neighbour


class LSCSuperpixels(BaseSuperpixels):
    """Superpixels by linear spectral clustering (LSC), from OpenCV.

    Weighted k-means in a space of ten dimensions, where it approximates normalised cuts:
    compact superpixels that follow edges well. Any number of channels, see `convert2lab`;
    more than three are reduced to their first three principal components.

    Needs the extra ``opencv``: ``python -m pip install "sklearn-dic[opencv]"``.

    Parameters
    ----------
    n_segments : int, default=800
        Approximate number of superpixels, of 36 pixels or more on average.
    compactness : float, default=0.075
        Weight of the distance in space against that in colour, `ratio` in OpenCV.
    max_num_iter : int, default=10
        Iterations of k-means.
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
    SLICSuperpixels : Needs no extra.

    References
    ----------
    .. [1] Z. Li, J. Chen, "Superpixel segmentation using linear spectral clustering", CVPR
       2015, doi:10.1109/CVPR.2015.7298741.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import LSCSuperpixels
    >>> superpixels = LSCSuperpixels(n_segments=50).fit_transform(coffee())
    >>> superpixels.shape
    (400, 600)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "compactness": [Interval(Real, 0, None, closed="neither")],
        "max_num_iter": [Interval(Integral, 1, None, closed="left")],
        "convert2lab": ["boolean", None],
    }

    def __init__(
        self,
        n_segments: int = 800,
        *,
        compactness: float = 0.075,
        max_num_iter: int = 10,
        convert2lab: bool | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.compactness = compactness
        self.max_num_iter = max_num_iter
        self.convert2lab = convert2lab
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        ximgproc = import_ximgproc()
        height, width, _ = image.shape
        side = max(SMALLEST_SIDE, round((height * width / self.n_segments) ** 0.5))
        padded = pad_to(as_bytes(image, self.convert2lab), 2 * side)
        with one_thread():
            clusters = ximgproc.createSuperpixelLSC(padded, side, self.compactness)
            clusters.iterate(self.max_num_iter)
            clusters.enforceLabelConnectivity(SMALLEST_ELEMENT)
        return clusters.getLabels()[:height, :width]
