"""The shell command `sklearn-dic compare`: several methods on an image, side by side."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_dic.cli._files import recorded_warnings
from sklearn_dic.cli._messages import print_result, say
from sklearn_dic.cli._options import READING, add_reading
from sklearn_dic.datasets._annotations import read_annotations
from sklearn_dic.images import Images, open_images
from sklearn_dic.inspection import ComparisonDisplay, compare, comparison_methods
from sklearn_dic.superpixels import FileSuperpixels
from sklearn_dic.utils._extras import import_extra
from sklearn_dic.utils._whole_files import whole_file

KINDS = ("boundaries", "overlay", "mean", "labels")


def compare_files(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns
    -------
    status : int
        0; 1 if the image cannot be used or all methods failed; 130 after Ctrl-C. Wrong arguments
        exit with 2.
    """
    parser = _make_parser()
    options = parser.parse_args(arguments)
    target = options.output / f"{options.image.stem}_comparison.png"
    try:
        import_extra("matplotlib.pyplot", "plot", "to draw the comparison")
    except ImportError as error:
        parser.error(str(error))
    if unknown := [name for name in options.methods or [] if name not in comparison_methods()]:
        parser.error(f"--methods has {unknown[0]!r}; valid are {', '.join(comparison_methods())}")
    if target.exists() and not options.overwrite:
        parser.error(f"{str(target)!r} exists already; pass --overwrite, or another folder with -o")
    try:
        with recorded_warnings() as caught:
            comparison = _compare(options)
            _save(comparison, options.kind, target)
    except KeyboardInterrupt:
        say("Interrupted: nothing was written.")
        return 130
    except Exception as error:  # a file that cannot be read, or a folder that cannot be written
        say(f"error: {error}")
        return 1
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        say(f"warning: {message}")
    if options.json:
        results = [result.to_dict() for result in comparison.results]
        print_result(json.dumps({"picture": str(target), "results": results}, indent=2))
    else:
        print_result(str(comparison))
        say(f"The comparison is in {target}")
    return int(all(result.error is not None for result in comparison.results))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sklearn-dic compare",
        description="Segment an image by several methods, each in its default setting, and draw "
        "the answers side by side in STEM_comparison.png.",
        epilog="Methods: " + ", ".join(comparison_methods()),
    )
    add = parser.add_argument
    add("image", type=Path, metavar="IMAGE", help="image file")
    add("--methods", nargs="+", metavar="NAME",
        help="names of methods (default: all)")  # fmt: skip
    add("--truth", nargs="+", type=Path, metavar="FILE",
        help="annotations: files of label maps, or of the Berkeley data set")  # fmt: skip
    add("--kind", choices=KINDS, default="boundaries",
        help="how the answers are drawn (default: %(default)s)")  # fmt: skip
    add("--max-pixels", type=int, metavar="N",
        help="compare on a copy of at most N pixels; 0: never reduce (default: 154401, as the "
        "Berkeley photographs have)")  # fmt: skip
    add("-o", "--output", type=Path, default=Path("segmented"), metavar="FOLDER",
        help="folder of the picture (default: %(default)s)")  # fmt: skip
    add("--overwrite", action="store_true", help="replace an existing picture")
    add_reading(parser)
    add("--json", action="store_true", help="print the results as JSON instead of a table")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def _compare(options: argparse.Namespace) -> ComparisonDisplay:
    images = open_images(options.image, **{name: getattr(options, name) for name in READING})
    limit: dict[str, Any] = {}
    if options.max_pixels is not None:
        limit["max_pixels"] = options.max_pixels or None
    return compare(
        images,
        options.methods,
        None if options.truth is None else _read_truth(options.truth, images),
        verbose=int(not options.quiet),
        **limit,
    )


def _read_truth(paths: Sequence[Path], images: Images) -> list[np.ndarray]:
    """Read the annotations of an image -> [(H, W)]."""
    maps: list[np.ndarray] = []
    for path in paths:
        try:
            maps += read_annotations(path)
        except OSError:  # any other file of labels
            maps.append(np.asarray(FileSuperpixels(path).fit_transform(images)))
    return maps


def _save(comparison: ComparisonDisplay, kind: Any, target: Path) -> None:
    """Draw the comparison to a file, completely or not at all."""
    pyplot = import_extra("matplotlib.pyplot", "plot", "to draw the comparison")
    target.parent.mkdir(parents=True, exist_ok=True)
    comparison.plot(kind=kind)
    with whole_file(target) as file:
        comparison.figure_.savefig(file, dpi=150, format="png")
    pyplot.close(comparison.figure_)
