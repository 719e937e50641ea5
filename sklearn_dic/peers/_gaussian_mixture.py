"""A mixture of Gaussians of colour, texture and position of pixels."""

from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn import config_context
from sklearn.mixture import GaussianMixture

from sklearn_dic.peers._base import BasePeer, Picture
from sklearn_dic.peers._blobworld_features import blobworld_features
from sklearn_dic.utils._validation import ChannelAxis, Interval, StrOptions

CANDIDATES = (2, 3, 4, 5)  # of "auto", as in the paper
MAX_ITER = 300


class GaussianMixturePixels(BasePeer):
    r"""Segment an image by a mixture of Gaussians of its pixels, as Blobworld does.

    Expectation maximization finds Gaussians of the colour, the texture and the position of the
    pixels [1]_, and each pixel gets the label of the most probable. Any number of channels.

    Parameters
    ----------
    n_segments : int or "auto", default="auto"
        Number of Gaussians. "auto" takes the number from 2 to 5 with the shortest description,
        by the Bayesian information criterion.
    max_samples : int or None, default=20_000
        The mixture is fitted to so many pixels, drawn at random; all are labelled. None: to all.
    random_state : int, RandomState instance or None, default=0
        Draws the pixels and the first Gaussians.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`. Of a table of
        pixels, the channels alone are the features.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Labels of each image, consecutive from 0; -1 outside of `sample_mask`. A label may lie in
        several places.
    n_segments_ : int, or list of int
        Number of labels of each image.
    n_features_in_ : int
        Number of image channels.

    See Also
    --------
    KMeansPixels : Colours alone.
    sklearn.mixture.GaussianMixture : The mixture.

    References
    ----------
    .. [1] C. Carson, S. Belongie, H. Greenspan, J. Malik, "Blobworld: image segmentation using
       expectation-maximization and its application to image querying", PAMI 24 (2002),
       doi:10.1109/TPAMI.2002.1023800.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.peers import GaussianMixturePixels
    >>> labels = GaussianMixturePixels(n_segments=4).fit_predict(coffee()[::4, ::4])
    >>> int(labels.max()) + 1
    4
    """

    _parameter_constraints: dict = {
        **BasePeer._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "max_samples": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_segments: int | Literal["auto"] = "auto",
        *,
        max_samples: int | None = 20_000,
        random_state: Any = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.max_samples = max_samples
        self.random_state = random_state
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        features = blobworld_features(picture.pixels)
        shape = features.shape[:2]
        inside = np.ones(shape, bool) if picture.mask is None else picture.mask
        labels = np.zeros(shape, np.int32)
        labels[inside] = self._segment_table(features[inside], picture.seed)
        return labels

    def _segment_table(self, pixels: np.ndarray, seed: int) -> np.ndarray:
        sample = pixels
        if self.max_samples is not None and len(pixels) > self.max_samples:
            drawn = np.random.RandomState(seed).permutation(len(pixels))[: self.max_samples]
            sample = pixels[drawn]
        numbers = [self.n_segments]
        if self.n_segments == "auto":
            numbers = [n for n in CANDIDATES if n <= len(sample)] or [1]
        with config_context(array_api_dispatch=False):  # pixels are an array of NumPy
            mixtures = [
                GaussianMixture(n, max_iter=MAX_ITER, random_state=seed).fit(sample)
                for n in numbers
            ]
            best = mixtures[0]
            if len(mixtures) > 1:
                best = min(mixtures, key=lambda mixture: mixture.bic(sample))
            return best.predict(pixels)
