"""Compare methods on every kind of picture: `python benchmarks/kinds.py`.

Photographs of BSDS300, and the folders of kinds/ that have images and truth: msrc, textures,
membranes, nuclei, objects and materials; `_kinds_data.py` says what counts as a region of each. No
parameter is set for a kind. The data lie in the folder that SKLEARN_DIC_DATA names, or ``--root``.

    python benchmarks/kinds.py --n-jobs 2 --write docs/tables/kinds.rst
    python benchmarks/kinds.py --images 10 --kinds textures nuclei --methods dic merging --seeds 1

Published label maps beside the pictures are scored as ours are, and published scores are quoted.
The rows of each picture, method and seed are written to benchmarks/results/kinds.csv together, when
they are measured: a run that was stopped goes on where it was. Tables have the pictures that all
methods have; they are printed, and written where ``--write`` says.
"""

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
from _kinds_data import KINDS, Picture, load_pictures, single_region_f_measure
from _kinds_methods import (
    BEST_PRI,
    METHODS,
    PUBLISHED,
    RANDOM,
    SHORT,
    published_map,
)
from _kinds_tables import render
from _measures import MEASURES, NAMES, score
from _results import Key, Results, Row, measure_each

from sklearn_dic import __version__
from sklearn_dic.datasets._data_home import get_data_home

HERE = Path(__file__).parent
KEY = ["kind", "image", "method", "seed", "cut"]
COLUMNS = [*KEY, "annotations", "true_regions", "regions", *NAMES, "f_measure", "seconds",
           "sklearn-dic", "date"]  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """A method and a seed to be measured on a picture; without a seed where nothing is random."""

    picture: Picture
    method: str
    seed: int | None

    @property
    def key(self) -> Key:
        """Identify its rows, but for their cuts."""
        seed = "" if self.seed is None else str(self.seed)
        return self.picture.kind, self.picture.name, self.method, seed


def main() -> None:
    """Measure what is missing, and show the tables."""
    options = parse_arguments()
    root = get_data_home(options.root)
    fits = [
        fit
        for kind in options.kinds
        for picture in load_pictures(kind, root, options.images)
        for fit in fits_of(picture, [SHORT[name] for name in options.methods], options.seeds)
    ]
    results = Results(options.results, COLUMNS, KEY)
    measured = {key[:-1] for key in results.read()}
    missing = [fit for fit in fits if fit.key not in measured]
    print(f"{len(fits)} fits, {len(fits) - len(missing)} of them in {options.results} already")
    try:
        results.append(measure_each(measure, missing, options.n_jobs, "kinds"))
    except KeyboardInterrupt:
        print("Interrupted: the tables have what is there. Run it again to go on.")
    wanted = {fit.key for fit in fits}
    rows = [row for key, row in results.read().items() if key[:-1] in wanted]
    tables = render(rows, describe(options))
    print(tables)
    n_missing = len(wanted - {tuple(row[name] for name in KEY[:-1]) for row in rows})
    if options.write and n_missing:
        print(f"Not written to the documentation: {n_missing} fits are missing.")
    elif options.write:
        options.write.write_text(tables)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--images", type=int, default=None, help="of each kind, evenly spread; default: all")
    add("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS))
    add("--methods", nargs="+", choices=SHORT, default=list(SHORT), metavar="METHOD",
        help=", ".join(SHORT))  # fmt: skip
    add("--seeds", type=int, default=3, help="of methods that are random; default: %(default)s")
    add("--n-jobs", type=int, default=None)
    add("--root", default=None, help="folder of the data; default: SKLEARN_DIC_DATA")
    add("--write", type=Path, default=None, metavar="FILE", help="write the tables, when complete")
    add("--results", type=Path, default=HERE / "results/kinds.csv", help="default: %(default)s")
    return parser.parse_args()


def fits_of(picture: Picture, methods: list[str], n_seeds: int) -> list[Fit]:
    """List what is measured on a picture."""
    fits = [
        Fit(picture, method, seed)
        for method in methods
        for seed in (range(n_seeds) if method in RANDOM else [None])
    ]
    published = dict.fromkeys([*picture.label_maps, *picture.scores])
    return fits + [Fit(picture, PUBLISHED + method, None) for method in published]


def measure(fit: Fit) -> list[Row]:
    """Segment a picture, and score each cut."""
    picture = fit.picture
    shared = dict(zip(KEY, fit.key, strict=False)) | {
        "annotations": len(picture.annotations),
        "true_regions": picture.n_true,
        "sklearn-dic": __version__,
        "date": date.today().isoformat(),
    }
    quoted = picture.scores.get(fit.method.removeprefix(PUBLISHED))
    if quoted is not None and fit.method.startswith(PUBLISHED):
        scores = {m.name: quoted.get(m.short, "") for m in MEASURES}
        return [shared | scores | {"cut": BEST_PRI}]
    start = perf_counter()
    if fit.method in METHODS:
        maps = METHODS[fit.method](picture, fit.seed or 0)
    else:
        maps = published_map(picture, fit.method)
    seconds = round(perf_counter() - start, 2)  # of all cuts together
    rows = []
    for cut, labels in maps.items():
        row = shared | score(picture.annotations, labels)
        row |= {"cut": cut, "regions": len(np.unique(labels)), "seconds": seconds}
        if picture.kind == "objects":
            row["f_measure"] = round(single_region_f_measure(picture.annotations, labels), 6)
        rows.append(row)
    return rows


def describe(options: argparse.Namespace) -> str:
    """Name the command that makes the tables again."""
    words = ["python benchmarks/kinds.py"]
    if options.images is not None:
        words.append(f"--images {options.images}")
    if options.kinds != KINDS:
        words.append(f"--kinds {' '.join(options.kinds)}")
    if options.methods != list(SHORT):
        words.append(f"--methods {' '.join(options.methods)}")
    return " ".join([*words, f"--seeds {options.seeds}"])


if __name__ == "__main__":
    main()
