"""The methods that `semantic.py` compares: from a scene and class scores to classes.

Each method has a few settings, of which the best on the tuning scenes is taken.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from _semantic_data import Scene
from scipy.special import softmax
from tqdm import tqdm

from sklearn_dic.semantic import SuperpixelCRF
from sklearn_dic.semantic._regions import cut_tree
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels

ALONE, SLIC, FELZENSZWALB, OURS, DENSE = (
    "alone", "SLIC", "Felzenszwalb", "merge tree", "dense CRF"
)  # fmt: skip
N_SEGMENTS = (100, 400, 1600)
SCALES = (300, 80, 20)  # of Felzenszwalb's method: about as many regions
CRF_SETTINGS = [
    {"smoothness": smoothness, "fidelity": fidelity}
    for smoothness, fidelity in ((0, 1), (0, 2), (0, 4), (0.1, 2))
]
DENSE_SETTINGS = [
    {"compat": compat, "srgb": srgb} for compat, srgb in product((1, 3, 10), (5, 13))
]  # fmt: skip

Maps = dict[str, list[np.ndarray]]


@dataclass(frozen=True)
class Method:
    """A method with its settings.

    Attributes
    ----------
    settings : list of dict
    apply : callable
        (scene, scores (H, W, K), segmentations of the scene, setting) -> (H, W) classes.
    """

    settings: list[dict[str, Any]]
    apply: Callable[[Scene, np.ndarray, Maps, dict[str, Any]], np.ndarray]


def take_largest(
    scene: Scene, scores: np.ndarray, maps: Maps, setting: dict[str, Any]
) -> np.ndarray:
    """Take the class of the largest score."""
    return scores.argmax(axis=2)


def superpixel_crf(
    name: str, scene: Scene, scores: np.ndarray, maps: Maps, setting: dict[str, Any]
) -> np.ndarray:
    """Sharpen by regions of three sizes."""
    crf = SuperpixelCRF(**setting)
    return crf.predict(scene.image, scores=scores, superpixels=maps[name])


def dense_crf(scene: Scene, scores: np.ndarray, maps: Maps, setting: dict[str, Any]) -> np.ndarray:
    """Sharpen by a fully connected CRF, with the library's usual parameters but for two."""
    from pydensecrf.densecrf import DenseCRF2D
    from pydensecrf.utils import unary_from_softmax

    height, width, n_classes = scores.shape
    field = DenseCRF2D(width, height, n_classes)
    probabilities = np.ascontiguousarray(softmax(scores, axis=2).transpose(2, 0, 1))
    field.setUnaryEnergy(unary_from_softmax(probabilities))
    field.addPairwiseGaussian(sxy=3, compat=setting["compat"])
    field.addPairwiseBilateral(
        sxy=50, srgb=setting["srgb"], rgbim=np.ascontiguousarray(scene.image),
        compat=setting["compat"],
    )  # fmt: skip
    return np.argmax(field.inference(5), axis=0).reshape(height, width)


METHODS = {
    ALONE: Method([{}], take_largest),
    **{
        name: Method(CRF_SETTINGS, partial(superpixel_crf, name))
        for name in (SLIC, FELZENSZWALB, OURS)
    },
    DENSE: Method(DENSE_SETTINGS, dense_crf),
}


def available(names: list[str]) -> list[str]:
    """Leave out the dense CRF where its library is not installed, and say so."""
    if DENSE in names and find_spec("pydensecrf") is None:
        print("No dense CRF: install pydensecrf2, which needs a C++ compiler.")
        return [name for name in names if name != DENSE]
    return names


def segment(scenes: list[Scene], cache: Path) -> Iterator[tuple[str, Maps]]:
    """Yield the segmentations of each scene, three of each method."""
    cache.mkdir(parents=True, exist_ok=True)
    for scene in tqdm(scenes, desc="regions"):
        path = cache / f"regions_{scene.name}.npz"
        if not path.exists():
            np.savez_compressed(path, **{k: np.stack(v) for k, v in _segment(scene.image).items()})
        with np.load(path) as file:
            yield scene.name, {name: list(file[name]) for name in file.files}


def _segment(image: np.ndarray) -> Maps:
    return {
        SLIC: [np.asarray(SLICSuperpixels(n).fit_transform(image)) for n in N_SEGMENTS],
        FELZENSZWALB: [
            np.asarray(FelzenszwalbSuperpixels(scale).fit_transform(image)) for scale in SCALES
        ],
        OURS: cut_tree(N_SEGMENTS, (np.float32(image) / 255, None)),
    }
