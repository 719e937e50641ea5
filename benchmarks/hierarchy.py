"""Compare merge trees with human annotations: `python benchmarks/hierarchy.py`.

Trees of colours, coarse segmentations and borders, the last of which is `RegionMerging()`, and
those that have the features of a network beside them, which are `DeepImageClustering()`.

Writes the scores of each image to benchmarks/results/hierarchy.csv, and the table of their means,
which the documentation includes, to docs/tables/hierarchy.rst. The images are those of BSDS300 in
the folder that SKLEARN_DIC_DATA names, half of them from train, half from val.

With ``--all`` it is all 300 images and only the simplest tree, the default one and those that have
learned, beside what others have published, and the files are called bsds300. With ``--variants`` it
is what the default tree might have been, compared with it; these files are called trees.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from _baselines import ward_tree
from _best_cuts import score_all_cuts
from _measures import NAMES, score
from _photographs import image_name, load_halves
from _results import Results, Row
from _tree_tables import DEFAULT, LEARNED, SIMPLEST, render, render_variants

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.hierarchy import MergeTree, MergeWeights, build_merge_tree
from sklearn_dic.images import open_images
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
COARSE = [(100, 0.5), (200, 0.8), (400, 0.8)]  # scale and sigma of the default
COLUMNS = ["method", "protocol", "image", "annotations", "regions", *NAMES, "seconds"]

# Leaves (None: basins of the contours), coarse segmentations (None: the default), and weights.
Parts = tuple[BaseSuperpixels | None, list[BaseSuperpixels] | None, MergeWeights]


@dataclass(frozen=True)
class Grown:
    """A tree of one image.

    Attributes
    ----------
    tree : MergeTree
    scores : ndarray
        PRI at each of `SCALES`.
    seconds : float
    answers : dict of str to ndarray
        Label maps that are no cuts of the tree by number.
    """

    tree: MergeTree
    scores: np.ndarray
    seconds: float
    answers: dict[str, np.ndarray]


def felzenszwalb(*maps: tuple[float, float]) -> list[BaseSuperpixels]:
    """Superpixels of each scale and sigma."""
    return [FelzenszwalbSuperpixels(scale, sigma=sigma) for scale, sigma in maps]


DEFAULTS = MergeWeights()
WEIGHTS = asdict(DEFAULTS)
# What makes `build_merge_tree` Ward's linkage of mean colours; step by step these become defaults.
WARD = dict.fromkeys(WEIGHTS, 0) | {"size_exponent": 1}
METHODS: dict[str, Parts] = {
    SIMPLEST: (FelzenszwalbSuperpixels(200, sigma=0.8), None, DEFAULTS),  # see `ward_tree`
    "superpixels of contours": (None, None, MergeWeights(**WARD)),
}
_left = WARD
for _name, _defaults in {
    "+ sizes and borders": ["size_exponent", "border_exponent"],
    "+ enclosing regions": ["coarse"],
    "+ gradient": ["gradient"],
    "+ local differences": ["local"],
    DEFAULT: ["spectral_exponent"],
}.items():
    _left = {name: value for name, value in _left.items() if name not in _defaults}
    METHODS[_name] = None, None, MergeWeights(**_left)
VARIANTS: dict[str, Parts] = {
    "merged: Felzenszwalb, scale 25": (*felzenszwalb((25, 0.5)), None, DEFAULTS),
    "merged: Felzenszwalb, scale 100": (*felzenszwalb((100, 0.5)), None, DEFAULTS),
    "merged: SLIC, 1,000": (SLICSuperpixels(1000), None, DEFAULTS),
    "merged: hierarchical, 800": (HierarchicalSuperpixels(800), None, DEFAULTS),
    "enclosing: 200 and 400": (None, felzenszwalb(*COARSE[1:]), DEFAULTS),
    "enclosing: 100 to 800": (None, felzenszwalb(*COARSE, (800, 0.8)), DEFAULTS),
    **{
        f"{name}={default * factor:g}": (None, None, replace(DEFAULTS, **{name: default * factor}))
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
    parser.add_argument("--seeds", type=int, default=None,
                        help="fits of a network for each image; default: 1")  # fmt: skip
    parser.add_argument("--n-jobs", type=int, default=None)
    options = parser.parse_args()
    if options.variants and options.seeds:
        parser.error("--variants are trees without a network: leave --seeds out")
    if options.seeds is None:
        options.seeds = 0 if options.variants else 1
    items = load_halves(options.root, None if options.all else options.images)
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
    Results(HERE / f"results/{name}.csv", COLUMNS, ["method", "protocol", "image"]).write(rows)
    table = render_variants(rows) if options.variants else render(rows)
    (HERE.parent / f"docs/tables/{name}.rst").write_text(table)
    print(table)


def grow(
    item: tuple, methods: dict[str, Parts] = METHODS, seeds: Sequence[int] = ()
) -> dict[str, Grown]:
    """Make all trees of one image."""
    path, annotations = item
    image = open_images(path).pixels[0]

    def compute(transformer: BaseSuperpixels) -> np.ndarray:
        if repr(transformer) not in maps:
            maps[repr(transformer)] = np.asarray(transformer.fit_transform(path))
        return maps[repr(transformer)]

    maps: dict[str, np.ndarray] = {}
    grown = {}
    for name, (leaves, coarse, weights) in methods.items():
        superpixels = None if leaves is None else compute(leaves)
        segments = None if coarse is None else [compute(one) for one in coarse]
        start, answers = perf_counter(), {}
        if name == SIMPLEST:
            tree = ward_tree(image, superpixels)
        elif name == DEFAULT:
            merging = RegionMerging().fit(path)
            tree, answers = merging.tree_, {"auto": merging.labels_}
        else:
            tree = build_merge_tree(image, superpixels, coarse=segments, weights=weights)
        seconds = perf_counter() - start
        grown[name] = Grown(tree, score_cuts(tree, annotations), seconds, answers)
    for seed in seeds:
        start = perf_counter()
        with one_torch_thread():
            dic = DeepImageClustering(random_state=seed).fit(path)
            seconds = perf_counter() - start
            labels = DeepImageClustering(n_segments=None, random_state=seed).fit_predict(path)
        answers = {"auto": dic.labels_, "labels": labels}
        tree = dic.region_merging_.tree_
        scores = score_cuts(tree, annotations)
        grown[f"{LEARNED}{seed}"] = Grown(tree, scores, seconds, answers)
    return grown


def score_cuts(tree: MergeTree, annotations: list[np.ndarray]) -> np.ndarray:
    """PRI of the cut into each number of regions."""
    pri, _ = score_all_cuts(tree, annotations)
    return pri[np.minimum(SCALES, tree.n_leaves) - 1]


def best_cuts(grown: list[dict[str, Grown]]) -> dict[str, tuple[int, float]]:
    """Find for each method the number of regions, and the distance, whose mean PRI is best."""
    best = {}
    for name in grown[0]:
        trees = [of_image[name].tree for of_image in grown]
        scores = np.array([of_image[name].scores for of_image in grown])
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


def measure(best: dict[str, tuple[int, float]], item: tuple) -> list[Row]:
    """Score one image: each method at the best cuts of all images, and at its own."""
    (path, annotations), grown = item
    rows = []
    for name, one in grown.items():
        tree = one.tree
        cuts = {
            "ODS": best[name][0],
            "ODS, distance": count(tree, best[name][1]),
            "OIS by PRI": SCALES[int(np.argmax(one.scores))],
        }
        answers = {
            protocol: tree.cut(n_segments=min(n_segments, tree.n_leaves))
            for protocol, n_segments in cuts.items()
        } | one.answers
        for protocol, labels in answers.items():
            rows.append(
                {
                    "method": name,
                    "protocol": protocol,
                    "image": image_name(path),
                    "annotations": len(annotations),
                    "regions": len(np.unique(labels)),
                    **score(annotations, labels),
                    "seconds": round(one.seconds, 2),
                }
            )
    return rows


if __name__ == "__main__":
    main()
