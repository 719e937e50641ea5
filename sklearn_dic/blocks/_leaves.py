"""The passes that find the leaves: colours, contours, basins, and their stitching."""

import numpy as np
from scipy.ndimage import affine_transform
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import label

from sklearn_dic.blocks._grid import HALO, Block, Box
from sklearn_dic.blocks._job import NO_COLOR, Job, one_thread
from sklearn_dic.blocks._statistics import MARGIN
from sklearn_dic.hierarchy._basins import find_basins, smallest_basin
from sklearn_dic.hierarchy._quantization import local_statistics
from sklearn_dic.hierarchy._spectral import reduction_steps, spectral_contours

SIDES = ("right", "bottom", "left", "top")  # those with a neighbour later in the order first


def find_colors(job: Job, block: Block) -> None:
    """Write the palette index of each pixel of a block."""
    box = block.core.grow(MARGIN, job.grid.shape)
    with one_thread(job.process):
        window = job.read(box)
        colors = np.full(block.core.shape, NO_COLOR, np.uint8)
        if not window.is_empty:
            exposure = job.statistics.exposure
            channels = exposure.compare(exposure.expose(window.pixels))
            features = local_statistics(channels)[block.core.within(box)]
            found = job.statistics.palette.assign(features.reshape(-1, features.shape[-1]))
            colors[:] = found.reshape(colors.shape)
            if window.mask is not None:
                colors[~window.mask[block.core.within(box)]] = NO_COLOR
        job.folder.save("colors", f"{block}.npz", colors=colors, checksum=job.checksum(block))


def find_contours(job: Job, number: int) -> None:
    """Write the contours of a window, at the pixels of its reduced copy.

    Between these pixels the contours are linear, so that nothing is lost.
    """
    box = job.grid.windows[number]
    with one_thread(job.process):
        scene_pixels = job.grid.scene_size**2
        contours = spectral_contours(job.read_colors(box), job.statistics.information, scene_pixels)
        step = _step(job)
        first_row, first_column = _firsts(box, step)
        job.folder.save(
            "contours", f"{number}.npy", a=contours[first_row::step, first_column::step]
        )


def read_contours(job: Job, box: Box) -> np.ndarray:
    """(h, w) contours of a box: those of the windows, which fade into each other."""
    totals, weights = np.zeros(box.shape), np.zeros(box.shape)
    for number, window in enumerate(job.grid.windows):
        common = window.meet(box)
        if common is None:
            continue
        reduced = job.folder.load("contours", f"{number}.npy")
        step = _step(job)
        contours = affine_transform(
            reduced,
            np.eye(2) / step,
            -np.array(_firsts(window, step)) / step,
            output_shape=window.shape,
            order=1,
            mode="nearest",
        )
        weight = job.grid.window_fade(window)[common.within(window)]
        totals[common.within(box)] += weight * contours[common.within(window)]
        weights[common.within(box)] += weight
    return totals / weights


def _step(job: Job) -> int:
    """Distance of the pixels of the reduced copies of windows."""
    return reduction_steps(job.grid.scene_size**2, (1.0, 1.0))[0]


def _firsts(window: Box, step: int) -> list[int]:
    """Row and column of the first pixel of the reduced copy of a window."""
    return [min(side, step) // 2 for side in window.shape]


def find_leaves(job: Job, block: Block) -> None:
    """Write the basins of a block, each connected piece with a number, and those at its sides."""
    with one_thread(job.process):
        job.check_unchanged(block)
        window = job.read(block.outer)
        basins = np.full(block.outer.shape, -1, np.int32)
        if not window.is_empty:
            exposure = job.statistics.exposure
            channels = exposure.compare(exposure.expose(window.pixels))
            contours = read_contours(job, block.outer)
            height, width = job.grid.shape
            smallest = smallest_basin(height * width)
            basins[:] = find_basins(channels, contours, window.mask, smallest=smallest)
            if window.mask is not None:
                basins[~window.mask] = -1
        core = basins[block.core.within(block.outer)]
        pieces = label(core, background=-1, connectivity=1).astype(np.int32) - 1
        _, first = np.unique(pieces, return_index=True)
        first = first[pieces.flat[first] >= 0]
        sides = {
            side: basins[strip.within(block.outer)]
            for side in SIDES
            if (strip := find_strip(job, block, side)) is not None
        }
        arrays = {"basins": core.flat[first], **sides}
        if job.features is not None:
            arrays["places"] = _sum_places(pieces, block.core)
        job.folder.save("sides", f"{block}.npz", **arrays)
        job.folder.save("leaves", f"{block}.npy", pieces=pieces)


def _sum_places(pieces: np.ndarray, core: Box) -> np.ndarray:
    """(h, w) pieces -> (n, 3) sums of rows and columns of each piece, and its size."""
    inside = pieces >= 0
    found = pieces[inside]
    rows, columns = np.nonzero(inside)
    sums = [
        np.bincount(found, rows + core.rows[0]),
        np.bincount(found, columns + core.columns[0]),
        np.bincount(found),
    ]
    return np.stack(sums, axis=1).astype(np.int64)


def find_strip(job: Job, block: Block, side: str) -> Box | None:
    """Return the pixels on both sides of the line between a block and its neighbour."""
    (top, bottom), (left, right) = block.core.rows, block.core.columns
    height, width = job.grid.shape
    half = HALO // 2
    match side:
        case "right" if right < width:
            return Box((top, bottom), (max(right - half, 0), min(right + half, width)))
        case "left" if left > 0:
            return Box((top, bottom), (max(left - half, 0), min(left + half, width)))
        case "bottom" if bottom < height:
            return Box((max(bottom - half, 0), min(bottom + half, height)), (left, right))
        case "top" if top > 0:
            return Box((max(top - half, 0), min(top + half, height)), (left, right))
    return None


def stitch(job: Job) -> int:
    """Join the pieces of basins that block lines cut, and number the leaves -> their number.

    Two pieces that touch across a line are one leaf if both blocks found the same basin there:
    if their basins have more pixels in common, on both sides of the line, than apart.
    """
    grid, folder = job.grid, job.folder
    basins = [folder.load("sides", f"{block}.npz")["basins"] for block in grid.blocks]
    firsts = np.cumsum([0, *map(len, basins)])
    joined = []
    n_columns = len(grid.spans[1])
    for block in grid.blocks:
        for side, opposite, number in (
            ("right", "left", block.number + 1),
            ("bottom", "top", block.number + n_columns),
        ):
            if find_strip(job, block, side) is None:
                continue
            other = grid.blocks[number]
            here, there = (
                folder.load("sides", f"{part}.npz")[name]
                for part, name in ((block, side), (other, opposite))
            )
            axis = 1 if side == "right" else 0
            first, second = (
                folder.load("leaves", f"{part}.npy").take(place, axis)
                for part, place in ((block, -1), (other, 0))
            )
            both = (first >= 0) & (second >= 0)
            first, second = first[both], second[both]
            pairs = basins[block.number][first], basins[other.number][second]
            same = _agree(here, there, *pairs)
            joined.append(
                np.stack([firsts[block.number] + first, firsts[other.number] + second])[:, same]
            )
    n_pieces = int(firsts[-1])
    edges = np.concatenate(joined, axis=1) if joined else np.zeros((2, 0), np.int64)
    graph = coo_array((np.ones(edges.shape[1], np.int8), tuple(edges)), (n_pieces, n_pieces))
    n_leaves, numbers = connected_components(graph, directed=False)
    # Numbered by their first pieces.
    order = np.unique(numbers, return_index=True)[1].argsort().argsort()
    numbers = order[numbers].astype(np.int32)
    if job.features is not None:
        places = np.zeros((n_leaves, 3), np.int64)
        for block, first in zip(grid.blocks, firsts[:-1], strict=True):
            added = folder.load("sides", f"{block}.npz")["places"]
            np.add.at(places, numbers[first : first + len(added)], added)
        folder.save("sides", "centers.npy", centers=(places[:, :2] / places[:, 2:]).T)
    folder.save("leaves", "firsts.npy", firsts=firsts)
    folder.save("leaves", "numbers.npy", numbers=numbers)
    return int(n_leaves)


def _agree(
    here: np.ndarray, there: np.ndarray, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Tell for pairs of basins whether two label maps of one strip have them in common."""
    inside = (here >= 0) & (there >= 0)
    n_there = int(there.max(initial=0)) + 1
    codes, counts = np.unique(
        here[inside].astype(np.int64) * n_there + there[inside], return_counts=True
    )
    sizes = [np.bincount(part[part >= 0]) for part in (here, there)]
    wanted = first.astype(np.int64) * n_there + second
    places = np.minimum(np.searchsorted(codes, wanted), max(len(codes) - 1, 0))
    common = np.where(codes[places] == wanted, counts[places], 0) if len(codes) else 0 * wanted
    return 3 * common > sizes[0][first] + sizes[1][second]


def count_leaves(job: Job) -> int:
    """Return the number of leaves of a stitched picture."""
    return int(job.folder.load("leaves", "numbers.npy").max(initial=-1)) + 1
