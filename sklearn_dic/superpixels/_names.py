"""The transformers of this package by name."""

import inspect

from sklearn_dic.superpixels._base import BaseSuperpixels


def get_superpixels(name: str) -> BaseSuperpixels:
    """Make a superpixel transformer with its default parameters.

    Parameters
    ----------
    name : str
        An entry of `get_superpixels_names()`: the name of the class in lower case, without
        "Superpixels".

    Returns
    -------
    transformer : BaseSuperpixels

    Raises
    ------
    ValueError
        If the name is not known.

    Examples
    --------
    >>> from sklearn_dic.superpixels import get_superpixels
    >>> get_superpixels("slic")
    SLICSuperpixels()
    """
    classes = _classes_by_name()
    if name not in classes:
        raise ValueError(f"superpixels={name!r} is not known; the names are {', '.join(classes)}")
    return classes[name]()


def get_superpixels_names() -> list[str]:
    """List the names that `get_superpixels` knows.

    Returns
    -------
    names : list of str
        Sorted. Classes of other modules, and classes that need an argument, have no name.

    Examples
    --------
    >>> from sklearn_dic.superpixels import get_superpixels_names
    >>> get_superpixels_names()
    ['felzenszwalb', 'hierarchical', 'lsc', 'quickshift', 'seeds', 'slic', 'watershed']
    """
    return list(_classes_by_name())


def _classes_by_name() -> dict[str, type[BaseSuperpixels]]:
    """Return the classes of this module that need no argument, by their short names."""
    classes = [
        each
        for each in own_classes().values()
        if each.__module__.startswith("sklearn_dic.superpixels.") and _needs_no_argument(each)
    ]
    return dict(
        sorted((each.__name__.removesuffix("Superpixels").lower(), each) for each in classes)
    )


def own_classes() -> dict[str, type[BaseSuperpixels]]:
    """Return the loaded transformer classes of this package by the names of the classes."""
    return {
        each.__name__: each
        for each in BaseSuperpixels.__subclasses__()
        if each.__module__.startswith("sklearn_dic.")
    }


def _needs_no_argument(each: type) -> bool:
    parameters = inspect.signature(each).parameters.values()
    return all(parameter.default is not parameter.empty for parameter in parameters)
