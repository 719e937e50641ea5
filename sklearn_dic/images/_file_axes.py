"""Axes of the array in a file: rows, columns, channels, and pictures."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.images._image_file import ImageFile, ImageFileError, ReadingOptions

_CHANNELS = "CS"  # channels, and samples of a pixel such as red, green, blue
_UNNAMED = {2: {2: "YX", 3: "YXC"}, 3: {3: "ZYX", 4: "ZYXC"}}
_PICTURES = {"T": "frames", "Z": "slices", "I": "pages", "Q": "pages"}


def arrange(array: np.ndarray, axes: str | None, options: ReadingOptions) -> ImageFile:
    """Move rows, columns and channels to their places, and choose one of several pictures.

    Axes of length 1 are left out. An array without names is an image if it has two or three
    axes, the last of three is taken for channels. A volume has one axis more: Z, or the only
    axis of pictures.

    Parameters
    ----------
    array : ndarray
        The array in the file.
    axes : str or None
        The letter of each axis in the file: Y and X, C or S for channels; every other letter
        counts pictures. None if the file has no names.
    options : ReadingOptions
        Its `axes` are used instead of those of the file, its `frame` chooses a picture, or one
        of several volumes.

    Raises
    ------
    ImageFileError
        If the array is no single image; the message says how to choose one.
    """
    n_dims = options.n_spatial_dims
    if options.axes is not None:
        array, axes = _named(array, options.axes)
    elif axes is None:
        axes = _UNNAMED[n_dims].get(array.ndim)
        if axes is None and array.ndim < 2:
            raise ImageFileError(
                f"holds an array of shape {array.shape}, and an image has two axes or three"
            )
        if axes is None and n_dims == 3 and array.ndim == 2:
            raise no_volume(f"a picture of shape {array.shape}")
        if axes is None:
            raise ImageFileError(
                f"holds an array of shape {array.shape} without names of its axes: name them, "
                f"for example `read_image(path, axes={_example(array.ndim)!r}, frame=0)`, in the "
                f"shell --axes {_example(array.ndim)} --frame 0"
            )
        if options.frame is not None:
            raise ImageFileError(
                f"holds an array of shape {array.shape} without names of its axes, and frame="
                f"{options.frame}: say which axis counts pictures, for example axes='ZYX'"
            )
        return ImageFile(array, axes=axes if n_dims == 3 else None)
    long = [i for i, (name, n) in enumerate(zip(axes, array.shape, strict=True))
            if n > 1 or name in "YX" + "Z" * (n_dims - 2)]  # fmt: skip
    array = array.reshape([array.shape[i] for i in long])
    axes = "".join(axes[i] for i in long)
    if n_dims == 3:
        axes = _name_slices(array.shape, axes)
    spatial = "ZYX"[-n_dims:]
    pictures = [i for i, name in enumerate(axes) if name not in spatial + _CHANNELS]
    array = array[_choose(array.shape, axes, pictures, options.frame, n_dims)]
    axes = "".join(name for i, name in enumerate(axes) if i not in pictures)
    channels = [i for i, name in enumerate(axes) if name in _CHANNELS]
    array = array.transpose(*map(axes.index, spatial), *channels)
    if channels:
        return ImageFile(array.reshape(*array.shape[:n_dims], -1), axes=f"{spatial}C")
    return ImageFile(array, axes=spatial)


def _name_slices(shape: Sequence[int], axes: str) -> str:
    """Name the axis of slices Z: the axis that has this name, or the only one of pictures."""
    if axes.count("Z") == 1:
        return axes
    pictures = [name for name in axes if name not in "YX" + _CHANNELS]
    if len(pictures) == 1:
        return axes.replace(pictures[0], "Z")
    held = " x ".join(map(str, shape))
    if pictures:
        raise ImageFileError(
            f"holds an array of {held} with the axes {axes}, and n_spatial_dims=3 needs one axis "
            "of slices: name it Z, for example `axes='TZYX'`, in the shell --axes TZYX"
        )
    raise no_volume(f"an array of {held} with the axes {axes}")


def no_volume(held: str) -> ImageFileError:
    """Return the error of a file without an axis of slices where a volume is expected."""
    return ImageFileError(
        f"holds {held}, and n_spatial_dims=3 needs an axis of slices beside rows and columns: pass "
        "n_spatial_dims=2, or the slices as one array, `np.stack([read_image(path) for path in "
        "paths])`"
    )


def _named(array: np.ndarray, axes: str) -> tuple[np.ndarray, str]:
    """Give the axes of an array the names that the caller chose."""
    axes = axes.upper()
    if len(axes) != array.ndim:
        array = array.squeeze()
    if len(axes) != array.ndim or axes.count("Y") != 1 or axes.count("X") != 1:
        raise ImageFileError(
            f"holds an array of shape {array.shape}, and axes={axes!r}: pass a letter for each "
            "axis, Y and X once, C for channels, and Z, T or I for pictures"
        )
    return array, axes


def _choose(
    shape: Sequence[int],
    axes: str,
    pictures: list[int],
    frame: int | tuple[int, ...] | None,
    n_dims: int,
) -> tuple[int | slice, ...]:
    """Return the index of the chosen picture."""
    size = tuple(shape[axes.index(name)] for name in "XYZ"[:n_dims])
    counts = {i: shape[i] for i in pictures}
    if frame is None and pictures:
        names = [_PICTURES.get(axes[i], "pictures") for i in pictures]
        held = " x ".join(f"{n} {name}" for n, name in zip(counts.values(), names, strict=True))
        refuse_several(held, list(counts.values()), size, axes, pictures)
    numbers = check_frame(frame, list(counts.values()))
    index: list[int | slice] = [slice(None)] * len(shape)
    for i, number in zip(pictures, numbers, strict=True):
        index[i] = number
    return tuple(index)


def check_frame(frame: int | tuple[int, ...] | None, counts: Sequence[int]) -> tuple[int, ...]:
    """Check the number of a picture -> a number for each axis of pictures.

    Parameters
    ----------
    frame : int, tuple of int, or None
        The number; None if there is a single picture.
    counts : sequence of int
        Length of each axis of pictures.
    """
    numbers = () if frame is None else frame if isinstance(frame, tuple) else (frame,)
    if not counts and numbers in ((), (0,)):
        return ()
    if len(numbers) != len(counts) or any(
        not -n <= number < n for number, n in zip(numbers, counts, strict=True)
    ):
        held = " x ".join(map(str, counts)) or "1"
        one_each = f", a number for each of {len(counts)} axes" if len(counts) > 1 else ""
        raise ImageFileError(f"holds {held} picture(s), and frame={frame}{one_each}")
    return numbers


def refuse_several(
    held: str,
    counts: Sequence[int],
    size: Sequence[int],
    axes: str | None = None,
    pictures: Sequence[int] = (),
) -> None:
    """Refuse a file of several pictures, and say how to choose one.

    Parameters
    ----------
    held : str
        Number and name of the pictures.
    counts : sequence of int
        Length of each axis of pictures.
    size : (int, int) or (int, int, int)
        Width and height, and number of slices of volumes.
    axes : str or None
        The axes of the array in the file, if the pictures may be channels.
    pictures : sequence of int
        The axes that count pictures.
    """
    several = len(counts) > 1
    first = ",".join("0" * len(counts))
    one = f"({first})" if several else first
    remedies = f"Choose one, `read_image(path, frame={one})`, in the shell --frame {first}"
    if not several:
        each = f"[read_image(path, frame=i) for i in range({counts[0]})]"
        remedies += f"; or pass each as an image, `{each}`"
    if axes is not None and len(pictures) == 1 and not set(axes) & set(_CHANNELS):
        letters = "".join("C" if i in pictures else name for i, name in enumerate(axes))
        remedies += (
            f"; or say that they are channels, `read_image(path, axes={letters!r})`, in the "
            f"shell --axes {letters}"
        )
    names = "width x height" if len(size) == 2 else "width x height x slices"
    if len(pictures) == 1 and len(size) == 2:
        remedies += "; or segment them as one volume, `RegionMerging(n_spatial_dims=3)`"
    raise ImageFileError(
        f"holds {held} of {' x '.join(map(str, size))} pixels ({names}), and one image is "
        f"expected. {remedies}"
    )


def _example(n_axes: int) -> str:
    return {4: "ZYXC", 5: "TZYXC"}.get(n_axes, "ZYX")
