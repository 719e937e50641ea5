"""Label maps as files: of every format, and with every variable that MATLAB's may have."""

from itertools import count

import h5py
import numpy as np
import tifffile
from PIL import Image
from scipy.io import savemat

LABELS = np.array(
    [[3, 3, 3, 9, 9], [3, 3, 9, 9, 9], [3, 4, 4, 4, 9], [4, 4, 4, 4, 4]], dtype=np.uint16
)
SHAPE = LABELS.shape
IMAGE = np.random.RandomState(0).rand(*SHAPE, 3)


def cells(*items):
    array = np.empty((1, len(items)), object)
    for place, item in enumerate(items):
        array[0, place] = item
    return array


def pixel_lists(labels):
    flat = labels.ravel(order="F")
    return cells(*(np.flatnonzero(flat == label)[:, None] + 1 for label in np.unique(flat)))


def write_hdf5(path, **variables):
    """Write as MATLAB v7.3 does: columns first, cells as references, structs as groups."""
    with h5py.File(path, "w", userblock_size=512) as file:
        references = file.create_group("#refs#")
        numbers = count()

        def write(group, name, value):
            if isinstance(value, dict):
                struct = group.create_group(name)
                for field, part in value.items():
                    write(struct, field, part)
            elif value.dtype == object:
                stored = np.empty(value.shape, h5py.ref_dtype)
                for place in np.ndindex(value.shape):
                    key = f"r{next(numbers)}"
                    write(references, key, value[place])
                    stored[place] = references[key].ref
                group.create_dataset(name, data=stored.T, dtype=h5py.ref_dtype)
            else:
                group.create_dataset(name, data=value.T)

        for name, value in variables.items():
            write(file, name, value)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512))


VARIABLES = {
    "seg_lab": LABELS,
    "superpixels": LABELS.astype(float),  # MATLAB's numbers are floats
    "labels": pixel_lists(LABELS),
    "seg": cells(pixel_lists(LABELS), pixel_lists(LABELS // 5)),
    "segs": cells(LABELS, LABELS // 5),
    "proposals": {"superpixels": LABELS, "labels": cells(np.array([[1, 2]]), np.array([[3]]))},
    "candidates": {"scores": np.ones((7, 1)), "superpixels": LABELS},
    "groundTruth": cells({"Segmentation": LABELS, "Boundaries": LABELS == 4}),
    "anything": LABELS,
}


def text_format(labels):
    lines = ["format ascii cr", "date Thu Apr 05 10:09:00 2001", "image 2092", "user 1103"]
    lines += [f"width {labels.shape[1]}", f"height {labels.shape[0]}", "segments 3", "gray 0"]
    lines.append("data")
    for row, line in enumerate(labels.tolist()):
        start = 0
        for column in range(1, len(line) + 1):
            if column == len(line) or line[column] != line[start]:
                lines.append(f"{line[start]} {row} {start} {column - 1}")
                start = column
    return "\n".join(lines) + "\n"


def save(path, labels):
    """Write labels in the format of the suffix."""
    suffix = path.suffix
    if suffix == ".npy":
        np.save(path, labels)
    elif suffix == ".npz":
        np.savez_compressed(path, segmentation=labels)
    elif suffix == ".png":
        Image.fromarray(labels).save(path)
    elif suffix in (".tif", ".tiff"):
        tifffile.imwrite(path, labels)
    elif suffix == ".seg":
        path.write_text(text_format(labels))
    else:
        savemat(path, {"seg_lab": labels}, do_compression=True)
    return path


SUFFIXES = [".npy", ".npz", ".png", ".tif", ".seg", ".mat"]
