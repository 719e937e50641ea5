"""The methods that are compared by default."""

from typing import Any


def comparison_methods() -> dict[str, Any]:
    """Create each method of a comparison in its default setting, by its name.

    Returns
    -------
    methods : dict of str to estimator
        `DeepImageClustering` and `RegionMerging`, and the peers that need no files.

    Examples
    --------
    >>> from sklearn_dic.inspection import comparison_methods
    >>> list(comparison_methods())[:3]
    ['DeepImageClustering', 'RegionMerging', 'KMeansPixels']
    """
    # Imported here: estimators load PyTorch, which the displays do not need.
    from sklearn_dic import peers
    from sklearn_dic._deep_image_clustering import DeepImageClustering
    from sklearn_dic._region_merging import RegionMerging

    methods = [
        DeepImageClustering(random_state=0),
        RegionMerging(),
        peers.KMeansPixels(),
        peers.GaussianMixturePixels(),
        peers.MeanShift(),
        peers.GraphBased(),
        peers.NormalizedCuts(),
        peers.MultiscaleNormalizedCuts(),
        peers.SAS(),
        peers.MLSS(),
        peers.KernelGraphCuts(),
        peers.JSEG(),
        peers.NormalizedTreePartitioning(),
        peers.ContourGuidedPalette(),
        peers.PixelSelfTraining(),
        peers.WNet(),
    ]
    return {type(method).__name__: method for method in methods}


def resolve_methods(methods: Any) -> dict[str, Any]:
    """Find the methods of the argument of `compare` -> their names and estimators.

    Raises
    ------
    ValueError, TypeError
        If a name is not known, or a method is no estimator of images.
    """
    if methods is None:
        return comparison_methods()
    if isinstance(methods, dict):
        named = list(methods.items())
    else:
        entries = [methods] if isinstance(methods, str) or _is_method(methods) else list(methods)
        named = [(_name(entry), entry) for entry in entries]
    if not named:
        raise ValueError("methods is empty; None compares all methods")
    known = comparison_methods() if any(isinstance(entry, str) for _, entry in named) else {}
    found: dict[str, Any] = {}
    for name, entry in named:
        if isinstance(entry, str):
            if entry not in known:
                raise ValueError(f"methods has {entry!r}; valid names are {', '.join(known)}")
            entry = known[entry]
        elif not _is_method(entry) or isinstance(entry, type):
            raise TypeError(
                f"methods has {entry!r}; a name, such as 'RegionMerging', or an estimator with "
                "fit_predict or fit_transform is needed"
            )
        found[_unique(name, found)] = entry
    return found


def _is_method(entry: Any) -> bool:
    return hasattr(entry, "fit_predict") or hasattr(entry, "fit_transform")


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else type(entry).__name__


def _unique(name: str, taken: dict[str, Any]) -> str:
    """Count further methods of the same name."""
    number = 1
    while (name if number == 1 else f"{name} {number}") in taken:
        number += 1
    return name if number == 1 else f"{name} {number}"
