"""Superpixels and contour maps from files."""

import os
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic.superpixels._base import BaseSuperpixels, Picture
from sklearn_dic.superpixels._contours import cut_contours
from sklearn_dic.superpixels.files._finding import find_contour_map, find_label_map
from sklearn_dic.superpixels.files._reading import read_contents
from sklearn_dic.superpixels.files._templates import fill_template, is_template
from sklearn_dic.utils._validation import ChannelAxis, Interval


class FileSuperpixels(BaseSuperpixels):
    """Superpixels from files: reads label maps, and cuts contour maps.

    Reads MATLAB files (v5 to v7.3), npy, npz, PNG, TIFF, and BSDS300's text format, such as
    the files published with MCG [1]_ and gPb-UCM [2]_. In a file with several variables it
    looks for label maps called ``seg_lab``, ``superpixels``, ``labels``, ``seg``, ``segs``,
    in the structs ``proposals`` and ``candidates``, and in ``groundTruth``; cells may hold
    label maps, or lists of pixel numbers in MATLAB's order. With `n_segments` or `threshold`
    it cuts contour maps: ``ucm2`` with doubled sides, ``ucm``, ``ucms``, or an array of the
    size of the image. A map that fits the image only when transposed is transposed; the map
    of a square image never is.

    MCG and gPb were trained on human annotations of the Berkeley images; scores on these
    images are then not unsupervised.

    Parameters
    ----------
    files : str or os.PathLike
        A file, for a single image. Or a template such as "mcg/{stem}.mat", filled in from the
        path of each image: {stem} is its name without suffix, {name} its name, {parent} its
        folder, {parent.name} the name of its folder. Label maps in arrays are passed with
        the images instead: ``fit(X, superpixels=labels)``, or ``SuperpixelMap(labels,
        image)``.
    n_segments : int or None, default=None
        Cut a contour map at the smallest threshold that leaves at most `n_segments` regions.
    threshold : float or None, default=None
        Cut a contour map at this strength, in the unit of the file. Takes precedence over
        `n_segments`.
    variable : str or None, default=None
        Name of the variable in the file. None looks for the names above, and then for the
        only variable that fits the image.
    index : int, default=0
        Index of the map in a file with several, such as annotators or levels.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    See Also
    --------
    HierarchicalSuperpixels : Computes contour trees.

    Notes
    -----
    `MCGSuperpixels` is an alias of this class.

    References
    ----------
    .. [1] J. Pont-Tuset et al., "Multiscale combinatorial grouping for image segmentation
       and object proposal generation", IEEE TPAMI 39 (2017),
       doi:10.1109/TPAMI.2016.2537320.
    .. [2] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", IEEE
       TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import FileSuperpixels
    >>> image = coffee()[::4, ::4]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/coffee.npy", np.indices(image.shape[:2]).sum(axis=0) // 50)
    ...     superpixels = FileSuperpixels(f"{folder}/coffee.npy").fit_transform(image)
    >>> superpixels.shape, int(superpixels.max())
    ((100, 150), 4)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "files": [str, os.PathLike],
        "n_segments": [Interval(Integral, 1, None, closed="left"), None],
        "threshold": [Interval(Real, 0, None, closed="left"), None],
        "variable": [str, None],
        "index": [Integral],
    }

    def __init__(
        self,
        files: str | os.PathLike,
        *,
        n_segments: int | None = None,
        threshold: float | None = None,
        variable: str | None = None,
        index: int = 0,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.files = files
        self.n_segments = n_segments
        self.threshold = threshold
        self.variable = variable
        self.index = index
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def file_of(self, image_path: str | os.PathLike) -> Path:
        """Return the file that belongs to an image.

        Parameters
        ----------
        image_path : str or os.PathLike
            The file of the image.

        Returns
        -------
        file : Path
            The template filled in, or the only file. It need not exist.

        Examples
        --------
        >>> from sklearn_dic.superpixels import FileSuperpixels
        >>> FileSuperpixels("mcg/{stem}.mat").file_of("photos/2092.jpg").as_posix()
        'mcg/2092.mat'
        """
        self._check_parameters()
        return self._find_file(image_path, f"the image {os.fspath(image_path)!r}")

    def _find_file(self, image_path: str | os.PathLike | None, name: str) -> Path:
        if is_template(self.files):
            return fill_template(self.files, image_path, name)
        return Path(self.files)

    def _check_parameters(self) -> None:
        files: Any = self.files
        if isinstance(files, list | tuple) or hasattr(files, "__array__"):
            raise TypeError(
                f"files is a {type(files).__name__}, and {type(self).__name__} reads a file, or "
                "the files of a template. Pass label maps with the images: "
                "fit(X, superpixels=...), or SuperpixelMap(labels, image) as X"
            )
        super()._check_parameters()

    def _single_file(self) -> str | os.PathLike | None:
        return None if is_template(self.files) else self.files

    def _segment(self, image: np.ndarray) -> np.ndarray:
        return self._segment_picture(Picture(image, None, None, "the image"))

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        file = self._find_file(picture.path, picture.name)
        contents = read_contents(file)
        try:
            if self.n_segments is None and self.threshold is None:
                labels = find_label_map(contents, picture.shape, self.variable, self.index)
                return labels.astype(np.int64) if labels.dtype.kind == "f" else labels
            return cut_contours(
                find_contour_map(contents, picture.shape, self.variable, self.index),
                picture.shape,
                n_segments=self.n_segments,
                threshold=self.threshold,
            )
        except ValueError as error:
            raise ValueError(f"{os.fspath(file)!r} does not fit {picture.name}: {error}") from error


MCGSuperpixels = FileSuperpixels
