"""Read photographs and other pictures with Pillow."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from sklearn_dic.images._file_axes import check_frame, refuse_several
from sklearn_dic.images._image_file import (
    ImageFile,
    ImageFileError,
    ReadingOptions,
    turn,
    without_alpha,
)

_ORIENTATION = 274  # tag of EXIF
_MAIN_PICTURE = {"MPO", "PSD"}  # formats whose further pictures are previews or layers
_PNG_COLORS = {2: "RGB", 4: "grey and alpha", 6: "RGBA"}


def read_photograph(path: Path, options: ReadingOptions) -> ImageFile:
    """Read a file with Pillow.

    Raises
    ------
    ImageFileError
        If the file holds several frames, and none is chosen.
    """
    if options.axes is not None:
        raise ImageFileError(
            f"is a picture whose axes are known, and axes={options.axes!r}: leave `axes` out"
        )
    with Image.open(path) as opened:
        picture: Image.Image = opened
        kind = picture.format
        _seek(picture, options)
        if kind == "PNG" and (colors := _deep_colors(path)):
            orientation = picture.getexif().get(_ORIENTATION, 1) if options.orientation else 1
            return _read_deep_png(path, colors, orientation)
        if kind == "GIF":  # always of a palette, which Pillow may show as grey
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        if options.orientation:
            picture = ImageOps.exif_transpose(picture)
        file = from_picture(picture)
    if file.pixels.dtype == np.int32 and kind in ("PNG", "PPM"):
        file.pixels = file.pixels.astype(np.uint16)  # 16 bits, in a wider mode of Pillow
    if kind == "PPM" and file.pixels.dtype == np.uint16:
        file.white = 65535  # Pillow scales to it
    return file


def from_picture(picture: Image.Image) -> ImageFile:
    """Convert a picture of Pillow: palettes and CMYK to RGB, alpha to a mask."""
    mode = picture.mode
    if mode in ("1", "L", "P", "PA", "RGB") and picture.has_transparency_data:
        picture = picture.convert("LA" if mode in ("1", "L") else "RGBA")
    elif mode in ("La", "RGBa"):
        picture = picture.convert(mode.upper())
    elif mode in ("P", "CMYK", "YCbCr", "HSV", "LAB", "RGBX"):
        picture = picture.convert("RGB")
    pixels = np.asarray(picture)
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    return without_alpha(pixels) if picture.mode in ("LA", "RGBA") else ImageFile(pixels)


def _seek(picture: Image.Image, options: ReadingOptions) -> None:
    """Go to the chosen frame; refuse several frames where none is chosen."""
    count = getattr(picture, "n_frames", 1)
    if count > 1 and options.frame is None:
        if picture.format in _MAIN_PICTURE:
            return
        refuse_several(f"{count} frames", [count], picture.size)
    numbers = check_frame(options.frame, [count] if count > 1 else [])
    if numbers:
        picture.seek(numbers[0] % count)


def _deep_colors(path: Path) -> str | None:
    """Return the colours of a PNG file of several 16-bit channels, of which Pillow reads 8."""
    with open(path, "rb") as file:
        header = file.read(26)
    depth, colors = header[24], header[25]
    return _PNG_COLORS.get(colors) if depth == 16 else None


def _read_deep_png(path: Path, colors: str, orientation: int) -> ImageFile:
    """Read 16-bit colours with imagecodecs."""
    try:
        import imagecodecs
    except ImportError as error:
        raise ImportError(
            f"is a 16-bit PNG of {colors}, which needs imagecodecs: `pip install "
            "'sklearn-dic[codecs]'`"
        ) from error
    pixels = turn(imagecodecs.png_decode(path.read_bytes()), orientation)
    return ImageFile(pixels) if colors == "RGB" else without_alpha(pixels)
