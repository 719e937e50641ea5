"""Create figures and axes, or check those of the caller."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sklearn_dic.utils._extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def make_axes(
    n_rows: int, n_columns: int, n_axes: int, figsize: tuple[float, float]
) -> "list[Axes]":
    """Create a figure with `n_axes` axes, filled row by row."""
    pyplot: Any = import_extra("matplotlib.pyplot", "plot", "to draw")
    figure = pyplot.figure(figsize=figsize, layout="constrained")
    return [figure.add_subplot(n_rows, n_columns, i + 1) for i in range(n_axes)]


def check_axes(ax: Any, n_axes: int, purpose: str) -> "list[Axes]":
    """Return the axes of the caller, a single Axes or an array, as a list."""
    axes = list(np.ravel(np.asarray(ax, dtype=object)))
    if wrong := [item for item in axes if not hasattr(item, "imshow")]:
        raise TypeError(f"ax has a {type(wrong[0]).__name__}; matplotlib Axes are needed")
    if len(axes) != n_axes:
        raise ValueError(
            f"ax has {len(axes)} Axes, and {n_axes} are needed for {purpose}: "
            "create them with `plt.subplots`, or leave `ax` out"
        )
    return axes


def count_on(ax: Any) -> None:
    """Set a logarithmic vertical axis for counts from 1."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set_yscale("log")
    ax.set_ylim(bottom=max(ax.get_ylim()[0], 0.8))
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:.0f}")
    ax.yaxis.set_minor_formatter(NullFormatter())
