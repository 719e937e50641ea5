"""A fitted estimator as one file that holds no code: JSON and arrays, in safetensors format.

The file has one text, a JSON document, in its header; arrays and weights are its tensors, and
the document refers to them by name. A JSON object within a value stands for what JSON lacks:
an array, a tuple, a mapping, a path, a tree of merges or a transformer of this package.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

import joblib
import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from sklearn_dic import __version__
from sklearn_dic._origin import Origin
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.network import DICNetwork
from sklearn_dic.superpixels._belonging import Belonging
from sklearn_dic.superpixels._names import own_classes
from sklearn_dic.utils._validation import check_parameters

FORMAT_VERSION = 1  # one more whenever an older reader would misunderstand a file
_KEY = "sklearn_dic.DeepImageClustering"  # one key alone: several come in a random order
_WEIGHTS = "module_."

Estimator = TypeVar("Estimator", bound=Any)


class SaveMixin:
    """Save and load a fitted `DeepImageClustering`."""

    def save(self, path: str | os.PathLike) -> None:
        """Write the fitted estimator to one file, which holds no code.

        Parameters
        ----------
        path : str or os.PathLike
            The file, usually called ``*.safetensors``. One that is there is replaced at once,
            when the new one is complete.

        Raises
        ------
        NotFittedError
            If there is nothing to save yet.
        TypeError
            If a parameter would need code to be restored: a transformer that is not of
            this package, or a RandomState. pickle and joblib keep these.
        OSError
            If the file cannot be written.

        See Also
        --------
        load : Read the file.

        Notes
        -----
        The file is in safetensors format: the weights and arrays, and in its header the
        parameters and the other attributes as JSON. The images are not stored, nor is that of
        a `SuperpixelMap` given as `superpixels`; a `torch.device` is stored as its name.
        Requests for metadata, `set_output` and callbacks are not stored.

        Examples
        --------
        >>> import tempfile
        >>> from skimage.data import coffee
        >>> from sklearn_dic import DeepImageClustering
        >>> image = coffee()[::4, ::4]
        >>> dic = DeepImageClustering(max_iter=5, random_state=0).fit(image)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     dic.save(f"{folder}/coffee.safetensors")
        ...     again = DeepImageClustering.load(f"{folder}/coffee.safetensors")
        >>> bool((again.predict(image) == dic.labels_).all())
        True
        """
        check_is_fitted(self)
        save_estimator(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> Self:
        """Read a fitted estimator from a file that `save` wrote; no code in it is run.

        Parameters
        ----------
        path : str or os.PathLike
            The file.

        Returns
        -------
        estimator : DeepImageClustering
            Fitted, of the class on which `load` is called.

        Raises
        ------
        ValueError
            If `save` did not write the file, a newer version did, or it is damaged.
        OSError
            If the file cannot be opened.

        See Also
        --------
        save : Write the file.

        Notes
        -----
        Wherever it was trained, the network is on the CPU, as after unpickling;
        ``estimator.module_.to("cuda")`` lets it predict on a GPU. A new fit follows `device`.
        """
        return load_estimator(cls, path)


def save_estimator(estimator: Any, path: str | os.PathLike) -> None:
    """Write a fitted estimator; a file that is there is replaced at once or left as it is."""
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "version": __version__,
        "parameters": _encode_all(estimator.get_params(deep=False), tensors),
        "fitted": _encode_all(_fitted_attributes(estimator), tensors),
        "network": _encode_all(estimator.module_.arguments, tensors),
    }
    for name, weight in estimator.module_.state_dict().items():
        tensors[_WEIGHTS + name] = np.ascontiguousarray(weight.cpu().numpy())
    document["sha256"] = _checksum(document, tensors)
    _write(save(tensors, metadata={_KEY: json.dumps(document)}), path)


def load_estimator(kind: type[Estimator], path: str | os.PathLike) -> Estimator:
    """Read an estimator of this class, all of it or none."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {os.fspath(path)!r} to load")
    with open(path, "rb"):  # where it cannot be opened, Python's error names the file
        pass
    try:
        return _build(kind, *_read(path))
    except MemoryError:
        raise
    except Exception as error:  # wrong bytes lead to errors of every kind
        reason = error if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{os.fspath(path)!r} cannot be loaded as {kind.__name__}: {reason}"
        ) from error


def _fitted_attributes(estimator: Any) -> dict[str, Any]:
    """Collect what a fit leaves, except the network."""
    fitted = {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_") and name != "module_"
    }
    fitted["device_"] = "cpu"
    fitted["_channels"] = estimator._channels
    origin = estimator._origin
    belonging = origin.belonging
    if belonging is not None and belonging.superpixels == joblib.hash(estimator.superpixels):
        # The hash of an array knows its strides, which a file does not: loading hashes anew.
        origin = replace(origin, belonging=replace(belonging, superpixels=""))
    fitted["_origin"] = origin
    return fitted


def _build(
    kind: type[Estimator], document: dict[str, Any], tensors: dict[str, np.ndarray]
) -> Estimator:
    """Make the estimator that a document describes."""
    try:
        estimator = kind(**_decode_all(document["parameters"], tensors))
        check_parameters(estimator)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"its parameters, written by sklearn-dic {document['version']}, do not suit "
            f"sklearn-dic {__version__}: {error}"
        ) from error
    network = DICNetwork(**_decode_all(document["network"], tensors))
    weights = {
        name.removeprefix(_WEIGHTS): torch.from_numpy(array)
        for name, array in tensors.items()
        if name.startswith(_WEIGHTS)
    }
    network.load_state_dict(weights, assign=True)
    network.lay_out()
    estimator.module_ = network.eval()
    for name, value in _decode_all(document["fitted"], tensors).items():
        setattr(estimator, name, value)
    belonging = estimator._origin.belonging
    if belonging is not None and not belonging.superpixels:
        belonging.superpixels = joblib.hash(estimator.superpixels)
    return estimator


def _encode_all(values: Mapping[str, Any], tensors: dict[str, np.ndarray]) -> dict[str, Any]:
    return {name: _encode(value, name, tensors) for name, value in values.items()}


def _decode_all(values: Mapping[str, Any], tensors: dict[str, np.ndarray]) -> dict[str, Any]:
    return {name: _decode(value, tensors) for name, value in values.items()}


def _encode(value: Any, name: str, tensors: dict[str, np.ndarray]) -> Any:
    """Turn a value into JSON; its arrays go into `tensors`, each under its place in the value."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, list | tuple):
        items = [_encode(item, f"{name}.{i}", tensors) for i, item in enumerate(value)]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, Mapping):
        pairs = [list(pair) for pair in value.items()]
        return {"mapping": _encode(pairs, name, tensors)}
    if isinstance(value, os.PathLike):
        return {"path": os.fsdecode(value)}
    if isinstance(value, MergeTree):
        return {"tree": _encode(list(vars(value).values()), name, tensors)}
    if isinstance(value, Origin | Belonging):
        fields = {key: _encode(one, f"{name}.{key}", tensors) for key, one in vars(value).items()}
        return {type(value).__name__: fields}
    if type(value) is own_classes().get(type(value).__name__):
        parameters = value.get_params(deep=False)
        return {
            "transformer": type(value).__name__,
            "parameters": {
                key: _encode(parameter, f"{name}.{key}", tensors)
                for key, parameter in parameters.items()
            },
        }
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and array.dtype.itemsize <= 8:
            tensors[name] = array.astype(array.dtype.newbyteorder("="), order="C", copy=False)
            return {"array": name}
        if array.dtype == object and all(isinstance(item, str) for item in array.flat):
            return {"names": array.tolist()}  # of columns
    raise TypeError(
        f"{name}={value!r} cannot be saved: a file without code holds numbers, text, paths, "
        "arrays of numbers, lists of these and the superpixel transformers of sklearn_dic. "
        "pickle or joblib.dump keep it; or give the estimator another value first, with set_params"
    )


def _decode(value: Any, tensors: dict[str, np.ndarray]) -> Any:
    """Turn JSON back into a value; the inverse of `_encode`."""
    match value:
        case list():
            return [_decode(item, tensors) for item in value]
        case {"tuple": items}:
            return tuple(_decode(items, tensors))
        case {"mapping": pairs}:
            return dict(_decode(pairs, tensors))
        case {"path": path}:
            return Path(path)
        case {"tree": parts}:
            return MergeTree(*_decode(parts, tensors))
        case {"Origin": fields}:
            return Origin(**_decode_all(fields, tensors))
        case {"Belonging": fields}:
            return Belonging(**_decode_all(fields, tensors))
        case {"transformer": name, "parameters": parameters} if name in own_classes():
            return own_classes()[name](**_decode_all(parameters, tensors))
        case {"array": name}:
            return tensors[name]
        case {"names": items}:
            return np.array(items, dtype=object)
        case dict():
            raise ValueError(f"{json.dumps(value)[:100]} is no value that is known here")
    return value


def _checksum(document: dict[str, Any], tensors: dict[str, np.ndarray]) -> str:
    """SHA-256 of all that a file says; the format has none, and weights look like any bytes."""
    digest = hashlib.sha256(json.dumps(document).encode())
    for name, array in sorted(tensors.items()):
        digest.update(f"{name} {array.dtype.name} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _read(path: str | os.PathLike) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a file and check that it is whole -> its document and its tensors."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if _KEY not in metadata:
                raise ValueError("it is a safetensors file, and `save` did not write it")
            document = json.loads(metadata[_KEY])
            if document["format_version"] > FORMAT_VERSION:
                raise ValueError(
                    f"its format has version {document['format_version']}, and sklearn-dic "
                    f"{__version__} reads up to {FORMAT_VERSION}; install sklearn-dic "
                    f"{document['version']}, which wrote it, or a newer one"
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 # is no dict
    except (SafetensorError, json.JSONDecodeError, KeyError, TypeError, OSError) as error:
        raise ValueError(f"it is no file that `save` wrote, or is damaged ({error})") from error
    if document.pop("sha256", None) != _checksum(document, tensors):
        raise ValueError("it is damaged: its contents do not have the checksum that it gives")
    return document, tensors


def _write(contents: bytes, path: str | os.PathLike) -> None:
    """Write a file in a hidden folder beside its place, then move it there."""
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{os.fspath(path)!r} cannot be written: there is no folder {str(target.parent)!r}"
        )
    if target.exists() and not target.is_file():
        raise OSError(f"{os.fspath(path)!r} cannot be written: it is there, and is no file")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".sklearn-dic-") as hidden:
        file = Path(hidden) / target.name
        with open(file, "wb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())  # on the disk, before it replaces another
        os.replace(file, target)
