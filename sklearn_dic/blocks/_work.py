"""The folder of a run: what is computed is kept in whole files, so that a run can go on."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic.utils._whole_files import whole_file

FORMAT_VERSION = 1  # increased when an older version would misread a folder
MANIFEST = "manifest.json"
KEPT = ("leaves", "statistics")  # of the tree and the fitted estimator


@dataclass(frozen=True)
class WorkFolder:
    """Files of a run.

    Parameters
    ----------
    path : Path
        The folder.
    """

    path: Path

    def file(self, kind: str, name: str) -> Path:
        """Path of the file of a block or window."""
        return self.path / kind / name

    def has(self, kind: str, name: str) -> bool:
        """Whether a file is complete."""
        return self.file(kind, name).is_file()

    def save(self, kind: str, name: str, **arrays: np.ndarray) -> None:
        """Write arrays to a .npz file, or a single array to a .npy file.

        Raises
        ------
        OSError
            If there is no space, or the folder cannot be written; complete files stay.
        """
        target = self.file(kind, name)
        try:
            target.parent.mkdir(exist_ok=True)
            with whole_file(target) as file, open(file, "wb") as stream:
                if target.suffix == ".npy":
                    (array,) = arrays.values()
                    np.save(stream, array)
                else:
                    np.savez(stream, **arrays)  # type: ignore[arg-type]  # its `allow_pickle`
        except OSError as error:
            raise OSError(
                error.errno,
                f"{str(self.path)!r} cannot be written: {error.strerror or error}. The blocks "
                "that are complete stay there, and the same call goes on with the others",
            ) from error

    def load(self, kind: str, name: str) -> Any:
        """Read the arrays of a .npz file; a .npy file is mapped into memory."""
        file = self.file(kind, name)
        try:
            if file.suffix == ".npy":
                return np.load(file, mmap_mode="r", allow_pickle=False)
            with np.load(file, allow_pickle=False) as arrays:
                return dict(arrays)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{str(file)!r} is missing: was the folder changed? Delete it, and start again"
            ) from error
        except (ValueError, EOFError, OSError) as error:
            raise OSError(f"{str(file)!r} is damaged ({error}): delete it, and repeat") from error

    def start(self, manifest: Mapping[str, Any]) -> None:
        """Begin or continue a run.

        Raises
        ------
        ValueError
            If the folder belongs to another picture or other parameters.
        """
        file = self.path / MANIFEST
        manifest = json.loads(json.dumps({"format_version": FORMAT_VERSION, **manifest}))
        if file.is_file():
            found = read_manifest(self.path)
            for key, value in manifest.items():
                if json.dumps(found.get(key)) != json.dumps(value):  # NaN is not equal to itself
                    raise ValueError(_say_difference(self.path, key, found.get(key), value))
            for rest in self.path.glob(".sklearn-dic-*"):
                shutil.rmtree(rest, ignore_errors=True)
            return
        if self.path.exists() and any(self.path.iterdir()):
            raise ValueError(
                f"the folder {str(self.path)!r} has other contents, and the work would go there: "
                "move it away, or pass another `out`"
            )
        self.path.mkdir(exist_ok=True)
        self.write_manifest(manifest)

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, completely or not at all."""
        with whole_file(self.path / MANIFEST) as new:
            new.write_text(json.dumps(dict(manifest), indent=1))

    def clean(self) -> None:
        """Delete what only the run needs."""
        for entry in self.path.iterdir():
            if entry.is_dir() and entry.name not in KEPT:
                shutil.rmtree(entry, ignore_errors=True)


def read_manifest(path: str | os.PathLike) -> dict[str, Any]:
    """Read the manifest of a folder.

    Raises
    ------
    ValueError
        If there is none, or a newer version wrote it.
    """
    file = Path(path) / MANIFEST
    if not file.is_file():
        raise ValueError(f"{os.fspath(path)!r} is no folder of blocks: it has no {MANIFEST}")
    try:
        manifest = json.loads(file.read_text())
        version = manifest["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{str(file)!r} is damaged: {error}") from error
    if version > FORMAT_VERSION:
        raise ValueError(
            f"{os.fspath(path)!r} was written by a newer version of sklearn-dic (format {version})"
        )
    return dict(manifest)


def _say_difference(path: Path, key: str, found: Any, given: Any) -> str:
    again = f"Delete the folder {str(path)!r}, or pass overwrite=True, to start again"
    if key == "source":
        return f"the picture has changed since the run in {str(path)!r} began. {again}"
    if isinstance(found, dict) and isinstance(given, dict):
        key, found, given = next(
            (name, found.get(name), given.get(name))
            for name in given
            if found.get(name) != given.get(name)
        )
    return f"the run in {str(path)!r} began with {key}={found!r}, and now {key}={given!r}. {again}"
