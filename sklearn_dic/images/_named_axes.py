"""Axes with names, as those of xarray."""

from collections.abc import Sequence
from typing import Any

import numpy as np

_LETTERS = {
    "Y": "y lat latitude row rows height northing line lines",
    "X": "x lon longitude column columns col cols width easting",
    "C": "c s channel channels band bands wavelength wavelengths spectral spectrum rgb rgba color "
    "colour feature features component components variable",
    "T": "t time frame frames date month year season scene n batch image images",
    "Z": "z slice slices depth level plane planes page pages",
}
_LETTER_OF = {name: letter for letter, names in _LETTERS.items() for name in names.split()}


def letters_of(names: Sequence[str | None]) -> str | None:
    """Return a letter for each named axis of a file; None if rows or columns are not known."""
    letters = [_letter(name) for name in names]
    if letters.count("Y") != 1 or letters.count("X") != 1:
        return None
    return "".join(letter or "Q" for letter in letters)


def names_of_axes(item: Any) -> tuple[str, ...]:
    """Return the names of the axes of an array, as those of xarray; empty if it has none."""
    names = getattr(item, "dims", None)
    if names is None:
        names = getattr(getattr(item, "metadata", None), "dimension_names", None)
    if not isinstance(names, tuple | list) or len(names) != getattr(item, "ndim", None):
        return ()
    return tuple(str(name) for name in names)


def arrange_named(
    array: np.ndarray, names: Sequence[str], name: str, n_dims: int = 2
) -> tuple[np.ndarray, bool]:
    """Move the channels of an array with named axes last.

    Parameters
    ----------
    array : ndarray
        The array.
    names : sequence of str
        The name of each axis.
    name : str
        Name of the array in error messages.
    n_dims : {2, 3}, default=2
        Number of spatial axes. The third may be of slices or of time.

    Returns
    -------
    arranged : ndarray of shape (H, W), (H, W, C), (N, H, W) or (N, H, W, C)
        Rows and columns stay in their order. A volume has three axes in place of two.
    is_stack : bool
        Whether the first axis counts images.

    Raises
    ------
    ValueError
        If the names leave open what an axis is.
    """
    letters = [_letter(part) for part in names]
    channels = [i for i, letter in enumerate(letters) if letter == "C"]
    others = [i for i in range(array.ndim) if i not in channels]
    unknown = [names[i] for i in others if not letters[i]]
    if len(others) == n_dims + 1 and len(unknown) == 1:
        raise ValueError(
            f"{name} has axes {tuple(names)}, and {unknown[0]!r} is neither known as channels nor "
            f"as images: rename it, `X.rename({unknown[0]}='channel')` or "
            f"`X.rename({unknown[0]}='time')`"
        )
    pictures = [i for i in others if letters[i] in ("T", "Z")]
    is_stack = len(others) == n_dims + 1 and pictures == others[: n_dims - 1]
    if len(channels) > 1 or not (len(others) == n_dims or is_stack):
        an, noun, axes = "an", "image", "two axes such as y and x"
        if n_dims == 3:
            an, noun, axes = "a", "volume", "three axes such as z, y and x (n_spatial_dims=3)"
        raise ValueError(
            f"{name} has axes {tuple(names)} (shape {array.shape}), which are no {noun}: {an} "
            f"{noun} has {axes}, and at most one of channels, such as 'band'; a stack "
            f"has one of {noun}s, such as 'time', before them. Select, rename or transpose axes"
        )
    arranged = array.transpose(*others, *channels)
    return arranged, is_stack


def check_table_names(names: Sequence[str]) -> None:
    """Raise ValueError if the last of two axes is not the channels, in a table of pixels."""
    if [_letter(name) == "C" for name in names] != [False, True]:
        raise ValueError(
            f"X has axes {tuple(names)}, and channel_axis=-1 reads a table of pixels, whose last "
            "axis is of channels, such as 'band': transpose it, or pass an image with "
            "channel_axis='auto'"
        )


def has_known_names(names: Sequence[str]) -> bool:
    """Whether some names of axes are known."""
    return any(map(_letter, names))


def _letter(name: str | None) -> str:
    """Return the letter of a name of an axis, "" if it is not known."""
    return _LETTER_OF.get(str(name).lower(), "")
