"""From numbers of any dtype to finite floats, with warnings of unusual ranges."""

import numpy as np

from sklearn_dic.images._masks import fill_outside
from sklearn_dic.utils._warnings import warn_caller

SAMPLE, SMALLEST_SAMPLE = 100_000, 1_000  # values from which the usual range is estimated


def to_floats(
    image: np.ndarray,
    mask: np.ndarray | None,
    name: str,
    is_file: bool = False,
    n_dims: int = 2,
) -> np.ndarray:
    """(H, W) or (H, W, C), any numbers -> (H, W, C) float32, a new array; a volume likewise."""
    scaled = scale_values(image)
    if mask is not None:  # after scaling, for equal values in all dtypes
        scaled = fill_outside(scaled, mask)
    _check_finite(scaled, image, name, n_dims)
    _warn_of_range(scaled, image, name, is_file)
    return scaled.reshape(*scaled.shape[:n_dims], -1)


def scale_values(array: np.ndarray) -> np.ndarray:
    """Any numbers -> new float32 array; integers are divided by their dtype's maximum."""
    if array.dtype.kind not in "iu":
        with np.errstate(over="ignore"):  # _check_finite reports infinity
            return array.astype(np.float32, order="C", copy=True)
    largest = np.iinfo(array.dtype).max
    return (array / np.float64(largest)).astype(np.float32, order="C")


def _warn_of_range(pixels: np.ndarray, given: np.ndarray, name: str, is_file: bool) -> None:
    """Warn if pixels are nearly equal, or if a few outliers set their range."""
    if given.dtype.kind == "b":
        return
    unit = np.iinfo(given.dtype).max if given.dtype.kind in "iu" else 1
    lowest, highest = unit * pixels.min(), unit * pixels.max()
    found = f"{name} has dtype {given.dtype} and values from {lowest:g} to {highest:g}"
    sample = pixels.ravel()[:: max(1, pixels.size // SAMPLE)]
    # For example 14 bits in 16, or labels in place of pixels.
    if given.dtype.kind in "iu" and given.itemsize > 1 and 0 < highest - lowest < 0.3 * unit:
        brightest = 2 ** round(float(max(highest, -lowest))).bit_length() - 1
        warn_caller(
            f"{found}: divided by {unit}, the maximum of its dtype, they are nearly alike. Where "
            f"{brightest} is white, {_divide_by(brightest, is_file)}"
        )
    if len(sample) < SMALLEST_SAMPLE:
        return
    if given.dtype.kind == "f" and 0 < highest - lowest < 1 / 8:
        stretch = "Stretch it: `(image - image.min()) / np.ptp(image)`"
        if is_file:
            stretch = f"Where {highest:g} is white, {_divide_by(highest, is_file)}"
        warn_caller(f"{found}, which are nearly alike where a range of 1 is expected. {stretch}")
    low, high = unit * np.quantile(sample, [0.001, 0.999])
    if 0 < 10 * (high - low) < highest - lowest:
        warn_caller(
            f"{found}, and all but a few of them are from {low:g} to {high:g}. Mask the others "
            f"with sample_mask, or clip the image: `np.clip(image, {low:g}, {high:g})`"
        )


def _divide_by(white: float, is_file: bool) -> str:
    """Say how to divide an image by its white."""
    shown = white if isinstance(white, int) else f"{white:g}"
    if is_file:
        return f"pass `read_image(path, white={shown})`, in the shell --white {shown}"
    return f"pass `image / {shown}`"


def _check_finite(pixels: np.ndarray, given: np.ndarray, name: str, n_dims: int) -> None:
    if np.isfinite(pixels).all():
        return
    place = np.unravel_index(np.argmin(np.isfinite(pixels)), pixels.shape)
    axes = [*("slice", "row", "column")[-n_dims:], "channel"]
    where = ", ".join(f"{axis} {i}" for axis, i in zip(axes, place, strict=False))
    value = given[place]
    problem = "NaN" if np.isnan(value) else "infinity" if np.isinf(value) else "infinity in float32"
    count = int((~np.isfinite(pixels)).sum())
    raise ValueError(
        f"{name} contains {problem} at {where} (value {value}, {count} such value(s) in an array "
        f"of shape {given.shape}). Leave such pixels out with a mask: sample_mask, or "
        "`np.ma.masked_invalid(image)` as the image"
    )
