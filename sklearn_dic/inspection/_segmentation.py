"""Display of a segmentation."""

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from skimage.color import rgb2gray

from sklearn_dic.images._drawing import as_rgb, mean_colors
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.images._label_colors import Color, label_colors, paint_labels
from sklearn_dic.inspection._axes import check_axes, make_axes
from sklearn_dic.inspection._boundaries import draw_lines
from sklearn_dic.inspection._label_maps import (
    check_label_maps,
    count_labels,
    cross,
    describe_labels,
    share_masks,
)
from sklearn_dic.inspection._predicting import (
    find_superpixels,
    open_like,
    predict_labels,
    share_labels,
)
from sklearn_dic.superpixels._map import take_images
from sklearn_dic.utils._unwrapping import n_spatial_dims_of
from sklearn_dic.utils._validation import ChannelAxis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DisplayKind = Literal["image", "superpixels", "boundaries", "overlay", "mean", "labels"]
DISPLAY_KINDS = ("image", "superpixels", "boundaries", "overlay", "mean", "labels")
_LARGEST_SIDE = 2000  # pixels; larger than most figures


class SegmentationDisplay:
    """Segmentation of an image or of a collection.

    Create it with `from_estimator` or `from_predictions`, which take images in any form.

    Parameters
    ----------
    images : list of ndarray of shape (H_i, W_i, C)
        The images, floats in [0, 1]. 1 or 2 channels are shown as grey, 3 or 4 as red, green
        and blue, more by their 3 principal components. Values outside of [0, 1], or within
        less than a quarter of it, are stretched to [0, 1].
    labels : list of ndarray of shape (H_i, W_i), int
        The label map of each image.
    superpixels : list of ndarray of shape (H_i, W_i) or (K, H_i, W_i), int, or None, \
default=None
        The superpixels of each image, a map or K maps.
    names : list of str or None, default=None
        Name of each image; by default "image 0" and so on.
    shared_labels : bool, default=True
        Whether a label means the same in all images, and has the same colour.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The first picture.
    axes_ : ndarray of Axes of shape (n_images, n_display_kinds)
        The pictures.
    figure_ : matplotlib Figure
        The figure of the pictures.
    label_colors_ : list of dict of int to (R, G, B)
        The colour of each label, in [0, 1], for each image.

    See Also
    --------
    LossCurveDisplay : Loss and number of labels in each epoch.
    HierarchyDisplay : Contours and number of regions of a merge tree.

    Notes
    -----
    Adjacent regions have clearly different colours, in normal vision, protanopia,
    deuteranopia and tritanopia. Up to 32 labels have different colours.

    Pixels of negative labels, as outside of a mask, are blank.

    Images with a side of more than 2,000 pixels are subsampled.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.inspection import SegmentationDisplay
    >>> from sklearn_dic.superpixels import SLICSuperpixels
    >>> image = coffee()[::4, ::4]
    >>> superpixels = SLICSuperpixels(50).fit_transform(image)
    >>> display = SegmentationDisplay.from_predictions(
    ...     image, superpixels, kind=["boundaries", "mean"]
    ... )
    >>> display.axes_.shape
    (1, 2)
    """

    def __init__(
        self,
        images: Sequence[np.ndarray],
        labels: Sequence[np.ndarray],
        *,
        superpixels: Sequence[np.ndarray] | None = None,
        names: Sequence[str] | None = None,
        shared_labels: bool = True,
    ) -> None:
        self.images = images
        self.labels = labels
        self.superpixels = superpixels
        self.names = names
        self.shared_labels = shared_labels

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        superpixels: Any = None,
        sample_mask: Any = None,
        kind: DisplayKind | Sequence[DisplayKind] = "overlay",
        ax: Any = None,
    ) -> Self:
        """Draw the segmentation of images by an estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted clusterer: `DeepImageClustering`, `RegionMerging`, `PerImage`, a Pipeline
            or a search of these. A clusterer of scikit-learn, which labels each pixel by its
            channels. Or a superpixel transformer.
        X : image or collection of images
            As in `predict` or `transform`.
        superpixels, sample_mask : default=None
            As in `predict`, which receives them.
        kind, ax
            As in `plot`. The superpixels of kind "superpixels" are those of `X`, if it is a
            `SuperpixelMap`, those passed, or those that the estimator computes: the
            superpixels that `RegionMerging` merges, or that vote in `DeepImageClustering`.

        Returns
        -------
        display : SegmentationDisplay

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError, TypeError, OSError
            If the estimator or an image cannot be used.
        """
        kinds = _check_display_kinds(kind)
        if n_spatial_dims_of(estimator) == 3:
            raise ValueError(
                f"{type(estimator).__name__} segments volumes (n_spatial_dims=3), and "
                "SegmentationDisplay draws images: pass slices, "
                "`SegmentationDisplay.from_predictions(list(volume[::10]), list(labels[::10]))`"
            )
        images = open_like(estimator, X, sample_mask)
        passed = {"superpixels": superpixels, "sample_mask": sample_mask}
        params = {name: value for name, value in passed.items() if value is not None}
        labels = predict_labels(estimator, X, images, **params)
        images, maps = share_masks(images, check_label_maps(labels, images, "labels"))
        drawn = None
        if "superpixels" in kinds:
            clusters = hasattr(estimator, "predict")
            drawn = find_superpixels(estimator, X, images, superpixels) if clusters else labels
        return cls(
            images.pixels,
            maps,
            superpixels=_check_superpixels(drawn, images),
            names=_names(images),
            shared_labels=share_labels(estimator),
        ).plot(kind=kind, ax=ax)

    @classmethod
    def from_predictions(
        cls,
        X: Any,
        labels: Any,
        *,
        superpixels: Any = None,
        channel_axis: ChannelAxis = "auto",
        shared_labels: bool = True,
        kind: DisplayKind | Sequence[DisplayKind] = "overlay",
        ax: Any = None,
    ) -> Self:
        """Draw images and their labels.

        Parameters
        ----------
        X : array-like of shape (H, W), (H, W, C) or (N, H, W, C), path, SuperpixelMap, or \
list of these
            An image or a collection; `channel_axis` says how the axes are read.
        labels : array-like of int, shape (H, W) or (N, H, W), or list of these
            The labels, in the form of `X`, for example `labels_` of an estimator, or a human
            annotation. Pixels of negative labels are masked, and may be NaN.
        superpixels : array-like of int, shape (H, W), (K, H, W), or with a leading N, or \
list of these, default=None
            The superpixels, in the form of `X`, for example `superpixel_labels_`. None: those
            of a SuperpixelMap.
        channel_axis : {"auto", -1, None}, default="auto"
            As for `DeepImageClustering`.
        shared_labels : bool, default=True
            Whether a label means the same in all images, and has the same colour.
        kind, ax
            As in `plot`.

        Returns
        -------
        display : SegmentationDisplay

        Raises
        ------
        ValueError, TypeError, OSError
            If an image or its labels cannot be used, or their shapes differ.
        """
        pictures, maps = take_images(X)
        images = open_images(pictures, channel_axis if maps is None else -1)
        if superpixels is None and maps is not None:
            superpixels = maps[0] if images.form == "image" else maps
        images, checked = share_masks(images, check_label_maps(labels, images, "labels"))
        return cls(
            images.pixels,
            checked,
            superpixels=_check_superpixels(superpixels, images),
            names=_names(images),
            shared_labels=shared_labels,
        ).plot(kind=kind, ax=ax)

    def plot(
        self, *, kind: DisplayKind | Sequence[DisplayKind] = "overlay", ax: Any = None
    ) -> Self:
        """Draw the display.

        Parameters
        ----------
        kind : {"image", "superpixels", "boundaries", "overlay", "mean", "labels"}, or list \
of these, default="overlay"
            Display kinds. "image": the image alone. "superpixels": the image and the borders
            of its superpixels. "boundaries": the image and the borders of the labels.
            "overlay": the colours of the labels over the image in grey. "mean": each label in
            its mean colour. "labels": each label in its colour. A list draws several pictures.
            Titles count labels, and call them regions if each is connected. Negative labels,
            as outside of a mask, are not counted, and their pixels are blank.
        ax : matplotlib Axes or array-like of these, default=None
            Axes for each image and display kind. By default a new figure.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If matplotlib is not installed; the message says how to install it.
        ValueError, TypeError
            If `kind` or `ax` is invalid.
        """
        kinds = _check_display_kinds(kind)
        if "superpixels" in kinds and self.superpixels is None:
            raise ValueError(
                "kind has 'superpixels', and this display has no superpixels: pass superpixels=, "
                "or kind= to from_estimator"
            )
        n_images = len(self.images)
        axes = self._find_axes(len(kinds), ax)
        self.axes_ = np.array(axes, dtype=object).reshape(n_images, len(kinds))
        self.ax_, self.figure_ = axes[0], axes[0].figure
        steps = [ceil(max(part.shape) / _LARGEST_SIDE) for part in self.labels]
        labels = [_thin(*pair) for pair in zip(self.labels, steps, strict=True)]
        pictures = as_rgb([_thin(*pair) for pair in zip(self.images, steps, strict=True)])
        if self.shared_labels:
            self.label_colors_ = [label_colors(labels)] * n_images
        else:
            self.label_colors_ = [label_colors([part]) for part in labels]
        for i, row in enumerate(self.axes_):
            for column, (display_kind, ax_) in enumerate(zip(kinds, row, strict=True)):
                drawn = labels[i]
                if display_kind == "superpixels" and self.superpixels is not None:
                    drawn = _thin(cross(self.superpixels[i]), steps[i])
                picture = _picture(display_kind, pictures[i], labels[i], self.label_colors_[i])
                ax_.imshow(picture)
                ax_.set(xticks=[], yticks=[], anchor="S")  # leaves the rest to the title
                ax_.spines[:].set_visible(False)
                if display_kind in ("superpixels", "boundaries"):
                    draw_lines(ax_, drawn)
                named = n_images > 1 and column == 0
                ax_.set_title(self._title(i, display_kind, named), fontsize="medium")
        return self

    def _find_axes(self, n_kinds: int, ax: Any) -> "list[Axes]":
        """Create axes, a row for each image if it has several pictures; or check those given."""
        n_axes = len(self.images) * n_kinds
        if ax is not None:
            return check_axes(
                ax, n_axes, f"{len(self.images)} image(s) x {n_kinds} display kind(s)"
            )
        n_columns = n_kinds if n_kinds > 1 else ceil(sqrt(n_axes))
        n_rows = ceil(n_axes / n_columns)
        return make_axes(n_rows, n_columns, n_axes, self._figsize(n_rows, n_columns))

    def _figsize(self, n_rows: int, n_columns: int) -> tuple[float, float]:
        """Choose a size in inches that fits the pictures."""
        width = 5.0 if n_columns == 1 else min(3.4 * n_columns, 11.0)
        aspect = float(np.median([part.shape[0] / part.shape[1] for part in self.labels]))
        title = 0.33 if len(self.images) == 1 else 0.5
        height = n_rows * (width / n_columns * min(max(aspect, 0.2), 3.0) + title)
        return width, height

    def _title(self, place: int, kind: DisplayKind, named: bool) -> str:
        """Describe a picture, and name its image."""
        lines = []
        if named:
            lines.append(f"image {place}" if self.names is None else self.names[place])
        if kind == "superpixels" and self.superpixels is not None:
            counts = count_labels(self.superpixels[place], self.labels[place] >= 0)
            lines.append(f"{' + '.join(map(str, counts))} superpixels")
        elif kind != "image":
            lines.append(describe_labels(self.labels[place]))
        return "\n".join(lines) or "image"


def _thin(pixels: np.ndarray, step: int) -> np.ndarray:
    return pixels[::step, ::step]


def _picture(
    kind: DisplayKind, image: np.ndarray, labels: np.ndarray, colors: dict[int, Color]
) -> np.ndarray:
    """Paint a picture -> (H, W, 3), or (H, W, 4) and transparent where labels are negative."""
    shown = image
    if kind == "mean":
        shown = mean_colors(image, labels)
    elif kind == "labels":
        shown = paint_labels(labels, colors)
    elif kind == "overlay":
        shown = 0.45 * rgb2gray(image)[..., None] + 0.55 * paint_labels(labels, colors)
    return shown if labels.min() >= 0 else np.dstack([shown, labels >= 0])


def _check_display_kinds(kind: Any) -> list[DisplayKind]:
    """Return a list of display kinds."""
    kinds: list[Any] = [kind] if isinstance(kind, str) else list(kind)
    if not kinds or any(part not in DISPLAY_KINDS for part in kinds):
        raise ValueError(f"kind is {kind!r}; valid are {', '.join(DISPLAY_KINDS)}, or a list")
    return kinds


def _check_superpixels(superpixels: Any, images: Images) -> list[np.ndarray] | None:
    if superpixels is None:
        return None
    return check_label_maps(superpixels, images, "superpixels", several=True)


def _names(images: Images) -> list[str]:
    """Name each image by its file, or by its place."""
    return [
        f"image {i}" if path is None else Path(path).name for i, path in enumerate(images.paths)
    ]
