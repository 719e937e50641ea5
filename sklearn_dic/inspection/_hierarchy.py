"""A tree of merges: its contours, and how many regions each distance leaves."""

from typing import Any, Self

import numpy as np
from scipy.ndimage import maximum_filter
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.images._label_colors import PALETTE
from sklearn_dic.inspection._axes import check_axes, count_on, make_axes
from sklearn_dic.utils._unwrapping import last_step


class HierarchyDisplay:
    """Contour map of a tree of merges, and the number of regions against the threshold.

    `from_estimator` makes one of a fitted estimator.

    Parameters
    ----------
    tree : MergeTree
        The merges of one image.
    n_segments : int or None, default=None
        A number of regions to point out.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The contour map: the darker, the farther apart are the regions on both sides.
    axes_ : list of two matplotlib Axes
        The contour map, and the number of regions.
    figure_ : matplotlib Figure
        The figure of both.
    image_ : matplotlib AxesImage
        The contour map.
    line_ : matplotlib Line2D
        The number of regions.

    See Also
    --------
    SegmentationDisplay : The regions of one cut.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import RegionMerging
    >>> from sklearn_dic.inspection import HierarchyDisplay
    >>> merging = RegionMerging(n_segments=8).fit(coffee()[::4, ::4])
    >>> display = HierarchyDisplay.from_estimator(merging)
    >>> [ax.get_ylabel() for ax in display.axes_]
    ['', 'regions']
    """

    def __init__(self, tree: MergeTree, *, n_segments: int | None = None) -> None:
        self.tree = tree
        self.n_segments = n_segments

    @classmethod
    def from_estimator(cls, estimator: Any, *, image: int = 0, ax: Any = None) -> Self:
        """Draw the tree of a fitted estimator, and where it is cut.

        Parameters
        ----------
        estimator : estimator
            `RegionMerging`, or `DeepImageClustering` with `n_segments`; or a Pipeline that ends
            with one of them, or a search.
        image : int, default=0
            Which image, if the estimator was fitted to a collection.
        ax : array-like of two matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : HierarchyDisplay

        Raises
        ------
        NotFittedError, TypeError
            If the estimator is not fitted, or has no tree.
        """
        check_is_fitted(estimator)
        estimator = last_step(estimator)
        trees = getattr(estimator, "tree_", None)
        if trees is None:
            raise TypeError(
                f"{estimator} has no tree_; RegionMerging has, and DeepImageClustering that was "
                "fitted with n_segments"
            )
        if not isinstance(trees, list):
            return cls(trees, n_segments=int(np.max(estimator.labels_)) + 1).plot(ax=ax)
        if not 0 <= image < len(trees):
            raise ValueError(f"image={image}, and there are {len(trees)} images")
        return cls(trees[image], n_segments=int(np.max(estimator.labels_[image])) + 1).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : array-like of two matplotlib Axes, default=None
            For the contour map and for the number of regions. By default a new figure.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If matplotlib is not installed; the message says how to.
        ValueError, TypeError
            If `ax` is not two matplotlib Axes, or the tree no `MergeTree`.
        """
        if not isinstance(self.tree, MergeTree):
            raise TypeError(f"tree is a {type(self.tree).__name__}; a MergeTree is drawn")
        axes = (
            make_axes(1, 2, 2, figsize=(8.5, 3.3))
            if ax is None
            else check_axes(ax, 2, "contour map and number of regions")
        )
        contours = np.sqrt(self.tree.contour_map())  # so that weak ones are seen beside strong ones
        contours = maximum_filter(contours, 1 + max(contours.shape) // 250)  # and when reduced
        self.image_ = axes[0].imshow(contours, cmap="gray_r", interpolation="antialiased")
        axes[0].set(xticks=[], yticks=[], title="contours")
        distances = self.tree.distances_
        # From every superpixel by itself, at 0, to one region.
        self.line_ = axes[1].step(
            np.concatenate([[0.0], distances]),
            np.arange(self.tree.n_leaves, 0, -1),
            where="post",
            color=PALETTE[5],  # seen on white and on black
            marker="o" if self.tree.n_leaves == 1 else None,  # no line of one point
        )[0]
        if self.n_segments is not None:
            axes[1].axhline(self.n_segments, color="0.6", linewidth=1, zorder=0)
            axes[1].annotate(
                f"{self.n_segments} region{'s' if self.n_segments > 1 else ''}",
                (1, self.n_segments),
                xycoords=("axes fraction", "data"),
                xytext=(-4, 3),
                textcoords="offset points",
                ha="right",
            )
        axes[1].set(xlabel="threshold", ylabel="regions")
        count_on(axes[1])
        self.ax_, self.axes_, self.figure_ = axes[0], axes, axes[0].figure
        return self
