"""Figures and axes: new ones, or those of the caller."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sklearn_dic.utils._extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def make_axes(
    n_rows: int, n_columns: int, n_axes: int, figsize: tuple[float, float]
) -> "list[Axes]":
    """Make a new figure with so many axes, filled row by row."""
    pyplot: Any = import_extra("matplotlib.pyplot", "plot", "to draw")
    figure = pyplot.figure(figsize=figsize, layout="constrained")
    return [figure.add_subplot(n_rows, n_columns, i + 1) for i in range(n_axes)]


def check_axes(ax: Any, n_axes: int, what: str) -> "list[Axes]":
    """Take the axes that a caller gave, one or an array of them, in order."""
    axes = list(np.ravel(np.asarray(ax, dtype=object)))
    if wrong := [one for one in axes if not hasattr(one, "imshow")]:
        raise TypeError(f"ax has a {type(wrong[0]).__name__}; matplotlib Axes are needed")
    if len(axes) != n_axes:
        raise ValueError(
            f"ax has {len(axes)} Axes, and {n_axes} are needed for {what}; "
            "pass as many, for example of `plt.subplots`, or leave `ax` out"
        )
    return axes


def count_on(ax: Any) -> None:
    """Make the vertical axis a logarithmic one of whole numbers from 1 on."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set_yscale("log")
    ax.set_ylim(bottom=max(ax.get_ylim()[0], 0.8))
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:.0f}")
    ax.yaxis.set_minor_formatter(NullFormatter())
