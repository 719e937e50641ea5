"""Time of each measure: one 481 x 321 label map against five annotators, on one core.

    python benchmarks/metrics.py

Prints a table in reStructuredText with the best of several runs, in milliseconds. The maps are
drawn here, with regions of about the number and shape that people draw, so that no data is needed.
"""

import os

# Before NumPy is loaded, which reads it once.
os.environ.update(dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], "1"))

import timeit
from functools import partial

import numpy as np
from scipy.spatial import KDTree

from sklearn_dic import metrics

N_RUNS = 15
SHAPE = (321, 481)
MEASURES = [
    "segmentation_report",
    "probabilistic_rand_index",
    "variation_of_information",
    "global_consistency_error",
    "boundary_displacement_error",
    "segmentation_covering",
    "boundary_scores",
    "achievable_segmentation_accuracy",
    "undersegmentation_error",
    "boundary_recall",
]


def draw_regions(n_regions, random):
    """(H, W) pixels labelled by the nearest of so many random points."""
    points = random.rand(n_regions, 2) * SHAPE
    pixels = np.indices(SHAPE).reshape(2, -1).T
    return KDTree(points).query(pixels)[1].reshape(SHAPE).astype(np.int32)


def milliseconds(function):
    """Best of several runs."""
    return 1000 * min(timeit.repeat(function, number=1, repeat=N_RUNS))


def main():
    """Print the table, for predictions of one, few and many regions."""
    random = np.random.RandomState(0)
    annotators = [draw_regions(n, random) for n in (5, 10, 20, 30, 60)]
    predictions = {n: draw_regions(n, random) for n in (1, 30, 800)}
    widths = [max(map(len, MEASURES)), *[11] * len(predictions)]
    rule = " ".join("=" * width for width in widths)

    def show(*cells):
        print(" ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)))

    print(rule)
    show("milliseconds", *(f"regions: {n}" for n in predictions))
    print(rule)
    for name in MEASURES:
        measure = getattr(metrics, name)
        show(
            name,
            *(
                f"{milliseconds(partial(measure, annotators, prediction)):.1f}"
                for prediction in predictions.values()
            ),
        )
    print(rule)


if __name__ == "__main__":
    main()
