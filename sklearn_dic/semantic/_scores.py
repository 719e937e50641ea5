"""Class scores of pixels, from NumPy or PyTorch, as probabilities."""

import sys
from typing import Any

import numpy as np
from scipy.special import softmax

from sklearn_dic.images._images import Images

ROUNDING = 5e-3  # of a sum of probabilities in half precision


def read_scores(scores: Any, name: str) -> np.ndarray:
    """Check the class scores of an image -> (H, W, K), in the memory of the host."""
    values = to_host(scores)
    found = f"the scores of {name} are a {type(scores).__name__} of shape {values.shape}"
    if values.ndim != 3 or 0 in values.shape:
        remedy = " One class alone is scores[..., None]." if values.ndim == 2 else ""
        raise ValueError(
            f"{found}: (H, W, K) is needed, with the K classes on the last axis.{remedy}"
        )
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{found} and dtype {values.dtype}: numbers are needed")
    return values


def scores_of_each_image(scores: Any, images: Images) -> list[np.ndarray]:
    """Check the scores of images -> probabilities [(H_i, W_i, K)], float32.

    Parameters
    ----------
    scores : array-like, torch.Tensor, or list of these
        (H, W, K) of an image; (N, H, W, K), or a list, of a collection; (N, K) of a table.
    images : Images
        The images.
    """
    if images.form == "image":
        entries = [scores]
    elif images.form == "table":
        entries = list(to_host(scores)[:, None, None])
    else:
        entries = list(scores) if np.iterable(scores) else [scores]
    if len(entries) != len(images) or not np.iterable(scores):
        raise ValueError(
            f"scores has {len(entries)} entries for {len(images)} image(s): pass an entry of "
            "shape (H, W, K) for each image"
        )
    probabilities: list[np.ndarray] = []
    for entry, shape, name in zip(entries, images.shapes, images.names, strict=True):
        values = read_scores(entry, name)
        if values.shape[:2] != shape:
            raise ValueError(_other_shape(values.shape, shape, name))
        if probabilities and values.shape[2] != probabilities[0].shape[2]:
            raise ValueError(
                f"{name} has scores of {values.shape[2]} classes (shape {values.shape}) where "
                f"{images.names[0]} has {probabilities[0].shape[2]}: all need the same classes"
            )
        probabilities.append(to_probabilities(values, name))
    return probabilities


def to_probabilities(scores: np.ndarray, name: str) -> np.ndarray:
    """Make probabilities of any scores, over the last axis -> float32.

    Scores from 0 to 1 that sum to 1 in each pixel are probabilities already; of others, such as
    logits, the softmax is taken.
    """
    is_short = scores.dtype.kind != "f" or scores.dtype.itemsize < 4
    values = scores.astype(np.float32) if is_short else scores
    if not np.isfinite(values).all():
        raise ValueError(
            f"the scores of {name}, of shape {scores.shape} and dtype {scores.dtype}, cannot be "
            "used: NaN or infinity among the values. Log-probabilities of 0 need a lower limit"
        )
    sums = values.sum(axis=-1, keepdims=True)
    if values.min() >= 0 and np.abs(sums - 1).max() <= ROUNDING:
        return (values / sums).astype(np.float32)
    return softmax(values, axis=-1).astype(np.float32)


def to_host(values: Any) -> np.ndarray:
    """Convert an array or a tensor of any device to an array."""
    if _is_tensor(values):
        values = values.detach().cpu()
        is_half = values.is_floating_point() and values.element_size() < 4
        return (values.float() if is_half else values).numpy()  # NumPy has no bfloat16
    return np.asarray(values)


def in_kind_of(given: Any, answers: Any) -> Any:
    """Return answers as tensors on the device of the scores, if these are tensors."""
    if isinstance(answers, list):
        return [in_kind_of(*pair) for pair in zip(given, answers, strict=True)]
    if isinstance(given, list | tuple):  # of the images of a stack
        given = given[0]
    if not _is_tensor(given):
        return answers
    dtype = given.dtype if answers.dtype.kind == "f" and given.is_floating_point() else None
    return sys.modules["torch"].as_tensor(answers, dtype=dtype, device=given.device)


def _is_tensor(values: Any) -> bool:
    """Whether values are a torch.Tensor; whoever has one has imported PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(values, torch.Tensor)


def _other_shape(found: tuple[int, ...], shape: tuple[int, ...], name: str) -> str:
    height, width = shape
    text = (
        f"the scores of {name} have shape {found}, and its pixels {shape}: "
        f"({height}, {width}, K) is needed."
    )
    if found[1:] == shape:
        return f"{text} Move the classes to the last axis: scores.transpose(1, 2, 0) in NumPy"
    return f"{text} Resize the scores of a smaller network to the size of the image"
