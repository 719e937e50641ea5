"""Find the label map or the contour map of an image among the variables of a file."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

# Variables of label maps and of contour maps in published files, in the order of the search.
LABEL_NAMES = ("seg_lab", "superpixels", "labels", "seg", "segs", "proposals", "candidates",
               "Segmentation", "groundTruth", "colors")  # fmt: skip
CONTOUR_NAMES = ("ucm2", "ucm", "ucms")

Shape = tuple[int, ...]


def find_label_map(contents: Any, shape: Shape, variable: str | None, index: int) -> np.ndarray:
    """Find labels (H, W) for an image, not yet relabelled.

    Parameters
    ----------
    contents : dict
        The variables of a file.
    shape : (int, int)
        (H, W) of the image.
    variable : str or None
        The only variable to search; None searches all.
    index : int
        Index of the map in a variable with several.

    Raises
    ------
    ValueError
        If none fits; the message lists the variables of the file.
    """
    maps = _find(contents, shape, variable, LABEL_NAMES, _label_maps, CONTOUR_NAMES)
    if not maps and _find(contents, shape, variable, CONTOUR_NAMES, _contour_maps, LABEL_NAMES):
        raise ValueError(
            "it holds a contour map: pass n_segments or threshold, the place to cut it "
            f"({describe(contents)})"
        )
    return _take(maps, index, "label map", contents, shape)


def find_contour_map(contents: Any, shape: Shape, variable: str | None, index: int) -> np.ndarray:
    """Find contours (H, W) or (2H + 1, 2W + 1) for an image; as `find_label_map`."""
    maps = _find(contents, shape, variable, CONTOUR_NAMES, _contour_maps, LABEL_NAMES)
    if not maps and _find(contents, shape, variable, LABEL_NAMES, _label_maps, CONTOUR_NAMES):
        raise ValueError(
            "it holds a label map, and n_segments and threshold cut contour maps: leave them out "
            f"({describe(contents)})"
        )
    return _take(maps, index, "contour map", contents, shape)


def find_edge_map(contents: Any, shape: Shape) -> np.ndarray:
    """Find the strength of edges (H, W) for an image; as `find_label_map`."""

    def of_its_size(node: Any, shape: Shape) -> Iterator[np.ndarray]:
        return (edges for edges in _contour_maps(node, shape) if edges.shape == shape)

    maps = _find(contents, shape, None, CONTOUR_NAMES, of_its_size, LABEL_NAMES)
    return _take(maps, 0, "map of edges", contents, shape)


def describe(node: Any) -> str:
    """Describe variables: `seg_lab uint16 (321, 481), segs {5 cells}`."""
    if isinstance(node, dict):
        parts = [f"{name} {describe(part)}" for name, part in list(node.items())[:12]]
        return ", ".join(parts) + (", ..." if len(node) > 12 else "") or "nothing"
    if isinstance(node, list):
        return f"{{{len(node)} cells: {describe(node[0])}}}" if node else "{0 cells}"
    if isinstance(node, np.ndarray):
        return f"{node.dtype} {node.shape}"
    return type(node).__name__


def _find(
    contents: dict[str, Any],
    shape: Shape,
    variable: str | None,
    names: tuple[str, ...],
    maps_of: Callable[[Any, Shape], Iterator[np.ndarray]],
    other_names: tuple[str, ...],
) -> list[np.ndarray]:
    """Find all maps of a variable: the given, the first known, or the only other that fits."""
    if variable is not None:
        if variable not in contents:
            raise ValueError(f"it has no variable {variable!r}, but {describe(contents)}")
        return list(maps_of(contents[variable], shape))
    for name in names:
        if name in contents and (maps := list(maps_of(contents[name], shape))):
            return maps
    known = (*names, *other_names)
    unknown = {name: part for name, part in contents.items() if name not in known}
    found = {name: maps for name in unknown if (maps := list(maps_of(unknown[name], shape)))}
    if len(found) > 1:
        raise ValueError(
            f"several variables fit the image, {', '.join(sorted(found))}: pass the name of a "
            f"variable as variable=... ({describe(contents)})"
        )
    return next(iter(found.values()), [])


def _take(
    maps: list[np.ndarray], index: int, wanted: str, contents: dict[str, Any], shape: Shape
) -> np.ndarray:
    if not maps:
        raise ValueError(
            f"none of its variables is a {wanted} of an image of shape {shape}: it has "
            f"{describe(contents)}"
        )
    if not -len(maps) <= index < len(maps):
        raise ValueError(f"index={index} asks for a {wanted} that is not there: it has {len(maps)}")
    return maps[index]


def _label_maps(node: Any, shape: Shape) -> Iterator[np.ndarray]:
    """Label maps of an image within an array, a cell or a struct."""
    if isinstance(node, dict):
        for name in LABEL_NAMES:
            if name in node and (maps := list(_label_maps(node[name], shape))):
                yield from maps
                return
    elif isinstance(node, list):
        labels = _from_pixel_lists(node, shape)
        if labels is not None:
            yield labels
            return
        for part in node:
            yield from _label_maps(part, shape)
    elif isinstance(node, np.ndarray) and _is_integral(node):
        yield from _oriented(node, shape)


def _contour_maps(node: Any, shape: Shape) -> Iterator[np.ndarray]:
    """Contour maps of an image, of its own or of doubled size, within an array or a cell."""
    if isinstance(node, list):
        for part in node:
            yield from _contour_maps(part, shape)
    elif isinstance(node, np.ndarray) and node.dtype.kind in "biuf":
        doubled = (2 * shape[0] + 1, 2 * shape[1] + 1)
        for contours in (*_oriented(node, doubled), *_oriented(node, shape)):
            contours = contours.astype(np.float64)
            if np.isfinite(contours).all() and contours.min() >= 0:
                yield contours


def _oriented(array: np.ndarray, shape: Shape) -> Iterator[np.ndarray]:
    """Yield the maps of (H, W), (H, W, K) or (K, H, W), transposed if they fit only then."""
    if array.ndim == 2:
        array = array[None]
    elif array.ndim == 3 and array.shape[-2:] not in (shape, shape[::-1]):
        array = array.transpose(2, 0, 1)
    if array.ndim != 3:
        return
    if array.shape[1:] != shape:
        array = array.swapaxes(1, 2)
    if array.shape[1:] == shape:
        yield from array


def _is_integral(array: np.ndarray) -> bool:
    """Labels are integers, also where MATLAB has stored them as floats."""
    if array.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            return bool((np.abs(array) < 2**31).all() and (array == np.rint(array)).all())
    return array.dtype.kind in "biu"


def _from_pixel_lists(cells: list[Any], shape: Shape) -> np.ndarray | None:
    """Cells of pixel numbers, from 1 and down the columns as in MATLAB, -> (H, W) labels."""
    n_pixels = shape[0] * shape[1]
    if not all(isinstance(cell, np.ndarray) and _is_integral(cell) for cell in cells):
        return None
    sizes = [cell.size for cell in cells]
    if sum(sizes) != n_pixels:
        return None
    pixels = np.concatenate([cell.ravel().astype(np.int64) for cell in cells]) - 1
    if not np.array_equal(np.sort(pixels), np.arange(n_pixels)):
        return None
    labels = np.empty(n_pixels, np.int64)
    labels[pixels] = np.repeat(np.arange(len(cells)), sizes)
    return labels.reshape(shape, order="F")
