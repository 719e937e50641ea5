"""A tree of regions: cut it into any number of them."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_scalar

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.superpixels._contours import draw_contours


class MergeTree:
    """Regions of one image, from superpixels to the whole, in scikit-learn's format.

    Parameters
    ----------
    leaf_labels : ndarray of int, shape (H, W)
        The regions that nothing has merged yet, consecutive from 0.
    children : ndarray of int, shape (n_leaves - 1, 2)
        What is merged, in order; the i-th merge makes node ``n_leaves + i``.
    distances : ndarray of shape (n_leaves - 1,)
        At which distance, increasing.

    Attributes
    ----------
    leaf_labels, children_, distances_ : ndarray
        As given.
    n_leaves : int
        Number of superpixels.

    See Also
    --------
    RegionMerging : Makes such trees.
    sklearn_dic.superpixels.ContourTree : The same for trees whose leaves are pixels.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import RegionMerging
    >>> tree = RegionMerging().fit(coffee()[::4, ::4]).tree_
    >>> [int(tree.cut(n_segments=n).max()) + 1 for n in (2, 3, 20)]
    [2, 3, 20]

    It is what SciPy calls a linkage:

    >>> from scipy.cluster.hierarchy import dendrogram, is_valid_linkage
    >>> bool(is_valid_linkage(tree.linkage()))
    True
    >>> leaves = dendrogram(tree.linkage(), no_plot=True)["leaves"]
    >>> len(leaves) == tree.n_leaves
    True
    """

    def __init__(
        self, leaf_labels: np.ndarray, children: np.ndarray, distances: np.ndarray
    ) -> None:
        self.leaf_labels = leaf_labels
        self.children_ = children
        self.distances_ = distances

    @property
    def n_leaves(self) -> int:
        """Number of superpixels."""
        return len(self.children_) + 1

    def cut(self, *, n_segments: int | None = None, threshold: float | None = None) -> np.ndarray:
        """Cut the tree.

        Parameters
        ----------
        n_segments : int, default=None
            Into exactly so many regions.
        threshold : float, default=None
            Where merges are farther than this. Takes precedence over `n_segments`.

        Returns
        -------
        labels : ndarray of shape (H, W), int32
            Consecutive from 0, in the order of the smallest leaf of each region.

        Raises
        ------
        ValueError
            If neither is given, or what is given is no place in the tree.
        """
        if threshold is not None:
            if not (isinstance(threshold, Real) and threshold >= 0):
                raise ValueError(
                    f"threshold={threshold!r} is no distance in the tree, which starts at 0"
                )
            n_merges = int(np.searchsorted(self.distances_, threshold, side="right"))
        elif n_segments is not None:
            check_scalar(n_segments, "n_segments", Integral, min_val=1)
            if n_segments > self.n_leaves:
                raise ValueError(
                    f"n_segments={n_segments}, and the tree has {self.n_leaves} leaves: cut it "
                    "into at most so many, or start from finer superpixels"
                )
            n_merges = self.n_leaves - int(n_segments)
        else:
            raise ValueError("say n_segments or threshold: where to cut the tree")
        return self._merge_leaves(n_merges)[self.leaf_labels]

    def contour_map(self) -> np.ndarray:
        """Draw all levels as one picture: the ultrametric contour map.

        Returns
        -------
        contours : ndarray of shape (2 H + 1, 2 W + 1), float64
            Between two pixels, the distance at which their regions merge; the pixels lie at
            odd rows and columns. `MCGSuperpixels` reads such maps as ``ucm2``. Pieces of a
            region that touch at a corner alone are apart there, so that a cut of the map may
            have more regions than one of the tree.
        """
        adjacency = find_adjacency(self.leaf_labels)
        merges = np.append(self._common_merge(*adjacency.pairs.T), 0.0)  # the last: no border
        labels = self.leaf_labels

        def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
            places = adjacency.find(first.ravel(), second.ravel())
            return merges[places].reshape(first.shape)

        return draw_contours(
            between(labels[:, :-1], labels[:, 1:]), between(labels[:-1], labels[1:])
        )

    def linkage(self) -> np.ndarray:
        """Give the tree as SciPy's dendrogram tools read it.

        Returns
        -------
        linkage : ndarray of shape (n_leaves - 1, 4), float64
            Children, distance and number of leaves of each merge.
        """
        counts = np.ones(2 * self.n_leaves - 1)
        for i, children in enumerate(self.children_):
            counts[self.n_leaves + i] = counts[children].sum()
        return np.column_stack([self.children_, self.distances_, counts[self.n_leaves :]])

    def parents(self) -> np.ndarray:
        """Give the tree as higra reads it: ``higra.Tree(tree.parents())``.

        Returns
        -------
        parents : ndarray of int, shape (2 * n_leaves - 1,)
            Parent of each node, leaves first; the root's is itself.
        """
        parents = np.arange(2 * self.n_leaves - 1)
        for i, children in enumerate(self.children_):
            parents[children] = self.n_leaves + i
        return parents

    def _merge_leaves(self, n_merges: int) -> np.ndarray:
        """Region of each leaf after so many merges, int32."""
        nodes = np.arange(self.n_leaves + n_merges)
        for i in range(n_merges - 1, -1, -1):  # from the root, so that parents come first
            nodes[self.children_[i]] = nodes[self.n_leaves + i]
        _, first, regions = np.unique(
            nodes[: self.n_leaves], return_index=True, return_inverse=True
        )
        return np.argsort(np.argsort(first)).astype(np.int32)[regions]

    def _common_merge(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Distance at which each pair of leaves is merged."""
        parents = self.parents()
        first, second = first.copy(), second.copy()
        while (apart := first != second).any():  # parents have larger numbers: climb the smaller
            lower = apart & (first < second)
            upper = apart & (first > second)
            first[lower] = parents[first[lower]]
            second[upper] = parents[second[upper]]
        return self.distances_[first - self.n_leaves]
