"""Messages and rows of the shell command."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm.auto import tqdm

from sklearn_dic.cli._files import Result

_MEANINGS = {
    "boundaries": "boundaries over the image",
    "mean_colors": "mean colour of each label",
    "labels_png": "labels as a 16-bit PNG",
    "labels": "labels",
    "table": "measures of each region",
    "polygons": "polygons of the regions",
    "contours": "contour map",
    "tree": "merge tree, for `sklearn-dic cut`",
}


def say_files(folder: Path, done: Sequence[Result]) -> None:
    """Say which files were written."""
    say(f"Results are in {folder}{os.sep}:")
    first = done[0]
    stem = Path(first.files["labels"]).stem.removesuffix("_labels")
    for name, meaning in _MEANINGS.items():
        if name in first.files:
            suffix = Path(first.files[name]).name.removeprefix(stem)
            say(f"  {stem if len(done) == 1 else '*'}{suffix:<17} {meaning}")


def row(image: object, size: object, segments: object, seconds: object, device: object) -> str:
    return f"{image:<28} {size:>13} {segments:>8} {seconds:>8}  {device}".rstrip()


def print_result(text: str) -> None:
    """Print results to standard output; a closed pipe (`| head`) does not stop the fits."""
    try:
        tqdm.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 # until the process ends


def say_error(result: Result) -> None:
    named = result.image in (result.error or "")
    say(f"error: {result.error}" if named else f"error: {result.image}: {result.error}")


def say(text: str) -> None:
    """Print a message to standard error."""
    tqdm.write(text, file=sys.stderr)
