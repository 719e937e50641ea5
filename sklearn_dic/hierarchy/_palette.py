"""A palette as a tree of splits, by which the colour of each pixel is found alone."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Palette:
    """Colours of a palette, as a binary tree of splits.

    Attributes
    ----------
    axes : ndarray of int, shape (n_splits,)
        The feature that each split compares.
    thresholds : ndarray of shape (n_splits,)
        Features above this value take the second child.
    children : ndarray of int, shape (n_splits, 2)
        Number of the next split; of a colour c, ``-1 - c``.
    """

    axes: np.ndarray
    thresholds: np.ndarray
    children: np.ndarray

    @property
    def n_colors(self) -> int:
        """Number of colours."""
        return len(self.axes) + 1

    def assign(self, features: np.ndarray) -> np.ndarray:
        """(N, D) features of pixels -> (N,) palette indices, int64."""
        colors = np.empty(len(features), np.int64)
        parts = [(0 if len(self.axes) else -1, np.arange(len(features)))]
        while parts:
            node, pixels = parts.pop()
            if node < 0:
                colors[pixels] = -1 - node
            elif len(pixels):
                upper = features[pixels, self.axes[node]] > self.thresholds[node]
                parts.append((self.children[node, 0], pixels[~upper]))
                parts.append((self.children[node, 1], pixels[upper]))
        return colors


def fit_palette(features: np.ndarray, n_colors: int) -> tuple[Palette, np.ndarray]:
    """Split the colour that varies most along an axis at its mean, until there are enough.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features of the pixels, at least one.
    n_colors : int
        Largest number of colours; fewer if nothing varies.

    Returns
    -------
    palette : Palette
    colors : ndarray of shape (N,), int64
        Palette indices of the pixels, those of ``palette.assign(features)``.
    """
    members = [np.arange(len(features))]
    spreads = [_spread(features)]
    places: list[tuple[int, int] | None] = [None]  # of each colour: its split, and which child
    axes: list[int] = []
    thresholds: list[float] = []
    children: list[list[int]] = []
    while len(members) < n_colors:
        widest = int(np.argmax([spread.max() for spread in spreads]))
        axis = int(spreads[widest].argmax())
        values = features[members[widest], axis]
        threshold = values.mean()
        upper = values > threshold
        if upper.all() or not upper.any():  # the mean of equal values may be rounded to either side
            break
        if (parent := places[widest]) is not None:
            children[parent[0]][parent[1]] = len(axes)
        places[widest : widest + 1] = [(len(axes), 0), (len(axes), 1)]
        axes.append(axis)
        thresholds.append(float(threshold))
        children.append([0, 0])
        halves = [members[widest][~upper], members[widest][upper]]
        members[widest : widest + 1] = halves
        spreads[widest : widest + 1] = [_spread(features[half]) for half in halves]
    colors = np.empty(len(features), np.int64)
    for color, (pixels, place) in enumerate(zip(members, places, strict=True)):
        colors[pixels] = color
        if place is not None:
            children[place[0]][place[1]] = -1 - color
    splits = np.array(children, np.int64).reshape(-1, 2)
    return Palette(np.array(axes, np.int64), np.array(thresholds), splits), colors


def _spread(features: np.ndarray) -> np.ndarray:
    """Sum of the squared deviations from the mean, along each axis."""
    return features.var(axis=0) * len(features)
