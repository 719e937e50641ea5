"""Segment image files, and write the results."""

import hashlib
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sklearn.base import clone

from sklearn_dic.cli._results import (
    Outputs,
    hidden_folder,
    move_results,
    older_files,
    origin_file,
    read_labels,
    read_origin,
    save_results,
)
from sklearn_dic.images._images import Images, open_images
from sklearn_dic.superpixels import FileSuperpixels
from sklearn_dic.utils._warnings import warn_caller

_NO_EFFECT = {"device", "n_jobs", "verbose"}  # parameters that do not change the labels


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
    outputs: Outputs | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Result:
    """Segment an image file with a clone of the estimator, and write the results.

    All files are written, or none. An exception becomes a `Result` of status "failed". Unless
    `overwrite`, existing results are kept; it is a failure if they belong to another image or
    to other parameters, or if other files have the same names. `outputs` are files on demand,
    and `reading` options of `open_images`.
    """
    reading = dict(reading or {})
    try:
        with recorded_warnings() as caught:
            images = open_images(path, **reading)
            (georeference,) = images.georeferences
            files = (outputs or Outputs()).files(folder, path.stem, georeference is not None)
            names = {name: str(file) for name, file in files.items()}
            origin = _origin(images, estimator, reading)
            kept = None if overwrite else load_labels(files, origin)
            if kept is not None:
                height, width = kept.shape
                return Result(str(path), "kept", width, height, count_labels(kept), files=names)
            start = time.perf_counter()
            fitted = clone(estimator).fit(images)
            seconds = time.perf_counter() - start
            if fitted.stopped_by_ == "interrupt":
                return Result(str(path), "interrupted")
            merging = getattr(fitted, "region_merging_", None)
            with hidden_folder(files) as hidden:
                save_results(
                    Path(hidden),
                    files,
                    fitted.labels_,
                    origin,
                    images=images,
                    georeference=georeference,
                    tree=None if merging is None else merging.tree_,
                    about_tree={
                        "image": str(path.resolve()),
                        "origin": origin,
                        "reading": reading,
                        "georeference": None if georeference is None else vars(georeference),
                    },
                )
                if not overwrite:
                    claim(Path(hidden), files, origin)
                move_results(Path(hidden), files)
            _warn_of_older_files(files)
    except Exception as error:  # a failed file must not stop the others
        return Result(str(path), "failed", error=str(error) or type(error).__name__)
    height, width = fitted.labels_.shape
    return Result(
        str(path),
        "segmented",
        width,
        height,
        count_labels(fitted.labels_),
        fitted.n_iter_,
        fitted.stopped_by_,
        round(seconds, 2),
        fitted.device_,
        warnings=list(dict.fromkeys(str(warning.message) for warning in caught)),  # unique
        files=names,
    )


def count_labels(labels: np.ndarray) -> int:
    """Count the labels; that of masked pixels does not count."""
    return int((np.unique(labels) >= 0).sum())


@contextmanager
def recorded_warnings() -> Iterator[list[warnings.WarningMessage]]:
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
    origin = {"image": digest(path), "reading": repr(dict(reading))} | {
        name: " ".join(repr(value).split()) for name, value in parameters if name not in _NO_EFFECT
    }
    if isinstance(estimator.superpixels, FileSuperpixels):
        origin["superpixel file"] = digest(estimator.superpixels.file_of(path))
    return origin


def digest(path: Any) -> str:
    """SHA-256 of a file, or of the files of a folder."""
    if Path(path).is_dir():  # a zarr array
        parts = [file for file in sorted(Path(path).rglob("*")) if file.is_file()]
        digests = "".join(f"{part.relative_to(path)} {digest(part)}" for part in parts)
        return hashlib.sha256(digests.encode(errors="surrogateescape")).hexdigest()
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_labels(files: dict[str, Path], origin: dict[str, str]) -> np.ndarray | None:
    """Load the labels of an earlier run; None if its results are incomplete or damaged.

    The file of labels that is written first has the origin.

    Raises
    ------
    FileExistsError
        If existing files have another origin, or none.
    """
    existing = [file for file in files.values() if file.is_file()]
    if not existing:
        return None
    try:
        earlier = read_origin(files)
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
        return read_labels(files)
    except (ValueError, OSError, EOFError):
        return None


def claim(hidden: Path, files: dict[str, Path], origin: dict[str, str]) -> None:
    """Move the first file to its place, if no other run put its own there meanwhile.

    Raises
    ------
    FileExistsError
        If another run did, for another image or with other parameters.
    """
    load_labels(files, origin)
    first = origin_file(files)
    try:
        _publish(hidden / first.name, first)
    except FileExistsError:
        load_labels(files, origin)


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


def _would_replace(file: Path, why: str) -> str:
    return (
        f"its results would replace {str(file)!r} {why}; pass --overwrite, or -o FOLDER for "
        "another folder"
    )


def _warn_of_older_files(files: dict[str, Path]) -> None:
    for other in older_files(files):
        warn_caller(f"{str(other)!r} is of an earlier run, and may not fit the new labels")
