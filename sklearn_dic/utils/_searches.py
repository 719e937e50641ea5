"""Searches of scikit-learn, which divide what they fit along its first axis."""

import sys
from typing import Any

_VALIDATION = "sklearn.model_selection._validation"


def refuse_rows_of_image(X: Any, form: str) -> None:
    """Refuse rows that a search or cross-validation took out of a single image.

    scikit-learn divides an array along its first axis, and an estimator receives some rows of
    an image without a word. Only the caller knows the whole, so this looks at the frames of
    the callers, up to the cross-validation of scikit-learn.

    Parameters
    ----------
    X : object
        The input of `fit`.
    form : {"image", "stack", "list", "table"}
        The form of `X`.

    Raises
    ------
    ValueError
        If `X` is a part of an image.
    """
    if form != "image" or not hasattr(X, "shape"):
        return
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") != _VALIDATION:
        frame = frame.f_back
        if frame.f_globals.get("__name__") == "sklearn_dic._per_image":  # it divided the input
            return
    whole: Any = frame.f_locals.get("X")
    train: Any = frame.f_locals.get("train")
    if not hasattr(whole, "shape") or train is None or len(train) >= len(whole):
        return
    raise ValueError(
        f"a search or cross-validation cut an image of shape {whole.shape} into rows, and passes "
        f"{len(train)} of them to fit. Pass a list of images, [image] for a single one, with "
        "cv=PerImageSplit() of sklearn_dic.model_selection"
    )
