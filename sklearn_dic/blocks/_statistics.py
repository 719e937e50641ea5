"""Statistics of the whole picture, from a sample that does not depend on tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sklearn_dic.blocks._grid import Box, Grid
from sklearn_dic.blocks._source import Source, Window, read_window
from sklearn_dic.hierarchy._adjacency import pixel_pairs
from sklearn_dic.hierarchy._channels import Exposure, find_exposure
from sklearn_dic.hierarchy._coarse import coarse_segmentations
from sklearn_dic.hierarchy._palette import Palette, fit_palette
from sklearn_dic.hierarchy._quantization import (
    N_COLORS,
    NEAR,
    color_histograms,
    local_statistics,
    mutual_information,
)

MARGIN = 8  # pixels that the Gaussian window of the palette reaches
N_AXES = 48  # of the histograms of coarse segments


@dataclass(frozen=True)
class PictureStatistics:
    """What the blocks of a picture know of the whole picture.

    Attributes
    ----------
    n_channels : int
        Number of channels; an opaque alpha is left out.
    exposure : Exposure
        Range of the values.
    palette : Palette
        Colours and textures.
    information : ndarray of shape (n_colors, n_colors)
        Pointwise mutual information of the colours of nearby pixels.
    axes : ndarray of shape (n_coarse, n_colors, n_axes)
        Projection of the histograms of the coarse segments.
    mean_contour : float or None
        Mean contour along the borders of all leaves; None before it is known.
    """

    n_channels: int
    exposure: Exposure
    palette: Palette
    information: np.ndarray
    axes: np.ndarray
    mean_contour: float | None = None


def measure_statistics(
    source: Source, grid: Grid, mask_source: Source | None = None
) -> PictureStatistics:
    """Estimate the statistics of a picture from a sample of its windows."""
    boxes = grid.sample()
    n_channels = _count_channels(source, boxes)
    windows = [
        read_window(source, box.grow(MARGIN, grid.shape), n_channels, mask_source) for box in boxes
    ]
    kept = [(window, box) for window, box in zip(windows, boxes, strict=True)
            if _counts(window, box).any()]  # fmt: skip
    if not kept:
        raise ValueError(
            f"no pixel of the sample of {source.name} counts: its {len(boxes)} windows are all "
            "masked or without data"
        )
    pixels = [window.pixels[box.within(window.box)][_counts(window, box)] for window, box in kept]
    exposure = find_exposure(np.concatenate(pixels))
    palette, maps = _find_palette(exposure, kept)
    information = mutual_information(_side_by_side(maps))
    exposed = [exposure.expose(window.pixels[box.within(window.box)]) for window, box in kept]
    coarse = [coarse_segmentations(image, grid.scene_size**2) for image in exposed]
    axes = _find_axes(maps, coarse, palette.n_colors)
    return PictureStatistics(n_channels, exposure, palette, information, axes)


def _count_channels(source: Source, boxes: Sequence[Box]) -> int:
    """Count the channels, without a last one of two or four that is opaque in the sample."""
    if source.n_bands not in (2, 4) or source.dtype.kind not in "uf":
        return source.n_bands
    opaque = np.iinfo(source.dtype).max if source.dtype.kind == "u" else 1.0
    is_opaque = all((source.read(box)[0][..., -1] == opaque).all() for box in boxes)
    return source.n_bands - is_opaque


def _counts(window: Window, box: Box) -> np.ndarray:
    """(h, w) bool: pixels of a box in a window that count."""
    if window.mask is None:
        return np.ones(box.shape, bool)
    return window.mask[box.within(window.box)]


def _find_palette(
    exposure: Exposure, windows: Sequence[tuple[Window, Box]]
) -> tuple[Palette, list[np.ndarray]]:
    """Find a palette of the pixels of windows -> palette, and the colours of each window."""
    features, insides = [], []
    for window, box in windows:
        channels = exposure.compare(exposure.expose(window.pixels))
        inside = _counts(window, box)
        features.append(local_statistics(channels)[box.within(window.box)][inside])
        insides.append(inside)
    palette, colors = fit_palette(np.concatenate(features), N_COLORS)
    maps = []
    for inside in insides:
        of_window = np.full(inside.shape, -1, np.int64)
        n_pixels = np.count_nonzero(inside)
        of_window[inside], colors = colors[:n_pixels], colors[n_pixels:]
        maps.append(of_window)
    return palette, maps


def _side_by_side(maps: Sequence[np.ndarray]) -> np.ndarray:
    """Join maps of colours to one, so far apart that no pixel is near those of another map."""
    if len(maps) == 1:
        return maps[0]
    gap = max(NEAR)
    joined = np.full(
        (sum(len(part) + gap for part in maps), max(part.shape[1] for part in maps)), -1, np.int64
    )
    row = 0
    for part in maps:
        joined[row : row + len(part), : part.shape[1]] = part
        row += len(part) + gap
    return joined


def _find_axes(
    maps: Sequence[np.ndarray], coarse: Sequence[Sequence[np.ndarray]], n_colors: int
) -> np.ndarray:
    """Find the principal axes of the histograms of coarse segments -> (n_coarse, n_colors, D).

    They are those of the histograms and of their differences between neighbouring pixels
    together: the first tell apart objects far from each other, the second neighbours.
    """
    n_coarse = len(coarse[0])
    size = n_coarse * n_colors
    n_pixels, totals, products, differences = 0, np.zeros(size), np.zeros((size, size)), 0.0
    for colors, segmentations in zip(maps, coarse, strict=True):
        codes = segmentations[0].astype(np.int64)
        for segments in segmentations[1:]:
            codes = codes * (int(segments.max()) + 1) + segments
        codes[colors < 0] = -1
        found, first, places = np.unique(codes, return_index=True, return_inverse=True)
        places = places.reshape(codes.shape) - (found[0] < 0)
        first = first[found >= 0]
        histograms = np.zeros((len(first), n_coarse, n_colors))
        for i, segments in enumerate(segmentations):
            of_segments = color_histograms(colors, segments)
            histograms[:, i, : of_segments.shape[1]] = of_segments[segments.flat[first]]
        flat = histograms.reshape(-1, size)
        counts = np.bincount(places[places >= 0], minlength=len(first))
        n_pixels += counts.sum()
        totals += counts @ flat
        products += flat.T @ (flat * counts[:, None])
        for step in ((0, 1), (1, 0)):
            here, there = pixel_pairs(places, step)
            at_border = here != there
            steps, n_steps = np.unique(
                np.stack([here[at_border], there[at_border]]), axis=1, return_counts=True
            )
            change = flat[steps[0]] - flat[steps[1]]
            differences = differences + change.T @ (change * n_steps[:, None])
    spread = products / n_pixels - np.outer(totals, totals) / n_pixels**2
    scatter = _of_unit_trace(spread) + _of_unit_trace(np.asarray(differences))
    vectors = np.linalg.eigh(scatter)[1][:, ::-1]
    return vectors[:, :N_AXES].reshape(n_coarse, n_colors, -1)


def _of_unit_trace(scatter: np.ndarray) -> np.ndarray:
    trace = np.trace(scatter)
    return scatter / trace if trace > 0 else scatter


def statistics_to_arrays(statistics: PictureStatistics) -> dict[str, np.ndarray]:
    """Write statistics as arrays, for a file."""
    exposure, palette = statistics.exposure, statistics.palette
    mean = statistics.mean_contour
    return {
        "mean_contour": np.array(np.nan if mean is None else mean),
        "n_channels": np.array(statistics.n_channels),
        "range": np.array([exposure.black, exposure.white]),
        "is_color": np.array(exposure.is_color),
        "palette_axes": palette.axes,
        "palette_thresholds": palette.thresholds,
        "palette_children": palette.children,
        "information": statistics.information,
        "axes": statistics.axes,
    }


def statistics_from_arrays(arrays: Mapping[str, np.ndarray]) -> PictureStatistics:
    """Read statistics from the arrays of `statistics_to_arrays`."""
    black, white = arrays["range"].tolist()
    palette = (arrays[f"palette_{name}"] for name in ("axes", "thresholds", "children"))
    mean = float(arrays["mean_contour"])
    return PictureStatistics(
        int(arrays["n_channels"]),
        Exposure(black, white, bool(arrays["is_color"])),
        Palette(*palette),
        arrays["information"],
        arrays["axes"],
        None if np.isnan(mean) else mean,
    )
