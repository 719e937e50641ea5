"""The transformers of this package by name."""

import inspect

from sklearn_dic.superpixels._base import BaseSuperpixels


def get_superpixels(name: str) -> BaseSuperpixels:
    """Make a superpixel transformer with its default parameters.

    Parameters
    ----------
    name : str
        One of `get_superpixels_names()`: the name of its class in lower case, without
        "Superpixels".

    Returns
    -------
    transformer : BaseSuperpixels

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> from sklearn_dic.superpixels import get_superpixels
    >>> get_superpixels("slic")
    SLICSuperpixels()
    """
    kinds = _kinds()
    if name not in kinds:
        raise ValueError(f"superpixels={name!r} is not known; the names are {', '.join(kinds)}")
    return kinds[name]()


def get_superpixels_names() -> list[str]:
    """List the names that `get_superpixels` knows.

    Returns
    -------
    names : list of str
        Sorted. Transformers of other modules, and those that cannot do without an argument, are
        not among them.

    Examples
    --------
    >>> from sklearn_dic.superpixels import get_superpixels_names
    >>> get_superpixels_names()
    ['felzenszwalb', 'hierarchical', 'lsc', 'quickshift', 'seeds', 'slic', 'watershed']
    """
    return list(_kinds())


def _kinds() -> dict[str, type[BaseSuperpixels]]:
    """Each class that needs no argument; a transformer of somebody else needs no name."""
    bare = [
        kind
        for kind in own_classes().values()
        if kind.__module__.startswith("sklearn_dic.superpixels.") and _can_be_made_bare(kind)
    ]
    return dict(sorted((kind.__name__.removesuffix("Superpixels").lower(), kind) for kind in bare))


def own_classes() -> dict[str, type[BaseSuperpixels]]:
    """Each transformer of this package that is loaded, by the name of its class."""
    return {
        kind.__name__: kind
        for kind in BaseSuperpixels.__subclasses__()
        if kind.__module__.startswith("sklearn_dic.")
    }


def _can_be_made_bare(kind: type) -> bool:
    parameters = inspect.signature(kind).parameters.values()
    return all(parameter.default is not parameter.empty for parameter in parameters)
