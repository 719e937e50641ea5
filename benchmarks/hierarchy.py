"""Compare merge trees with human annotations: `python benchmarks/hierarchy.py`.

Trees of colours, textures and borders, and with ``--seeds`` those that have the features of a
network beside them, as `DeepImageClustering` with `n_segments` makes them.

Writes the scores of each image to benchmarks/results/hierarchy.csv, and the table of their means,
which the documentation includes, to docs/tables/hierarchy.rst. The images are those of BSDS300 in
the folder that SKLEARN_DIC_DATA names, half of them from train, half from val.

With ``--all`` it is all 300 images and only the simplest tree, the default one and those that have
learned, beside what others have published, and the files are called bsds300. With ``--variants`` it
is what the default tree might have been, compared with it; these files are called trees.
"""

import argparse
import csv
import os
import platform
from collections.abc import Sequence
from datetime import date
from functools import partial
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from time import perf_counter

import numpy as np
from _list_table import list_table
from _published import SYSTEMS

from sklearn_dic import DeepImageClustering
from sklearn_dic.datasets import load_bsds
from sklearn_dic.hierarchy import MergeTree, build_merge_tree
from sklearn_dic.hierarchy._cutting import choose_n_segments
from sklearn_dic.hierarchy._merged_superpixels import ENCLOSING, MERGED
from sklearn_dic.metrics import probabilistic_rand_index, segmentation_report
from sklearn_dic.superpixels import BaseSuperpixels, FelzenszwalbSuperpixels, SLICSuperpixels
from sklearn_dic.utils._device import one_torch_thread
from sklearn_dic.utils._images import open_images
from sklearn_dic.utils._parallel import for_each

HERE = Path(__file__).parent
SCALES = range(1, 41)
BSDS300 = 300  # images
MEASURES = {
    "PRI ↑": "probabilistic_rand_index",
    "VoI ↓": "variation_of_information",
    "GCE ↓": "global_consistency_error",
    "BDE ↓": "boundary_displacement_error",
    "SC ↑": "segmentation_covering",
}
DIGITS_OF_DIFFERENCES = {"probabilistic_rand_index": 4, "boundary_displacement_error": 2}
COLUMNS = ["method", "protocol", "image", "annotations", "regions", *MEASURES.values(), "seconds"]

Parts = tuple[list[BaseSuperpixels], dict[str, float]]  # to merge and to enclose, and how


def felzenszwalb(*maps: tuple[float, float]) -> list[BaseSuperpixels]:
    """Superpixels of each scale and sigma."""
    return [FelzenszwalbSuperpixels(scale, sigma=sigma) for scale, sigma in maps]


COARSE, FINE = felzenszwalb((200, 0.8)), felzenszwalb(MERGED, *ENCLOSING)
# What makes `build_merge_tree` Ward's linkage of colours; step by step these become defaults.
WARD = {
    "size_exponent": 1,
    "border_exponent": 0,
    "deviation_weight": 1,
    "histogram_weight": 0,
    "enclosing_weight": 0,
    "gradient_weight": 0,
    "mutual_information_weight": 0,
    "local_weight": 0,
    "spectral_exponent": 0,
}
METHODS: dict[str, Parts] = {
    "Ward on Lab": (COARSE, WARD),
    "finer superpixels": (FINE, WARD),
}
_left = WARD
for _name, _defaults in {
    "+ sizes and borders": ["size_exponent", "border_exponent"],
    "+ deviations": ["deviation_weight"],
    "+ histograms": ["histogram_weight"],
    "+ enclosing regions": ["enclosing_weight"],
    "+ gradient": ["gradient_weight"],
    "+ mutual information": ["mutual_information_weight"],
    "+ local differences": ["local_weight"],
    "+ spectral contours (default)": ["spectral_exponent"],
}.items():
    _left = {name: value for name, value in _left.items() if name not in _defaults}
    METHODS[_name] = FINE, _left
SIMPLEST, DEFAULT = "Ward on Lab", "+ spectral contours (default)"
LEARNED = "+ learned features, seed "
WEIGHTS = {
    name: parameter.default
    for name, parameter in signature(build_merge_tree).parameters.items()
    if name in WARD
}
VARIANTS: dict[str, Parts] = {
    "merged: Felzenszwalb, scale 10": (felzenszwalb((10, 0.5), *ENCLOSING), {}),
    "merged: Felzenszwalb, scale 50": (felzenszwalb((50, 0.5), *ENCLOSING), {}),
    "merged: Felzenszwalb, scale 100": (felzenszwalb((100, 0.5), *ENCLOSING), {}),
    "merged: Felzenszwalb, sigma 0.8": (felzenszwalb((MERGED[0], 0.8), *ENCLOSING), {}),
    "merged: SLIC, 1,000": ([SLICSuperpixels(1000), *felzenszwalb(*ENCLOSING)], {}),
    "enclosing: 200 and 400": (felzenszwalb(MERGED, *ENCLOSING[1:]), {}),
    "enclosing: 100 to 800": (felzenszwalb(MERGED, *ENCLOSING, (800, 0.8)), {}),
    **{
        f"{name}={default * factor:g}": (FINE, {name: default * factor})
        for name, default in WEIGHTS.items()
        for factor in (0, 0.5, 2)
    },
}

INTRODUCTION = """\
Means over {n_images} images of BSDS300 and their annotators ({n_train} of train, {n_val} of val).
ODS: the one number of regions, 1 to 40, whose mean PRI is best. ODS, distance: the one distance in
the tree, at most 40 regions. OIS by PRI: for each image the number whose PRI is best. auto: what
``n_segments="auto"`` chooses, without a look at the annotations. Weights were chosen on images of
train and on every other image of val; the distance of "auto" among those that are about as good
there, after a look at all images. Covering is pooled over annotators and images. Seconds are those
of a tree without its superpixels, with one thread on a shared processor.
"""
OF_HELD_OUT = """\
*Held out* are the 50 images of val that had no part in the choice of weights; they had one in that
of the distance.
"""
OF_VARIANTS = """\
Means over {n_images} images of BSDS300 ({n_train} of train, {n_val} of val), and for all but the
default tree mean differences to it on the same images, ± their standard errors. No network; the
images of val include some that had no part in the choice of weights. ODS, distance: each tree at
the one distance whose mean PRI is best, at most 40 regions. OIS by PRI: for each image the number
of regions, 1 to 40, whose PRI is best. Covering is not pooled.
"""
STEPS = """\
The simplest tree compares means and deviations of the colours alike. Each of the others adds to the
one before what its name says, with the default weight; sizes and borders are the exponents, 1 and 0
before, and deviations count for more.
"""
OF_LEARNED = """\
The features that ``DeepImageClustering()`` learned are added to the default, once for each seed;
then "auto" is its answer, "labels" that with ``n_segments=None``, and the seconds have its fit.
"""


def main() -> None:
    """Measure, and write rows and table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60, help="half of train, half of val")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="all images, few trees; see above")
    which.add_argument("--variants", action="store_true", help="other trees than the default")
    parser.add_argument("--root", default=None, help="folder of the data set")
    parser.add_argument("--seeds", type=int, default=0, help="fits of a network for each image")
    parser.add_argument("--n-jobs", type=int, default=None)
    options = parser.parse_args()
    n_images = None if options.all else options.images // 2
    halves = [load_bsds(options.root, part, n_images) for part in ("train", "val")]
    items = [
        item for half in halves for item in zip(half.images, half.annotations, strict=True)
    ]  # fmt: skip
    shared = {"n_jobs": options.n_jobs, "verbose": 1}
    methods = {name: METHODS[name] for name in (SIMPLEST, DEFAULT)} if options.all else METHODS
    if options.variants:
        methods = {DEFAULT: METHODS[DEFAULT], **VARIANTS}
    grow_all = partial(grow, methods=methods, seeds=range(options.seeds))
    grown = list(for_each(grow_all, items, description="trees", **shared))
    best = best_cuts(grown)
    rows = [
        row
        for of_image in for_each(
            partial(measure, best), list(zip(items, grown, strict=True)), **shared
        )
        for row in of_image
    ]
    rows.sort(key=lambda row: list(grown[0]).index(row["method"]))
    name = "trees" if options.variants else "bsds300" if options.all else "hierarchy"
    with open(HERE / f"results/{name}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    table = render_variants(rows) if options.variants else render(rows)
    (HERE.parent / f"docs/tables/{name}.rst").write_text(table)
    print(table)


def grow(
    item: tuple, methods: dict[str, Parts] = METHODS, seeds: Sequence[int] = ()
) -> dict[str, tuple]:
    """Make all trees of one image -> tree, PRI at each scale, seconds, labels of the network."""
    path, annotations = item
    images = open_images(path)
    all_superpixels = {repr(one): one for superpixels, _ in methods.values() for one in superpixels}
    maps = {name: np.asarray(one.fit_transform(path)) for name, one in all_superpixels.items()}
    grown: dict[str, tuple] = {}

    def add(name: str, superpixels: list, parameters: dict, seed: int | None = None) -> None:
        start = perf_counter()
        labels = None
        if seed is not None:
            with one_torch_thread():
                dic = DeepImageClustering(n_segments=None, random_state=seed).fit(path)
                labels = dic.labels_
                parameters = {**parameters, "features": dic.transform(path)}
        tree = build_merge_tree(
            images.pixels[0], [maps[repr(one)] for one in superpixels], **parameters
        )
        seconds = perf_counter() - start
        scores = [
            probabilistic_rand_index(annotations, tree.cut(n_segments=min(n, tree.n_leaves)))
            for n in SCALES
        ]
        grown[name] = tree, scores, seconds, labels

    for name, parts in methods.items():
        add(name, *parts)
    for seed in seeds:
        add(f"{LEARNED}{seed}", *METHODS[DEFAULT], seed)
    return grown


def best_cuts(grown: list[dict[str, tuple]]) -> dict[str, tuple[int, float]]:
    """Find for each method the number of regions, and the distance, whose mean PRI is best."""
    best = {}
    for name in grown[0]:
        trees = [of_image[name][0] for of_image in grown]
        scores = np.array([of_image[name][1] for of_image in grown])
        largest = max(tree.distances_[-1] for tree in trees)
        distances = np.geomspace(largest / 30, largest, 100)
        means = [
            np.mean([score[count(tree, t) - 1] for tree, score in zip(trees, scores, strict=True)])
            for t in distances
        ]
        best[name] = SCALES[int(scores.mean(axis=0).argmax())], float(distances[np.argmax(means)])
    return best


def count(tree: MergeTree, distance: float) -> int:
    """Count the regions that are farther apart than this, up to the largest scale."""
    return min(1 + int((tree.distances_ > distance).sum()), SCALES[-1])


def measure(best: dict[str, tuple[int, float]], item: tuple) -> list[dict]:
    """Score one image: each method at the best cuts of all images, and at its own."""
    (path, annotations), grown = item
    rows = []
    for name, (tree, scores, seconds, labels_of_network) in grown.items():
        cuts = {
            "ODS": best[name][0],
            "ODS, distance": count(tree, best[name][1]),
            "OIS by PRI": SCALES[int(np.argmax(scores))],
        }
        if name == DEFAULT or labels_of_network is not None:
            cuts["auto"] = choose_n_segments(tree)
        if labels_of_network is not None:
            cuts["auto"] = min(cuts["auto"], DeepImageClustering().n_clusters)
        answers = {
            protocol: tree.cut(n_segments=min(n_segments, tree.n_leaves))
            for protocol, n_segments in cuts.items()
        }
        if labels_of_network is not None:
            answers["labels"] = labels_of_network
        for protocol, labels in answers.items():
            report = segmentation_report(annotations, labels).to_dict()
            rows.append(
                {
                    "method": name,
                    "protocol": protocol,
                    "image": Path(path).parent.name + "/" + Path(path).stem,
                    "annotations": len(annotations),
                    "regions": int(labels.max()) + 1,
                    **{measure: round(score, 5) for measure, score in report.items()},
                    "seconds": round(seconds, 2),
                }
            )
    return rows


def render(rows: list[dict]) -> str:
    """Means over the images as a table in reStructuredText."""
    images = dict.fromkeys(row["image"] for row in rows)
    n_train = sum(image.startswith("train") for image in images)
    cells = [["tree", "cut", "regions", *MEASURES, "seconds"]]
    if len(images) == BSDS300:
        cells += [[f"published: {name}", "", "", *scores, ""] for name, scores in SYSTEMS.items()]
    held_out = [image for image in images if image.startswith("val")][1::2]
    apart = [
        row | {"protocol": f"{row['protocol']}, held out"}
        for row in rows
        if row["image"] in held_out and row["protocol"] in ("auto", "OIS by PRI")
    ]
    every = rows + (apart if len(images) == BSDS300 else [])
    for name, protocol in dict.fromkeys((row["method"], row["protocol"]) for row in every):
        own = [row for row in every if (row["method"], row["protocol"]) == (name, protocol)]

        def mean(column: str, weights: list | None = None, own: list[dict] = own) -> float:
            return float(np.average([float(row[column]) for row in own], weights=weights))

        annotations = [int(row["annotations"]) for row in own]
        digits = [2 if measure.startswith("BDE") else 4 for measure in MEASURES]
        pooled = [annotations if measure.startswith("SC") else None for measure in MEASURES]
        cells.append(
            [name.replace("+", r"\+"), protocol, f"{mean('regions'):.1f}"]  # no bullet
            + [
                f"{mean(column, weights):.{n}f}"
                for column, weights, n in zip(MEASURES.values(), pooled, digits, strict=True)
            ]
            + [f"{mean('seconds'):.1f}"]
        )
    introduction = INTRODUCTION.format(
        n_images=len(images), n_train=n_train, n_val=len(images) - n_train
    )
    if len({row["method"] for row in rows} & METHODS.keys()) == len(METHODS):
        introduction += STEPS
    if len(images) == BSDS300:
        introduction += OF_HELD_OUT
    if any(row["method"].startswith(LEARNED) for row in rows):
        introduction += OF_LEARNED
    lines = [introduction, *list_table(cells), *differences(rows)]
    n_seeds = len({row["method"] for row in rows if row["method"].startswith(LEARNED)})
    which = "--all" if len(images) == BSDS300 else f"--images {len(images)}"
    lines += made_by(f"{which} --seeds {n_seeds}")
    return "\n".join(line.rstrip(" ") for line in lines)


def differences(rows: list[dict]) -> list[str]:
    """Compare what has learned with the trees without a network, on the same images."""
    learned = [row for row in rows if row["method"].startswith(LEARNED)]
    if not learned:
        return []
    cells = [["learned features, minus", "cut", *MEASURES]]
    for other, protocol in [(SIMPLEST, "OIS by PRI"), (DEFAULT, "OIS by PRI"), (DEFAULT, "auto")]:
        others = [row for row in rows if row["method"] == other]
        shown = compare(learned, others, protocol)
        cells.append([other.replace("+", r"\+"), protocol, *shown])
    introduction = "Mean differences on the same images, ± their standard errors:"
    return [introduction, "", *list_table(cells)]


def render_variants(rows: list[dict]) -> str:
    """Mean differences to the default tree as a table in reStructuredText."""
    images = dict.fromkeys(row["image"] for row in rows)
    n_train = sum(image.startswith("train") for image in images)
    default = [row for row in rows if row["method"] == DEFAULT]
    cells = [["tree", "cut", "regions", *MEASURES]]
    for name, protocol in dict.fromkeys((row["method"], row["protocol"]) for row in rows):
        own = [row for row in rows if (row["method"], row["protocol"]) == (name, protocol)]
        if protocol not in ("ODS, distance", "OIS by PRI"):
            continue
        regions = np.mean([float(row["regions"]) for row in own])
        if name == DEFAULT:
            shown_name, shown = "default", means(own)
        else:
            shown_name = f"``{name}``" if "=" in name else name
            shown = compare(own, default, protocol)
        cells.append([shown_name, protocol, f"{regions:.1f}", *shown])
    n_val = len(images) - n_train
    lines = [
        OF_VARIANTS.format(n_images=len(images), n_train=n_train, n_val=n_val),
        *list_table(cells),
        *made_by(f"--variants --images {len(images)}"),
    ]
    return "\n".join(lines)


def made_by(which: str) -> list[str]:
    """Name the command that makes a table again, and with what it was made."""
    packages = ["numpy", "scipy", "scikit-image", "torch"]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return [
        f"Made by ``python benchmarks/hierarchy.py {which}`` on",
        f"{date.today()}, on {os.cpu_count()} cores of an {platform.machine()} processor, with",
        f"{versions}.",
        "",
    ]


def means(rows: list[dict]) -> list[str]:
    """Write the mean of each measure over images."""
    shown = []
    for measure in MEASURES.values():
        digits = DIGITS_OF_DIFFERENCES.get(measure, 3)
        shown.append(f"{np.mean([float(row[measure]) for row in rows]):.{digits}f}")
    return shown


def compare(some: list[dict], others: list[dict], protocol: str) -> list[str]:
    """Write mean paired differences of each measure, ± their standard errors over images."""
    shown = []
    for measure in MEASURES.values():
        scores, of_others = (
            scores_by_image([row for row in rows if row["protocol"] == protocol], measure)
            for rows in (some, others)
        )
        paired = np.array([scores[image] - of_others[image] for image in scores])
        error = paired.std(ddof=1) / len(paired) ** 0.5
        digits = DIGITS_OF_DIFFERENCES.get(measure, 3)
        shown.append(f"{paired.mean():+.{digits}f} ± {error:.{digits}f}")
    return shown


def scores_by_image(rows: list[dict], measure: str) -> dict[str, float]:
    """One measure of each image, the mean over seeds."""
    return {
        image: float(np.mean([float(row[measure]) for row in rows if row["image"] == image]))
        for image in dict.fromkeys(row["image"] for row in rows)
    }


if __name__ == "__main__":
    main()
