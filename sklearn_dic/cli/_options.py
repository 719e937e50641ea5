"""Options of the shell command, from text to values."""

import argparse
from collections.abc import Callable
from pathlib import Path

from sklearn_dic.cli._results import Outputs
from sklearn_dic.superpixels import FileSuperpixels, get_superpixels_names

READING = ("orientation", "frame", "axes", "white")  # options of open_images


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options of reading files, `READING`."""
    add = parser.add_argument
    add("--no-orientation", dest="orientation", action="store_false",
        help="do not turn images as their EXIF orientation says")  # fmt: skip
    add("--frame", type=parse_frame, metavar="I",
        help="picture of files of several pictures, from 0; I,J for two axes")  # fmt: skip
    add("--axes", metavar="LETTERS",
        help="axes of the array in TIFF, NumPy and zarr files, such as CYX: Y, X, C for "
        "channels, Z and T for pictures")  # fmt: skip
    add("--white", type=float, metavar="VALUE", help="value of the files that is white")


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add the options of files on demand."""
    parser.add_argument("--table", nargs="?", const="csv", type=_one_of("csv", "parquet"),
        metavar="csv|parquet",
        help="also write a table with a row for each region; alone: csv")  # fmt: skip
    parser.add_argument("--polygons", nargs="?", const="geojson",
        type=_one_of("geojson", "gpkg"), metavar="geojson|gpkg",
        help="also write the polygons of the regions; alone: geojson")  # fmt: skip


def outputs_of(options: argparse.Namespace) -> Outputs:
    """Collect the options of files on demand; ImportError if a library is missing."""
    names = ("table", "polygons", "contours", "tree")
    outputs = Outputs(**{name: getattr(options, name) for name in names if name in options})
    outputs.check_extras()
    return outputs


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise argparse.ArgumentTypeError(
                f"{text!r} is neither {' nor '.join(words)}; after an image write the option last, "
                f"or with its word, {words[0]}"
            )
        return text.lower()

    return parse


def parse_superpixels(text: str) -> str | FileSuperpixels | None:
    """Parse the name of a superpixel method, or a file, which has a suffix."""
    if text == "none":
        return None
    if Path(text).suffix:
        return FileSuperpixels(text)
    names = ["auto", *get_superpixels_names()]
    if text not in names:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither {', '.join(names)}, nor none, nor a file like 'mcg/{{stem}}.mat'"
        )
    return text


def parse_frame(text: str) -> int | tuple[int, ...]:
    """Parse a number, or several with commas."""
    try:
        numbers = tuple(map(int, text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor like 2,0") from None
    return numbers[0] if len(numbers) == 1 else numbers


def parse_count(text: str) -> str | int | None:
    """Parse a number from 1, or a word."""
    if text == "none":
        return None
    if text == "auto":
        return text
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1, nor auto, nor none")
    return int(text)


def parse_epochs(text: str) -> str | int:
    """Parse a whole number, or "auto"."""
    if text == "auto":
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor auto") from None


def parse_number(text: str) -> str | float:
    """Parse a number, or "auto"."""
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor auto") from None
