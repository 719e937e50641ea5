"""Scale the integers of files whose dtype is wider than their values."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.images._image_file import ImageFile
from sklearn_dic.utils._warnings import warn_caller

_SMALLEST_PART = 1 / 4  # of the range of a dtype that values use


def scale_files(
    files: Sequence[ImageFile], names: Sequence[str], white: float | None
) -> list[np.ndarray]:
    """Divide the values of files by their white -> one array for each file.

    Files of 12 bits in integers of 16 are read as 12 bits if they say so, or if their values
    are so: then all files of a collection have the same white, and a warning says it. Others
    stay as they are.

    Parameters
    ----------
    files : sequence of ImageFile
        The files of a collection.
    names : sequence of str
        Name of each file in warnings.
    white : float or None
        The value that becomes 1; None: it is found.
    """
    if white is not None:
        return [_divide(file.pixels, white) for file in files]
    whites = [file.white for file in files]
    unknown = [i for i, file in enumerate(files) if _is_unknown(file)]
    if unknown:
        highest = max(_highest(files[i]) for i in unknown)
        largest = max(np.iinfo(files[i].pixels.dtype).max for i in unknown)
        if 0 < highest < _SMALLEST_PART * largest:
            found = 2 ** int(highest).bit_length() - 1
            whites = [found if i in unknown else value for i, value in enumerate(whites)]
            _warn(files[unknown[0]], names[unknown[0]], len(unknown), highest, found)
    return [
        file.pixels if value is None else _divide(file.pixels, value)
        for file, value in zip(files, whites, strict=True)
    ]


def _is_unknown(file: ImageFile) -> bool:
    return file.white is None and file.pixels.dtype.kind in "iu" and file.pixels.itemsize > 1


def _highest(file: ImageFile) -> int:
    """Return the largest absolute value of the pixels that count."""
    counted = file.pixels if file.mask is None else file.pixels[file.mask]
    return max(int(counted.max()), -int(counted.min())) if counted.size else 0


def _divide(pixels: np.ndarray, white: float) -> np.ndarray:
    return (pixels / np.float64(white)).astype(np.float32)


def _warn(file: ImageFile, name: str, n_files: int, highest: int, white: int) -> None:
    more = f" and {n_files - 1} more file(s)" if n_files > 1 else ""
    dtype = file.pixels.dtype
    warn_caller(
        f"{name}{more}: the values of dtype {dtype} go to {highest} and are read as "
        f"{white.bit_length()} bits, so that {white} is white. Where another value is, pass "
        f"`read_image(path, white={np.iinfo(dtype).max})`, in the shell --white "
        f"{np.iinfo(dtype).max}"
    )
