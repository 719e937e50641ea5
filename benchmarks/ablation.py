"""What each part of the method earns: `python benchmarks/ablation.py`.

Changes one thing at a time and compares with the default on the same images and seeds: the regions
of ``n_segments="auto"`` and the labels of the network, both of one fit. Half of the images are of
BSDS300 train, half of val.

    python benchmarks/ablation.py                # a parameter of `DeepImageClustering()`
    python benchmarks/ablation.py variants       # what the package does not offer, see _variants.py
    python benchmarks/ablation.py faster_paths   # what takes longer than the default

The rows of each fit are written to benchmarks/results/ablation.csv (or variants.csv, ...) when it
is done: a run that was stopped goes on where it was. When all are there, the table is written that
the documentation includes, docs/tables/ablation.rst. ``--seeds-of-regions 1`` makes regions of the
first seed only, and saves the merging for the others.
"""

import argparse
import csv
import platform
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from _list_table import list_table
from _variants import (
    AveragedWeights,
    Continuity,
    SoftVotes,
    absorb_small,
    adam,
    cosine_schedule,
    passes_are,
)
from scipy.ndimage import gaussian_filter
from skimage import img_as_float
from skimage.color import rgb2gray, rgb2lab
from skimage.io import imread
from skimage.restoration import denoise_tv_chambolle
from sklearn.base import clone

from sklearn_dic import DeepImageClustering, RegionMerging, __version__
from sklearn_dic.datasets import load_bsds
from sklearn_dic.hierarchy import MergedSuperpixels
from sklearn_dic.metrics import segmentation_report
from sklearn_dic.superpixels import FelzenszwalbSuperpixels
from sklearn_dic.utils._device import one_torch_thread
from sklearn_dic.utils._parallel import for_each

HERE = Path(__file__).parent


def as_lab(image: np.ndarray) -> np.ndarray:
    """RGB -> Lab, in about the same range."""
    return rgb2lab(image) / 100


def with_position(image: np.ndarray) -> np.ndarray:
    """Add row and column, from 0 to 1."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]] / max(image.shape)
    return np.dstack([image, rows, columns])


def with_texture(image: np.ndarray) -> np.ndarray:
    """Add the deviation of the grey values in two windows."""
    gray = rgb2gray(image)
    variances = [gaussian_filter(gray**2, s) - gaussian_filter(gray, s) ** 2 for s in (2, 4)]
    return np.dstack([image, *(4 * np.sqrt(np.maximum(one, 0)) for one in variances)])


def smoothed(image: np.ndarray) -> np.ndarray:
    """Remove texture, and keep edges."""
    return denoise_tv_chambolle(image, weight=0.1, channel_axis=-1)


NO_NETWORK = "no network: RegionMerging()"
INPUTS = {
    "input: Lab": as_lab,
    "input: RGB and position": with_position,
    "input: RGB and texture": with_texture,
    "input: RGB, smoothed": smoothed,
}
TRAININGS: dict[str, Callable[[], AbstractContextManager]] = {
    "training: soft votes": partial(passes_are, SoftVotes),
    "training: continuity in the loss": partial(passes_are, Continuity),
    "training: weights of ten epochs averaged": partial(passes_are, AveragedWeights),
    "training: Adam": adam,
    "training: cosine schedule": cosine_schedule,
}
CONSENSUS = "answer: features of three seeds merged"
ABSORBED = "answer: small pieces absorbed"
CHANGES: dict[str, dict[str, Any]] = {
    "default": {},
    NO_NETWORK: {},
    "clustering='paper'": {"clustering": "paper"},
    "clustering=None": {"clustering": None},
    "clustering_gradient=True": {"clustering_gradient": True},
    "head_norm=False": {"head_norm": False},
    "upsampling='deconvolution'": {"upsampling": "deconvolution"},
    "n_clusters=20, n_centers=16": {"n_clusters": 20, "n_centers": 16},
    "n_clusters=300, n_centers=64": {"n_clusters": 300, "n_centers": 64},
    "n_centers=8": {"n_centers": 8},
    "max_iter=15": {"max_iter": 15},
    "tol=None": {"tol": None},
    "superpixels='slic'": {"superpixels": "slic"},
    "superpixels=None": {"superpixels": None},
    "superpixels=MergedSuperpixels()": {"superpixels": MergedSuperpixels()},
    "superpixels: Felzenszwalb at 100, 200 and 400 vote": {
        "superpixels": [FelzenszwalbSuperpixels(scale) for scale in (100, 200, 400)]
    },
    "refine=False": {"refine": False},
    "connected_components=True": {"connected_components": True},
    **{name: {} for name in INPUTS},
    **{name: {} for name in TRAININGS},
    CONSENSUS: {},
    ABSORBED: {},
    "resolution=0.5": {"resolution": 0.5},
    "resolution=1": {"resolution": 1},
    "precision='float32'": {"precision": "float32"},
}
FASTER_PATHS = ["tol=None", "resolution=0.5", "resolution=1", "precision='float32'"]
VARIANTS = [*INPUTS, *TRAININGS, CONSENSUS, ABSORBED]
TABLES = {
    "ablation": [name for name in CHANGES if name not in (*FASTER_PATHS, *VARIANTS)],
    "variants": ["default", *VARIANTS],
    "faster_paths": ["default", *FASTER_PATHS],
}
MEASURES = {
    "PRI ↑": "probabilistic_rand_index",
    "VoI ↓": "variation_of_information",
    "GCE ↓": "global_consistency_error",
    "SC ↑": "segmentation_covering",
}
DIGITS = [4, 3, 3, 3]  # of each in the table
KEY = ["change", "image", "seed", "answer"]
COLUMNS = [*KEY, "regions", *MEASURES.values(), "epochs", "precision", "resolution",
           "device", "torch", "sklearn-dic", "date"]  # fmt: skip
LEGEND = """\
Means over images and seeds, and below the first line mean differences to it on the same images and
seeds, ± the standard error over images. How long each takes, ``benchmarks/speed.py`` measures."""


@dataclass
class Fit:
    """What is measured: an image, a seed, and a change."""

    change: str
    path: str
    annotations: list[np.ndarray]
    seed: int
    with_regions: bool = True

    @property
    def answers(self) -> list[str]:
        """What it is measured by."""
        return [a for a in answers_to(self.change) if a != "regions" or self.with_regions]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other fits."""
        image = f"{Path(self.path).parent.name}/{Path(self.path).stem}"
        return self.change, image, str(self.seed)


def main() -> None:
    """Measure what is missing, and show the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("table", nargs="?", default="ablation", choices=list(TABLES))
    add("--images", type=int, default=60, help="half of train, half of val; %(default)s")
    add("--seeds", type=int, default=3, help="default: %(default)s")
    add("--seeds-of-regions", type=int, default=3, help="of these; default: %(default)s")
    add("--n-jobs", type=int, default=None)
    add("--root", default=None, help="folder of the data set; default: SKLEARN_DIC_DATA")
    options = parser.parse_args()
    halves = [load_bsds(options.root, part, options.images // 2) for part in ("train", "val")]
    fits = [
        Fit(change, path, annotations, seed, seed < options.seeds_of_regions)
        for seed in range(options.seeds)
        for half in halves
        for path, annotations in zip(half.images, half.annotations, strict=True)
        for change in TABLES[options.table]
    ]
    results = HERE / f"results/{options.table}.csv"
    rows = read_rows(results)
    write_rows(results, rows)
    missing = [fit for fit in fits if any((*fit.key, answer) not in rows for answer in fit.answers)]
    with open(results, "a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        for some in for_each(measure, missing, n_jobs=options.n_jobs, verbose=1, in_order=False):
            writer.writerows(some)
            file.flush()
    rows = read_rows(results)
    which = f"{options.table} --images {options.images} --seeds {options.seeds}"
    if options.seeds_of_regions < options.seeds:
        which += f" --seeds-of-regions {options.seeds_of_regions}"
    wanted = [rows[*fit.key, answer] for fit in fits for answer in fit.answers]
    table = render(wanted, f"python benchmarks/ablation.py {which}")
    print(table)
    (HERE.parent / f"docs/tables/{options.table}.rst").write_text(table)


def measure(fit: Fit) -> list[dict[str, Any]]:
    """Segment once, and score each answer."""
    with one_torch_thread():
        answers, about = segment(fit)
    rows = []
    for answer in fit.answers:
        report = segmentation_report(fit.annotations, answers[answer]).to_dict()
        rows.append(
            dict(zip(KEY, [*fit.key, answer], strict=True))
            | {name: round(report[name], 6) for name in MEASURES.values()}
            | {"regions": len(np.unique(answers[answer]))}
            | about
            | {
                "torch": version("torch"),
                "sklearn-dic": __version__,
                "date": date.today().isoformat(),
            }
        )
    return rows


def answers_to(change: str) -> list[str]:
    """List what a change is measured by."""
    if change in (NO_NETWORK, CONSENSUS):
        return ["regions"]
    # regions have none of these: the default answers labels where one of the first two is
    # changed, and superpixels that are regions of the tree are merged no better again
    of_labels = {"refine", "connected_components"}
    superpixels = CHANGES[change].get("superpixels")
    if of_labels & CHANGES[change].keys() or isinstance(superpixels, MergedSuperpixels):
        return ["labels"]
    return ["regions", "labels"]


def segment(fit: Fit) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Regions and labels of an image, and how they were made."""
    here = f"CPU {platform.machine()}"
    if fit.change == NO_NETWORK:
        regions = RegionMerging().fit_predict(fit.path)
        return {"regions": regions}, {"epochs": 0, "device": here}
    n_segments = "auto" if "regions" in fit.answers else None
    dic = DeepImageClustering(n_segments=n_segments, **CHANGES[fit.change], random_state=fit.seed)
    if fit.change in INPUTS:  # superpixels and the rest of the tree are those of the picture
        image = img_as_float(imread(fit.path))
        seen = INPUTS[fit.change](image)
        dic.set_params(n_segments=None)
        labels = dic.fit_predict(seen, superpixels=FelzenszwalbSuperpixels().fit_transform(image))
        regions = merge(image, dic.transform(seen)) if "regions" in fit.answers else labels
    elif fit.change == CONSENSUS:
        seeds = [fit.seed, fit.seed + 100, fit.seed + 200]
        dic.set_params(n_segments=None)
        fits = [clone(dic).set_params(random_state=seed).fit(fit.path) for seed in seeds]
        dic = fits[0]
        regions = merge(fit.path, np.dstack([one.transform(fit.path) for one in fits]))
        labels = dic.labels_
    else:
        with TRAININGS.get(fit.change, nullcontext)():
            regions = dic.fit_predict(fit.path)
        labels = dic.set_params(n_segments=None).predict(fit.path)
    if fit.change == ABSORBED:
        regions, labels = absorb_small(regions), absorb_small(labels)
    return {"regions": regions, "labels": labels}, {
        "epochs": dic.n_iter_,
        "precision": dic.precision_,
        "resolution": f"{dic.resolution_:.3g}",
        "device": here if dic.device_ == "cpu" else dic.device_,
    }


def merge(image: Any, features: np.ndarray) -> np.ndarray:
    """Make the regions that `DeepImageClustering` makes of these features."""
    merging = RegionMerging().fit(image, features=features)
    n_segments = min(merging.n_segments_, DeepImageClustering().n_clusters)
    return merging.segment(n_segments=n_segments)


def read_rows(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """Read the rows that are there by key, without one that was cut off; of two the later."""
    rows = {}
    if path.exists():
        with open(path, newline="") as file:
            every = [row for row in csv.DictReader(file) if row["date"]]
        rows = {tuple(row[name] for name in KEY): row for row in every}
    return rows


def write_rows(path: Path, rows: dict[tuple[str, ...], dict[str, str]]) -> None:
    """Write whole rows alone, and all of them or none."""
    part = path.with_suffix(".part")
    with open(part, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
    part.replace(path)


def render(rows: list[dict[str, str]], command: str) -> str:
    """Draw the table; the default has the images and seeds of each change."""
    lines = []
    for answer in ("regions", "labels"):
        answers = {
            tuple(row[name] for name in KEY[:-1]): row for row in rows if row["answer"] == answer
        }
        values = {
            key: [float(row[name]) for name in [*MEASURES.values(), "regions", "epochs"]]
            for key, row in answers.items()
        }
        if not values:
            continue
        title = {"regions": 'Regions, ``n_segments="auto"``', "labels": "Labels of the network"}
        n_seeds = len({key[2] for key in values})
        lines += [f"{title[answer]}, {n_seeds} seed(s):", ""]
        cells = [["change", *MEASURES, answer, "epochs", "precision"]]
        for change in [name for name in CHANGES if any(key[0] == name for key in values)]:
            keys = [key for key in values if key[0] == change]
            own = np.array([values[key] for key in keys])
            means = own[:, : len(MEASURES)].mean(axis=0)
            shown = [f"{mean:.{digits}f}" for mean, digits in zip(means, DIGITS, strict=True)]
            if change != "default":
                shown = differences(keys, own, values)
            counts = [f"{value:.1f}" for value in own[:, len(MEASURES) :].mean(axis=0)]
            name = change if ": " in change else f"``{change}``"
            precision = {answers[key]["precision"] for key in keys}
            cells.append([name, *shown, *counts, " and ".join(sorted(precision))])
        lines += list_table(cells)
    images = {row["image"] for row in rows}
    places = "; ".join(
        f"{name} {' and '.join(sorted({row[name] for row in rows}))}"
        for name in ("device", "torch", "sklearn-dic", "date")
    )
    n_train = sum(image.startswith("train") for image in images)
    lines += [
        f"{len(images)} images of BSDS300, {n_train} of train and {len(images) - n_train} of val.",
        LEGEND,
        "",
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
        f"{mean:+.{digits}f} ± {error:.{digits}f}"
        for mean, error, digits in zip(of_images.mean(axis=0), errors, DIGITS, strict=True)
    ]


if __name__ == "__main__":
    main()
