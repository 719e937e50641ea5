"""The estimator of the merge tree: superpixels merged into regions."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from math import prod
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from sklearn_dic.hierarchy import MergeTree, build_merge_tree
from sklearn_dic.hierarchy._cuts import check_cut, cut_tree, warn_of_fewer
from sklearn_dic.hierarchy._memory import tree_bytes
from sklearn_dic.images._images import Images
from sklearn_dic.images._prediction import check_n_channels
from sklearn_dic.images._spacing import check_spacing
from sklearn_dic.images._thumbnails import ThumbnailMixin
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.superpixels._map import open_with_superpixels, take_images
from sklearn_dic.superpixels._parameter import SuperpixelsParameterMixin
from sklearn_dic.superpixels._resolve import compute_superpixels, resolve_superpixels
from sklearn_dic.utils._memory import host_memory, refuse_too_large
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._searches import refuse_rows_of_image
from sklearn_dic.utils._validation import (
    CHANNEL_AXIS,
    ChannelAxis,
    HasMethods,
    Interval,
    Options,
    StrOptions,
    check_column_names,
    check_parameters,
)


class RegionMerging(SuperpixelsParameterMixin, ThumbnailMixin, ClusterMixin, BaseEstimator):
    r"""Segment an image or a volume by merging its superpixels, the most alike first.

    Neighbouring superpixels are compared by their mean colours, by the colours and textures of
    the coarse segments that they lie in, by the gradient and the spectral contour along their
    border [1]_ [2]_, and, in textures, by learned features where there are any. The tree of all
    merges is kept, and can be cut into any number of regions afterwards. Any number of channels.

    Parameters
    ----------
    n_segments : int, "auto" or None, default="auto"
        Number of regions of each image. "auto" chooses it, see Notes. None: see `threshold`.
    threshold : float or None, default=None
        Merge regions that are closer than this distance; overrides `n_segments`.
    coarseness : float, default=1.0
        Factor of the distance at which "auto" cuts: 2 gives fewer, larger regions, 0.5 more,
        smaller regions.
    superpixels : str, transformer, list of these or None, default=None
        The leaves of the tree: a name of `superpixels.get_superpixels_names()`, or any
        transformer from an image (H, W, C) to labels (H, W). Of a list, the first is merged,
        and the others are the coarse segmentations. None: watershed basins of the contours.
        Volumes take "slic" and None.
    features : transformer or None, default=None
        Learns features of the pixels: any transformer from an image to (H, W, D), such as
        ``DeepImageClustering()``. A clone is fitted to the images. If it has `predict_proba`, the
        probabilities of its labels are the features. It reads a volume slice by slice, as a
        collection of images. None: no features.
    features_weight : float or "auto", default="auto"
        Weight of the features against the colours. "auto" uses them in textures alone, see Notes.
    scene_size : float or None, default=None
        Side, in pixels, of the square that shows a scene. None: each image is one scene, so a
        photograph has about the same regions at twice the resolution. A number, such as 400, is
        for maps, mosaics and sections of tissue: twice as wide an image has about twice as many
        regions, and what lies far away changes little. In a volume, the side of a cube, in
        pixels of the finest axis.
    n_spatial_dims : {2, 3}, default=2
        Number of axes that are space. 3: an image is a volume (Z, Y, X) or (Z, Y, X, C), such as
        a stack of sections, or a series whose first axis is time; its regions pass through all
        slices. 2: each slice is an image of its own.
    spacing : sequence of float or None, default=None
        Distance of pixels along each spatial axis, in any unit, such as (30, 4, 4) for sections
        that are 30 nm apart with pixels of 4 nm. `sklearn_dic.images.read_spacing` reads it from
        a file. None: pixels are as far apart along all axes.
    channel_axis : {"auto", -1, None}, default="auto"
        How the axes of an array are read, see `sklearn_dic.images.open_images`.
    n_jobs : int or None, default=None
        Number of images segmented in parallel, through joblib.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    labels_ : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
        Regions of each image, consecutive from 0; -1 outside of `sample_mask`. Of a volume
        (Z, Y, X).
    n_segments_ : int, or list of int
        Number of regions of each image.
    tree_ : MergeTree, or list of MergeTree
        All merges of each image.
    features_ : transformer or None
        The fitted clone of `features`; None if there was none, or features were passed to `fit`.
    n_features_in_ : int
        Number of image channels.

    See Also
    --------
    DeepImageClustering : Learns features of the image, and merges by them.
    sklearn_dic.hierarchy.MergeTree : The tree that is cut.
    sklearn_dic.hierarchy.build_merge_tree : Builds the tree of an image, with any weights.

    Notes
    -----
    "auto" cuts at the distance :math:`\min(76, 105 / n^{1/4})`, where n is the number of regions
    for each scene that explain 40 % of the variance of the superpixels' colours and learned
    features. So an image of many small objects, such as a section of tissue, is cut at a smaller
    distance than an image of a few large objects. In textures the distance is at most 0.7 of the
    second largest of the tree. The constants were chosen on photographs,
    textures, nuclei, membranes, objects and materials together; `coarseness` multiplies the
    distance.

    Learned features are used in textures: they have the weight 7 if they are at least 5 times as
    contiguous as the colours over the superpixels, by Geary's ratio, and else 0. In textures
    neighbouring superpixels differ in colour and belong together all the same; elsewhere the
    colours and their borders say more, and the answer is that of a tree without features.

    Distances are in the units of Lab. Sizes of regions are shares of the scene, and
    the strengths of borders are relative to their mean in the image, so that distances mean
    about the same for all superpixel methods.

    Labels number the regions of an image, and have no meaning in other images.

    References
    ----------
    .. [1] P. Isola et al., "Crisp boundary detection using pointwise mutual information",
       ECCV 2014, doi:10.1007/978-3-319-10578-9_52.
    .. [2] J. Shi, J. Malik, "Normalized cuts and image segmentation", PAMI 22 (2000),
       doi:10.1109/34.868688.

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
        "coarseness": [Interval(Real, 0, None, closed="neither")],
        "superpixels": [
            StrOptions(set(get_superpixels_names())),
            HasMethods("fit_transform"),
            "array-like",  # a list; label maps get an error of their own
            None,
        ],
        "features": [HasMethods(["fit", "transform"]), None],
        "features_weight": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
        "scene_size": [Interval(Real, 1, None, closed="left"), None],
        "n_spatial_dims": [Options(Integral, {2, 3})],
        "spacing": ["array-like", None],
        "channel_axis": CHANNEL_AXIS,
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_segments: int | Literal["auto"] | None = "auto",
        *,
        threshold: float | None = None,
        coarseness: float = 1.0,
        superpixels: Any = None,
        features: Any = None,
        features_weight: float | Literal["auto"] = "auto",
        scene_size: float | None = None,
        n_spatial_dims: Literal[2, 3] = 2,
        spacing: Sequence[float] | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.threshold = threshold
        self.coarseness = coarseness
        self.superpixels = superpixels
        self.features = features
        self.features_weight = features_weight
        self.scene_size = scene_size
        self.n_spatial_dims = n_spatial_dims
        self.spacing = spacing
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        superpixels: Any = None,
        features: Any = None,
        sample_mask: Any = None,
    ) -> Self:
        """Build the tree of each image, and cut it.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            An image or a collection, see `sklearn_dic.images.open_images`. With
            ``n_spatial_dims=3`` a volume (Z, Y, X) or (Z, Y, X, C), or a collection of these; the
            other arguments have one axis more as well.
        y : None
            Not used, here by convention.
        superpixels : array-like of int, str, transformer or list of these, default=None
            The leaves of the tree of these images, instead of the parameter `superpixels`:
            a label map of shape (H, W) for each image.
        features : array-like of shape (H, W, D) or (N, H, W, D), or list of these, default=None
            Features of the pixels of these images, instead of the parameter `features`. Their
            units do not matter: they are scaled to vary as much as the colours.
        sample_mask : array-like of bool, shape (H, W) or (N, H, W), or list of these, \
default=None
            False at pixels that do not count. They have label -1 and change nothing in the rest,
            so they may be NaN.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError, TypeError, OSError
            If a parameter or an image cannot be used; the message names it.
        MemoryError
            If the tree would need more memory than there is.

        Warns
        -----
        ConvergenceWarning
            If an image has fewer superpixels than `n_segments`.
        """
        images, superpixels = self._open(X, superpixels, sample_mask)
        refuse_rows_of_image(X, images.form)
        transformer = None
        if features is None and self.features is not None:
            transformer = self._fit_features(X, images)
            features = _features_of(transformer, X, images)
        trees = self._build(images, superpixels, features)
        warn_of_fewer(trees, self.n_segments, self.threshold)
        labels = self._cut(trees, self.n_segments, self.threshold)
        counts = [int(of_image.max()) + 1 for of_image in labels]
        self.features_ = transformer
        self.tree_ = trees[0] if images.form == "image" else trees
        self.labels_ = images.in_form_of_input(labels)
        self.n_segments_ = counts[0] if images.form == "image" else counts
        self.n_features_in_ = images.n_channels
        check_column_names(self, X, self.channel_axis, reset=True)
        return self

    def predict(
        self, X: Any, *, superpixels: Any = None, features: Any = None, sample_mask: Any = None
    ) -> Any:
        """Segment images with the same parameters and the fitted features.

        Parameters
        ----------
        X : image or collection of images
            As in `fit`, with the same number of channels.
        superpixels, features, sample_mask
            As in `fit`, for these images.

        Returns
        -------
        labels : ndarray of shape (H, W) or (N, H, W), or list of these, dtype int32
            Regions of each image; those of the training images are `labels_`, if the same
            superpixels, features and mask are passed.
        """
        images, trees = self._build_others(X, superpixels, features, sample_mask)
        warn_of_fewer(trees, self.n_segments, self.threshold)
        return images.in_form_of_input(self._cut(trees, self.n_segments, self.threshold))

    def build_trees(
        self, X: Any, *, superpixels: Any = None, features: Any = None, sample_mask: Any = None
    ) -> MergeTree | list[MergeTree]:
        """Build the trees of other images, for any number of regions.

        Parameters
        ----------
        X, superpixels, features, sample_mask
            As in `predict`.

        Returns
        -------
        trees : MergeTree, or list of MergeTree
            In the form of `tree_`.
        """
        images, trees = self._build_others(X, superpixels, features, sample_mask)
        return trees[0] if images.form == "image" else trees

    def segment(
        self,
        *,
        n_segments: int | Literal["auto"] | None = None,
        threshold: float | None = None,
    ) -> Any:
        """Cut the fitted trees again.

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
            If an image has fewer superpixels than `n_segments`.
        """
        check_is_fitted(self)
        check_cut(n_segments, threshold)
        trees = self.tree_ if isinstance(self.tree_, list) else [self.tree_]
        warn_of_fewer(trees, n_segments, threshold)
        labels = self._cut(trees, n_segments, threshold)
        return labels if isinstance(self.labels_, list) else np.reshape(labels, self.labels_.shape)

    def _open(self, X: Any, superpixels: Any, sample_mask: Any) -> tuple[Images, Any]:
        """Check the parameters and open the images, and the superpixels that came with them."""
        check_parameters(self)
        check_cut(None if self.threshold is not None else self.n_segments, self.threshold)
        images, superpixels = open_with_superpixels(
            X, self.channel_axis, superpixels, sample_mask, self.n_spatial_dims
        )
        images.spacing = check_spacing(self.spacing, self.n_spatial_dims)
        refuse_large_trees(images, scene_size=self.scene_size)
        return images, superpixels

    def _fit_features(self, X: Any, images: Images) -> Any:
        """Fit a clone of the features' transformer."""
        transformer = clone(self.features)
        params = {}
        if images.masks is not None and has_fit_parameter(transformer, "sample_mask"):
            params["sample_mask"] = _pictures(images.masks, images)
        return transformer.fit(_without_nan(X, images), **params)

    def _build_others(
        self, X: Any, superpixels: Any, features: Any, sample_mask: Any
    ) -> tuple[Images, list[MergeTree]]:
        """Build the trees of images of a prediction."""
        check_is_fitted(self)
        check_column_names(self, X, self.channel_axis, reset=False)
        images, superpixels = self._open(X, superpixels, sample_mask)
        check_n_channels(self, images)
        if features is None and self.features_ is not None:
            features = _features_of(self.features_, X, images)
        return images, self._build(images, superpixels, features)

    def _build(self, images: Images, superpixels: Any, features: Any) -> list[MergeTree]:
        """Build the tree of each image."""
        maps = (
            compute_superpixels(self.superpixels, images)
            if superpixels is None
            else resolve_superpixels(superpixels, images)
        )
        parts = (
            images.pixels,
            [None] * len(images) if maps is None else maps,
            _of_each_image(features, images),
            images.every_mask(),
        )
        trees = for_each(
            partial(_build_tree, self.features_weight, self.scene_size, self.spacing),
            zip(*parts, strict=True),
            n_items=len(images),
            n_jobs=self.n_jobs,
            verbose=self.verbose,
            description="trees",
        )
        return list(trees)

    def _cut(
        self,
        trees: list[MergeTree],
        n_segments: int | Literal["auto"] | None,
        threshold: float | None,
    ) -> list[np.ndarray]:
        """Cut each tree."""
        return [cut_tree(tree, n_segments, threshold, self.coarseness) for tree in trees]

    def __sklearn_tags__(self) -> Tags:
        """Declare images, arrays of two to four dimensions."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _build_tree(
    features_weight: float | Literal["auto"],
    scene_size: float | None,
    spacing: Sequence[float] | None,
    parts: tuple[np.ndarray, np.ndarray | None, Any, np.ndarray | None],
) -> MergeTree:
    """Build the tree of an image."""
    image, superpixels, features, mask = parts
    if mask is not None and not mask.any():  # a pixel of a table
        return MergeTree(np.full(mask.shape, -1, np.int32), np.zeros((0, 2), int), np.zeros(0))
    leaves, *coarse = [None] if superpixels is None else list(superpixels)
    return build_merge_tree(
        image,
        leaves,
        coarse=coarse or None,
        features=features,
        features_weight=features_weight,
        scene_size=scene_size,
        spacing=spacing,
        mask=mask,
    )


def refuse_large_trees(
    images: Images, n_features: int = 0, scene_size: float | None = None
) -> None:
    """Refuse images whose trees would need too much memory.

    Raises
    ------
    MemoryError
        The message has the memory needed, the memory available, and a remedy.
    """
    largest = max(images.shapes, key=prod)
    spacing = check_spacing(images.spacing, images.n_spatial_dims)
    needed = tree_bytes(prod(largest), images.n_channels, n_features, scene_size, spacing)
    needed += 16 * sum(map(prod, images.shapes))  # maps of all images
    noun = "an image" if len(largest) == 2 else "a volume"
    task = f"the merge tree of {noun} of {' x '.join(map(str, largest[::-1]))} pixels"
    remedy = "reduce the images, or pass each to Blockwise, which reads it block by block"
    refuse_too_large(needed, host_memory(), "the host", task, remedy)


def _features_of(transformer: Any, X: Any, images: Images) -> Any:
    """Compute the features of each pixel; probabilities of labels where there are any."""
    compute = getattr(transformer, "predict_proba", transformer.transform)
    found = compute(_without_nan(X, images))
    if images.n_spatial_dims == 2:
        return found
    slices = iter(found)
    volumes = [np.stack(list(islice(slices, shape[0]))) for shape in images.shapes]
    return volumes[0] if images.form == "image" else volumes


def _without_nan(X: Any, images: Images) -> Any:
    """Give the images as they came; masked images with the masked pixels filled.

    Volumes are a list of their slices.
    """
    if images.masks is None and images.n_spatial_dims == 2:
        return take_images(X)[0]
    return _pictures(images.pixels, images)


def _pictures(parts: list[np.ndarray], images: Images) -> Any:
    """Give a part of each image in the form of the input; of volumes a list of the slices."""
    if images.n_spatial_dims == 2:
        return images.in_form_of_input(parts)
    return [plane for volume in parts for plane in volume]


def _of_each_image(features: Any, images: Images) -> Iterable[Any]:
    """Return the features of each image; an iterator yields them."""
    if features is None:
        return [None] * len(images)
    if isinstance(features, Iterator):
        return features
    if images.form == "image":
        return [features]
    entries = list(features) if np.iterable(features) else []
    if len(entries) != len(images):
        raise ValueError(
            f"features has {len(entries)} entries for {len(images)} image(s): pass an entry for "
            "each image"
        )
    return [entry[None, None] for entry in entries] if images.form == "table" else entries
