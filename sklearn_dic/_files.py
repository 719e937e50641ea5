"""Segment an image file and write the results beside each other."""

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Literal

import numpy as np
from skimage import io
from sklearn.base import clone

from sklearn_dic.utils._images import image_files, open_images
from sklearn_dic.utils._pictures import draw_boundaries, draw_mean_colors

SUFFIXES = {
    "labels_png": "_labels.png",
    "boundaries": "_boundaries.png",
    "mean_colors": "_mean.png",
    "labels": "_labels.npy",
}
_LARGEST_PNG_LABEL = np.iinfo(np.uint16).max


@dataclass
class Result:
    """What became of one image file."""

    image: str
    status: Literal["segmented", "kept", "failed", "interrupted"]
    width: int | None = None
    height: int | None = None
    n_labels: int | None = None
    n_iter: int | None = None
    stopped_by: str | None = None
    seconds: float | None = None
    device: str | None = None
    error: str | None = None
    files: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def segment_file(path: Path, estimator: Any, folder: Path, overwrite: bool = False) -> Result:
    """Segment one image file with a clone of the estimator; a failure is a result too.

    The files appear in the folder all at once or not at all, and results that are there
    already are kept unless `overwrite`.
    """
    files = {kind: folder / f"{path.stem}{suffix}" for kind, suffix in SUFFIXES.items()}
    names = {kind: str(file) for kind, file in files.items()}
    try:
        if not overwrite and all(file.exists() for file in files.values()):
            labels = np.load(files["labels"])
            height, width = labels.shape
            return Result(str(path), "kept", width, height, len(np.unique(labels)), files=names)
        images = open_images(path)
        start = time.perf_counter()
        fitted = clone(estimator).fit(images.given[0])
        seconds = time.perf_counter() - start
        if fitted.stopped_by_ == "interrupt":
            return Result(str(path), "interrupted")
        _write(files, images.pixels[0], fitted.labels_)
    except Exception as error:  # one file must not stop the others
        return Result(str(path), "failed", error=str(error) or type(error).__name__)
    height, width = fitted.labels_.shape
    return Result(
        str(path),
        "segmented",
        width,
        height,
        len(np.unique(fitted.labels_)),
        fitted.n_iter_,
        fitted.stopped_by_,
        round(seconds, 2),
        fitted.device_,
        files=names,
    )


def _write(files: dict[str, Path], pixels: np.ndarray, labels: np.ndarray) -> None:
    """Write all files in a hidden folder beside their places, then move them there."""
    if labels.max() > _LARGEST_PNG_LABEL:
        raise ValueError(
            f"the segmentation has {labels.max() + 1} labels and a 16-bit PNG holds "
            f"{_LARGEST_PNG_LABEL + 1}; use fewer, for example without connected components"
        )
    folder = files["labels"].parent
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "labels_png": labels.astype(np.uint16),
        "boundaries": draw_boundaries(pixels, labels),
        "mean_colors": draw_mean_colors(pixels, labels),
    }
    with tempfile.TemporaryDirectory(dir=folder, prefix=".sklearn-dic-") as hidden:
        for kind, picture in pictures.items():
            io.imsave(Path(hidden) / files[kind].name, picture, check_contrast=False)
        np.save(Path(hidden) / files["labels"].name, labels)
        for file in files.values():
            os.replace(Path(hidden) / file.name, file)


def find_images(arguments: Sequence[str], folder: Path) -> list[Path]:
    """Files named by paths, folders and patterns, each once, in this order.

    What stands in the folder of the results and is named like one is left out of folders
    and patterns, so that a second run does not segment the pictures of the first.

    Raises
    ------
    FileNotFoundError
        If a folder or pattern has no images.
    ValueError
        If two files would have results of the same name.
    """
    found: dict[Path, None] = {}
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            matches = image_files(path)
        elif has_magic(argument) and not path.exists():
            matches = sorted(Path(match) for match in glob(argument, recursive=True))
        else:
            found[path] = None
            continue
        inputs = [match for match in matches if not _is_result(match, folder)]
        if not inputs:
            raise FileNotFoundError(f"there are no images in {argument!r}")
        found.update(dict.fromkeys(inputs))
    by_name: dict[str, Path] = {}
    for path in found:
        other = by_name.setdefault(path.stem, path)
        if other != path:
            raise ValueError(
                f"{str(other)!r} and {str(path)!r} would both be written to "
                f"{str(folder / path.stem)!r}_...: segment them into different folders"
            )
    return list(found)


def _is_result(path: Path, folder: Path) -> bool:
    return (
        path.name.endswith(tuple(SUFFIXES.values())) and path.parent.resolve() == folder.resolve()
    )
