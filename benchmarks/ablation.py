"""What each part of the method earns: `python benchmarks/ablation.py --images 24`.

Changes one parameter of `DeepImageClustering()` at a time, and compares with the default on the
same images and seeds: the regions of ``n_segments="auto"`` and the labels of the network, both of
one fit. Half of the images are of BSDS300 train, half of val. Each fit is two rows of
benchmarks/results/ablation.csv, written when it is done: a run that was stopped goes on where it
was. ``--write`` writes the table that the documentation includes.
"""

import argparse
import csv
import platform
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic import DeepImageClustering, __version__
from sklearn_dic.datasets import load_bsds
from sklearn_dic.metrics import segmentation_report
from sklearn_dic.utils._device import one_torch_thread
from sklearn_dic.utils._parallel import for_each

HERE = Path(__file__).parent
CHANGES: dict[str, dict[str, Any]] = {
    "default": {},
    "resolution=0.5": {"resolution": 0.5},
    "resolution=1": {"resolution": 1},
    "precision='float32'": {"precision": "float32"},
    "tol=None": {"tol": None},
    "max_iter=15": {"max_iter": 15},
    "clustering='paper'": {"clustering": "paper"},
    "clustering=None": {"clustering": None},
    "clustering_gradient=True": {"clustering_gradient": True},
    "head_norm=False": {"head_norm": False},
    "upsampling='deconvolution'": {"upsampling": "deconvolution"},
    "n_clusters=16": {"n_clusters": 16},
    "n_clusters=100": {"n_clusters": 100},
    "n_centers=8": {"n_centers": 8},
    "superpixels='slic'": {"superpixels": "slic"},
    "superpixels=None": {"superpixels": None},
}
MEASURES = {
    "PRI ↑": "probabilistic_rand_index",
    "VoI ↓": "variation_of_information",
    "GCE ↓": "global_consistency_error",
    "SC ↑": "segmentation_covering",
}
KEY = ["change", "image", "seed", "answer"]
COLUMNS = [*KEY, "regions", *MEASURES.values(), "epochs", "precision", "resolution",
           "device", "torch", "sklearn-dic", "date"]  # fmt: skip
LEGEND = """\
Means over images and seeds, and below the first line mean differences to it on the same images and
seeds, ± the standard error over images. How long each takes, ``benchmarks/speed.py`` measures.
"""


@dataclass
class Fit:
    """Two rows to be measured."""

    change: str
    path: str
    annotations: list[np.ndarray]
    seed: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other fits."""
        image = f"{Path(self.path).parent.name}/{Path(self.path).stem}"
        return self.change, image, str(self.seed)


def main() -> None:
    """Measure what is missing, and show the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--images", type=int, default=24, help="half of train, half of val; %(default)s")
    add("--seeds", type=int, default=3, help="default: %(default)s")
    add("--changes", nargs="+", default=list(CHANGES), choices=list(CHANGES), metavar="CHANGE")
    add("--n-jobs", type=int, default=None)
    add("--root", default=None, help="folder of the data set; default: SKLEARN_DIC_DATA")
    add("--results", type=Path, default=HERE / "results/ablation.csv")
    add("--write", type=Path, default=None, metavar="FILE", help="write the table, when complete")
    options = parser.parse_args()
    halves = [load_bsds(options.root, part, options.images // 2) for part in ("train", "val")]
    fits = [
        Fit(change, path, annotations, seed)
        for half in halves
        for path, annotations in zip(half.images, half.annotations, strict=True)
        for seed in range(options.seeds)
        for change in dict.fromkeys(["default", *options.changes])
    ]
    is_new = not options.results.exists()
    rows = read_rows(options.results)
    done = {tuple(row[name] for name in KEY[:-1]) for row in rows}
    missing = [fit for fit in fits if fit.key not in done]
    with open(options.results, "a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if is_new:
            writer.writeheader()
        for pair in for_each(measure, missing, n_jobs=options.n_jobs, verbose=1, in_order=False):
            writer.writerows(pair)
            file.flush()
    keys = {fit.key for fit in fits}
    rows = [
        row for row in read_rows(options.results) if tuple(row[name] for name in KEY[:-1]) in keys
    ]
    command = f"python benchmarks/ablation.py --images {options.images} --seeds {options.seeds}"
    if options.changes != list(CHANGES):
        command += " --changes " + " ".join(f'"{change}"' for change in options.changes)
    table = render(rows, command)
    print(table)
    if options.write:
        options.write.write_text(table)


def measure(fit: Fit) -> list[dict[str, Any]]:
    """Fit once, and score the regions and the labels of the network."""
    with one_torch_thread():
        dic = DeepImageClustering(**CHANGES[fit.change], random_state=fit.seed).fit(fit.path)
        regions = dic.labels_
        labels = dic.set_params(n_segments=None).predict(fit.path)
    rows = []
    for answer, segmentation in (("regions", regions), ("labels", labels)):
        report = segmentation_report(fit.annotations, segmentation).to_dict()
        rows.append(
            dict(zip(KEY, [*fit.key, answer], strict=True))
            | {name: round(report[name], 6) for name in MEASURES.values()}
            | {
                "regions": len(np.unique(segmentation)),
                "epochs": dic.n_iter_,
                "precision": dic.precision_,
                "resolution": f"{dic.resolution_:.3g}",
                "device": f"CPU {platform.machine()}" if dic.device_ == "cpu" else dic.device_,
                "torch": version("torch"),
                "sklearn-dic": __version__,
                "date": date.today().isoformat(),
            }
        )
    return rows


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read the rows that are there, without a fit of which only one was written."""
    if not path.exists():
        return []
    with open(path, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"]]
    pairs = {tuple(row[name] for name in KEY[:-1]) for row in rows if row["answer"] == "labels"}
    whole = [row for row in rows if tuple(row[name] for name in KEY[:-1]) in pairs]
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(whole)
    return whole


def render(rows: list[dict[str, str]], command: str) -> str:
    """Draw the table, for the images and seeds that each change has in common with the default."""
    lines = []
    for answer in ("regions", "labels"):
        values = {
            tuple(row[name] for name in KEY[:-1]): [
                float(row[name]) for name in [*MEASURES.values(), "regions", "epochs"]
            ]
            for row in rows
            if row["answer"] == answer
        }
        title = {"regions": 'Regions, ``n_segments="auto"``', "labels": "Labels of the network"}
        lines += [f"{title[answer]}:", "", ".. list-table::", "   :header-rows: 1", ""]
        cells = [["change", *MEASURES, answer, "epochs"]]
        for change in [name for name in CHANGES if any(key[0] == name for key in values)]:
            keys = [key for key in values if key[0] == change]
            own = np.array([values[key] for key in keys])
            shown = [f"{value:.4f}" for value in own[:, : len(MEASURES)].mean(axis=0)]
            if change != "default":
                shown = differences(keys, own, values)
            counts = [f"{value:.1f}" for value in own[:, len(MEASURES) :].mean(axis=0)]
            cells.append([f"``{change}``", *shown, *counts])
        for row in cells:
            lines += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(row)]
        lines.append("")
    images = {row["image"] for row in rows}
    places = "; ".join(
        f"{name} {' and '.join(sorted({row[name] for row in rows}))}"
        for name in ("device", "torch", "sklearn-dic", "date")
    )
    n_train = sum(image.startswith("train") for image in images)
    lines += [
        f"{len(images)} images of BSDS300, {n_train} of train and {len(images) - n_train} of val, "
        f"{len({row['seed'] for row in rows})} seeds. {LEGEND}",
        f"Made by ``{command}``: {places}.",
        "",
    ]
    return "\n".join(lines)


def differences(keys: list[tuple], own: np.ndarray, values: dict[tuple, list]) -> list[str]:
    """Write mean paired differences to the default, ± their standard errors over images."""
    paired = own - np.array([values["default", *key[1:]] for key in keys])
    images = [key[1] for key in keys]
    of_images = np.array(
        [
            paired[[name == image for name in images], : len(MEASURES)].mean(axis=0)
            for image in dict.fromkeys(images)
        ]
    )
    errors = of_images.std(axis=0, ddof=1) / len(of_images) ** 0.5
    return [
        f"{mean:+.4f} ± {error:.4f}"
        for mean, error in zip(of_images.mean(axis=0), errors, strict=True)
    ]


if __name__ == "__main__":
    main()
