"""The images of the Berkeley benchmark's own example."""

import numpy as np
from scipy.io import loadmat
from skimage.measure import label

IMAGES = [2018, 3063, 5096, 6046, 8068]
THRESHOLDS = [k / 6 for k in range(1, 6)]


def read_annotations(path, field="Segmentation"):
    cells = loadmat(path)["groundTruth"]
    return [cells[0, k][field][0, 0] for k in range(cells.shape[1])]


def annotations(folder, field="Segmentation"):
    """The annotators' maps of each image."""
    return [read_annotations(folder / f"groundTruth/{image}.mat", field) for image in IMAGES]


def contour_cuts(folder):
    """For each threshold, the contour map of each image cut at it (test_1)."""
    contours = [loadmat(folder / f"ucm2/{image}.mat")["ucm2"] for image in IMAGES]
    return [
        [label(contour <= threshold, connectivity=2)[1::2, 1::2] for contour in contours]
        for threshold in THRESHOLDS
    ]


def segmentations(folder):
    """For each of the five settings, the segmentation of each image (test_5)."""
    cells = [loadmat(folder / f"segs/{image}.mat")["segs"] for image in IMAGES]
    return [[cell[0, k] for cell in cells] for k in range(5)]


def printed(path):
    """The numbers of an output file, as they are printed."""
    return [line.split() for line in path.read_text().splitlines()]


def prints_as(values):
    """The values as the benchmark prints them, with six digits."""
    return [f"{value:g}" for value in np.ravel(values)]
