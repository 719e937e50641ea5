"""Paths of files that belong to an image."""

import os
from pathlib import Path
from string import Formatter

from sklearn_dic.superpixels._base import Picture

FIELDS = "{stem} (its name without suffix), {name} and {parent} (its folder)"


def is_template(path: str | os.PathLike) -> bool:
    """Whether a path has places to fill in; that of a file that exists has none."""
    try:
        fields = [field for _, field, _, _ in Formatter().parse(os.fspath(path))]
    except ValueError:  # a brace on its own
        return False
    return any(field is not None for field in fields) and not os.path.exists(path)


def fill_template(template: str | os.PathLike, picture: Picture) -> str:
    """Fill in a template from the path of an image.

    Parameters
    ----------
    template : str or os.PathLike
        For example "mcg/{stem}.mat".
    picture : Picture
        The image.

    Raises
    ------
    ValueError
        If the image has no path, or the template cannot be filled in.
    """
    if picture.path is None:
        raise ValueError(
            f"{picture.name} is an array, and {os.fspath(template)!r} is to be filled in from the "
            "path of an image: pass paths as images, or SuperpixelMap(labels, image)"
        )
    path = Path(picture.path)
    try:
        return os.fspath(template).format(stem=path.stem, name=path.name, parent=path.parent)
    except (KeyError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{os.fspath(template)!r} has a field that an image does not fill in ({error}); the "
            f"fields are {FIELDS}"
        ) from error
