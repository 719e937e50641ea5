"""The photographs of BSDS300, as the commands count and name them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from _results import Row

from sklearn_dic.datasets import load_bsds

N_IMAGES = 300


def load_halves(root: str | None, n_images: int | None) -> list[tuple[str, list[np.ndarray]]]:
    """Take half of the images from train and half from val -> path and annotations of each."""
    n_half = None if n_images is None else n_images // 2
    halves = [load_bsds(root, part, n_half) for part in ("train", "val")]
    return [
        item for half in halves for item in zip(half.images, half.annotations, strict=True)
    ]  # fmt: skip


def image_name(path: str) -> str:
    """Name an image with its part of the data set, such as "train/2092"."""
    return f"{Path(path).parent.name}/{Path(path).stem}"


def count_halves(rows: Iterable[Row]) -> dict[str, int]:
    """Count the images of rows -> "n_images", "n_train" and "n_val"."""
    images = {row["image"] for row in rows}
    n_train = sum(image.startswith("train") for image in images)
    return {"n_images": len(images), "n_train": n_train, "n_val": len(images) - n_train}
