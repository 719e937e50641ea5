"""A picture that is read window by window."""

import os
import zlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sklearn_dic.blocks._grid import Box
from sklearn_dic.images import GeoReference
from sklearn_dic.images._masks import fill_outside
from sklearn_dic.images._ranges import scale_values


@dataclass
class Source(ABC):
    """A picture of which windows are read, in this process or in workers.

    Attributes
    ----------
    name : str
        Name of the picture in error messages.
    shape : tuple of (int, int)
        Rows and columns.
    n_bands : int
        Number of channels that the picture holds.
    dtype : dtype
        Of its values.
    georeference : GeoReference or None
        Place on the ground.
    channels_first : bool
        Whether the channels are the first of three axes.
    n_dims : int
        Number of axes, two or three.
    """

    name: str
    shape: tuple[int, int]
    n_bands: int
    dtype: np.dtype
    georeference: GeoReference | None = None
    channels_first: bool = False
    n_dims: int = 3

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        """Read a window -> (h, w, C) values and (h, w) mask; None if all pixels count.

        Raises
        ------
        OSError
            If it cannot be read; the message has the picture and the window.
        """
        try:
            values, mask = self._read(box)
        except (MemoryError, ImportError):
            raise
        except Exception as error:  # decoders raise errors of any type
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise OSError(f"{box} of {self.name} cannot be read: {reason}") from error
        if values.shape != (*box.shape, self.n_bands) or values.dtype != self.dtype:
            raise OSError(
                f"{self.name} has changed: {box} have shape {values.shape} and dtype "
                f"{values.dtype}, where {(*box.shape, self.n_bands)} and {self.dtype} are expected"
            )
        if values.dtype.kind == "f" and np.isnan(values).any():
            mask = join_masks(mask, ~np.isnan(values).any(axis=2))
        return values, mask

    def stamp(self) -> list[int]:
        """Return numbers that change when the files of the picture do."""
        return []

    @abstractmethod
    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        """Read a window, (h, w, C)."""

    def _slice(self, array: Any, box: Box) -> np.ndarray:
        """Read a window of anything that is indexed like an array."""
        rows, columns = box.slices
        if self.n_dims == 2:
            return np.asarray(array[rows, columns])[..., None]
        if self.channels_first:
            return np.moveaxis(np.asarray(array[:, rows, columns]), 0, -1)
        return np.asarray(array[rows, columns])


@dataclass
class ArraySource(Source):
    """An array in memory, a memory map, or an array of zarr or dask."""

    array: Any = field(default=None, repr=False)

    def _read(self, box: Box) -> tuple[np.ndarray, np.ndarray | None]:
        if isinstance(self.array, np.ma.MaskedArray):
            masked = np.ma.getmaskarray(self.array)
            values, outside = self._slice(self.array.data, box), self._slice(masked, box)
            return values, np.asarray(~outside.any(axis=2))
        return self._slice(self.array, box), None


@dataclass
class Window:
    """A window that was read.

    Attributes
    ----------
    box : Box
        Its place.
    pixels : ndarray of shape (h, w, C), float32
        Integers are divided by the maximum of their dtype; masked pixels are filled.
    mask : ndarray of shape (h, w), bool, or None
        True where pixels count; None if all do.
    """

    box: Box
    pixels: np.ndarray
    mask: np.ndarray | None

    @property
    def is_empty(self) -> bool:
        """Whether no pixel counts."""
        return self.mask is not None and not self.mask.any()


def read_window(
    source: Source, box: Box, n_channels: int, mask_source: Source | None = None
) -> Window:
    """Read a window as finite floats.

    Parameters
    ----------
    source : Source
        The picture.
    box : Box
        The window.
    n_channels : int
        Its first channels; the picture may have an opaque alpha more.
    mask_source : Source or None
        A picture that is not 0 where pixels count.
    """
    values, mask = source.read(box)
    if mask_source is not None:
        mask = join_masks(mask, mask_source.read(box)[0].any(axis=2))
    pixels = scale_values(values[..., :n_channels])
    if mask is not None and mask.all():
        mask = None
    if mask is not None:
        pixels = fill_outside(pixels, mask)
    if not np.isfinite(pixels).all():
        raise ValueError(
            f"{source.name} contains infinity in {box}: mask such pixels, or make them NaN"
        )
    return Window(box, pixels, mask)


def join_masks(mask: Any, other: Any) -> np.ndarray:
    """Join two masks, of which the first may be None."""
    return np.asarray(other if mask is None else mask & other)


def checksum(source: Source, box: Box) -> int:
    """Return a checksum of the values of a window."""
    return zlib.crc32(np.ascontiguousarray(source.read(box)[0]).tobytes())


def stamp_of_files(path: str | os.PathLike) -> list[int]:
    """Return size and time of a file, or of the files in the top of a folder."""
    found = os.stat(path)
    return [found.st_size, found.st_mtime_ns]
