"""Segment an image file and write the results beside each other."""

import hashlib
import json
import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from skimage import io
from sklearn.base import clone

from sklearn_dic.images._drawing import draw_boundaries, draw_mean_colors
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.images._reading import image_files, is_image_file
from sklearn_dic.superpixels import MCGSuperpixels
from sklearn_dic.superpixels._base import BaseSuperpixels

# What is written for an image, in this order: the last one says that the others are whole.
SUFFIXES = {
    "labels_png": "_labels.png",
    "boundaries": "_boundaries.png",
    "mean_colors": "_mean.png",
    "labels": "_labels.npy",
}
_ORIGIN = "sklearn-dic"  # text in the PNG of labels: of which image, made with what
_NO_ANSWER = {"device", "n_jobs", "verbose"}  # parameters that leave it as it is
_LARGEST_PNG_LABEL = np.iinfo(np.uint16).max


@dataclass
class Result:
    """What became of one image file."""

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
        """Give all fields, for JSON."""
        return asdict(self)


def segment_file(path: Path, estimator: Any, folder: Path, overwrite: bool = False) -> Result:
    """Segment one image file with a clone of the estimator; a failure is a result too.

    The files appear in the folder all at once or not at all. Unless `overwrite`, results that
    are there already are kept, and it is a failure if they are of another image or of other
    parameters, or if other files have their names.
    """
    files = {kind: folder / f"{path.stem}{suffix}" for kind, suffix in SUFFIXES.items()}
    names = {kind: str(file) for kind, file in files.items()}
    try:
        with _noted_warnings() as caught:
            images = open_images(path)
            origin = _origin(images, estimator)
            kept = None if overwrite else _load_labels(files, origin)
            if kept is not None:
                height, width = kept.shape
                return Result(str(path), "kept", width, height, len(np.unique(kept)), files=names)
            start = time.perf_counter()
            fitted = clone(estimator).fit(path)  # superpixels from files need its name
            seconds = time.perf_counter() - start
            if fitted.stopped_by_ == "interrupt":
                return Result(str(path), "interrupted")
            _write(files, images.pixels[0], fitted.labels_, origin)
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
        warnings=list(dict.fromkeys(str(one.message) for one in caught)),  # each once
        files=names,
    )


@contextmanager
def _noted_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Collect the warnings that are meant for users, and ignore others."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        for meant_for_users in (UserWarning, RuntimeWarning):
            warnings.simplefilter("always", meant_for_users)
        yield caught


def _origin(images: Images, estimator: Any) -> dict[str, str]:
    """Tell what the answer depends on: the image, the parameters, and superpixels in a file."""
    parameters = estimator.get_params(deep=False).items()
    origin = {"image": _digest(images.paths[0])} | {
        name: " ".join(repr(value).split()) for name, value in parameters if name not in _NO_ANSWER
    }
    if isinstance(estimator.superpixels, MCGSuperpixels):
        (picture,) = BaseSuperpixels._pictures(images)
        origin["superpixel file"] = _digest(estimator.superpixels._file_of(picture))
    return origin


def _digest(path: Any) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_labels(files: dict[str, Path], origin: dict[str, str]) -> np.ndarray | None:
    """Labels of an earlier run; None where its results are incomplete or damaged.

    The PNG of labels says which run that was. It is the first of the files to be written.
    """
    there = [file for file in files.values() if file.is_file()]
    if not there:
        return None
    try:
        with Image.open(files["labels_png"]) as picture:
            earlier = json.loads(picture.info[_ORIGIN])
    except (ValueError, OSError, KeyError):
        raise FileExistsError(_would_replace(there[0], "whose origin is not known")) from None
    other = [name for name, value in earlier.items() if origin.get(name) != value]
    contents = [f"another {name}" for name in ("image", "superpixel file") if name in other]
    if other:
        of = contents[0] if contents else ", ".join(f"{name}={earlier[name]}" for name in other)
        raise FileExistsError(
            _would_replace(files["labels"], f"and others beside it, which are those of {of}")
        )
    if len(there) < len(files):
        return None
    try:
        return np.load(files["labels"], allow_pickle=False)
    except (ValueError, OSError, EOFError):
        return None


def _would_replace(file: Path, why: str) -> str:
    return (
        f"its results would replace {str(file)!r} {why}; --overwrite does so, and -o FOLDER gives "
        "it another folder"
    )


def _write(
    files: dict[str, Path], pixels: np.ndarray, labels: np.ndarray, origin: dict[str, str]
) -> None:
    """Write all files in a hidden folder beside their places, then move them there."""
    if labels.max() > _LARGEST_PNG_LABEL:
        raise ValueError(
            f"the segmentation has {labels.max() + 1} labels and a 16-bit PNG holds "
            f"{_LARGEST_PNG_LABEL + 1}; use fewer, for example without connected components"
        )
    for file in files.values():
        if file.is_dir():
            raise IsADirectoryError(f"{str(file)!r}, where a result goes, is a folder")
    folder = files["labels"].parent
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "boundaries": draw_boundaries(pixels, labels),
        "mean_colors": draw_mean_colors(pixels, labels),
    }
    with tempfile.TemporaryDirectory(dir=folder, prefix=".sklearn-dic-") as hidden:
        for kind, picture in pictures.items():
            io.imsave(Path(hidden) / files[kind].name, picture, check_contrast=False)
        told = PngInfo()
        told.add_text(_ORIGIN, json.dumps(origin))
        Image.fromarray(labels.astype(np.uint16)).save(
            Path(hidden) / files["labels_png"].name, pnginfo=told
        )
        np.save(Path(hidden) / files["labels"].name, labels)
        for file in files.values():
            os.replace(Path(hidden) / file.name, file)


def find_images(arguments: Sequence[str]) -> tuple[list[Path], list[Result]]:
    """Find the files that paths, folders and patterns name.

    What an earlier run wrote is left out, so that a second run does not segment the pictures of
    the first.

    Parameters
    ----------
    arguments : sequence of str
        Paths, folders and patterns.

    Returns
    -------
    paths : list of Path
        Each file once, in the order of the arguments.
    failed : list of Result
        Arguments without an image, and files whose results would have the names of another's.
    """
    found: dict[Path, Path] = {}
    failed = []
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            matches = image_files(path)
        elif has_magic(argument) and not path.exists():
            hits = sorted(Path(hit) for hit in glob(argument, recursive=True))
            matches = [hit for hit in hits if is_image_file(hit)]
        else:
            matches = [path]
        matches = [match for match in matches if not _is_result(match)]
        if not matches:
            failed.append(Result(argument, "failed", error="no images there"))
        for match in matches:
            found.setdefault(match.resolve(), match)
    by_name: dict[str, Path] = {}
    for path in found.values():
        other = by_name.setdefault(path.stem, path)
        if other is not path:
            error = f"its results would replace those of {str(other)!r}; give it another folder"
            failed.append(Result(str(path), "failed", error=error))
    return list(by_name.values()), failed


def _is_result(path: Path) -> bool:
    """Whether an earlier run wrote this file, beside the labels of the same image."""
    return any(
        path.name.endswith(suffix)
        and path.with_name(path.name.removesuffix(suffix) + SUFFIXES["labels"]).exists()
        for suffix in SUFFIXES.values()
    )
