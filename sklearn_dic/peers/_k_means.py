"""k-means of the colours of pixels."""

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from sklearn_dic.peers._base import BasePeer, Picture
from sklearn_dic.utils._validation import ChannelAxis, Interval


class KMeansPixels(BasePeer):
    """Segment an image by k-means clustering of the colours of its pixels.

    The simplest method, and the fastest: no pixel knows its neighbours. A label may lie in many
    places. Any number of channels, compared as they are.

    Parameters
    ----------
    n_segments : int, default=5
        Number of labels. At most the number of pixels; an image of fewer colours has fewer labels,
        with scikit-learn's ConvergenceWarning.
    n_init : int, default=1
        Number of starts, of which the best counts.
    random_state : int, RandomState instance or None, default=0
        Draws the first centres.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`. A table of pixels
        is clustered as a whole.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Labels of each image, consecutive from 0; -1 outside of `sample_mask`.
    n_segments_ : int, or list of int
        Number of labels of each image.
    n_features_in_ : int
        Number of image channels.

    See Also
    --------
    GaussianMixturePixels : Clusters colour, texture and position.

    References
    ----------
    .. [1] J. MacQueen, "Some methods for classification and analysis of multivariate
       observations", 5th Berkeley Symposium on Mathematical Statistics and Probability (1967).

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import KMeansPixels
    >>> labels = KMeansPixels(n_segments=4).fit_predict(coffee()[::4, ::4])
    >>> int(labels.max()) + 1
    4
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "n_init": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_segments: int = 5,
        *,
        n_init: int = 1,
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.n_init = n_init
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        shape = picture.pixels.shape[:2]
        inside = np.ones(shape, bool) if picture.mask is None else picture.mask
        labels = np.zeros(shape, np.int32)
        labels[inside] = self._segment_table(picture.pixels[inside], picture.seed)
        return labels

    def _segment_table(self, pixels: np.ndarray, seed: int) -> np.ndarray:
        k_means = KMeans(self.n_segments, n_init=self.n_init, random_state=seed)
        return k_means.fit_predict(pixels)
