"""Superpixels that were computed elsewhere, from files."""

import os
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path

import numpy as np

from sklearn_dic.superpixels._base import BaseSuperpixels, Picture
from sklearn_dic.superpixels._contours import cut_contours
from sklearn_dic.superpixels.files._finding import find_contour_map, find_label_map
from sklearn_dic.superpixels.files._reading import read_contents
from sklearn_dic.superpixels.files._templates import fill_template, is_template
from sklearn_dic.utils._validation import ChannelAxis, Interval

Files = str | os.PathLike | Mapping[str | os.PathLike, str | os.PathLike]


class MCGSuperpixels(BaseSuperpixels):
    """Superpixels from files, as MCG, gPb-UCM and many others publish them.

    Reads MATLAB files (v5 to v7.3), npy, npz, PNG, TIFF, and BSDS300's text format. In a
    file with several variables it looks for label maps called ``seg_lab``, ``superpixels``,
    ``labels``, ``seg``, ``segs``, in the structs ``proposals`` and ``candidates``, and in
    ``groundTruth``; cells may hold label maps, or lists of pixel numbers as MATLAB counts
    them. With `n_segments` or `threshold` it cuts contour maps: ``ucm2`` with doubled sides,
    ``ucm``, ``ucms``, or an array of the size of the image. A map that fits only when
    turned round is turned round, which cannot be seen where the image is square.

    MCG and gPb were trained on human annotations of the Berkeley images; scores on these
    images are then not unsupervised.

    Parameters
    ----------
    files : str, os.PathLike or mapping
        One file, for one image. A template such as "mcg/{stem}.mat", filled in from the
        path of each image: {stem} is its name without suffix, {name} its name, {parent} its
        folder. Or a mapping to files from the paths of the images, their names or stems.
    n_segments : int or None, default=None
        Cut a contour map at the smallest threshold that leaves at most so many regions.
    threshold : float or None, default=None
        Cut a contour map here, in the unit of the file; takes precedence over `n_segments`.
    variable : str or None, default=None
        Name of the variable in the file; None looks for the known ones, and then for the
        only one that fits.
    index : int, default=0
        Which map, where there are several, such as annotators or levels.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read. "auto": 2-D is a grey image, 3-D an image with
        channels last, 4-D a stack. -1: the last axis is always the channels. None: no
        channel axis, 3-D is a stack of grey images.
    n_jobs : int or None, default=None
        How many images of a collection at a time, through joblib.
    verbose : int, default=0
        1 shows a progress bar that counts images.

    See Also
    --------
    HierarchicalSuperpixels : Contour trees computed here.

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
    >>> from sklearn_dic.superpixels import MCGSuperpixels
    >>> image = coffee()[::4, ::4]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/coffee.npy", np.indices(image.shape[:2]).sum(axis=0) // 50)
    ...     superpixels = MCGSuperpixels(f"{folder}/coffee.npy").fit_transform(image)
    >>> superpixels.shape, int(superpixels.max())
    ((100, 150), 4)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "files": [str, os.PathLike, Mapping],
        "n_segments": [Interval(Integral, 1, None, closed="left"), None],
        "threshold": [Interval(Real, 0, None, closed="left"), None],
        "variable": [str, None],
        "index": [Integral],
    }

    def __init__(
        self,
        files: Files,
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

    def _is_for_one_image(self) -> bool:
        return not isinstance(self.files, Mapping) and not is_template(self.files)

    def _segment(self, image: np.ndarray) -> np.ndarray:
        return self._segment_picture(Picture(image, None, None, "the image"))

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        file = self._file_of(picture)
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

    def _file_of(self, picture: Picture) -> str | os.PathLike:
        """Find the file that belongs to an image."""
        if not isinstance(self.files, Mapping):
            return fill_template(self.files, picture) if is_template(self.files) else self.files
        if picture.path is None:
            raise ValueError(
                f"{picture.name} is an array, and files are found by the path of an image: pass "
                "paths as images, or SuperpixelMap(labels, image)"
            )
        path = Path(picture.path)
        for key, file in self.files.items():
            if os.path.abspath(key) == os.path.abspath(path) or key in (path.name, path.stem):
                return file
        raise ValueError(
            f"files has no entry for {picture.name}, neither for the path nor for {path.name!r} or "
            f"{path.stem!r}; its keys are {', '.join(repr(key) for key in list(self.files)[:5])}"
            + (", ..." if len(self.files) > 5 else "")
        )
