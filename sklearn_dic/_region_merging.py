"""The estimator: superpixels merged into regions, without a network."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.hierarchy._building import build_merge_tree
from sklearn_dic.hierarchy._cuts import check_cut, cut_tree, warn_of_fewer
from sklearn_dic.hierarchy._leaves import superpixels_to_merge
from sklearn_dic.hierarchy._merge_tree import MergeTree
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.superpixels._belonging import Belonging
from sklearn_dic.superpixels._map import take_images
from sklearn_dic.superpixels._resolve import resolve_superpixels
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import (
    CHANNEL_AXIS,
    ChannelAxis,
    HasMethods,
    Interval,
    StrOptions,
    check_column_names,
    check_parameters,
)


class RegionMerging(ClusterMixin, BaseEstimator):
    """Segment an image by merging its superpixels, the most alike first.

    No network and no training: neighbours are compared by their mean colours, by the histograms
    of colours and textures in the mostly coarser superpixels that enclose them, and by the
    contrast along their common border. The tree of all merges is kept, and cut into any number of
    regions afterwards. Any number of channels.

    Parameters
    ----------
    n_segments : int, "auto" or None, default="auto"
        Exactly so many regions. "auto" chooses for each image, see Notes. None: `threshold`
        says where to cut.
    threshold : float or None, default=None
        Merge what is closer than this distance, instead of `n_segments`.
    superpixels : str, transformer, array-like, list of these or None, default=None
        What is merged, in any form that `DeepImageClustering` takes. Of a list of several, the
        first is merged and the others enclose it; one alone is enclosed by Felzenszwalb
        superpixels at ``scale=100``, 200 and 400. None: what lies inside the contours of the
        picture, those of its gradient and its spectral contours, enclosed likewise. Where `X`
        is a `SuperpixelMap`, as after a superpixel step in a Pipeline, its superpixels are
        merged instead.
    enclosing_weight : float, default=40.0
        How much it counts which colours and textures the regions have that enclose two
        superpixels: the difference in Lab that is worth a Hellinger distance of 1 between their
        histograms.
    gradient_weight : float, default=300.0
        How much the mean gradient of the colours along a border counts, against the squared
        difference of colours in Lab.
    local_weight : float, default=0.4
        How much it counts, as a contrast of their border, that the superpixels that meet there
        differ, against the difference of whole regions.
    spectral_exponent : float, default=0.7
        How much what differs across a border counts for more where the spectral contour along
        it is strong, where normalized cuts [2]_ of what this picture often shows together [1]_
        would divide it, and for less where it is weak. 0: not at all.
    size_exponent : float, default=0.18
        How much large regions resist merging. 1 is Ward's linkage [3]_.
    border_exponent : float, default=0.15
        How much regions resist merging that share little of their borders.
    features_weight : float, default=0.2
        How much the `features` given to `fit` count against the colours; 0: not at all, for the
        spectral contours neither.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read. "auto": 2-D is a grey image, 3-D an image with
        channels last, 4-D a stack. -1: the last axis is always the channels, so 2-D is a
        table of pixels. None: no channel axis, 3-D is a stack of grey images.
    n_jobs : int or None, default=None
        How many images of a collection at a time, through joblib.
    verbose : int, default=0
        1 shows a progress bar that counts images.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Regions of each image, consecutive from 0.
    n_segments_ : int, or list of int
        How many regions each image has.
    tree_ : MergeTree, or list of MergeTree
        All merges of each image.
    n_features_in_ : int
        Number of image channels.

    See Also
    --------
    sklearn_dic.DeepImageClustering : Learns features of the image.
    MergeTree : What can be done with a tree.

    Notes
    -----
    "auto" cuts where merges are farther than 68. This distance was chosen on photographs of the
    Berkeley segmentation data set, with learned features and ``superpixels=None``. With other
    weights or exponents, look for a `threshold` of your own.

    Distances are in the units of Lab. Sizes of regions are shares of the image, and borders are
    strong or weak against the mean along the borders that ``superpixels=None`` has in the image,
    so that distances mean about the same for superpixels of any kind.

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information",
       ECCV 2014, doi:10.1007/978-3-319-10578-9_52.
    .. [2] J. Shi, J. Malik, "Normalized cuts and image segmentation", PAMI 22 (2000),
       doi:10.1109/34.868688.
    .. [3] J. H. Ward, "Hierarchical grouping to optimize an objective function", Journal of
       the American Statistical Association 58 (1963), doi:10.1080/01621459.1963.10500845.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import RegionMerging
    >>> merging = RegionMerging(n_segments=8).fit(coffee()[::4, ::4])
    >>> int(merging.labels_.max()) + 1
    8
    >>> int(merging.segment(n_segments=3).max()) + 1
    3
    """

    _parameter_constraints: dict = {
        "n_segments": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"}), None],
        "threshold": [Interval(Real, 0, None, closed="left"), None],
        "superpixels": [
            StrOptions(set(get_superpixels_names())),
            HasMethods("fit_transform"),
            "array-like",
            None,
        ],
        "enclosing_weight": [Interval(Real, 0, None, closed="left")],
        "gradient_weight": [Interval(Real, 0, None, closed="left")],
        "local_weight": [Interval(Real, 0, None, closed="left")],
        "spectral_exponent": [Interval(Real, 0, None, closed="left")],
        "size_exponent": [Interval(Real, 0, None, closed="left")],
        "border_exponent": [Interval(Real, 0, None, closed="left")],
        "features_weight": [Interval(Real, 0, None, closed="left")],
        "channel_axis": CHANNEL_AXIS,
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_segments: int | Literal["auto"] | None = "auto",
        *,
        threshold: float | None = None,
        superpixels: Any = None,
        enclosing_weight: float = 40.0,
        gradient_weight: float = 300.0,
        local_weight: float = 0.4,
        spectral_exponent: float = 0.7,
        size_exponent: float = 0.18,
        border_exponent: float = 0.15,
        features_weight: float = 0.2,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.threshold = threshold
        self.superpixels = superpixels
        self.enclosing_weight = enclosing_weight
        self.gradient_weight = gradient_weight
        self.local_weight = local_weight
        self.spectral_exponent = spectral_exponent
        self.size_exponent = size_exponent
        self.border_exponent = border_exponent
        self.features_weight = features_weight
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None, features: Any = None) -> Self:
        """Make the tree of each image, and cut it.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            One image or a collection; `channel_axis` says how the axes are read. Integers
            are divided by the maximum of their dtype.
        y : None
            Not used, here by convention.
        features : ndarray of shape (H, W, D) or (N, H, W, D), or list of these, default=None
            More numbers that tell the objects of an image apart, such as what a network
            learned. They are scaled to vary as much as the colours.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter or an image cannot be used; the message names it.

        Warns
        -----
        ConvergenceWarning
            Where an image has fewer superpixels than `n_segments`.
        """
        images, maps = self._open(X)
        trees = self._grow_trees(images, maps, features)
        warn_of_fewer(trees, self.n_segments, self.threshold)
        self._form = images.form
        self._belonging = None if maps is not None else Belonging.of(self.superpixels, images)
        self.tree_ = trees[0] if images.form == "image" else trees
        self.labels_ = self._cut(self.n_segments, self.threshold)
        labels = [self.labels_] if images.form == "image" else self.labels_
        counts = [int(np.max(one)) + 1 for one in labels]
        self.n_segments_ = counts[0] if images.form == "image" else counts
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
        return self

    def predict(self, X: Any, features: Any = None) -> Any:
        """Segment images with the same parameters; nothing else was learned.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, with as many channels.
        features : ndarray or list of ndarray, default=None
            As in `fit`.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            Those of the images of `fit`, given in the same form and with the same features,
            are `labels_`. Labels of different images have nothing in common.
        """
        check_is_fitted(self)
        check_column_names(self, X, self.channel_axis, reset=False)
        images, maps = self._open(X)
        if images.n_channels != self.n_features_in_:
            raise ValueError(
                f"X has {images.n_channels} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input: these are the channels of "
                f"{images.names[0]}, of shape {images.given[0].shape}"
            )
        if maps is None and self._belonging is not None:
            self._belonging.check(self.superpixels, images)
        trees = self._grow_trees(images, maps, features)
        warn_of_fewer(trees, self.n_segments, self.threshold)
        return images.in_form_of_input(
            [cut_tree(one, self.n_segments, self.threshold) for one in trees]
        )

    def segment(
        self,
        *,
        n_segments: int | Literal["auto"] | None = None,
        threshold: float | None = None,
    ) -> Any:
        """Cut the trees anew, without fitting again.

        Parameters
        ----------
        n_segments : int, "auto" or None, default=None
            As in the constructor.
        threshold : float or None, default=None
            As in the constructor, instead of `n_segments`.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            In the form of `labels_`, which stays as it is.

        Raises
        ------
        ValueError
            If neither is given, or both.

        Warns
        -----
        ConvergenceWarning
            Where an image has fewer superpixels than `n_segments`.
        """
        check_is_fitted(self)
        check_cut(n_segments, threshold)
        warn_of_fewer(self._trees(), n_segments, threshold)
        return self._cut(n_segments, threshold)

    def _voters_of(self, X: Any) -> list[np.ndarray]:
        """Find the superpixels (1, H_i, W_i) that are merged in images as `predict` takes them."""
        return [tree.leaf_labels[None] for tree in self._grow_trees(*self._open(X), None)]

    def _trees(self) -> list[MergeTree]:
        return self.tree_ if isinstance(self.tree_, list) else [self.tree_]

    def _cut(self, n_segments: int | Literal["auto"] | None, threshold: float | None) -> Any:
        """Cut all trees, in the form of the images."""
        labels = [cut_tree(tree, n_segments, threshold) for tree in self._trees()]
        return Images([], [], self._form, []).in_form_of_input(labels)

    def _open(self, X: Any) -> tuple[Images, list[np.ndarray] | None]:
        """Check the parameters and open the images, and the superpixels that came with them."""
        check_parameters(self)
        check_cut(None if self.threshold is not None else self.n_segments, self.threshold)
        X, maps = take_images(X)
        return open_images(X, self.channel_axis if maps is None else -1), maps

    def _find_superpixels(
        self, images: Images, maps: list[np.ndarray] | None
    ) -> list[list[np.ndarray | None]]:
        """Find the label maps of each image."""
        superpixels: Any = self.superpixels
        if maps is not None:
            superpixels = maps[0] if images.form == "image" else maps
        own = resolve_superpixels(superpixels, images)
        return superpixels_to_merge(
            images, own, enclosed=self.enclosing_weight > 0, n_jobs=self.n_jobs
        )

    def _grow_trees(
        self, images: Images, maps: list[np.ndarray] | None, features: Any
    ) -> list[MergeTree]:
        """Make the tree of each image."""
        superpixels = self._find_superpixels(images, maps)
        features = _of_each_image(features, images)
        return list(
            for_each(
                self._grow_tree,
                list(zip(images.pixels, superpixels, features, strict=True)),
                n_jobs=self.n_jobs,
                verbose=self.verbose,
                description="trees",
            )
        )

    def _grow_tree(self, parts: tuple[np.ndarray, list[np.ndarray | None], Any]) -> MergeTree:
        image, superpixels, features = parts
        return build_merge_tree(
            image,
            superpixels,
            features=features,
            features_weight=self.features_weight,
            enclosing_weight=self.enclosing_weight,
            gradient_weight=self.gradient_weight,
            local_weight=self.local_weight,
            spectral_exponent=self.spectral_exponent,
            size_exponent=self.size_exponent,
            border_exponent=self.border_exponent,
        )

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two to four dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _of_each_image(features: Any, images: Images) -> Sequence[Any]:
    """Take features apart, in the form of the images."""
    if features is None:
        return [None] * len(images)
    if images.form == "image":
        return [features]
    entries = list(features) if np.iterable(features) else []
    if len(entries) != len(images):
        raise ValueError(
            f"features has {len(entries)} entries for {len(images)} image(s): one for each is "
            "needed"
        )
    return entries
