"""A tree of regions, with the distance of each merge."""

import os
from typing import Self

import numpy as np

from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._tree_files import read_tree, write_tree
from sklearn_dic.superpixels._contours import NO_PLACE_TO_CUT, check_place_to_cut, draw_contours


class MergeTree:
    """Regions of an image or a volume, from superpixels to the whole image, as a tree of merges.

    Made by `RegionMerging`. Has the same methods and attributes as
    `sklearn_dic.superpixels.ContourTree`, and also `children_` and `linkage`, since exactly two
    regions merge at a time.

    Parameters
    ----------
    leaf_labels : ndarray of int, shape (H, W) or (Z, Y, X)
        The leaf of each pixel, consecutive from 0; -1 outside of the mask.
    children : ndarray of int, shape (n_leaves - 1, 2)
        The two nodes of each merge; the i-th merge makes node ``n_leaves + i``.
    distances : ndarray of shape (n_leaves - 1,)
        Distance of each merge, never decreasing.
    auto_threshold : float, default=inf
        Distance at which `RegionMerging` cuts for "auto".

    Attributes
    ----------
    leaf_labels, children_, distances_, auto_threshold_
        As given.
    n_leaves : int
        Number of leaves.

    See Also
    --------
    RegionMerging : Builds and cuts merge trees.
    sklearn_dic.superpixels.ContourTree : Merges several regions at once.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import RegionMerging
    >>> tree = RegionMerging().fit(coffee()[::4, ::4]).tree_
    >>> [int(tree.cut(n_segments=n).max()) + 1 for n in (2, 3, 20)]
    [2, 3, 20]

    SciPy calls this format a linkage:

    >>> from scipy.cluster.hierarchy import dendrogram, is_valid_linkage
    >>> bool(is_valid_linkage(tree.linkage()))
    True
    >>> leaves = dendrogram(tree.linkage(), no_plot=True)["leaves"]
    >>> len(leaves) == tree.n_leaves
    True
    """

    def __init__(
        self,
        leaf_labels: np.ndarray,
        children: np.ndarray,
        distances: np.ndarray,
        auto_threshold: float = np.inf,
    ) -> None:
        self.leaf_labels = leaf_labels
        self.children_ = children
        self.distances_ = distances
        self.auto_threshold_ = auto_threshold

    @property
    def n_leaves(self) -> int:
        """Number of leaves."""
        return len(self.children_) + 1

    def cut(self, *, n_segments: int | None = None, threshold: float | None = None) -> np.ndarray:
        """Cut the tree.

        Parameters
        ----------
        n_segments : int, default=None
            Number of regions, at most `n_leaves`.
        threshold : float, default=None
            Undo the merges at a larger distance. Takes precedence over `n_segments`.

        Returns
        -------
        labels : ndarray of shape (H, W) or (Z, Y, X), int32
            Consecutive from 0, in the order of the smallest leaf of each region; -1 outside of
            the mask.

        Raises
        ------
        ValueError
            If neither is given, or the number or threshold is out of range.
        """
        regions = self.cut_leaves(n_segments=n_segments, threshold=threshold)
        return regions[self.leaf_labels]

    def cut_leaves(
        self, *, n_segments: int | None = None, threshold: float | None = None
    ) -> np.ndarray:
        """Cut the tree, and return the region of each leaf.

        Parameters
        ----------
        n_segments, threshold
            As in `cut`.

        Returns
        -------
        regions : ndarray of shape (n_leaves + 1,), int32
            The last is -1, so that ``regions[leaf_labels]`` are the labels of `cut`.
        """
        check_place_to_cut(n_segments, threshold)
        if threshold is not None:
            n_merges = int(np.searchsorted(self.distances_, threshold, side="right"))
        elif n_segments is not None:
            if n_segments > self.n_leaves:
                raise ValueError(
                    f"n_segments={n_segments}, and the tree has {self.n_leaves} leaves; pass at "
                    "most this number, or build the tree from finer superpixels"
                )
            n_merges = self.n_leaves - int(n_segments)
        else:
            raise ValueError(NO_PLACE_TO_CUT)
        return np.append(self._merge_leaves(n_merges), np.int32(-1))

    def contour_map(self) -> np.ndarray:
        """Draw all levels in one array: the ultrametric contour map.

        Returns
        -------
        contours : ndarray of shape (2 H + 1, 2 W + 1) or (2 Z + 1, 2 Y + 1, 2 X + 1), float64
            Between two pixels, the distance at which their regions merge. Pixels lie at
            odd places along all axes. `FileSuperpixels` reads such maps as ``ucm2``. In the map,
            pieces of a region that touch only at a corner are separate, so a cut of the map may
            have more regions than a cut of the tree. The border of the mask is as strong as
            the last merge.
        """
        adjacency = find_adjacency(self.leaf_labels)
        merges = np.append(self._common_merge(*adjacency.pairs.T), 0.0)  # the last: no border
        labels, strongest = self.leaf_labels, self.distances_.max(initial=0.0)

        def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
            places = adjacency.find(first.ravel(), second.ravel())
            at_mask = (first < 0) != (second < 0)
            return np.where(at_mask, strongest, merges[places].reshape(first.shape))

        return draw_contours(labels, between)

    def save(self, path: str | os.PathLike) -> None:
        """Write the tree to a file without code.

        Parameters
        ----------
        path : str or os.PathLike
            The file, usually called ``*.tree``. An existing file is replaced only when the new
            file is complete.

        Raises
        ------
        OSError
            If the file cannot be written.

        See Also
        --------
        load : Read the file.

        Notes
        -----
        The file has safetensors format. The shell command ``sklearn-dic cut`` cuts such files.

        Examples
        --------
        >>> import tempfile
        >>> from skimage.data import coffee
        >>> from sklearn_dic import RegionMerging
        >>> from sklearn_dic.hierarchy import MergeTree
        >>> tree = RegionMerging().fit(coffee()[::4, ::4]).tree_
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tree.save(f"{folder}/coffee.tree")
        ...     again = MergeTree.load(f"{folder}/coffee.tree")
        >>> bool((again.cut(n_segments=8) == tree.cut(n_segments=8)).all())
        True
        """
        write_tree(path, vars(self))

    @classmethod
    def load(cls, path: str | os.PathLike) -> Self:
        """Read a tree that `save` or the shell command wrote, without running code.

        Parameters
        ----------
        path : str or os.PathLike
            The file.

        Returns
        -------
        tree : MergeTree

        Raises
        ------
        ValueError
            If it is another file, a newer version wrote it, or it is damaged.
        OSError
            If the file cannot be opened.

        See Also
        --------
        save : Write the file.
        """
        return cls(**read_tree(path)[0])

    def linkage(self) -> np.ndarray:
        """Return the tree in SciPy's format, for example for dendrograms.

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
        """Return the tree in higra's format: ``higra.Tree(tree.parents())``.

        Returns
        -------
        parents : ndarray of int, shape (2 * n_leaves - 1,)
            Parent of each node, leaves first; the parent of the root is the root itself.
        """
        parents = np.arange(2 * self.n_leaves - 1)
        for i, children in enumerate(self.children_):
            parents[children] = self.n_leaves + i
        return parents

    def _merge_leaves(self, n_merges: int) -> np.ndarray:
        """Return the region of each leaf after the first merges, int32."""
        nodes = np.arange(self.n_leaves + n_merges)
        for i in range(n_merges - 1, -1, -1):  # from the root, so that parents come first
            nodes[self.children_[i]] = nodes[self.n_leaves + i]
        _, first, regions = np.unique(
            nodes[: self.n_leaves], return_index=True, return_inverse=True
        )
        return np.argsort(np.argsort(first)).astype(np.int32)[regions]

    def _common_merge(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return the distance at which each pair of leaves merges."""
        parents = self.parents()
        first, second = first.copy(), second.copy()
        while (apart := first != second).any():  # parents have larger numbers: climb the smaller
            lower = apart & (first < second)
            upper = apart & (first > second)
            first[lower] = parents[first[lower]]
            second[upper] = parents[second[upper]]
        return self.distances_[first - self.n_leaves]
