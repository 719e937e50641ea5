"""Sharpen semantic segmentations by regions: `python benchmarks/semantic.py`.

Road scenes with 11 classes (kinds/roads, half-hourly frames of CamVid) in the folder that
SKLEARN_DIC_DATA names, or ``--root``. A small network is trained here, in minutes, and so is a
linear classifier on colours and learned features. Their scores are sharpened by each method, whose
parameters are chosen on twelve scenes that were neither trained on nor tested.

    python benchmarks/semantic.py --write docs/tables/semantic.rst
    python benchmarks/semantic.py --images 10 --seeds 0 --methods "merge tree" SLIC

Scores and regions are computed once and kept in ``--cache``, so that a variant of a method takes a
minute. The counts of each scene, method and seed are written to benchmarks/results/semantic.csv:
a run that was stopped goes on where it was.
"""

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
from _results import Results, Row
from _semantic_data import CLASSES, VOID, Scene, load_scenes
from _semantic_methods import (
    FELZENSZWALB,
    METHODS,
    OURS,
    SLIC,
    Maps,
    Method,
    available,
    segment,
)
from _semantic_scores import FCN, LINEAR, Scores
from _semantic_tables import BOUNDARY_WIDTH, COUNTS, render
from tqdm import tqdm

from sklearn_dic import __version__
from sklearn_dic.datasets._data_home import get_data_home
from sklearn_dic.metrics import mean_intersection_over_union
from sklearn_dic.metrics._mean_iou import count_pixels
from sklearn_dic.semantic import SuperpixelCRF
from sklearn_dic.utils._device import one_torch_thread

HERE = Path(__file__).parent
KEY = ["classifier", "method", "seed", "scene"]
COLUMNS = [*KEY, "setting", *COUNTS, "seconds", "sklearn-dic", "date"]


def main() -> None:
    """Measure what is missing, and show the tables."""
    options = parse_arguments()
    root = get_data_home(options.root)
    scenes = load_scenes(root, options.images)
    if options.only_weights:
        print_weights(scenes.tuning, dict(segment(scenes.tuning, options.cache)))
        return
    with one_torch_thread():
        scores = {
            (kind, seed): Scores(load_scenes(root), kind, seed, options.epochs, options.cache)
            for kind in options.classifiers
            for seed in options.seeds
        }
    if options.only_scores:
        return
    maps = dict(segment([*scenes.tuning, *scenes.test], options.cache))
    results = Results(options.results, COLUMNS, KEY)
    for name in available(options.methods):
        for kind in options.classifiers:
            measured = results.read()
            missing = [
                (seed, scene)
                for seed in options.seeds
                for scene in scenes.test
                if (kind, name, str(seed), scene.name) not in measured
            ]
            if missing:
                method = METHODS[name]
                setting = tune(
                    method, scenes.tuning, scores[kind, options.seeds[0]], maps, f"{name}, {kind}"
                )
                results.append(
                    [measure(method, setting, scene, scores[kind, seed], maps, (kind, name, seed))]
                    for seed, scene in tqdm(missing, desc=f"{name}, {kind}")
                )
    names = {scene.name for scene in scenes.test}
    rows = [
        row
        for row in results.read().values()
        if row["scene"] in names
        and int(row["seed"]) in options.seeds
        and row["classifier"] in options.classifiers
        and row["method"] in options.methods
    ]
    tables = render(rows, describe(options))
    print(tables)
    if options.write:
        options.write.write_text(tables)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--images", type=int, default=None, help="to test, evenly spread; default: all 39")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="SEED",
        help="of networks and classifiers; parameters are chosen with the first; "
        "default: %(default)s")  # fmt: skip
    add("--epochs", type=int, default=60, help="of the network; default: %(default)s")
    add("--classifiers", nargs="+", choices=[FCN, LINEAR], default=[FCN, LINEAR])
    add("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD",
        help=", ".join(METHODS))  # fmt: skip
    add("--only-scores", action="store_true", help="train, and measure nothing")
    add("--only-weights", action="store_true",
        help="learn the pairwise weights of all regions, and measure nothing")  # fmt: skip
    add("--root", default=None, help="folder of the data; default: SKLEARN_DIC_DATA")
    add("--cache", type=Path, default=HERE / "cache/semantic", help="default: %(default)s")
    add("--write", type=Path, default=None, metavar="FILE", help="write the tables")
    add("--results", type=Path, default=HERE / "results/semantic.csv", help="default: %(default)s")
    return parser.parse_args()


def print_weights(scenes: list[Scene], maps: dict[str, Maps]) -> None:
    """Learn the pairwise weights of each kind of regions."""
    images, classes = zip(*((scene.image, scene.classes) for scene in scenes), strict=True)
    for name in (SLIC, FELZENSZWALB, OURS):
        superpixels = [maps[scene.name][name] for scene in scenes]
        crf = SuperpixelCRF(ignore_label=VOID)
        crf.fit(list(images), list(classes), superpixels=superpixels)
        print(f"{name}: coefficients {crf.coef_.round(3)}, intercept {crf.intercept_:.2f}")


def tune(
    method: Method, scenes: list[Scene], scores: Scores, maps: dict[str, Maps], title: str
) -> dict:
    """Find the setting with the best mIoU on the tuning scenes."""
    if len(method.settings) == 1:
        return method.settings[0]
    found = []
    for setting in tqdm(method.settings, desc=f"tuning {title}"):
        classes = [
            method.apply(scene, scores.of(scene), maps[scene.name], setting) for scene in scenes
        ]
        truths = [scene.classes for scene in scenes]
        found.append(mean_intersection_over_union(truths, classes, ignore_label=VOID))
        tqdm.write(f"{title}: {setting} {100 * found[-1]:.2f}")
    return method.settings[int(np.argmax(found))]


def measure(
    method: Method,
    setting: dict,
    scene: Scene,
    scores: Scores,
    maps: dict[str, Maps],
    key: Iterable,
) -> Row:
    """Sharpen the scores of a scene, and count."""
    own = scores.of(scene)
    start = perf_counter()
    classes = method.apply(scene, own, maps[scene.name], setting)
    seconds = perf_counter() - start
    row = dict(zip(KEY, [*key, scene.name], strict=True))
    row |= {"setting": " ".join(f"{name}={value}" for name, value in setting.items())}
    for name, numbers in zip(COUNTS, count(scene, classes), strict=True):
        row[name] = " ".join(map(str, numbers))
    return row | {
        "seconds": round(seconds, 3),
        "sklearn-dic": __version__,
        "date": date.today().isoformat(),
    }


def count(scene: Scene, classes: np.ndarray) -> np.ndarray:
    """Count pixels of the intersection and the union, of all and near boundaries -> (4, K)."""
    counts = np.zeros((4, len(CLASSES)), int)
    for first, width in ((0, None), (2, BOUNDARY_WIDTH)):
        for label, pair in count_pixels(scene.classes, classes, VOID, width).items():
            if label != VOID:
                counts[first : first + 2, label] = pair
    return counts


def describe(options: argparse.Namespace) -> str:
    """Name the command that makes the tables again."""
    words = ["python benchmarks/semantic.py"]
    if options.images is not None:
        words.append(f"--images {options.images}")
    if options.epochs != 60:
        words.append(f"--epochs {options.epochs}")
    if options.classifiers != [FCN, LINEAR]:
        words.append("--classifiers " + " ".join(f'"{name}"' for name in options.classifiers))
    if options.methods != list(METHODS):
        words.append("--methods " + " ".join(f'"{name}"' for name in options.methods))
    return " ".join([*words, "--seeds", *map(str, options.seeds)])


if __name__ == "__main__":
    main()
