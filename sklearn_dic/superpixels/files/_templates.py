"""Paths of files that belong to an image."""

import os
from pathlib import Path
from string import Formatter

FIELDS = "{stem} (its name without suffix), {name}, {parent} (its folder) and {parent.name}"


def is_template(path: str | os.PathLike) -> bool:
    """Whether a path has fields to fill in; the path of an existing file has none."""
    try:
        fields = [field for _, field, _, _ in Formatter().parse(os.fspath(path))]
    except ValueError:  # a brace on its own
        return False
    return any(field is not None for field in fields) and not os.path.exists(path)


def fill_template(
    template: str | os.PathLike, image_path: str | os.PathLike | None, name: str
) -> Path:
    """Fill in a template from the path of an image.

    Parameters
    ----------
    template : str or os.PathLike
        For example "mcg/{stem}.mat".
    image_path : str, os.PathLike or None
        The file of the image; None for an array.
    name : str
        Name of the image in error messages.

    Raises
    ------
    ValueError
        If the image has no path, or the template cannot be filled in.
    """
    if image_path is None:
        raise ValueError(
            f"{name} is an array, and {os.fspath(template)!r} is to be filled in from the path of "
            "an image: pass paths as images, or label maps with the images, "
            "fit(X, superpixels=...) or SuperpixelMap(labels, image)"
        )
    path = Path(image_path)
    try:
        filled = os.fspath(template).format(stem=path.stem, name=path.name, parent=path.parent)
    except (KeyError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{os.fspath(template)!r} has a field that an image does not fill in ({error}); the "
            f"fields are {FIELDS}"
        ) from error
    return Path(filled)
