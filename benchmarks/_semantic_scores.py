"""The class scores that `semantic.py` sharpens, computed once and kept in a folder."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from _semantic_data import CLASSES, VOID, Scene, Scenes
from _semantic_network import MULTIPLE, predict, train
from skimage.color import rgb2lab
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.nn import functional as F

from sklearn_dic import DeepImageClustering

FCN, LINEAR = "network", "linear classifier"
N_PIXELS = 1000  # of each picture, to train the linear classifier
N_LEARNED = 8  # pictures that the features are learned from


class Scores:
    """The scores of a network or classifier on the scenes to tune and to test.

    Parameters
    ----------
    scenes : Scenes
    kind : {"network", "linear classifier"}
    seed : int
    n_epochs : int
        Of the network.
    cache : Path
        Folder of the files.
    """

    def __init__(self, scenes: Scenes, kind: str, seed: int, n_epochs: int, cache: Path) -> None:
        name = f"network_{n_epochs}" if kind == FCN else "linear"
        self.path = cache / f"{name}_{seed}.npz"
        wanted = [*scenes.tuning, *scenes.test]
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            pairs = (
                network_scores(scenes.train, wanted, n_epochs, seed)
                if kind == FCN
                else linear_scores(scenes.train, wanted, seed)
            )
            np.savez(self.path, **{scene.name: scores for scene, scores in pairs})
        self._file = np.load(self.path)

    def of(self, scene: Scene) -> np.ndarray:
        """(H, W, K) float32 logits, resized to the scene."""
        if scene.name not in self._file:
            raise SystemExit(f"{self.path} has other scenes: delete it, and run this again")
        scores = torch.as_tensor(self._file[scene.name].astype(np.float32)).permute(2, 0, 1)[None]
        shape = scene.classes.shape
        if scores.shape[2:] == shape:
            return scores[0].permute(1, 2, 0).numpy()
        resized = F.interpolate(scores, size=shape, mode="bilinear", align_corners=False)
        return np.ascontiguousarray(resized[0].permute(1, 2, 0).numpy())


def network_scores(
    train_scenes: list[Scene], wanted: list[Scene], n_epochs: int, seed: int
) -> Iterable[tuple[Scene, np.ndarray]]:
    """Train the network, and yield its logits at a quarter of the resolution."""
    images = torch.cat([half_size(scene) for scene in train_scenes])
    truths = torch.stack([torch.as_tensor(scene.classes[::2, ::2]) for scene in train_scenes])
    network = train(images, truths, n_epochs, seed)
    for scene in wanted:
        image = half_size(scene)
        below, right = (-size % MULTIPLE for size in image.shape[2:])
        padded = F.pad(image, (0, right, 0, below), mode="replicate")
        height, width = (-(-size // 2) for size in image.shape[2:])
        yield scene, predict(network, padded[0])[:height, :width].astype(np.float16)


def half_size(scene: Scene) -> torch.Tensor:
    """(1, 3, H / 2, W / 2) RGB from 0 to 1."""
    image = torch.as_tensor(scene.image).permute(2, 0, 1)[None].float() / 255
    return F.avg_pool2d(image, 2)


def linear_scores(
    train_scenes: list[Scene], wanted: list[Scene], seed: int
) -> Iterable[tuple[Scene, np.ndarray]]:
    """Train a linear classifier on colours and learned features, and yield its logits."""
    learned = train_scenes[:: -(-len(train_scenes) // N_LEARNED)]
    dic = DeepImageClustering(n_segments=None, random_state=seed)
    dic.fit([scene.image for scene in learned])
    random = np.random.default_rng(seed)
    rows, classes = [], []
    for scene in train_scenes:
        truth = scene.classes.ravel()
        places = random.choice(np.flatnonzero(truth != VOID), N_PIXELS, replace=False)
        rows.append(_describe(scene, dic)[places])
        classes.append(truth[places])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    model.fit(np.concatenate(rows), np.concatenate(classes))
    for scene in wanted:
        scores = model.decision_function(_describe(scene, dic))
        logits = np.full((len(scores), len(CLASSES)), scores.min() - 10)  # a class may be missing
        logits[:, model.classes_] = scores
        yield scene, logits.reshape(*scene.classes.shape, -1).astype(np.float16)


def _describe(scene: Scene, dic: DeepImageClustering) -> np.ndarray:
    """(H * W, C) colours in Lab, and learned features."""
    features = dic.transform(scene.image)
    described = np.concatenate([rgb2lab(scene.image), features], axis=2, dtype=np.float32)
    return described.reshape(-1, described.shape[2])
