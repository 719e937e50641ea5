"""Display of a merge tree: contours, and number of regions at each distance."""

from typing import Any, Self

import numpy as np
from scipy.ndimage import maximum_filter
from sklearn.utils.validation import check_is_fitted

from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.images._label_colors import PALETTE
from sklearn_dic.inspection._axes import check_axes, count_on, make_axes
from sklearn_dic.utils._unwrapping import last_step


class HierarchyDisplay:
    """Contour map of a merge tree, and number of regions against the threshold.

    Create it with `from_estimator`.

    Parameters
    ----------
    tree : MergeTree
        The merge tree of an image.
    n_segments : int or None, default=None
        A number of regions to mark.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The contour map. Dark contours separate regions of large distance. Masked pixels are
        blank.
    axes_ : list of 2 matplotlib Axes
        The contour map, and the number of regions.
    figure_ : matplotlib Figure
        The figure of both.
    image_ : matplotlib AxesImage
        The contour map.
    line_ : matplotlib Line2D
        The number of regions.

    See Also
    --------
    SegmentationDisplay : The regions of a cut.

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
        """Draw the merge tree of a fitted estimator, and mark its number of regions.

        Parameters
        ----------
        estimator : estimator
            A fitted `RegionMerging`, which has `tree_`, or `DeepImageClustering` with
            `n_segments` "auto" or a number, which has `region_merging_`. Or a Pipeline that
            ends with these, or a search.
        image : int, default=0
            Place of the image, if the estimator was fitted to a collection.
        ax : array-like of 2 matplotlib Axes, default=None
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
        merging = getattr(estimator, "region_merging_", estimator)
        trees = getattr(merging, "tree_", None)
        if trees is None:
            raise TypeError(
                f"{estimator} has neither tree_ nor region_merging_: fit a RegionMerging, or a "
                "DeepImageClustering with n_segments='auto' or a number"
            )
        labels = merging.labels_
        if not isinstance(trees, list):
            trees, labels = [trees], [labels]
        if not 0 <= image < len(trees):
            raise ValueError(f"image={image}, and there are {len(trees)} images")
        return cls(trees[image], n_segments=int(np.max(labels[image])) + 1).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw the display.

        Parameters
        ----------
        ax : array-like of 2 matplotlib Axes, default=None
            For the contour map and for the number of regions. By default a new figure.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If matplotlib is not installed; the message says how to install it.
        ValueError, TypeError
            If `ax` is not 2 matplotlib Axes, or the tree not a `MergeTree`.
        """
        if not isinstance(self.tree, MergeTree):
            raise TypeError(f"tree is a {type(self.tree).__name__}; a MergeTree is needed")
        axes = (
            make_axes(1, 2, 2, figsize=(8.5, 3.3))
            if ax is None
            else check_axes(ax, 2, "contour map and number of regions")
        )
        contours, leaf_labels = self.tree.contour_map(), self.tree.leaf_labels
        if leaf_labels.ndim == 3:  # the slice in the middle of a volume
            middle = len(leaf_labels) // 2
            contours, leaf_labels = contours[2 * middle + 1], leaf_labels[middle]
        contours = np.sqrt(contours)  # makes weak contours visible
        contours = maximum_filter(contours, 1 + max(contours.shape) // 250)  # also when reduced
        contours[_outside(leaf_labels)] = np.nan
        self.image_ = axes[0].imshow(contours, cmap="gray_r", interpolation="antialiased")
        axes[0].set(xticks=[], yticks=[], title="contours")
        distances = self.tree.distances_
        # From all superpixels, at distance 0, to a single region.
        self.line_ = axes[1].step(
            np.concatenate([[0.0], distances]),
            np.arange(self.tree.n_leaves, 0, -1),
            where="post",
            color=PALETTE[5],  # visible on white and on black
            marker="o" if self.tree.n_leaves == 1 else None,  # a single point has no line
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


def _outside(leaf_labels: np.ndarray) -> np.ndarray:
    """(H, W) -> (2 H + 1, 2 W + 1) bool: what lies outside of the mask in a contour map."""
    height, width = leaf_labels.shape
    inside = np.zeros((2 * height + 1, 2 * width + 1), bool)
    inside[1::2, 1::2] = leaf_labels >= 0
    return ~maximum_filter(inside, 3)  # with the contours around each pixel
