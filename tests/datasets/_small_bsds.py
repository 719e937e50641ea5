"""A Berkeley data set of tiny images, in the layout of the original archive."""

import numpy as np
from scipy.io import savemat
from skimage.io import imsave

IDS = {"train": ["100", "22", "3096"], "val": ["8023", "999"], "test": ["2018", "5096"]}
SIZE = (6, 9)


def make_annotations(name, n_annotators=4):
    """Label maps whose labels start at 1 and leave gaps, as some of the originals do."""
    random = np.random.default_rng(int(name))
    return [random.integers(1, 4, SIZE).astype(np.uint16) * 2 - 1 for _ in range(n_annotators)]


def write_annotations(path, maps):
    cell = np.empty((1, len(maps)), object)
    for i, labels in enumerate(maps):
        cell[0, i] = {"Segmentation": labels, "Boundaries": np.zeros(SIZE, np.uint8)}
    savemat(path, {"groundTruth": cell})


def write_bsds(folder, splits=("train", "val", "test")):
    """Write images/ and groundTruth/ into a folder; return it."""
    for split in splits:
        images, annotations = folder / "images" / split, folder / "groundTruth" / split
        images.mkdir(parents=True)
        annotations.mkdir(parents=True)
        (images / "Thumbs.db").write_bytes(b"lies in the original archive")
        for name in IDS[split]:
            image = np.full((*SIZE, 3), int(name) % 256, np.uint8)
            imsave(images / f"{name}.jpg", image, check_contrast=False)
            write_annotations(annotations / f"{name}.mat", make_annotations(name))
    return folder
