"""Compare the superpixel methods with human annotations: `python benchmarks/superpixels.py`.

Writes one row for each image and method to benchmarks/results/superpixels.csv, and the table of
their means, which the documentation includes, to docs/tables/superpixels.rst. The images are those
of BSDS300 in the folder that SKLEARN_DIC_DATA names.
"""

import argparse
import platform
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
from _results import Results
from _tables import join, list_table, versions
from tqdm import tqdm

from sklearn_dic.datasets import load_bsds
from sklearn_dic.hierarchy import MergedSuperpixels
from sklearn_dic.images._reading import read_image
from sklearn_dic.metrics import (
    achievable_segmentation_accuracy,
    boundary_recall,
    undersegmentation_error,
)
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    FileSuperpixels,
    HierarchicalSuperpixels,
    LSCSuperpixels,
    QuickshiftSuperpixels,
    SEEDSSuperpixels,
    SLICSuperpixels,
    WatershedSuperpixels,
)

HERE = Path(__file__).parent
COLUMNS = ["method", "level", "image", "regions", "asa", "recall", "undersegmentation", "area",
           "seconds"]  # fmt: skip

INTRODUCTION = """\
Means over {n_images} images of BSDS300 and their annotators, at about 200 and at about 800
superpixels: achievable segmentation accuracy (ASA), the share of annotated boundaries within 2
pixels of a boundary of superpixels (recall), under-segmentation error (error), the area-weighted
mean size of a superpixel in pixels (area), and the time for an image of 481 x 321 on a shared
processor. A large area at a high accuracy is best for the votes in `DeepImageClustering`.
"""

# Where a method has no exact number of superpixels, its parameters were chosen for their mean.
METHODS = {
    200: {
        "Felzenszwalb": FelzenszwalbSuperpixels(400),
        "hierarchical, volume": HierarchicalSuperpixels(200),
        "hierarchical, mean edge": HierarchicalSuperpixels(200, criterion="mean", sigma=2),
        "merged": MergedSuperpixels(200),
        "LSC": LSCSuperpixels(210),
        "quickshift": QuickshiftSuperpixels(kernel_size=4),
        "SEEDS": SEEDSSuperpixels(200),
        "SLIC": SLICSuperpixels(260),
        "SLIC-zero": SLICSuperpixels(260, slic_zero=True),
        "compact watershed": WatershedSuperpixels(210),
    },
    800: {
        "Felzenszwalb": FelzenszwalbSuperpixels(75),
        "hierarchical, volume": HierarchicalSuperpixels(800),
        "hierarchical, mean edge": HierarchicalSuperpixels(800, criterion="mean", sigma=2),
        "LSC": LSCSuperpixels(810),
        "quickshift": QuickshiftSuperpixels(kernel_size=3, max_dist=5),
        "SEEDS": SEEDSSuperpixels(850),
        "SLIC": SLICSuperpixels(950),
        "SLIC-zero": SLICSuperpixels(950, slic_zero=True),
        "compact watershed": WatershedSuperpixels(810),
    },
}


def main() -> None:
    """Measure, and write rows and table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60, help="evenly spread over BSDS300")
    parser.add_argument("--root", default=None, help="folder of the data set")
    options = parser.parse_args()
    bsds = load_bsds(options.root, n_images=options.images)
    methods = [(name, n, kind) for n in METHODS for name, kind in METHODS[n].items()]
    stored = Path(bsds.images[0]).parents[2] / "superpixels_gpb200"
    if stored.is_dir():
        files = FileSuperpixels(str(stored / "{parent.name}/{stem}.mat"))
        methods.append(("gPb-UCM, trained on annotations", 200, files))
    rows = []
    for path, annotations in tqdm(list(zip(bsds.images, bsds.annotations, strict=True))):
        image = read_image(path)
        for name, level, kind in methods:
            given = path if isinstance(kind, FileSuperpixels) else image
            rows.append(measure(name, level, path, kind, given, annotations))
    Results(HERE / "results/superpixels.csv", COLUMNS, COLUMNS[:3]).write(rows)
    table = render(rows, len(bsds.images))
    (HERE.parent / "docs/tables/superpixels.rst").write_text(table)
    print(table)


def measure(name, level, path, transformer, image, annotations) -> dict:
    """Score one method on one image."""
    start = perf_counter()
    superpixels = np.asarray(transformer.fit_transform(image))
    seconds = perf_counter() - start
    areas = np.bincount(superpixels.ravel())
    return {
        "method": name,
        "level": level,
        "image": Path(path).stem,
        "regions": len(areas),
        "asa": round(achievable_segmentation_accuracy(annotations, superpixels), 6),
        "recall": round(boundary_recall(annotations, superpixels, tolerance=2), 6),
        "undersegmentation": round(undersegmentation_error(annotations, superpixels), 6),
        "area": round(float((areas.astype(float) ** 2).sum() / areas.sum()), 1),
        "seconds": round(seconds, 3),
    }


def render(rows: list[dict], n_images: int) -> str:
    """Means over the images as a table in reStructuredText."""
    titles = ["method", "regions", "ASA ↑", "recall ↑", "error ↓", "area", "seconds"]
    cells = [titles]
    for level in METHODS:
        names = dict.fromkeys(row["method"] for row in rows if row["level"] == level)
        for name in names:
            own = [row for row in rows if row["level"] == level and row["method"] == name]

            def mean(column: str, own: list[dict] = own) -> float:
                return float(np.mean([row[column] for row in own]))

            cells.append(
                [name, f"{mean('regions'):.0f}"]
                + [f"{mean(column):.3f}" for column in ("asa", "recall", "undersegmentation")]
                + [f"{mean('area'):,.0f}", f"{mean('seconds'):.2f}"]
            )
    packages = ["numpy", "scikit-image", "higra", "opencv-contrib-python-headless"]
    lines = [
        INTRODUCTION.format(n_images=n_images),
        *list_table(cells),
        f"Made by ``python benchmarks/superpixels.py --images {n_images}`` on {date.today()}, on",
        f"an {platform.machine()} processor, with {versions(packages)}.",
        "",
    ]
    return join(lines)


if __name__ == "__main__":
    main()
