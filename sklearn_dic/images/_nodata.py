"""Find values that stand for missing data."""

from collections.abc import Iterator

import numpy as np

from sklearn_dic.utils._warnings import warn_caller

# Common in elevation models and satellite images.
_FILL_VALUES = np.array(
    [
        *(-999, -9999, -99999, -999999, -32767, -32768, 1e20, -1e20, 1e30, -1e30),
        *(np.finfo(np.float32).max, np.finfo(np.float32).min),
        *(np.finfo(np.float64).max, np.finfo(np.float64).min),
        9.969209968386869e36,  # of netCDF
    ]
)
_FEW_OTHERS = 16
_FAR = 100  # times the range of all other values; of a common fill value the range is enough


def mask_missing(
    image: np.ndarray, mask: np.ndarray | None, name: str, n_dims: int = 2
) -> np.ndarray | None:
    """Mask the pixels of a repeated value far from all others, such as -9999, and warn of it.

    Unsigned integers, and values from -1 to 1, are never taken for missing data.

    Parameters
    ----------
    image : ndarray of shape (H, W) or (H, W, C), of a volume (Z, Y, X) or (Z, Y, X, C)
        Any numbers; not finite values are ignored.
    mask : ndarray of bool, or None
        True where a pixel counts.
    name : str
        Name of the image in the warning.
    n_dims : {2, 3}, default=2
        Number of spatial axes.

    Returns
    -------
    mask : ndarray of bool, or None
        `mask`, and False where a channel has the value.
    """
    if image.dtype.kind not in "if":
        return mask
    values = image[np.isfinite(image) if mask is None else _spread(mask, image)]
    values = values[np.isfinite(values)]
    has_channels = image.ndim > n_dims
    n_channels = image.shape[-1] if has_channels else 1
    for value, low, high in _fill_values(values, n_channels + 1):  # more than one pixel
        is_missing = image == value
        missing = is_missing.any(axis=-1) if has_channels else is_missing
        mask = ~missing if mask is None else mask & ~missing
        warn_caller(
            f"{name}: {np.count_nonzero(missing):,} of {missing.size:,} pixels have the value "
            f"{value:g}, far from all others ({low:g} to {high:g}). They are taken for missing "
            "data and masked. Pass sample_mask, or name the value in the file, to mask them "
            f"without this warning; if they count, pass `np.clip(image, {low:g}, {high:g})`"
        )
    return mask


def _spread(mask: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Spread a mask over the channels."""
    return np.broadcast_to(mask[..., None], image.shape) if image.ndim > mask.ndim else mask


def _fill_values(values: np.ndarray, least: int) -> Iterator[tuple[float, float, float]]:
    """(n,) finite -> values that occur often, far from all others, and the range of these."""
    while values.size and (values.min() < -1 or values.max() > 1):
        for value in (values.min(), values.max()):
            others = values[values != value]
            count = values.size - others.size
            if count >= least and _is_fill_value(value, others, count):
                yield float(value), float(others.min()), float(others.max())
                values = others
                break
        else:
            return


def _is_fill_value(value: np.generic, others: np.ndarray, count: int) -> bool:
    if others.size == 0 or abs(float(value)) <= 1:  # the usual range
        return False
    with np.errstate(over="ignore"):
        low, high = float(others.min()), float(others.max())
        distance = max(low - float(value), float(value) - high)
        if np.isclose(float(value), _FILL_VALUES, rtol=1e-6, atol=0).any():
            return distance >= high - low
        is_far = 0 < _FAR * (high - low) <= distance
        return is_far and others.size >= max(_FEW_OTHERS, count / 100)
