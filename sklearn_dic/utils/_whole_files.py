"""Write files completely or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[Path]:
    """Give the path of a file to write, in a hidden folder; then move it to its place.

    An exception inside leaves the file, or its absence, as it was.
    """
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{os.fspath(path)!r} cannot be written: there is no folder {str(target.parent)!r}"
        )
    if target.exists() and not target.is_file():
        raise OSError(f"{os.fspath(path)!r} cannot be written: it exists and is not a file")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sklearn-dic-") as hidden:
        file = Path(hidden) / target.name
        yield file
        with open(file, "rb") as stream:
            os.fsync(stream.fileno())  # on the disk, before it replaces another
        os.replace(file, target)
