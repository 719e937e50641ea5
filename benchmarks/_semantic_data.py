"""The road scenes of `semantic.py`: some to train the networks, a handful to tune, others to test.

The first 92 pictures of CamVid's training sequences and the 39 of its test sequences lie in
kinds/roads. Of the first, twelve that are evenly spread are not trained on: the parameters of all
methods are chosen on them.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from _kinds_data import spread
from skimage.io import imread

VOID = 11
CLASSES = ["sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car",
           "pedestrian", "bicyclist"]  # fmt: skip
N_TUNING = 12


@dataclass(frozen=True)
class Scene:
    """A picture with the class of each pixel.

    Attributes
    ----------
    path, truth_path : Path
    """

    path: Path
    truth_path: Path

    @property
    def name(self) -> str:
        """Name of the picture."""
        return self.path.stem

    @cached_property
    def image(self) -> np.ndarray:
        """(H, W, 3) uint8."""
        return imread(self.path)

    @cached_property
    def classes(self) -> np.ndarray:
        """(H, W) int64, `VOID` where nothing is known."""
        return imread(self.truth_path).astype(np.int64)


@dataclass(frozen=True)
class Scenes:
    """Three sets of scenes."""

    train: list[Scene]
    tuning: list[Scene]
    test: list[Scene]


def load_scenes(root: Path, n_images: int | None = None) -> Scenes:
    """Find the scenes, of those to test so many that are evenly spread."""
    train, test = (_list_scenes(root / "kinds/roads" / part) for part in ("train", "test"))
    tuning = spread(train, N_TUNING)
    return Scenes([one for one in train if one not in tuning], tuning, spread(test, n_images))


def _list_scenes(folder: Path) -> list[Scene]:
    if not (folder / "images").is_dir():
        raise SystemExit(
            f"{folder / 'images'} is no folder: name the folder of the data with --root, or in "
            "the variable SKLEARN_DIC_DATA"
        )
    paths = sorted((folder / "images").iterdir())
    return [Scene(path, folder / "truth" / f"{path.stem}.png") for path in paths]
