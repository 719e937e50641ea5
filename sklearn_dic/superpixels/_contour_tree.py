"""A tree of regions with the height at which each one is merged."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_scalar

from sklearn_dic.superpixels._contours import draw_contours
from sklearn_dic.superpixels._map import SuperpixelMap
from sklearn_dic.utils._extras import import_extra


class ContourTree:
    """Superpixels of one image at all levels: cut it as often as you like.

    Made by `HierarchicalSuperpixels.hierarchy`.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, C)
        The picture.
    parents : ndarray of int, shape (n_nodes,)
        Parent of each node, the root's is itself. The first H * W nodes, or as many as
        `leaf_of_pixel` counts, are leaves.
    heights : ndarray of float, shape (n_nodes,)
        Where in the hierarchy each node is formed; leaves are at 0.
    leaf_of_pixel : ndarray of int, shape (H * W,)
        The leaf that each pixel belongs to.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.superpixels import HierarchicalSuperpixels
    >>> tree = HierarchicalSuperpixels().hierarchy(coffee()[::4, ::4])
    >>> [int(tree.cut(n_segments=n).max()) + 1 for n in (10, 100)]
    [10, 100]
    """

    def __init__(
        self,
        image: np.ndarray,
        parents: np.ndarray,
        heights: np.ndarray,
        leaf_of_pixel: np.ndarray,
    ) -> None:
        self.image = image
        self.parents = parents
        self.heights = heights
        self.leaf_of_pixel = leaf_of_pixel

    def cut(
        self, *, n_segments: int | None = None, threshold: float | None = None
    ) -> SuperpixelMap:
        """Cut the tree.

        Parameters
        ----------
        n_segments : int, default=None
            Into at most so many superpixels; fewer where several merge at one height.
        threshold : float, default=None
            Where merges are higher than this. Takes precedence over `n_segments`.

        Returns
        -------
        superpixels : SuperpixelMap of shape (H, W)

        Raises
        ------
        ValueError
            If neither is given, or what is given is no place in the tree.
        """
        if n_segments is not None:
            check_scalar(n_segments, "n_segments", Integral, min_val=1)
        if threshold is not None and not threshold >= 0:
            raise ValueError(f"threshold={threshold} is no height in the tree, which starts at 0")
        higra = import_extra("higra", "hierarchy", "for contour trees")
        tree = higra.Tree(self.parents)
        explorer = higra.HorizontalCutExplorer(tree, self.heights)
        if threshold is not None:
            cut = explorer.horizontal_cut_from_altitude(float(threshold))
        elif n_segments is not None:
            cut = explorer.horizontal_cut_from_num_regions(int(n_segments), at_least=False)
        else:
            raise ValueError("say n_segments or threshold: where to cut the tree")
        nodes = np.asarray(cut.nodes())
        labels = np.zeros(len(self.parents), np.int64)
        labels[nodes] = np.arange(len(nodes))
        below = ~np.isin(np.arange(len(labels)), nodes)
        labels = higra.propagate_sequential(tree, labels, below)[self.leaf_of_pixel]
        labels = np.unique(labels, return_inverse=True)[1]
        return SuperpixelMap(labels.reshape(self.image.shape[:2]), self.image)

    def contour_map(self) -> np.ndarray:
        """Draw all levels as one picture: the ultrametric contour map.

        Returns
        -------
        contours : ndarray of shape (2 H + 1, 2 W + 1), float64
            Between two pixels, the height at which their regions merge; the pixels lie at
            odd rows and columns. `MCGSuperpixels` reads such maps as ``ucm2``.
        """
        higra = import_extra("higra", "hierarchy", "for contour trees")
        tree = higra.Tree(self.parents)
        leaves = self.leaf_of_pixel.reshape(self.image.shape[:2])

        def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
            ancestors = tree.lowest_common_ancestor(first.ravel(), second.ravel())
            return self.heights[ancestors].reshape(first.shape)

        return draw_contours(
            between(leaves[:, :-1], leaves[:, 1:]), between(leaves[:-1], leaves[1:])
        )
