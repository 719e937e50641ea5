"""Compare merge trees with human annotations: `python benchmarks/hierarchy.py`.

Trees of colours, enclosing regions and borders, and with ``--seeds`` those that have the features
of a network beside them, as `DeepImageClustering` with `n_segments` makes them.

Writes the scores of each image to benchmarks/results/hierarchy.csv, and the table of their means,
which the documentation includes, to docs/tables/hierarchy.rst. The images are those of BSDS300 in
the folder that SKLEARN_DIC_DATA names, half of them from train, half from val.

With ``--all`` it is all 300 images and only the simplest tree, the default one and those that have
learned, beside what others have published, and the files are called bsds300. With ``--variants`` it
is what the default tree might have been, compared with it; these files are called trees.
"""

import argparse
import csv
from collections.abc import Sequence
from functools import partial
from inspect import signature
from pathlib import Path
from time import perf_counter

import numpy as np
from _tree_tables import DEFAULT, LEARNED, MEASURES, SIMPLEST, render, render_variants

from sklearn_dic import DeepImageClustering
from sklearn_dic.datasets import load_bsds
from sklearn_dic.hierarchy import MergeTree, agglomerate, build_merge_tree
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._cuts import choose_n_segments
from sklearn_dic.hierarchy._features import mean_by_region
from sklearn_dic.hierarchy._leaves import ENCLOSING
from sklearn_dic.images._color import to_lab
from sklearn_dic.images._images import open_images
from sklearn_dic.metrics import probabilistic_rand_index, segmentation_report
from sklearn_dic.superpixels import (
    BaseSuperpixels,
    FelzenszwalbSuperpixels,
    HierarchicalSuperpixels,
    SLICSuperpixels,
)
from sklearn_dic.utils._device import one_torch_thread
from sklearn_dic.utils._parallel import for_each

HERE = Path(__file__).parent
SCALES = range(1, 41)
COLUMNS = ["method", "protocol", "image", "annotations", "regions", *MEASURES.values(), "seconds"]

# To merge (None: what the contours enclose) and to enclose, and how.
Parts = tuple[list[BaseSuperpixels | None], dict[str, float]]


def felzenszwalb(*maps: tuple[float, float]) -> list[BaseSuperpixels]:
    """Superpixels of each scale and sigma."""
    return [FelzenszwalbSuperpixels(scale, sigma=sigma) for scale, sigma in maps]


COARSE, FINE = felzenszwalb((200, 0.8)), [None, *felzenszwalb(*ENCLOSING)]
# What makes `build_merge_tree` Ward's linkage of mean colours; step by step these become defaults.
WARD = {
    "size_exponent": 1,
    "border_exponent": 0,
    "enclosing_weight": 0,
    "gradient_weight": 0,
    "local_weight": 0,
    "spectral_exponent": 0,
}
METHODS: dict[str, Parts] = {
    SIMPLEST: (COARSE, {}),  # see `ward_tree`
    "superpixels of contours": (FINE, WARD),
}
_left = WARD
for _name, _defaults in {
    "+ sizes and borders": ["size_exponent", "border_exponent"],
    "+ enclosing regions": ["enclosing_weight"],
    "+ gradient": ["gradient_weight"],
    "+ local differences": ["local_weight"],
    DEFAULT: ["spectral_exponent"],
}.items():
    _left = {name: value for name, value in _left.items() if name not in _defaults}
    METHODS[_name] = FINE, _left
WEIGHTS = {
    name: parameter.default
    for name, parameter in signature(build_merge_tree).parameters.items()
    if name in WARD
}
VARIANTS: dict[str, Parts] = {
    "merged: Felzenszwalb, scale 25": (felzenszwalb((25, 0.5), *ENCLOSING), {}),
    "merged: Felzenszwalb, scale 100": (felzenszwalb((100, 0.5), *ENCLOSING), {}),
    "merged: SLIC, 1,000": ([SLICSuperpixels(1000), *felzenszwalb(*ENCLOSING)], {}),
    "merged: hierarchical, 800": ([HierarchicalSuperpixels(800), *felzenszwalb(*ENCLOSING)], {}),
    "enclosing: 200 and 400": ([None, *felzenszwalb(*ENCLOSING[1:])], {}),
    "enclosing: 100 to 800": ([None, *felzenszwalb(*ENCLOSING, (800, 0.8))], {}),
    **{
        f"{name}={default * factor:g}": (FINE, {name: default * factor})
        for name, default in WEIGHTS.items()
        for factor in (0, 0.5, 2)
    },
}


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
    if options.variants and options.seeds:
        parser.error("--variants are trees without a network: leave --seeds out")
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
    maps = {
        name: None if one is None else np.asarray(one.fit_transform(path))
        for name, one in all_superpixels.items()
    }
    grown: dict[str, tuple] = {}

    def add(name: str, superpixels: list, parameters: dict, seed: int | None = None) -> None:
        start = perf_counter()
        labels = None
        if seed is not None:
            with one_torch_thread():
                dic = DeepImageClustering(n_segments=None, random_state=seed).fit(path)
                labels = dic.labels_
                parameters = {**parameters, "features": dic.transform(path)}
        chosen = [maps[repr(one)] for one in superpixels]
        if name == SIMPLEST:
            tree = ward_tree(images.pixels[0], *chosen)
        else:
            tree = build_merge_tree(images.pixels[0], chosen, **parameters)
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


def ward_tree(image: np.ndarray, superpixels: np.ndarray) -> MergeTree:
    """Merge by mean and deviation of the colours alone: the tree to be better than."""
    lab = to_lab(image, None).astype(np.float64)
    means, squares = mean_by_region(lab, superpixels), mean_by_region(lab**2, superpixels)
    deviations = np.sqrt(np.maximum(squares - means**2, 0))
    merges = agglomerate(
        np.hstack([means, deviations]),
        np.bincount(superpixels.ravel()) / superpixels.size,
        find_adjacency(superpixels).pairs,
    )
    return MergeTree(superpixels, *merges)


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


if __name__ == "__main__":
    main()
