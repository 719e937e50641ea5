"""Display of the answers of several methods."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

import numpy as np

from sklearn_dic.inspection._axes import check_axes, make_axes
from sklearn_dic.inspection._label_maps import describe_labels
from sklearn_dic.inspection._segmentation import DisplayKind, SegmentationDisplay

SHORT = {
    "probabilistic_rand_index": "PRI",
    "variation_of_information": "VoI",
    "global_consistency_error": "GCE",
    "boundary_displacement_error": "BDE",
    "segmentation_covering": "SC",
}
_IN_TITLE = ("probabilistic_rand_index", "variation_of_information", "segmentation_covering")
_MOST_COLUMNS = 5


@dataclass
class MethodResult:
    """Answer of a method for an image.

    Attributes
    ----------
    name : str
        The method.
    labels : ndarray of shape (H, W), int, or None
        The answer, of full size; -1 outside of a mask. None if the method failed.
    n_segments : int or None
        Number of labels.
    seconds : float
        Time of the fit.
    scores : dict of str to float, or None
        The five measures of `sklearn_dic.metrics.segmentation_report`. None without truth.
    error : str or None
        Message of the error of a method that failed.
    """

    name: str
    labels: np.ndarray | None = None
    n_segments: int | None = None
    seconds: float = 0.0
    scores: dict[str, float] | None = None
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return all but the labels, for JSON."""
        return {name: value for name, value in vars(self).items() if name != "labels"}


class ComparisonDisplay:
    """The answers of several methods for an image, in the manner of figure 5 of the paper.

    Create it with `compare`. `print` shows a table of regions, seconds and scores.

    Parameters
    ----------
    image : ndarray or MaskedArray of shape (H, W, C)
        The image.
    results : list of MethodResult
        The answers.
    truth : array-like of int, shape (H, W) or (K, H, W), or list of these, default=None
        The annotations; the first is drawn.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        The image, the truth if there is one, and each method.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    compare : Runs the methods.
    SegmentationDisplay : Draws one answer.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic.inspection import compare
    >>> display = compare(coffee()[::4, ::4], ["KMeansPixels"], verbose=0).plot()
    >>> [ax.get_title().split(chr(10))[0] for ax in display.axes_]
    ['image', 'KMeansPixels']
    """

    def __init__(
        self, image: np.ndarray, results: Sequence[MethodResult], *, truth: Any = None
    ) -> None:
        self.image = image
        self.results = results
        self.truth = truth

    def plot(self, *, kind: DisplayKind = "boundaries", ax: Any = None) -> Self:
        """Draw the image, the truth, and the answer of each method.

        Parameters
        ----------
        kind : {"boundaries", "overlay", "mean", "labels"}, default="boundaries"
            How the answers are drawn, as in `SegmentationDisplay.plot`.
        ax : array-like of matplotlib Axes, default=None
            Axes for the image, the truth if there is one, and each method. By default a new
            figure.

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
        drawn = ("boundaries", "overlay", "mean", "labels")
        if kind not in drawn:
            raise ValueError(f"kind is {kind!r}; valid are {', '.join(drawn)}")
        n_axes = len(self.results) + 1 + (self.truth is not None)
        self.axes_ = list(
            self._make_axes(n_axes) if ax is None else check_axes(ax, n_axes, "the comparison")
        )
        self.figure_ = self.axes_[0].figure
        axes = iter(self.axes_)
        blank = np.zeros(self.image.shape[:2], int)
        self._draw(next(axes), blank, "image", "image")
        if self.truth is not None:
            first = np.asarray(self.truth)
            first = first if first.ndim == 2 else first[0]
            inside = self._inside(first)
            self._draw(next(axes), inside, kind, f"truth\n{describe_labels(inside)}")
        for result, ax_ in zip(self.results, axes, strict=True):
            if result.labels is None:
                _draw_error(ax_, result)
            else:
                self._draw(ax_, result.labels, kind, _title(result))
        return self

    def _draw(self, ax: Any, labels: np.ndarray, kind: DisplayKind, title: str) -> None:
        SegmentationDisplay.from_predictions(self.image, labels, kind=kind, ax=ax)
        ax.set_title(title, fontsize="small")

    def _inside(self, labels: np.ndarray) -> np.ndarray:
        """Mask the labels where the image is masked."""
        outside = np.ma.getmaskarray(self.image).any(axis=-1)
        return np.where(outside, -1, labels.astype(np.int64))

    def _make_axes(self, n_axes: int) -> list[Any]:
        n_columns = min(n_axes, _MOST_COLUMNS)
        n_rows = ceil(n_axes / n_columns)
        height, width = self.image.shape[:2]
        aspect = min(max(height / width, 0.2), 3.0)
        lines = 3 if self.truth is not None else 2
        row = 2.6 * aspect + 0.19 * lines + 0.05
        return make_axes(n_rows, n_columns, n_axes, (2.6 * n_columns, n_rows * row))

    def __str__(self) -> str:
        measures = list(SHORT) if self.truth is not None else []
        width = max(len(result.name) for result in self.results)
        head = f"{'method':<{width}} {'segments':>8} {'seconds':>8}"
        lines = [head + "".join(f" {SHORT[name]:>6}" for name in measures)]
        for result in self.results:
            count = "failed" if result.n_segments is None else result.n_segments
            line = f"{result.name:<{width}} {count:>8} {result.seconds:>8.1f}"
            if result.scores is not None:
                line += "".join(f" {result.scores[name]:>6.3f}" for name in measures)
            lines.append(line if result.error is None else f"{line}  {result.error}")
        return "\n".join(lines)


def _title(result: MethodResult) -> str:
    assert result.labels is not None  # of a method that did not fail
    lines = [result.name, f"{describe_labels(result.labels)}, {result.seconds:.1f} s"]
    if result.scores is not None:
        lines.append("  ".join(f"{SHORT[name]} {result.scores[name]:.2f}" for name in _IN_TITLE))
    return "\n".join(lines)


def _draw_error(ax: Any, result: MethodResult) -> None:
    ax.set_title(f"{result.name}\nfailed", fontsize="small")
    ax.set(xticks=[], yticks=[], anchor="S")
    message = textwrap.shorten(result.error or "", 240, placeholder=" ...")
    ax.text(
        0.5,
        0.5,
        textwrap.fill(message, 34),
        transform=ax.transAxes,
        ha="center",
        va="center",
        fontsize="x-small",
    )
