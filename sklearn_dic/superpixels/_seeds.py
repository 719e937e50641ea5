"""SEEDS superpixels: exchanged blocks that make colour histograms more even."""

from numbers import Integral
from typing import Any

import numpy as np

from sklearn_dic.superpixels._base import BaseSuperpixels
from sklearn_dic.superpixels._opencv import as_bytes, import_ximgproc, pad_to
from sklearn_dic.utils._validation import ChannelAxis, Interval

SMALLEST_SIDE = 4  # of a superpixel in pixels; OpenCV needs blocks to exchange
LARGEST_LEVELS = 4


class SEEDSSuperpixels(BaseSuperpixels):
    """Superpixels by SEEDS, from OpenCV.

    Starts from a grid and exchanges blocks of pixels between neighbours as long as the
    colour histograms become more even. Very fast. Any number of channels, see
    `convert2lab`; more than three are reduced to their first three principal components.

    Needs the extra ``opencv``: ``python -m pip install "sklearn-dic[opencv]"``.

    Parameters
    ----------
    n_segments : int, default=800
        Approximate number of superpixels; at least six, of 16 pixels or more on average.
    max_num_iter : int, default=10
        Passes over the pixels.
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
    .. [1] M. Van den Bergh et al., "SEEDS: superpixels extracted via energy-driven
       sampling", IJCV 111 (2015), doi:10.1007/s11263-014-0744-2.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import SEEDSSuperpixels
    >>> superpixels = SEEDSSuperpixels(n_segments=50).fit_transform(coffee())
    >>> superpixels.shape
    (400, 600)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "max_num_iter": [Interval(Integral, 1, None, closed="left")],
        "convert2lab": ["boolean", None],
    }

    def __init__(
        self,
        n_segments: int = 800,
        *,
        max_num_iter: int = 10,
        convert2lab: bool | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.max_num_iter = max_num_iter
        self.convert2lab = convert2lab
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image: np.ndarray) -> np.ndarray:
        ximgproc = import_ximgproc()
        height, width, _ = image.shape
        side = max(SMALLEST_SIDE, (height * width / self.n_segments) ** 0.5)
        padded = pad_to(as_bytes(image, self.convert2lab), max(16, 2 * int(np.ceil(side))))
        n_blocks = max(1, round(padded.shape[0] * padded.shape[1] / side**2))
        n_levels = int(np.clip(np.log2(side) - 1, 1, LARGEST_LEVELS))

        def create(n_requested: int) -> Any:
            # The 2 is OpenCV's prior for smooth borders, 5 its number of histogram bins.
            return ximgproc.createSuperpixelSEEDS(
                *padded.shape[1::-1], padded.shape[2], n_requested, n_levels, 2, 5
            )

        # The grid has whole numbers of rows and columns, often fewer than requested. With an
        # empty grid, OpenCV never ends.
        requests = [round(n_blocks * more) for more in (1, 1.1, 1.2, 1.35, 1.5, 2, 3, 4)]
        most = max(n_blocks, padded[..., 0].size // SMALLEST_SIDE**2)
        grids = [create(n) for n in requests if n <= most]
        grids = [grid for grid in grids if grid.getNumberOfSuperpixels() > 0]
        if not grids:
            raise ValueError(
                f"OpenCV has no grid of about {self.n_segments} superpixels for an image of shape "
                f"{image.shape[:2]}: choose another n_segments"
            )
        seeds = min(grids, key=lambda grid: abs(grid.getNumberOfSuperpixels() - n_blocks))
        seeds.iterate(padded, self.max_num_iter)
        return seeds.getLabels()[:height, :width]
