"""Compare regions of volumes with regions slice by slice: `python benchmarks/volumes.py`.

The sections are those of kinds/volume in the folder that SKLEARN_DIC_DATA names: ten of nerve
tissue, 50 nm apart, with pixels of 4 nm. Two truths: the cells of each section linked through the
sections where two cells overlap each other most; and cells that touch at a face, of which one
fills most of the volume, since cells shift from section to section. Membranes are one region more.
The shapes are made: a ball, a box and a rod in noise.

Writes benchmarks/results/volumes.csv, and the tables of the documentation to
docs/tables/volumes.rst, in a few minutes on one core.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from _best_cuts import score_all_cuts
from _results import Results, Row
from _tables import join, list_table, made_by, without_empty_columns
from _volumes_data import (  # fmt: skip
    NOISES,
    SPACING,
    connect_cells,
    link_cells,
    link_slices,
    load_sections,
    make_shapes,
)

from sklearn_dic import RegionMerging, __version__
from sklearn_dic.datasets._data_home import get_data_home
from sklearn_dic.metrics import variation_of_information
from sklearn_dic.superpixels import SLICSuperpixels

HERE = Path(__file__).parent
COLUMNS = ["volume", "method", "cut", "regions", "voi_linked", "voi_connected", "right", "seconds",
           "sklearn-dic"]  # fmt: skip
KEY = COLUMNS[:3]
SECTIONS = "sections"
SLICES, LINKED = "slice by slice", "slice by slice, then linked"
VOLUME, EVEN, SLIC = "volume", "volume, spacing=None", "volume, SLIC superpixels"
AUTO, TOLD, BEST = "auto", "told n", "best VoI"

INTRODUCTION = """\
Ten sections of nerve tissue, {shape} pixels. VoI to the {n_linked} cells that are linked
through the sections, and to the {n_connected} that touch in 3-D; membranes count as one region
more. "told n" cuts into the true number of cells, of each section or of the volume.
"""
OF_SHAPES = """\
A ball, a box and a rod in an even volume of {side} x {side} x {side} voxels, of grey values from
0.2 to 0.8, with normal noise. "right" is the share of voxels in the region of their shape.
"""


def main() -> None:
    """Measure, and write the tables."""
    options = parse_arguments()
    results = Results(options.results, COLUMNS, KEY)
    folder = get_data_home(options.root) / "kinds/volume"
    images, inside = load_sections(folder, options.side)
    truths = link_cells(inside), connect_cells(inside)
    rows = []
    measured = [measure_sections(images, inside, *truths)]
    measured += [measure_shapes(noise, options.shapes) for noise in NOISES]
    for batch in measured:
        for row in batch:
            print(*row.values(), flush=True)
            rows.append(row | {"sklearn-dic": __version__})
    results.write(rows)
    shape = " x ".join(map(str, images.shape))
    n_linked, n_connected = (len(np.unique(cells)) - 1 for cells in truths)
    introduction = INTRODUCTION.format(shape=shape, n_linked=n_linked, n_connected=n_connected)
    command = "python benchmarks/volumes.py"
    command += "" if options.side is None else f" --side {options.side}"
    tables = render(rows, introduction, OF_SHAPES.format(side=options.shapes), command)
    print(tables)
    options.write.write_text(tables)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--side", type=int, default=None, help="of a square of the sections; default: all")
    add("--shapes", type=int, default=48, help="side of the made volume; default: %(default)s")
    add("--root", default=None, help="folder of the data; default: SKLEARN_DIC_DATA")
    add("--results", type=Path, default=HERE / "results/volumes.csv", help="default: %(default)s")
    add("--write", type=Path, default=HERE.parent / "docs/tables/volumes.rst",
        help="default: %(default)s")  # fmt: skip
    return parser.parse_args()


def measure_sections(
    images: np.ndarray, inside: np.ndarray, linked: np.ndarray, connected: np.ndarray
) -> Iterator[Row]:
    """Segment the sections as slices and as a volume, and score each cut."""

    def score(method: str, cut: str, labels: np.ndarray, seconds: float) -> Row:
        voi = [variation_of_information(flat(cells), flat(labels)) for cells in (linked, connected)]
        n_regions = len(np.unique(labels))
        return row_of(SECTIONS, method, cut, n_regions, seconds, linked=voi[0], connected=voi[1])

    yield score("one region", "", np.zeros_like(linked), 0)
    start = perf_counter()
    merging = RegionMerging(channel_axis=None).fit(images)
    seconds = perf_counter() - start
    n_true = [len(np.unique(part)) for part in linked]
    told = [
        tree.cut(n_segments=min(n, tree.n_leaves))
        for tree, n in zip(merging.tree_, n_true, strict=True)
    ]
    for cut, labels in {AUTO: merging.labels_, TOLD: np.stack(told)}.items():
        firsts = np.cumsum([0, *(part.max() + 1 for part in labels)])[:-1]
        yield score(SLICES, cut, labels + firsts[:, None, None], seconds)
        yield score(LINKED, cut, link_slices(labels), seconds)
    for method, spacing in {VOLUME: SPACING, EVEN: None}.items():
        start = perf_counter()
        merging = RegionMerging(n_spatial_dims=3, spacing=spacing).fit(images)
        seconds = perf_counter() - start
        tree = merging.tree_
        best = 1 + int(score_all_cuts(tree, [linked])[1].argmin())
        cuts = {
            AUTO: merging.labels_,
            TOLD: tree.cut(n_segments=min(len(np.unique(linked)), tree.n_leaves)),
            BEST: tree.cut(n_segments=best),
        }
        for cut, labels in cuts.items():
            yield score(method, cut, labels, seconds)


def measure_shapes(noise: float, side: int) -> Iterator[Row]:
    """Segment the made volume, as slices and as a volume."""
    volume, truth = make_shapes(noise, side)
    compact = SLICSuperpixels(2000, compactness=1 if noise == 0 else 10)
    methods = {
        LINKED: RegionMerging(channel_axis=None),
        VOLUME: RegionMerging(n_spatial_dims=3),
        SLIC: RegionMerging(n_spatial_dims=3, superpixels=compact),
    }
    for method, merging in methods.items():
        start = perf_counter()
        labels = merging.fit_predict(volume)
        seconds = perf_counter() - start
        labels = link_slices(labels) if method == LINKED else labels
        shares = [np.bincount(labels[truth == shape]).max() for shape in range(4)]
        n_regions = len(np.unique(labels))
        name = f"shapes, noise {noise:g}"
        yield row_of(name, method, AUTO, n_regions, seconds, right=sum(shares) / truth.size)


def row_of(
    volume: str,
    method: str,
    cut: str,
    regions: int,
    seconds: float,
    *,
    linked: float | None = None,
    connected: float | None = None,
    right: float | None = None,
) -> Row:
    """Make a row; scores that were not measured are empty."""
    scores = {"voi_linked": linked, "voi_connected": connected, "right": right}
    shown = {name: "" if value is None else round(value, 4) for name, value in scores.items()}
    named = {"volume": volume, "method": method, "cut": cut, "regions": regions}
    return named | shown | {"seconds": round(seconds, 1)}


def flat(labels: np.ndarray) -> np.ndarray:
    """(Z, Y, X) -> (Z, Y X), since VoI does not depend on the places of pixels."""
    return labels.reshape(len(labels), -1)


def render(rows: list[Row], of_sections: str, of_shapes: str, command: str) -> str:
    """Draw both tables."""
    lines = [of_sections]
    header = ["method", "cut", "regions", "VoI linked ↓", "VoI touching ↓", "seconds"]
    cells = [[r["method"], r["cut"], str(r["regions"]), f"{r['voi_linked']:.2f}",
              f"{r['voi_connected']:.2f}", f"{r['seconds']:.0f}"]
             for r in rows if r["volume"] == SECTIONS]  # fmt: skip
    lines += list_table([header, *cells])
    lines.append(of_shapes)
    header = ["volume", "method", "regions", "right ↑"]
    cells = [[r["volume"], r["method"], str(r["regions"]), f"{100 * r['right']:.2f} %"]
             for r in rows if r["volume"] != SECTIONS]  # fmt: skip
    lines += list_table(without_empty_columns([header, *cells]))
    return join([*lines, *made_by(command, rows, ["sklearn-dic"])])


if __name__ == "__main__":
    main()
