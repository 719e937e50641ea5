"""The meta-estimator of pictures larger than memory."""

import os
from numbers import Integral
from pathlib import Path
from typing import Any, Literal, Self

from sklearn.base import BaseEstimator, ClusterMixin, MetaEstimatorMixin, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from sklearn_dic._region_merging import RegionMerging
from sklearn_dic.blocks._fit import FoundTree, Picture, find_tree
from sklearn_dic.blocks._grid import Grid
from sklearn_dic.blocks._opening import open_source
from sklearn_dic.blocks._outputs import TILE, check_out, write_blocks
from sklearn_dic.blocks._statistics import PictureStatistics
from sklearn_dic.blocks._tree import BlockTree
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.hierarchy._cuts import check_cut, place_of_cut, warn_of_fewer
from sklearn_dic.utils._validation import HasMethods, Interval, check_parameters

SCENE_SIZE = 400  # pixels, of an estimator without one


class Blockwise(MetaEstimatorMixin, ClusterMixin, BaseEstimator):
    """Segment a picture that is larger than memory, with labels that do not depend on tiles.

    The picture is read block by block, and its regions merge in one graph. Blocks and their
    order are fixed: neither the tiles of the file, nor the kind of the file, nor the number of
    workers change a label. The tree of all merges is kept, so that other scales need no second
    pass over the picture.

    Parameters
    ----------
    estimator : RegionMerging
        Its parameters. `superpixels` is None: basins of the contours are merged. If its
        `scene_size` is None, a scene has 400 pixels, since sizes cannot be shares of a picture
        of any size.
    block_size : int, default=768
        Side of a block in pixels. Memory grows with its square.
    n_jobs : int or None, default=None
        Number of blocks computed in parallel, through joblib: `joblib.parallel_config` sets the
        backend.
    verbose : int, default=0
        1 shows a progress bar for each pass.

    Attributes
    ----------
    labels_ : Path, or ndarray of shape (H, W), int32
        The file of the labels, or the labels if none was asked for. Consecutive from 0; -1
        outside of the mask.
    n_segments_ : int
        Number of regions.
    tree_ : BlockTree or MergeTree
        All merges. With `out`, its leaves lie on the disk.
    statistics_ : PictureStatistics or None
        Statistics of the whole picture; None of a picture of a single block.
    features_ : transformer or None
        The fitted clone of the features of the estimator.
    n_features_in_ : int
        Number of channels.

    See Also
    --------
    RegionMerging : Segments images in memory.
    sklearn_dic.blocks.BlockTree : The tree on the disk.
    PerImage : Segments each image of a collection.

    Notes
    -----
    A picture that fits into one block has the labels that `RegionMerging` with the same
    `scene_size` gives it.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import Blockwise, RegionMerging
    >>> blockwise = Blockwise(RegionMerging(n_segments=8, scene_size=100), block_size=80)
    >>> labels = blockwise.fit_predict(coffee()[::4, ::4])
    >>> labels.shape, int(labels.max()) + 1
    ((100, 150), 8)
    >>> int(blockwise.segment(n_segments=3).max()) + 1
    3
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods("fit_predict")],
        "block_size": [Interval(Integral, 16, None, closed="left")],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        block_size: int = 768,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.block_size = block_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        out: str | os.PathLike | None = None,
        sample_mask: Any = None,
        statistics: PictureStatistics | None = None,
        origin: tuple[int, int] = (0, 0),
        overwrite: bool = False,
    ) -> Self:
        """Build the tree of a picture, cut it, and write the labels.

        Parameters
        ----------
        X : path, or array of shape (H, W) or (H, W, C)
            The picture: a GeoTIFF or another raster, a tiled TIFF, the folder of a zarr array, an
            HDF5 file ("scan.h5::name"), a .npy file; or an array of NumPy, zarr, h5py or dask.
            Missing data of a raster, NaN, and masked values of a masked array do not count.
        y : None
            Not used, here by convention.
        out : str or os.PathLike, default=None
            The file of the labels: ``.tif`` with the coordinates of the picture, ``.zarr`` or
            ``.npy``, int32, missing data -1. It appears when it is complete. Beside it, the
            folder ``*.blocks`` has the results of the blocks: a run that was ended goes on from
            there, and in the end it has the tree. None: the labels are kept in memory.
        sample_mask : path or array of shape (H, W), default=None
            0 or False at pixels that do not count.
        statistics : PictureStatistics, default=None
            `statistics_` of another fit, for windows of one larger picture. None: estimated.
        origin : tuple of (int, int), default=(0, 0)
            Row and column of the first pixel in a larger picture. Windows of one picture have
            the same blocks if their places are given.
        overwrite : bool, default=False
            Whether a folder of another run is deleted.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError
            If a parameter or the picture cannot be used, or `out` belongs to another run.
        ImportError
            If the file needs a library that is not installed.
        OSError
            If a block cannot be read, the picture changes, or the disk is full. Complete blocks
            are kept.
        """
        merging = self._check()
        found = self._find_tree(X, merging, out, sample_mask, statistics, None, origin, overwrite)
        labels, n_segments = _cut(found.tree, merging, out, self.verbose)
        self.tree_ = found.tree
        self.statistics_ = found.statistics
        self.features_ = found.features
        self.n_features_in_ = found.n_channels
        self.labels_ = labels
        self.n_segments_ = n_segments
        return self

    def predict(
        self,
        X: Any,
        *,
        out: str | os.PathLike | None = None,
        sample_mask: Any = None,
        origin: tuple[int, int] = (0, 0),
        overwrite: bool = False,
    ) -> Any:
        """Segment another picture with the same parameters and the fitted features.

        Parameters
        ----------
        X, out, sample_mask, origin, overwrite
            As in `fit`, for this picture.

        Returns
        -------
        labels : Path, or ndarray of shape (H, W), int32
            The file, or the labels.
        """
        check_is_fitted(self)
        merging = self._check()
        found = self._find_tree(
            X, merging, out, sample_mask, None, self.features_, origin, overwrite
        )
        if found.n_channels != self.n_features_in_:
            raise ValueError(
                f"X has {found.n_channels} channels, and Blockwise was fitted to "
                f"{self.n_features_in_}"
            )
        return _cut(found.tree, merging, out, self.verbose)[0]

    def segment(
        self,
        *,
        n_segments: int | Literal["auto"] | None = None,
        threshold: float | None = None,
        out: str | os.PathLike | None = None,
    ) -> Any:
        """Cut the fitted tree again, without the picture.

        Parameters
        ----------
        n_segments : int, "auto" or None, default=None
            As of `RegionMerging`.
        threshold : float or None, default=None
            As of `RegionMerging`, instead of `n_segments`.
        out : str or os.PathLike, default=None
            A file of labels, see `fit`. None: the labels are returned in memory.

        Returns
        -------
        labels : Path, or ndarray of shape (H, W), int32
            The file, or the labels. `labels_` stay as they are.

        Raises
        ------
        ValueError
            If neither is given, or both.
        """
        check_is_fitted(self)
        check_cut(n_segments, threshold)
        merging = clone(self.estimator).set_params(n_segments=n_segments, threshold=threshold)
        return _cut(self.tree_, merging, None if out is None else check_out(out), self.verbose)[0]

    def _check(self) -> RegionMerging:
        """Check the parameters -> those of the estimator, with a scene size.

        Raises
        ------
        TypeError, ValueError
            If the estimator cannot work block by block.
        """
        check_parameters(self)
        if not isinstance(self.estimator, RegionMerging):
            raise TypeError(
                f"estimator={self.estimator!r} cannot work block by block: pass a RegionMerging, "
                "with features=DeepImageClustering() for learned features"
            )
        merging = clone(self.estimator)
        check_parameters(merging)
        check_cut(None if merging.threshold is not None else merging.n_segments, merging.threshold)
        if merging.superpixels is not None:
            raise ValueError(
                f"superpixels={merging.superpixels!r}: Blockwise merges the basins of the "
                "contours, since other superpixels depend on the extent of an image. Pass "
                "superpixels=None"
            )
        for name, value in (("channel_axis", "auto"), ("n_spatial_dims", 2), ("spacing", None)):
            given = getattr(merging, name)
            if given is not None if value is None else given != value:
                raise ValueError(
                    f"{name}={given!r}: Blockwise reads one picture, (H, W) or (H, W, C), with "
                    f"square pixels. Pass {name}={value!r}"
                )
        if merging.scene_size is None:
            merging.set_params(scene_size=SCENE_SIZE)
        return merging

    def _find_tree(
        self,
        X: Any,
        merging: RegionMerging,
        out: str | os.PathLike | None,
        sample_mask: Any,
        statistics: PictureStatistics | None,
        features: Any,
        origin: tuple[int, int],
        overwrite: bool,
    ) -> FoundTree:
        """Open a picture, and find its tree."""
        path = None if out is None else check_out(out)
        source = open_source(X)
        read = getattr(source, "path", None)
        if path is not None and read is not None and path.resolve() == Path(read).resolve():
            raise ValueError(f"out={os.fspath(path)!r} is the picture: pass another file")
        mask = None if sample_mask is None else open_source(sample_mask, "sample_mask")
        if mask is not None and (mask.shape != source.shape or mask.n_bands != 1):
            raise ValueError(
                f"sample_mask has shape {mask.shape} and {mask.n_bands} channel(s); the picture "
                f"has {source.shape}, and its mask one channel"
            )
        if len(origin) != 2 or not all(isinstance(place, Integral) for place in origin):
            raise ValueError(f"origin={origin!r}: the row and the column of the first pixel")
        row, column = origin
        scene_size = float(merging.get_params()["scene_size"])
        grid = Grid(source.shape, self.block_size, scene_size, (int(row), int(column)))
        return find_tree(
            Picture(source, mask, grid),
            merging,
            path,
            statistics=statistics,
            features=features,
            overwrite=overwrite,
            n_jobs=self.n_jobs,
            verbose=self.verbose,
        )

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two or three dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True  # missing data
        return tags


def _cut(
    tree: MergeTree, merging: RegionMerging, out: str | os.PathLike | None, verbose: int
) -> tuple[Any, int]:
    """Cut a tree with the parameters of an estimator -> labels or their file, and their number."""
    warn_of_fewer([tree], merging.n_segments, merging.threshold)
    place = place_of_cut(tree, merging.n_segments, merging.threshold, merging.coarseness)
    n_segments = int(tree.cut_leaves(**place).max()) + 1
    if isinstance(tree, BlockTree):
        return tree.cut(**place, out=out, verbose=verbose), n_segments
    labels = tree.cut(**place)
    if out is None:
        return labels, n_segments
    grid = Grid(labels.shape, TILE, TILE)
    return write_blocks(lambda box: labels[box.slices], grid, out, None), n_segments
