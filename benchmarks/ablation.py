"""What each part of the method earns: `python benchmarks/ablation.py`.

Changes one thing at a time and compares with the default on the same images and seeds: the regions
of ``n_segments="auto"``, and the labels of the network of ``n_segments=None``, which has other
defaults. Half of the images are of BSDS300 train, half of val.

    python benchmarks/ablation.py                # a parameter of `DeepImageClustering()`
    python benchmarks/ablation.py variants       # what the package does not offer, see _variants.py
    python benchmarks/ablation.py faster_paths   # what takes longer than the default

The rows of each fit are written to benchmarks/results/ablation.csv (or variants.csv, ...) when it
is done: a run that was stopped goes on where it was. When all are there, the table is written that
the documentation includes, docs/tables/ablation.rst. ``--seeds-of-regions 1`` makes regions of the
first seed only, and saves the merging for the others.
"""

import argparse
import platform
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from _measures import GCE, PRI, SC, VOI, score
from _photographs import count_halves, image_name, load_halves
from _results import Key, Results, Row, measure_each
from _tables import compare, join, list_table, made_by, values_of
from _variants import (
    absorb_small,
    adam,
    averaged_weights,
    continuity,
    cosine_schedule,
    soft_votes,
)
from scipy.ndimage import gaussian_filter
from skimage import img_as_float
from skimage.color import rgb2gray, rgb2lab
from skimage.io import imread
from skimage.restoration import denoise_tv_chambolle
from sklearn.base import clone

from sklearn_dic import DeepImageClustering, RegionMerging, __version__
from sklearn_dic.hierarchy import MergedSuperpixels
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels
from sklearn_dic.utils._device import one_torch_thread

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
    "training: soft votes": soft_votes,
    "training: continuity in the loss": continuity,
    "training: weights of ten epochs averaged": averaged_weights,
    "training: Adam": adam,
    "training: cosine schedule": cosine_schedule,
}
VOTERS = {
    "regions": SLICSuperpixels(200, compactness=20),
    "labels": FelzenszwalbSuperpixels(),
}  # by default
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
MEASURES = [PRI, VOI, GCE, SC]
KEY = ["change", "image", "seed", "answer"]
COLUMNS = [*KEY, "regions", *(m.name for m in MEASURES), "epochs", "precision", "resolution",
           "device", "torch", "sklearn-dic", "date"]  # fmt: skip
PLACES = ["device", "torch", "sklearn-dic", "date"]
ANSWERS = {"regions": 'Regions, ``n_segments="auto"``', "labels": "Labels of the network"}
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
        """Identify it."""
        return self.change, image_name(self.path), str(self.seed)


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
    fits = [
        Fit(change, path, annotations, seed, seed < options.seeds_of_regions)
        for seed in range(options.seeds)
        for path, annotations in load_halves(options.root, options.images)
        for change in TABLES[options.table]
    ]
    results = Results(HERE / f"results/{options.table}.csv", COLUMNS, KEY)
    rows = results.read()
    missing = [fit for fit in fits if any((*fit.key, answer) not in rows for answer in fit.answers)]
    results.append(measure_each(measure, missing, options.n_jobs, options.table))
    rows = results.read()
    which = f"{options.table} --images {options.images} --seeds {options.seeds}"
    if options.seeds_of_regions < options.seeds:
        which += f" --seeds-of-regions {options.seeds_of_regions}"
    keys = [(*fit.key, answer) for fit in fits for answer in fit.answers]
    if not all(key in rows for key in keys):
        raise SystemExit("Some fits are missing: run it again to measure them.")
    wanted = [rows[key] for key in keys]
    table = render(wanted, f"python benchmarks/ablation.py {which}")
    print(table)
    (HERE.parent / f"docs/tables/{options.table}.rst").write_text(table)


def measure(fit: Fit) -> list[Row]:
    """Segment, and score each answer."""
    rows = []
    for answer in fit.answers:
        with one_torch_thread():
            labels, about = segment(fit, answer)
        scores = score(fit.annotations, labels)
        rows.append(
            dict(zip(KEY, [*fit.key, answer], strict=True))
            | {measure.name: scores[measure.name] for measure in MEASURES}
            | {"regions": len(np.unique(labels))}
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
    if {"refine", "connected_components"} & CHANGES[change].keys():  # regions have neither
        return ["labels"]
    return ["regions", "labels"]


def segment(fit: Fit, answer: str) -> tuple[np.ndarray, dict[str, Any]]:
    """Regions or labels of an image, and how they were made."""
    here = f"CPU {platform.machine()}"
    if fit.change == NO_NETWORK:
        return RegionMerging().fit_predict(fit.path), {"epochs": 0, "device": here}
    n_segments = "auto" if answer == "regions" else None
    dic = DeepImageClustering(n_segments=n_segments, **CHANGES[fit.change], random_state=fit.seed)
    if fit.change in INPUTS:  # superpixels and the rest of the tree are those of the picture
        image = img_as_float(imread(fit.path))
        seen = INPUTS[fit.change](image)
        labels = dic.fit_predict(seen, superpixels=clone(VOTERS[answer]).fit_transform(image))
        if answer == "regions":
            labels = merge(image, dic.predict_proba(seen))
    elif fit.change == CONSENSUS:
        seeds = [fit.seed, fit.seed + 100, fit.seed + 200]
        fits = [clone(dic).set_params(random_state=seed).fit(fit.path) for seed in seeds]
        dic = fits[0]
        labels = merge(fit.path, np.dstack([one.predict_proba(fit.path) for one in fits]))
    else:
        with TRAININGS.get(fit.change, nullcontext)():
            labels = dic.fit_predict(fit.path)
    if fit.change == ABSORBED:
        labels = absorb_small(labels)
    return labels, {
        "epochs": dic.n_iter_,
        "precision": dic.precision_,
        "resolution": f"{dic.resolution_:.3g}",
        "device": here if dic.device_ == "cpu" else dic.device_,
    }


def merge(image: Any, features: np.ndarray) -> np.ndarray:
    """Make the regions that `DeepImageClustering` makes of these features."""
    return RegionMerging().fit(image, features=features).labels_


def render(rows: list[Row], command: str) -> str:
    """Draw the table; the default has the images and seeds of each change."""
    lines = []
    for answer in ("regions", "labels"):
        by_change: dict[str, dict[Key, Row]] = {}
        for row in rows:
            if row["answer"] == answer:
                by_change.setdefault(row["change"], {})[row["image"], row["seed"]] = row
        if not by_change:
            continue
        n_seeds = len({seed for own in by_change.values() for _, seed in own})
        lines += [f"{ANSWERS[answer]}, {n_seeds} seed(s):", ""]
        cells = [["change", *(m.title for m in MEASURES), answer, "epochs", "precision"]]
        for change in [name for name in CHANGES if name in by_change]:
            own = by_change[change]
            if change == "default":
                shown = [f"{mean(own.values(), m.name):.{m.digits}f}" for m in MEASURES]
            else:
                paired = [by_change["default"][key] for key in own]
                shown = compare(own.values(), paired, MEASURES)
            counts = [f"{mean(own.values(), column):.1f}" for column in ("regions", "epochs")]
            name = change if ": " in change else f"``{change}``"
            cells.append([name, *shown, *counts, values_of(own.values(), "precision")])
        lines += list_table(cells)
    counts = "{n_images} images of BSDS300, {n_train} of train and {n_val} of val."
    lines += [counts.format(**count_halves(rows)), LEGEND, "", *made_by(command, rows, PLACES)]
    return join(lines)


def mean(rows: Iterable[Row], column: str) -> float:
    """Average a column."""
    return float(np.mean([float(row[column]) for row in rows]))


if __name__ == "__main__":
    main()
