"""The pictures of `kinds.py` with their truth, and the answers that others have published.

What counts as a region of the truth:

* photographs: the regions of each person, four to nine people.
* msrc, textures: the one partition of the picture.
* membranes: each cell, and all membranes together (label 0) as one region more.
* nuclei: each nucleus, and the background (0) as one region more.
* objects: the background (0) and each object, three people.
* materials: the connected pieces of each phase, neighbours by edges or corners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _photographs import image_name
from _published_scores import read_scores
from skimage.io import imread
from skimage.measure import label as label_components

from sklearn_dic.datasets import load_bsds

PHOTOGRAPHS = "photographs"
FOLDERS = ["msrc", "textures", "membranes", "nuclei", "objects", "materials"]
KINDS = [PHOTOGRAPHS, *FOLDERS]
PEER_OF_PHOTOGRAPHS = "peers/af_graph_bsds300.csv"


@dataclass(frozen=True)
class Picture:
    """A picture of a kind.

    Attributes
    ----------
    kind, name : str
    path : Path
    annotations : list of ndarray of shape (H, W)
        Regions, as each person drew them.
    label_maps : dict of str to Path
        Published label maps by method.
    scores : dict of str to dict
        Published scores by method, of each measure by its abbreviation.
    """

    kind: str
    name: str
    path: Path
    annotations: list[np.ndarray]
    label_maps: dict[str, Path]
    scores: dict[str, dict[str, float]]

    @property
    def n_true(self) -> int:
        """Number of true regions, rounded from the mean over people."""
        return round(np.mean([len(np.unique(labels)) for labels in self.annotations]))


def load_pictures(kind: str, root: Path, n_images: int | None = None) -> list[Picture]:
    """Read the pictures of a kind, or so many of them, evenly spread."""
    if kind == PHOTOGRAPHS:
        return load_photographs(root, n_images)
    folder = root / "kinds" / kind
    published = {
        file.stem.removeprefix("scores_"): read_scores(file)
        for file in sorted(folder.glob("scores_*.csv"))
    }
    pictures = []
    for path in spread(sorted((folder / "images").iterdir()), n_images):
        maps = {file.parent.name: file for file in sorted(folder.glob(f"peers/*/{path.stem}.png"))}
        scores = {
            method: by_image[path.stem]
            for method, by_image in published.items()
            if path.stem in by_image
        }
        annotations = read_truth(folder / "truth", path.stem, kind)
        pictures.append(Picture(kind, path.stem, path, annotations, maps, scores))
    return pictures


def load_photographs(root: Path, n_images: int | None) -> list[Picture]:
    """Read the photographs of BSDS300."""
    bsds = load_bsds(root, "bsds300", n_images)
    file = root / PEER_OF_PHOTOGRAPHS
    published = read_scores(file) if file.exists() else {}
    pictures = []
    for path, annotations in zip(bsds.images, bsds.annotations, strict=True):
        own = published.get(Path(path).stem)
        scores = {} if own is None else {"AF-graph": own}
        name = image_name(path)
        pictures.append(Picture(PHOTOGRAPHS, name, Path(path), annotations, {}, scores))
    return pictures


def read_truth(folder: Path, name: str, kind: str) -> list[np.ndarray]:
    """Read NAME.png, or NAME_1.png, NAME_2.png, ... of several people."""
    one = folder / f"{name}.png"
    files = [one] if one.exists() else sorted(folder.glob(f"{name}_[0-9].png"))
    if not files:
        raise FileNotFoundError(f"{folder} has no truth of {name}")
    maps = [imread(file).astype(np.int32) for file in files]
    if kind == "materials":
        maps = [label_components(phases, background=-1) for phases in maps]
    return maps


def spread(items: Sequence[Path], n: int | None) -> list[Path]:
    """Take so many items, evenly spread."""
    if n is None or n >= len(items):
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, n).astype(int)]


def single_region_f_measure(annotations: Sequence[np.ndarray], labels: np.ndarray) -> float:
    """F-measure of the best single region for each object of each person, averaged.

    Objects are the labels above 0.
    """
    scores = []
    sizes = np.bincount(labels.ravel())
    for annotation in annotations:
        for label in np.unique(annotation[annotation > 0]):
            inside = annotation == label
            overlaps = np.bincount(labels[inside], minlength=len(sizes))
            scores.append((2 * overlaps / np.maximum(sizes + inside.sum(), 1)).max())
    return float(np.mean(scores))
