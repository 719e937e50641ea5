"""Files without code: a JSON document and arrays, in safetensors format.

The header of the file holds the document, under a key that names the kind of the file. The
document refers to the arrays by name.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic import __version__
from sklearn_dic.utils._whole_files import whole_file


def write_tensors(
    path: str | os.PathLike,
    key: str,
    version: int,
    document: dict[str, Any],
    tensors: dict[str, np.ndarray],
) -> None:
    """Write a document and arrays; an existing file is replaced completely or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    key : str
        The kind of the file, for example "sklearn_dic.DeepImageClustering".
    version : int
        Version of the format, to be increased when an older program would misread a file.
    document : dict
        Anything that is JSON.
    tensors : dict of str to ndarray
        The arrays, contiguous.
    """
    from safetensors.numpy import save

    document = {"format_version": version, "version": __version__, **document}
    document["sha256"] = checksum(document, tensors)
    contents = save(tensors, metadata={key: json.dumps(document)})
    with whole_file(path) as file:
        file.write_bytes(contents)


def require_file(path: str | os.PathLike) -> None:
    """Raise an OSError, which names the file, if it is not there or cannot be opened."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {os.fspath(path)!r} to load")
    with open(path, "rb"):
        pass


def read_tensors(
    path: str | os.PathLike, key: str, version: int
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a file and check that it is complete -> its document and its tensors.

    Parameters
    ----------
    path, key, version
        As in `write_tensors`; a file of a newer version is refused.

    Raises
    ------
    ValueError
        If it is another file, of a newer version, or damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if key not in metadata:
                raise ValueError("it is a safetensors file, and `save` did not write it")
            document = json.loads(metadata[key])
            if document["format_version"] > version:
                raise ValueError(
                    f"its format has version {document['format_version']}, and sklearn-dic "
                    f"{__version__} reads up to {version}; install sklearn-dic "
                    f"{document['version']}, which wrote it, or newer"
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 # is no dict
    except (SafetensorError, json.JSONDecodeError, KeyError, TypeError, OSError) as error:
        raise ValueError(f"it is no file that `save` wrote, or is damaged ({error})") from error
    if document.pop("sha256", None) != checksum(document, tensors):
        raise ValueError("it is damaged: its contents do not have the checksum that it gives")
    return document, tensors


def checksum(document: dict[str, Any], tensors: dict[str, np.ndarray]) -> str:
    """SHA-256 of the document and the tensors; safetensors itself has no checksum."""
    digest = hashlib.sha256(json.dumps(document).encode())
    for name, array in sorted(tensors.items()):
        digest.update(f"{name} {array.dtype.name} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()
