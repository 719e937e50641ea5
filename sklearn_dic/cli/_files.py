"""Segment image files, and write the results."""

import hashlib
import json
import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from skimage import io
from sklearn.base import clone

from sklearn_dic.images._drawing import draw_boundaries, draw_mean_colors
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.superpixels import FileSuperpixels

# Files of an image, in the order of writing: the last file shows that all are complete.
SUFFIXES = {
    "labels_png": "_labels.png",
    "boundaries": "_boundaries.png",
    "mean_colors": "_mean.png",
    "labels": "_labels.npy",
}
_ORIGIN = "sklearn-dic"  # key of the text in the PNG of labels: image and parameters
_NO_EFFECT = {"device", "n_jobs", "verbose"}  # parameters that do not change the labels
_MASKED_IN_PNG = np.iinfo(np.uint16).max
_LARGEST_PNG_LABEL = _MASKED_IN_PNG - 1


@dataclass
class Result:
    """Outcome of an image file."""

    image: str
    status: Literal["segmented", "kept", "failed", "interrupted"]
    width: int | None = None
    height: int | None = None
    n_segments: int | None = None
    n_iter: int | None = None
    stopped_by: str | None = None
    seconds: float | None = None
    device: str | None = None
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return all fields, for JSON."""
        return asdict(self)


def segment_file(
    path: Path,
    estimator: Any,
    folder: Path,
    overwrite: bool = False,
    reading: Mapping[str, Any] | None = None,
) -> Result:
    """Segment an image file with a clone of the estimator, and write the results.

    All files are written, or none. An exception becomes a `Result` of status "failed". Unless
    `overwrite`, existing results are kept; it is a failure if they belong to another image or
    to other parameters, or if other files have the same names. `reading` are options of
    `open_images`.
    """
    files = {name: folder / f"{path.stem}{suffix}" for name, suffix in SUFFIXES.items()}
    names = {name: str(file) for name, file in files.items()}
    try:
        with _recorded_warnings() as caught:
            images = open_images(path, **(reading or {}))
            origin = _origin(images, estimator, reading or {})
            kept = None if overwrite else _load_labels(files, origin)
            if kept is not None:
                height, width = kept.shape
                return Result(str(path), "kept", width, height, _count(kept), files=names)
            start = time.perf_counter()
            fitted = clone(estimator).fit(images)
            seconds = time.perf_counter() - start
            if fitted.stopped_by_ == "interrupt":
                return Result(str(path), "interrupted")
            _write(files, images.pixels[0], fitted.labels_, origin, overwrite)
    except Exception as error:  # a failed file must not stop the others
        return Result(str(path), "failed", error=str(error) or type(error).__name__)
    height, width = fitted.labels_.shape
    return Result(
        str(path),
        "segmented",
        width,
        height,
        _count(fitted.labels_),
        fitted.n_iter_,
        fitted.stopped_by_,
        round(seconds, 2),
        fitted.device_,
        warnings=list(dict.fromkeys(str(warning.message) for warning in caught)),  # unique
        files=names,
    )


def _count(labels: np.ndarray) -> int:
    """Count the labels; that of masked pixels does not count."""
    return int((np.unique(labels) >= 0).sum())


@contextmanager
def _recorded_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Record warnings for users, and ignore others."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        for category in (UserWarning, RuntimeWarning):
            warnings.simplefilter("always", category)
        yield caught


def _origin(images: Images, estimator: Any, reading: Mapping[str, Any]) -> dict[str, str]:
    """Describe the origin of the labels: image, parameters, and file of superpixels."""
    parameters = estimator.get_params(deep=False).items()
    (path,) = images.paths
    assert path is not None  # the shell command opens files
    origin = {"image": _digest(path), "reading": repr(dict(reading))} | {
        name: " ".join(repr(value).split()) for name, value in parameters if name not in _NO_EFFECT
    }
    if isinstance(estimator.superpixels, FileSuperpixels):
        origin["superpixel file"] = _digest(estimator.superpixels.file_of(path))
    return origin


def _digest(path: Any) -> str:
    if Path(path).is_dir():  # a zarr array
        parts = [file for file in sorted(Path(path).rglob("*")) if file.is_file()]
        digests = "".join(f"{part.relative_to(path)} {_digest(part)}" for part in parts)
        return hashlib.sha256(digests.encode(errors="surrogateescape")).hexdigest()
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_labels(files: dict[str, Path], origin: dict[str, str]) -> np.ndarray | None:
    """Load the labels of an earlier run; None if its results are incomplete or damaged.

    The PNG of labels, which is written first, has the origin.

    Raises
    ------
    FileExistsError
        If existing files have another origin, or none.
    """
    existing = [file for file in files.values() if file.is_file()]
    if not existing:
        return None
    try:
        with Image.open(files["labels_png"]) as picture:
            earlier = json.loads(picture.info[_ORIGIN])
    except (ValueError, OSError, KeyError):
        raise FileExistsError(_would_replace(existing[0], "whose origin is not known")) from None
    other = [name for name in {**earlier, **origin} if origin.get(name) != earlier.get(name)]
    contents = [f"another {name}" for name in ("image", "superpixel file") if name in other]
    if other:
        of = contents[0] if contents else ", ".join(f"{name}={earlier.get(name)}" for name in other)
        raise FileExistsError(
            _would_replace(files["labels"], f"and the files beside it, which belong to {of}")
        )
    if len(existing) < len(files):
        return None
    try:
        return np.load(files["labels"], allow_pickle=False)
    except (ValueError, OSError, EOFError):
        return None


def _would_replace(file: Path, why: str) -> str:
    return (
        f"its results would replace {str(file)!r} {why}; pass --overwrite, or -o FOLDER for "
        "another folder"
    )


def _write(
    files: dict[str, Path],
    pixels: np.ndarray,
    labels: np.ndarray,
    origin: dict[str, str],
    overwrite: bool,
) -> None:
    """Write all files to a hidden folder, then move them to their places."""
    if labels.max() > _LARGEST_PNG_LABEL:
        raise ValueError(
            f"the segmentation has {labels.max() + 1} labels, and a 16-bit PNG at most "
            f"{_LARGEST_PNG_LABEL + 1}: leave --connected-components out, or pass a smaller "
            "--n-segments"
        )
    for file in files.values():
        if file.is_dir():
            raise IsADirectoryError(f"the result {str(file)!r} cannot be written: it is a folder")
    folder = files["labels"].parent
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "boundaries": draw_boundaries(pixels, labels),
        "mean_colors": draw_mean_colors(pixels, labels),
    }
    with tempfile.TemporaryDirectory(dir=folder, prefix=".sklearn-dic-") as hidden:
        for name, picture in pictures.items():
            io.imsave(Path(hidden) / files[name].name, picture, check_contrast=False)
        text = PngInfo()
        text.add_text(_ORIGIN, json.dumps(origin))
        Image.fromarray(np.where(labels < 0, _MASKED_IN_PNG, labels).astype(np.uint16)).save(
            Path(hidden) / files["labels_png"].name, pnginfo=text
        )
        np.save(Path(hidden) / files["labels"].name, labels)
        if not overwrite:
            _claim(Path(hidden), files, origin)
        for file in files.values():
            if (Path(hidden) / file.name).exists():
                os.replace(Path(hidden) / file.name, file)


def _claim(hidden: Path, files: dict[str, Path], origin: dict[str, str]) -> None:
    """Move the first file to its place, if no other run put its own there meanwhile.

    Raises
    ------
    FileExistsError
        If another run did, for another image or with other parameters.
    """
    _load_labels(files, origin)
    first = files["labels_png"]
    try:
        _publish(hidden / first.name, first)
    except FileExistsError:
        _load_labels(files, origin)


def _publish(source: Path, target: Path) -> None:
    """Move a file to its place at once; FileExistsError if there is a file."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with open(target, "xb"):
            pass
        os.replace(source, target)
