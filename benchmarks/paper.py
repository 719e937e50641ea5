"""The tables of the paper, measured: `python benchmarks/paper.py table4 --images 24`.

Fits every setting of a table to images of BSDS300 and compares the labels with the human
annotations; the table "regions", which is ours, has the regions that are made of them. Each fit is
one row of a CSV file, written when it is done: a run that was stopped goes on where it was, and
tables share the fits that they have in common. The table itself is printed, and written where
`--write` says.

Tables 1, 2, 4 and 6 compare systems: `--methods SAS MeanShift` measures these peers in place of
DIC, and `--methods` without a name all that the table has; their rows have a file of their own.
"""

import argparse
import json
import platform
import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from _measures import MEASURES, score
from _paper_tables import Peers, render
from _peer_tables import render_peers
from _peers import COLUMNS as PEER_COLUMNS
from _peers import KEY as PEER_KEY
from _peers import PeerFit, measure_peer, read_numbers, settings_of
from _published import (
    BEST_SETTING,
    EPOCHS,
    SECONDS,
    SECONDS_BY_CLUSTERS,
    SETTINGS,
    SYSTEMS,
)
from _published_scores import read_scores
from _results import Results, Row, measure_each
from skimage.measure import label as label_components
from sklearn.utils import Bunch

from sklearn_dic import DeepImageClustering, __version__
from sklearn_dic.datasets import load_bsds
from sklearn_dic.superpixels import FileSuperpixels, get_superpixels_names
from sklearn_dic.utils._device import resolve_device, resolve_precision

HERE = Path(__file__).parent
KEY = ["image", "superpixels", "seed", "setting", "device", "precision"]
COLUMNS = [
    *KEY, "annotations", "regions", "labels", "epochs", "stopped_by", "seconds",
    *(m.short for m in MEASURES), *(f"{m.short}_components" for m in MEASURES),
    "resolution", "torch", "scikit-image", "sklearn-dic", "date",
]  # fmt: skip

TABLES: dict[str, list[dict[str, Any]]] = {
    "table1": [{"n_clusters": c, "n_centers": m} for c, m in SETTINGS],
    "table3": [
        {"n_clusters": 100, "n_centers": 32, "max_iter": epochs, "tol": None} for epochs in EPOCHS
    ],
    "table4": [{"n_clusters": c, "n_centers": m} for c, m in SETTINGS],
    "table5": [
        {"n_clusters": BEST_SETTING[0], "n_centers": BEST_SETTING[1], **clustering}
        for clustering in ({}, {"clustering": "paper"}, {"clustering": None})
    ],
    "table6": [
        *({"n_clusters": 100, "n_centers": 32, "max_iter": t, "tol": None} for t in SECONDS),
        *(
            {"n_clusters": c, "n_centers": m, "max_iter": 100, "tol": None}
            for c, m in SETTINGS
            if c in SECONDS_BY_CLUSTERS
        ),
    ],
    "table2": [{"n_clusters": c, "n_centers": m} for c, m in SETTINGS],
    "superpixels": [{"n_clusters": BEST_SETTING[0], "n_centers": BEST_SETTING[1]}],
    "regions": [{"n_clusters": c, "n_centers": m, "n_segments": "auto"} for c, m in SETTINGS],
}
PEER_TABLES = ("table1", "table2", "table4", "table6")


@dataclass
class Fit:
    """One row to be measured."""

    path: str
    annotations: list[np.ndarray]
    superpixels: str
    seed: int
    setting: dict[str, Any]
    device: torch.device

    @property
    def key(self) -> tuple[str, ...]:
        """Identify its row."""
        return (
            Path(self.path).stem,
            self.superpixels,
            str(self.seed),
            as_text(self.setting),
            describe_device(self.device),
            resolve_precision("auto", self.device),
        )


def as_text(setting: dict[str, Any]) -> str:
    """Write parameters as they are written in the file."""
    return json.dumps(setting, sort_keys=True)


def main() -> None:
    """Measure what is missing, and show the table."""
    options = parse_arguments()
    bsds = load_bsds(options.root, options.subset, options.images)
    if options.table == "figure7":
        from _figure7 import draw

        draw(bsds, find_superpixels(options.superpixels[0], bsds), options)
        return
    if options.methods is not None:
        compare_peers(bsds, options)
        return
    settings = [
        setting | ({} if options.resolution is None else {"resolution": options.resolution})
        for setting in TABLES[options.table]
    ]
    fits = [
        Fit(path, annotations, superpixels, seed, setting, resolve_device(options.device))
        for path, annotations in zip(bsds.images, bsds.annotations, strict=True)
        for superpixels in options.superpixels
        for seed in range(options.seeds)
        for setting in settings
    ]
    results = Results(options.results, COLUMNS, KEY)
    rows = results.read()
    missing = [fit for fit in fits if fit.key not in rows]
    print(f"{len(fits)} fits, {len(fits) - len(missing)} of them in {options.results} already")
    try:
        sources = {name: find_superpixels(name, bsds) for name in options.superpixels}
        measure_one = partial(measure, sources=sources)
        results.append(measure_each(measure_one, missing, options.n_jobs, options.table))
    except KeyboardInterrupt:
        print("Interrupted: the table has what is there; run it again to go on.")
    rows = results.read()
    done = [rows[fit.key] for fit in fits if fit.key in rows]
    table = render(
        options.table,
        done,
        [as_text(setting) for setting in settings],
        peers=read_peers(bsds),
        command=describe(options),
    )
    print(table)
    if options.write and len(done) < len(fits):
        print(f"Not written to the documentation: {len(fits) - len(done)} fits are missing.")
    elif options.write:
        options.write.write_text(table)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("table", choices=[*TABLES, "figure7"])
    add("--images", type=int, default=None, help="evenly spread over the subset; default: all")
    add("--seeds", type=int, default=3, help="default: %(default)s")
    add("--superpixels", nargs="+", default=["felzenszwalb"], metavar="NAME",
        help=f"{', '.join(get_superpixels_names())}; gpb200 (stored with the images, trained on "
        "annotations); or several with one vote each, such as felzenszwalb+slic")  # fmt: skip
    add("--methods", nargs="*", default=None, metavar="NAME",
        help="peers to measure in place of DIC; no name: all of the table")  # fmt: skip
    add("--peer-results", type=Path, default=HERE / "results/peers.csv",
        help="default: %(default)s")  # fmt: skip
    add("--resolution", type=float, default=None, help="of the training; default: the estimator's")
    add("--n-jobs", type=int, default=1, help="fits at a time; 1 on a GPU")
    add("--device", default="auto")
    add("--subset", default="bsds300", choices=["train", "val", "test", "bsds300", "bsds500"])
    add("--root", default=None, help="folder of the data set; default: SKLEARN_DIC_DATA")
    add("--write", type=Path, default=None, metavar="FILE", help="write the table, when complete")
    add("--results", type=Path, default=HERE / "results/paper.csv", help="default: %(default)s")
    return parser.parse_args()


def compare_peers(bsds: Bunch, options: argparse.Namespace) -> None:
    """Measure what is missing of the peers, and show their table."""
    if options.table not in PEER_TABLES:
        raise SystemExit(f"--methods is for {', '.join(PEER_TABLES)}, and not for {options.table}")
    numbers = read_numbers(bsds.images[0])
    methods = settings_of(options.table, options.methods or None, with_numbers=bool(numbers))
    results = Results(options.peer_results, PEER_COLUMNS, PEER_KEY)
    rows = results.read()
    fits = [
        PeerFit(path, annotations, method, settings)
        for path, annotations in zip(bsds.images, bsds.annotations, strict=True)
        for method, settings in methods.items()
    ]
    missing = [fit for fit in fits if not all(key in rows for key in fit.rows)]
    print(f"{len(fits)} images and methods, {len(fits) - len(missing)} of them are there already")
    try:
        measure_one = partial(measure_peer, numbers=numbers)
        results.append(measure_each(measure_one, missing, options.n_jobs, options.table))
    except KeyboardInterrupt:
        print("Interrupted: the table has what is there; run it again to go on.")
    rows = results.read()
    table = render_peers(
        [rows[key] for fit in fits for key in fit.rows if key in rows],
        methods,
        n_all=len(load_bsds(options.root, options.subset).images),
        published=SYSTEMS if options.table == "table1" else {},
        peer_scores=read_peers(bsds),
        every_setting=options.table in ("table4", "table6"),
        command=describe(options),
    )
    print(table)
    if options.write and all(key in rows for fit in fits for key in fit.rows):
        options.write.write_text(table)
    elif options.write:
        print("Not written to the documentation: fits are missing.")


def find_superpixels(name: str, bsds: Bunch) -> Any:
    """From a name on the command line to what DeepImageClustering takes."""
    if "+" in name:
        return [find_superpixels(part, bsds) for part in name.split("+")]
    if name != "gpb200":
        return name
    root = Path(bsds.images[0]).parents[2]
    return FileSuperpixels(str(root / "superpixels_gpb200/{parent.name}/{stem}.mat"))


def measure(fit: Fit, sources: dict[str, Any]) -> list[Row]:
    """Fit one setting to one image, and score its labels and their connected components."""
    start = time.perf_counter()
    dic = DeepImageClustering(
        **{"n_segments": None} | fit.setting,
        superpixels=sources[fit.superpixels],
        random_state=fit.seed,
        device=fit.device,
    ).fit(fit.path)
    seconds = time.perf_counter() - start
    maps = dic.superpixel_labels_.reshape(-1, *dic.labels_.shape)
    row = dict(zip(KEY, fit.key, strict=True))
    row |= {
        "annotations": len(fit.annotations),
        "regions": sum(int(one.max()) + 1 for one in maps),
        "labels": len(np.unique(dic.labels_)),
        "epochs": dic.n_iter_,
        "stopped_by": dic.stopped_by_,
        "seconds": round(seconds, 2),
        "resolution": f"{dic.resolution_:.3g}",
        "torch": version("torch"),
        "scikit-image": version("scikit-image"),
        "sklearn-dic": __version__,
        "date": date.today().isoformat(),
    }
    components = label_components(dic.labels_, background=-1) - 1
    for suffix, labels in (("", dic.labels_), ("_components", components)):
        scores = score(fit.annotations, labels)
        row |= {f"{measure.short}{suffix}": scores[measure.name] for measure in MEASURES}
    return [row]


def describe_device(device: torch.device) -> str:
    """Say on what is computed."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU {platform.machine()}"


def read_peers(bsds: Bunch) -> Peers:
    """Read the scores of AF-graph by image, where they lie beside the data set."""
    for folder in Path(bsds.images[0]).parents:
        file = folder / "peers/af_graph_bsds300.csv"
        if file.exists():
            return read_scores(file)
    return {}


def describe(options: argparse.Namespace) -> str:
    """Name the command that makes the table again."""
    words = [f"python benchmarks/paper.py {options.table}"]
    if options.images is not None:
        words.append(f"--images {options.images}")
    if options.methods is not None:
        words.append(f"--methods {' '.join(options.methods)}".strip())
    else:
        words.append(f"--seeds {options.seeds} --superpixels {' '.join(options.superpixels)}")
    if options.resolution is not None:
        words.append(f"--resolution {options.resolution:g}")
    if options.subset != "bsds300":
        words.append(f"--subset {options.subset}")
    return " ".join(words)


if __name__ == "__main__":
    main()
