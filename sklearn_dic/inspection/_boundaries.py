"""Draw the boundaries between labels as lines."""

from typing import TYPE_CHECKING

import numpy as np

from sklearn_dic.utils._extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def boundary_segments(labels: np.ndarray) -> np.ndarray:
    """(H, W) labels -> (n, 2, 2): ends (x, y) of lines between pixels of different labels.

    Pixel centres have integer coordinates, as in `Axes.imshow`. Each straight run is a line.
    """
    horizontal = _runs(labels[1:] != labels[:-1])
    vertical = _runs((labels[:, 1:] != labels[:, :-1]).T)[..., ::-1]
    return np.concatenate([horizontal, vertical])


def _runs(differ: np.ndarray) -> np.ndarray:
    """(rows, W) bool, labels differ below a row -> (n, 2, 2): runs along the rows."""
    ends = np.diff(np.pad(differ.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(ends == 1)
    stops = np.nonzero(ends == -1)[1]
    points = [(starts - 0.5, rows + 0.5), (stops - 0.5, rows + 0.5)]
    return np.stack([np.stack(point, axis=1) for point in points], axis=1)


def draw_lines(ax: "Axes", labels: np.ndarray) -> None:
    """Draw boundaries over a picture: yellow with a black rim, visible on any background.

    Lines of small regions are thinner and paler, so that hundreds of regions do not hide the
    picture.
    """
    collections = import_extra("matplotlib.collections", "plot", "to draw")
    segments = boundary_segments(labels)
    if not len(segments):
        return
    height, width = labels.shape
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    points_per_pixel = 72 * min(box.width / width, box.height / height)
    length = np.abs(segments[:, 1] - segments[:, 0]).sum()
    wanted = 0.12 * points_per_pixel * labels.size / length
    thickness, alpha = np.clip(wanted, 0.3, 1.1), np.clip(wanted / 0.3, 0.4, 1)
    for color, factor in (("black", 1.7), ("yellow", 1.0)):
        ax.add_collection(
            collections.LineCollection(
                list(segments),
                colors=color,
                linewidths=factor * thickness,
                alpha=alpha,
                capstyle="projecting",
            ),
            autolim=False,
        )
