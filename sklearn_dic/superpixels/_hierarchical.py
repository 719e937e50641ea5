"""Superpixels from a contour tree."""

import os
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np

from sklearn_dic.images._color import color_gradient
from sklearn_dic.images._images import open_images
from sklearn_dic.superpixels._base import BaseSuperpixels, Picture, for_each_picture
from sklearn_dic.superpixels._contour_tree import ContourTree
from sklearn_dic.superpixels.files._finding import find_edge_map
from sklearn_dic.superpixels.files._reading import read_contents
from sklearn_dic.superpixels.files._templates import fill_template, is_template
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._validation import ChannelAxis, Interval, StrOptions

EdgeMap = Callable[[np.ndarray], np.ndarray] | str | os.PathLike


class HierarchicalSuperpixels(BaseSuperpixels):
    """Superpixels by cutting an ultrametric contour tree, from higra.

    The watershed basins of an edge map are merged step by step, and the tree of the merges
    is cut. Any number of channels, see `convert2lab`.

    Needs the extra ``hierarchy``: ``python -m pip install "sklearn-dic[hierarchy]"``.

    Parameters
    ----------
    n_segments : int, default=200
        Largest number of superpixels.
    threshold : float or None, default=None
        Cut at this height of the tree instead; its unit is that of `criterion`.
    criterion : {"volume", "mean"}, default="volume"
        Order of the merges. "volume": basins of small volume first, area times depth [1]_,
        which gives superpixels of useful size with any edge map. "mean": basins with the weakest
        mean edge along their common border first, as in the ultrametric contour maps of
        gPb [2]_, which needs better edges than a gradient.
    edge_map : callable, str, os.PathLike or None, default=None
        Strength of the edges, 0 or larger. None: the length of the colour gradient. A
        callable: from an image (H, W, C), float32, to (H, W). A file for a single image, or a
        template such as "edges/{stem}.png", filled in from the path of each image; the file
        holds an array of the size of the image, in any format that `FileSuperpixels` reads.
    sigma : float, default=1.0
        Width of the Gaussian whose derivative is the default edge map, in pixels.
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
    FileSuperpixels : Reads contour maps from files.

    References
    ----------
    .. [1] J. Cousty, L. Najman, "Incremental algorithm for hierarchical minimum spanning
       forests and saliency of watershed cuts", ISMM 2011,
       doi:10.1007/978-3-642-21569-8_24.
    .. [2] P. Arbelaez et al., "Contour detection and hierarchical image segmentation", IEEE
       TPAMI 33 (2011), doi:10.1109/TPAMI.2010.161.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import HierarchicalSuperpixels
    >>> superpixels = HierarchicalSuperpixels(n_segments=50).fit_transform(coffee())
    >>> superpixels.shape, int(superpixels.max())
    ((400, 600), 49)
    """

    _parameter_constraints: dict = {
        **BaseSuperpixels._parameter_constraints,
        "n_segments": [Interval(Integral, 1, None, closed="left")],
        "threshold": [Interval(Real, 0, None, closed="left"), None],
        "criterion": [StrOptions({"volume", "mean"})],
        "edge_map": [callable, str, os.PathLike, None],
        "sigma": [Interval(Real, 0, None, closed="neither")],
        "convert2lab": ["boolean", None],
    }

    def __init__(
        self,
        n_segments: int = 200,
        *,
        threshold: float | None = None,
        criterion: Literal["volume", "mean"] = "volume",
        edge_map: EdgeMap | None = None,
        sigma: float = 1.0,
        convert2lab: bool | None = None,
        channel_axis: ChannelAxis = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.threshold = threshold
        self.criterion = criterion
        self.edge_map = edge_map
        self.sigma = sigma
        self.convert2lab = convert2lab
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def hierarchy(self, X: Any) -> ContourTree | list[ContourTree]:
        """Build trees, which can be cut at several levels.

        Parameters
        ----------
        X : image or collection of images
            As in `transform`.

        Returns
        -------
        trees : ContourTree, or list of ContourTree
            A tree for each image.
        """
        self._check_parameters()
        images = open_images(X, self.channel_axis)
        trees = for_each_picture(self._make_tree, self, images, description="trees")
        for tree, given in zip(trees, images.given, strict=True):
            tree.image = given
        return trees[0] if images.form == "image" else trees

    def _check_parameters(self) -> None:
        edges: Any = self.edge_map
        if isinstance(edges, list | tuple) or hasattr(edges, "__array__"):
            raise TypeError(
                f"edge_map is a {type(edges).__name__}; pass a file, or a function from an image "
                "to its edges, such as `lambda image: edges`"
            )
        super()._check_parameters()

    def _single_file(self) -> str | os.PathLike | None:
        if isinstance(self.edge_map, str | os.PathLike) and not is_template(self.edge_map):
            return self.edge_map
        return None

    def _segment(self, image: np.ndarray) -> np.ndarray:
        return self._segment_picture(Picture(image, None, None, "the image"))

    def _segment_picture(self, picture: Picture) -> np.ndarray:
        tree = self._make_tree(picture)
        return np.asarray(tree.cut(n_segments=self.n_segments, threshold=self.threshold))

    def _make_tree(self, picture: Picture) -> ContourTree:
        higra = import_extra("higra", "hierarchy", "for contour trees")
        graph = higra.get_4_adjacency_graph(picture.shape)
        edges = self._edges(picture)
        weights = higra.weight_graph(graph, edges, higra.WeightFunction.mean)
        leaf_labels = np.arange(edges.size)
        if self.criterion == "volume":
            tree, heights = higra.watershed_hierarchy_by_volume(graph, weights)
        else:
            tree, heights = higra.mean_pb_hierarchy(graph, weights)
            leaf_labels = higra.CptRegionAdjacencyGraph.construct(tree.leaf_graph)["vertex_map"]
        return ContourTree(
            picture.pixels,
            leaf_labels.reshape(picture.shape),
            tree.parents(),
            np.asarray(heights, np.float64)[tree.num_leaves() :],
        )

    def _edges(self, picture: Picture) -> np.ndarray:
        """(H, W) float64, 0 or larger."""
        edges: Any = self.edge_map
        if edges is None:
            return color_gradient(picture.pixels, self.sigma, self.convert2lab).astype(np.float64)
        source = "edge_map"
        if isinstance(edges, str | os.PathLike):
            file = edges
            if is_template(edges):
                file = fill_template(edges, picture.path, picture.name)
            source = f"the edge map {os.fspath(file)!r}"
            try:
                edges = find_edge_map(read_contents(file), picture.shape)
            except ValueError as error:
                raise ValueError(f"{source} does not fit {picture.name}: {error}") from error
        else:
            edges = edges(picture.pixels)
        edges = np.asarray(edges)
        if edges.shape != picture.shape or edges.dtype.kind not in "biuf":
            raise ValueError(
                f"{source} has shape {edges.shape} and dtype {edges.dtype}, and {picture.name} "
                f"has {picture.shape}: pass a number for each pixel"
            )
        edges = edges.astype(np.float64)
        if not np.isfinite(edges).all() or edges.min() < 0:
            raise ValueError(
                f"{source} has negative values or values that are not finite ({picture.name}); "
                "the strength of an edge is 0 or larger"
            )
        return edges
