"""Read TIFF files."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image
from tifffile import COMPRESSION, PHOTOMETRIC

from sklearn_dic.images._file_axes import arrange, check_frame, refuse_several
from sklearn_dic.images._image_file import (
    ImageFile,
    ImageFileError,
    ReadingOptions,
    turn,
    without_alpha,
)
from sklearn_dic.images._photographs import from_picture

_REDUCED_OR_MASK = 1 | 4  # bits of the subfile type
_ALPHA = (1, 2)  # types of extra samples
_PREMULTIPLIED = 1
_INVERSE = {6: 8, 8: 6}  # of orientations; the others are their own
_N_COLORS = {PHOTOMETRIC.RGB: 3, PHOTOMETRIC.YCBCR: 3, PHOTOMETRIC.SEPARATED: 4}
_READ = (
    PHOTOMETRIC.MINISWHITE,
    PHOTOMETRIC.MINISBLACK,
    PHOTOMETRIC.RGB,
    PHOTOMETRIC.PALETTE,
    PHOTOMETRIC.SEPARATED,
    PHOTOMETRIC.YCBCR,
)


def read_tiff(path: Path, options: ReadingOptions) -> ImageFile:
    """Read a TIFF file with tifffile, or with Pillow what tifffile cannot read alone.

    Raises
    ------
    ImageFileError
        If the file is no single image.
    ImportError
        If the file needs imagecodecs, which is not installed.
    """
    with tifffile.TiffFile(path) as tiff:
        series, options = _choose_series(tiff, options)
        page = series.keyframe
        if page.photometric not in _READ:
            raise ImageFileError(
                f"stores colours as {PHOTOMETRIC(page.photometric).name}, which is not read: "
                "convert it to RGB"
            )
        orientation = int(page.tags.valueof(274, 1))
        file = None if _needs_pillow(series) else _decode(series, tiff, options)
        if file is None:
            file = _read_with_pillow(path, series, orientation)
    if options.orientation and orientation != 1:
        first = options.n_spatial_dims - 2  # the axis of rows
        file.pixels = turn(file.pixels, orientation, first)
        file.mask = None if file.mask is None else turn(file.mask, orientation, first)
    return file


def _choose_series(tiff: tifffile.TiffFile, options: ReadingOptions) -> tuple[Any, ReadingOptions]:
    """Choose the pages of one shape; previews and masks do not count."""
    all_series = [
        series for series in tiff.series if not int(series.keyframe.subfiletype) & _REDUCED_OR_MASK
    ] or tiff.series[:1]
    if len(all_series) == 1:
        return all_series[0], options
    counts = [len(all_series)]
    if options.frame is None:
        first = all_series[0].keyframe
        held = f"{counts[0]} pictures of different kinds, the first"
        refuse_several(held, counts, (first.imagewidth, first.imagelength))
    (number,) = check_frame(options.frame, counts)
    return all_series[number], replace(options, frame=None)


def _needs_pillow(series: Any) -> bool:
    """Whether tifffile does not convert the colours of a series."""
    page = series.keyframe
    is_jpeg = page.compression == COMPRESSION.JPEG
    if page.photometric == PHOTOMETRIC.SEPARATED:
        return is_jpeg  # some are stored as negatives
    return page.photometric == PHOTOMETRIC.YCBCR and not (is_jpeg and len(series.pages) > 1)


def _decode(series: Any, tiff: tifffile.TiffFile, options: ReadingOptions) -> ImageFile | None:
    """Read a series with tifffile; None if it has no codec for it."""
    try:
        return _convert(series, tiff, options)
    except (ImportError, NotImplementedError):
        return None
    except ValueError as error:
        if "imagecodecs" in str(error):
            return None
        raise


def _convert(series: Any, tiff: tifffile.TiffFile, options: ReadingOptions) -> ImageFile:
    """Read a series, and convert its colours."""
    page = series.keyframe
    file = arrange(series.asarray(), series.axes, options)
    pixels = file.pixels
    if page.photometric == PHOTOMETRIC.PALETTE:
        return ImageFile(_apply_palette(pixels, page.colormap), axes=f"{file.axes}C")
    bits = _significant_bits(tiff, page) if pixels.dtype.kind == "u" else None
    white = None if bits is None else float(2**bits - 1)
    if page.photometric == PHOTOMETRIC.MINISWHITE and pixels.dtype.kind in ("b", "u"):
        largest = 1 if pixels.dtype.kind == "b" else white or np.iinfo(pixels.dtype).max
        pixels = (largest - pixels).astype(pixels.dtype)
    spatial = "ZYX"[-options.n_spatial_dims :]
    n_channels = pixels.shape[-1] if pixels.ndim > len(spatial) else 1
    mask = None
    extra = [int(kind) for kind in page.extrasamples]
    alpha = next((i for i, kind in enumerate(extra) if kind in _ALPHA), None)
    if alpha is not None and n_channels == page.samplesperpixel:
        place = n_channels - len(extra) + alpha
        if extra[alpha] == _PREMULTIPLIED and pixels.dtype.kind == "u":
            pixels = _divide_by_alpha(pixels, place)
        without = without_alpha(pixels, place)
        pixels, mask = without.pixels, without.mask
    if page.photometric == PHOTOMETRIC.SEPARATED and n_channels >= _N_COLORS[page.photometric]:
        pixels = _cmyk_to_rgb(pixels, white)
    axes = spatial if pixels.ndim == len(spatial) else f"{spatial}C"
    return ImageFile(pixels, mask, axes, white=white)


def _significant_bits(tiff: tifffile.TiffFile, page: Any) -> int | None:
    """Return the number of bits that the file says are used; None if it is that of the dtype."""
    bits = page.bitspersample
    if tiff.is_ome and (said := re.search(r'SignificantBits="(\d+)"', tiff.ome_metadata or "")):
        bits = int(said[1])
    largest = page.tags.valueof(281)  # MaxSampleValue
    largest = max(largest) if isinstance(largest, tuple) else largest
    if isinstance(largest, int) and largest > 255 and (largest + 1).bit_count() == 1:
        bits = min(bits, largest.bit_length())
    return bits if bits < 8 * page.dtype.itemsize else None


def _apply_palette(indices: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """(...) -> (..., 3) uint8."""
    colors = palette.T
    if colors.max() > 255:  # 16 bits, as the format asks for
        colors = colors >> 8
    return colors.astype(np.uint8)[indices]


def _divide_by_alpha(pixels: np.ndarray, place: int) -> np.ndarray:
    """(..., C) -> (..., C): colours that were stored times alpha."""
    largest = np.iinfo(pixels.dtype).max
    alpha = pixels[..., place : place + 1].astype(np.float64)
    colors = np.round(pixels * (largest / np.maximum(alpha, 1))).clip(0, largest)
    colors[..., place] = alpha[..., 0]
    return colors.astype(pixels.dtype)


def _cmyk_to_rgb(cmyk: np.ndarray, white: float | None) -> np.ndarray:
    """(..., 4 or more) -> (..., 3) of the same dtype."""
    if cmyk.dtype == np.uint8:
        rows = cmyk.reshape(-1, *cmyk.shape[-2:])[..., :4]
        picture = Image.fromarray(np.ascontiguousarray(rows), "CMYK")
        return np.asarray(picture.convert("RGB")).reshape(*cmyk.shape[:-1], 3)
    if cmyk.dtype.kind not in "uf":
        raise ImageFileError(f"stores CMYK as {cmyk.dtype}, which is not read: convert it to RGB")
    largest = 1.0 if cmyk.dtype.kind == "f" else white or float(np.iinfo(cmyk.dtype).max)
    ink = cmyk[..., :4] / largest
    return (largest * (1 - ink[..., :3]) * (1 - ink[..., 3:])).astype(cmyk.dtype)


def _read_with_pillow(path: Path, series: Any, orientation: int) -> ImageFile:
    """Read a page with Pillow, which has codecs that tifffile has not; not turned."""
    page = series.keyframe
    file = None
    if len(series.pages) == 1:
        try:
            with Image.open(path) as picture:
                picture.seek(page.index)
                before = picture.getexif().get(274, 1)
                picture.load()  # turns the picture
                if len(picture.getbands()) == page.samplesperpixel:
                    file = from_picture(picture)
                turned = before != 1 and picture.getexif().get(274, 1) == 1
        except (OSError, ValueError):  # not one of its codecs
            file = None
    n_bits = 8 * file.pixels.dtype.itemsize if file is not None else 0
    if file is None or page.bitspersample > n_bits:
        count = f"{len(series.pages)} pages of " if len(series.pages) > 1 else ""
        raise ImportError(
            f"holds {count}{page.samplesperpixel} x {page.bitspersample} bits, compressed as "
            f"{COMPRESSION(page.compression).name}, which needs imagecodecs: `pip install "
            "'sklearn-dic[codecs]'`"
        )
    if file.pixels.dtype == np.uint16 and page.bitspersample < n_bits:
        file.white = float(2**page.bitspersample - 1)
    if turned:
        back = _INVERSE.get(orientation, orientation)
        file.pixels = turn(file.pixels, back)
        file.mask = None if file.mask is None else turn(file.mask, back)
    return file
