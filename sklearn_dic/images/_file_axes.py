"""Axes of the array in a file: rows, columns, channels, and pictures."""

from collections.abc import Sequence

import numpy as np

from sklearn_dic.images._image_file import ImageFile, ImageFileError, ReadingOptions

_CHANNELS = "CS"  # channels, and samples of a pixel such as red, green, blue
_PICTURES = {"T": "frames", "Z": "slices", "I": "pages", "Q": "pages"}


def arrange(array: np.ndarray, axes: str | None, options: ReadingOptions) -> ImageFile:
    """Move rows, columns and channels to their places, and choose one of several pictures.

    Axes of length 1 are left out. An array without names is an image if it has two or three
    axes, the last of three is taken for channels.

    Parameters
    ----------
    array : ndarray
        The array in the file.
    axes : str or None
        The letter of each axis in the file: Y and X, C or S for channels; every other letter
        counts pictures. None if the file has no names.
    options : ReadingOptions
        Its `axes` are used instead of those of the file, its `frame` chooses a picture.

    Raises
    ------
    ImageFileError
        If the array is no single image; the message says how to choose one.
    """
    if options.axes is not None:
        array, axes = _named(array, options.axes)
    elif axes is None:
        axes = {2: "YX", 3: "YXC"}.get(array.ndim)
        if axes is None and array.ndim < 2:
            raise ImageFileError(
                f"holds an array of shape {array.shape}, and an image has two axes or three"
            )
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
        return ImageFile(array)
    long = [i for i, (name, n) in enumerate(zip(axes, array.shape, strict=True))
            if n > 1 or name in "YX"]  # fmt: skip
    array = array.reshape([array.shape[i] for i in long])
    axes = "".join(axes[i] for i in long)
    pictures = [i for i, name in enumerate(axes) if name not in "YX" + _CHANNELS]
    array = array[_choose(array.shape, axes, pictures, options.frame)]
    axes = "".join(name for i, name in enumerate(axes) if i not in pictures)
    channels = [i for i, name in enumerate(axes) if name in _CHANNELS]
    array = array.transpose(axes.index("Y"), axes.index("X"), *channels)
    if channels:
        return ImageFile(array.reshape(*array.shape[:2], -1), axes="YXC")
    return ImageFile(array, axes="YX")


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
    shape: Sequence[int], axes: str, pictures: list[int], frame: int | tuple[int, ...] | None
) -> tuple[int | slice, ...]:
    """Return the index of the chosen picture."""
    height, width = shape[axes.index("Y")], shape[axes.index("X")]
    counts = {i: shape[i] for i in pictures}
    if frame is None and pictures:
        names = [_PICTURES.get(axes[i], "pictures") for i in pictures]
        held = " x ".join(f"{n} {name}" for n, name in zip(counts.values(), names, strict=True))
        refuse_several(held, list(counts.values()), (height, width), axes, pictures)
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
    size: tuple[int, int],
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
    size : (int, int)
        Height and width.
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
    raise ImageFileError(
        f"holds {held} of {size[1]} x {size[0]} pixels (width x height), and one image is "
        f"expected. {remedies}"
    )


def _example(n_axes: int) -> str:
    return {4: "ZYXC", 5: "TZYXC"}.get(n_axes, "ZYX")
