"""A tree of superpixels, with the distance of each merge."""

import numpy as np

from sklearn_dic.superpixels._contours import NO_PLACE_TO_CUT, check_place_to_cut, draw_contours
from sklearn_dic.superpixels._map import SuperpixelMap
from sklearn_dic.utils._extras import import_extra


class ContourTree:
    """Superpixels of an image, from pixels to the whole image, as a tree of merges.

    Made by `HierarchicalSuperpixels.hierarchy`. Has the same methods and attributes as
    `sklearn_dic.hierarchy.MergeTree`, except that more than two regions may merge at once, so
    there are no `children_` and no `linkage`.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, C)
        The image.
    leaf_labels : ndarray of int, shape (H, W)
        The leaf of each pixel, consecutive from 0.
    parents : ndarray of int, shape (n_leaves + n_merges,)
        Parent of each node, leaves first; the parent of the root is the root itself.
    distances : ndarray of float, shape (n_merges,)
        Distance of each merge; the i-th merge makes node ``n_leaves + i``.

    Attributes
    ----------
    image, leaf_labels : ndarray
        As given.
    distances_ : ndarray of float, shape (n_merges,)
        As given.
    n_leaves : int
        Number of leaves.

    See Also
    --------
    sklearn_dic.hierarchy.MergeTree : Merges two regions at a time.

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
        leaf_labels: np.ndarray,
        parents: np.ndarray,
        distances: np.ndarray,
    ) -> None:
        self.image = image
        self.leaf_labels = leaf_labels
        self.distances_ = distances
        self._parents = parents

    @property
    def n_leaves(self) -> int:
        """Number of leaves."""
        return len(self._parents) - len(self.distances_)

    def parents(self) -> np.ndarray:
        """Return the tree in higra's format: ``higra.Tree(tree.parents())``.

        Returns
        -------
        parents : ndarray of int, shape (n_leaves + n_merges,)
            Parent of each node, leaves first; the parent of the root is the root itself.
        """
        return self._parents

    def cut(
        self, *, n_segments: int | None = None, threshold: float | None = None
    ) -> SuperpixelMap:
        """Cut the tree.

        Parameters
        ----------
        n_segments : int, default=None
            Largest number of superpixels; there are fewer where several merge at once.
        threshold : float, default=None
            Undo the merges at a larger distance. Takes precedence over `n_segments`.

        Returns
        -------
        superpixels : SuperpixelMap of shape (H, W)

        Raises
        ------
        ValueError
            If neither is given, or the number or threshold is out of range.
        """
        check_place_to_cut(n_segments, threshold)
        higra = import_extra("higra", "hierarchy", "for contour trees")
        tree = higra.Tree(self._parents)
        explorer = higra.HorizontalCutExplorer(tree, self._heights())
        if threshold is not None:
            cut = explorer.horizontal_cut_from_altitude(float(threshold))
        elif n_segments is not None:
            cut = explorer.horizontal_cut_from_num_regions(int(n_segments), at_least=False)
        else:
            raise ValueError(NO_PLACE_TO_CUT)
        nodes = np.asarray(cut.nodes())
        labels = np.zeros(len(self._parents), np.int64)
        labels[nodes] = np.arange(len(nodes))
        below = ~np.isin(np.arange(len(labels)), nodes)
        labels = higra.propagate_sequential(tree, labels, below)[self.leaf_labels]
        consecutive = np.unique(labels, return_inverse=True)[1]
        return SuperpixelMap(consecutive.reshape(labels.shape), self.image)

    def contour_map(self) -> np.ndarray:
        """Draw all levels in one array: the ultrametric contour map.

        Returns
        -------
        contours : ndarray of shape (2 H + 1, 2 W + 1), float64
            Between two pixels, the distance at which their regions merge. Pixels lie at
            odd rows and columns. `FileSuperpixels` reads such maps as ``ucm2``.
        """
        higra = import_extra("higra", "hierarchy", "for contour trees")
        tree = higra.Tree(self._parents)
        heights, labels = self._heights(), self.leaf_labels

        def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
            ancestors = tree.lowest_common_ancestor(first.ravel(), second.ravel())
            return heights[ancestors].reshape(first.shape)

        return draw_contours(labels, between)

    def _heights(self) -> np.ndarray:
        """Return the distance of each node; leaves are at 0."""
        return np.concatenate([np.zeros(self.n_leaves), self.distances_])
