"""Write files completely or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | os.PathLike, *, is_folder: bool = False) -> Iterator[Path]:
    """Give the path of a file to write, in a hidden folder; then move it to its place.

    An exception inside leaves the file, or its absence, as it was. A folder is written likewise,
    if there is none yet.
    """
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{os.fspath(path)!r} cannot be written: there is no folder {str(target.parent)!r}"
        )
    if is_folder and target.exists():
        raise FileExistsError(
            f"{os.fspath(path)!r} cannot be written: it is there already; remove it first"
        )
    if target.exists() and not target.is_file():
        raise OSError(f"{os.fspath(path)!r} cannot be written: it exists and is not a file")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sklearn-dic-") as hidden:
        file = Path(hidden) / target.name
        yield file
        parts = [part for part in file.rglob("*") if part.is_file()] if is_folder else [file]
        for part in parts:
            with open(part, "rb") as stream:
                os.fsync(stream.fileno())  # on the disk, before it replaces another
        os.replace(file, target)
