"""Save a fitted estimator as a file without code: JSON and arrays, in safetensors format.

The header of the file holds a JSON document; arrays and weights are the tensors of the file, and
the document refers to them by name. A JSON object within a value encodes a type that JSON lacks:
an array, a tuple, a path, a merge tree, a `RegionMerging` or a superpixel transformer.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from sklearn_dic import __version__
from sklearn_dic._region_merging import RegionMerging
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.network import DICNetwork
from sklearn_dic.superpixels._names import own_classes
from sklearn_dic.utils._tensor_files import read_tensors, require_file, write_tensors
from sklearn_dic.utils._validation import check_parameters

FORMAT_VERSION = 1  # increased when an older version would misread a file
_KEY = "sklearn_dic.DeepImageClustering"  # a single key: several come in a random order
_WEIGHTS = "module_."

Estimator = TypeVar("Estimator", bound=Any)


class SaveMixin:
    """Save and load a fitted `DeepImageClustering`."""

    def save(self, path: str | os.PathLike) -> None:
        """Write the fitted estimator to a file without code.

        Parameters
        ----------
        path : str or os.PathLike
            The file, usually called ``*.safetensors``. An existing file is replaced only when
            the new file is complete.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If restoring a parameter would need code: a transformer of another package, or a
            RandomState. pickle and joblib can save these.
        OSError
            If the file cannot be written.

        See Also
        --------
        load : Read the file.

        Notes
        -----
        The file has safetensors format: the weights and arrays, and in its header the
        parameters and the other attributes as JSON. A `torch.device` is stored as its name.
        Images, metadata requests, `set_output` and callbacks are not stored.

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
        """Read a fitted estimator from a file that `save` wrote, without running code.

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
        The network is on the CPU, as after unpickling; ``estimator.module_.to("cuda")`` moves
        it to a GPU for predictions. A new fit uses `device`.
        """
        return load_estimator(cls, path)


def save_estimator(estimator: Any, path: str | os.PathLike) -> None:
    """Write a fitted estimator; an existing file is replaced completely or not at all."""
    tensors: dict[str, np.ndarray] = {}
    document: dict[str, Any] = {
        "parameters": _encode_all(estimator.get_params(deep=False), tensors),
        "fitted": _encode_all(_fitted_attributes(estimator) | {"device_": "cpu"}, tensors),
        "network": _encode_all(estimator.module_.arguments, tensors),
    }
    for name, weight in estimator.module_.state_dict().items():
        tensors[_WEIGHTS + name] = np.ascontiguousarray(weight.cpu().numpy())
    write_tensors(path, _KEY, FORMAT_VERSION, document, tensors)


def load_estimator(cls: type[Estimator], path: str | os.PathLike) -> Estimator:
    """Read an estimator of a class."""
    require_file(path)
    try:
        return _build(cls, *read_tensors(path, _KEY, FORMAT_VERSION))
    except MemoryError:
        raise
    except Exception as error:  # wrong bytes raise all types of errors
        reason = error if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{os.fspath(path)!r} cannot be loaded as {cls.__name__}: {reason}"
        ) from error


def _fitted_attributes(estimator: Any) -> dict[str, Any]:
    """Collect the attributes that a fit sets, except the network."""
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_") and name != "module_"
    }


def _build(
    cls: type[Estimator], document: dict[str, Any], tensors: dict[str, np.ndarray]
) -> Estimator:
    """Build an estimator from a document and tensors."""
    try:
        estimator = cls(**_decode_all(document["parameters"], tensors))
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
    return estimator


def _encode_all(
    values: Mapping[str, Any], tensors: dict[str, np.ndarray], prefix: str = ""
) -> dict[str, Any]:
    return {name: _encode(value, prefix + name, tensors) for name, value in values.items()}


def _decode_all(values: Mapping[str, Any], tensors: dict[str, np.ndarray]) -> dict[str, Any]:
    return {name: _decode(value, tensors) for name, value in values.items()}


def _encode(value: Any, name: str, tensors: dict[str, np.ndarray]) -> Any:
    """Encode a value as JSON; its arrays are added to `tensors`, named by their places."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, list | tuple):
        items = [_encode(item, f"{name}.{i}", tensors) for i, item in enumerate(value)]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, os.PathLike):
        return {"path": os.fsdecode(value)}
    if isinstance(value, MergeTree):
        return {"tree": _encode(list(vars(value).values()), name, tensors)}
    if isinstance(value, RegionMerging):
        return {
            "region_merging": _encode_all(value.get_params(deep=False), tensors, f"{name}."),
            "fitted": _encode_all(_fitted_attributes(value), tensors, f"{name}."),
        }
    if type(value) is own_classes().get(type(value).__name__):
        return {
            "transformer": type(value).__name__,
            "parameters": _encode_all(value.get_params(deep=False), tensors, f"{name}."),
        }
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and array.dtype.itemsize <= 8:
            array = array.astype(array.dtype.newbyteorder("="), order="C", copy=False)
            # Labels are also those of the estimator of the regions: stored once.
            known = (other for other, tensor in tensors.items() if tensor is array)
            name = next(known, name)
            tensors[name] = array
            return {"array": name}
        if array.dtype == object and all(isinstance(item, str) for item in array.flat):
            return {"names": array.tolist()}  # of columns
    raise TypeError(
        f"{name}={value!r} cannot be saved: a file without code holds numbers, text, paths, "
        "arrays of numbers, lists of these and the superpixel transformers of sklearn_dic. "
        "pickle or joblib.dump keep it; or give the estimator another value first, with set_params"
    )


def _decode(value: Any, tensors: dict[str, np.ndarray]) -> Any:
    """Decode JSON to a value; the inverse of `_encode`."""
    match value:
        case list():
            return [_decode(item, tensors) for item in value]
        case {"tuple": items}:
            return tuple(_decode(items, tensors))
        case {"path": path}:
            return Path(path)
        case {"tree": parts}:
            return MergeTree(*_decode(parts, tensors))
        case {"region_merging": parameters, "fitted": fitted}:
            merging = RegionMerging(**_decode_all(parameters, tensors))
            check_parameters(merging)
            for name, attribute in _decode_all(fitted, tensors).items():
                setattr(merging, name, attribute)
            return merging
        case {"transformer": name, "parameters": parameters} if name in own_classes():
            return own_classes()[name](**_decode_all(parameters, tensors))
        case {"array": name}:
            return tensors[name]
        case {"names": items}:
            return np.array(items, dtype=object)
        case dict():
            raise ValueError(f"{json.dumps(value)[:100]} is no value that is known here")
    return value
