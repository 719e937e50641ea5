"""The shell command `sklearn-dic cut`: other regions of a merge tree, without a new fit."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn_dic.cli._files import (
    Result,
    claim,
    count_labels,
    digest,
    load_labels,
    recorded_warnings,
)
from sklearn_dic.cli._messages import print_result, row, say, say_error, say_files
from sklearn_dic.cli._options import add_outputs, outputs_of, parse_count
from sklearn_dic.cli._results import Outputs, hidden_folder, move_results, save_results
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.hierarchy._cuts import check_cut, cut_tree, warn_of_fewer
from sklearn_dic.hierarchy._tree_files import read_tree
from sklearn_dic.images import GeoReference, Images, open_images
from sklearn_dic.utils._warnings import warn_caller


def cut(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns
    -------
    status : int
        0; 1 if a tree failed. Wrong arguments exit with 2.
    """
    parser = _make_parser()
    options = parser.parse_args(arguments)
    try:
        check_cut(options.n_segments, options.threshold)
        outputs = outputs_of(options)
    except (ValueError, ImportError) as error:
        parser.error(str(error))
    results = [cut_file(path, options, outputs) for path in options.trees]
    done = [result for result in results if result.files]
    if options.json:
        print_result(json.dumps([result.as_dict() for result in results], indent=2))
    elif done:
        print_result(row("tree", "size", "segments", "", ""))
        for result in done:
            size = f"{result.width} x {result.height}"
            print_result(row(Path(result.image).name, size, result.n_segments, "", ""))
    for result in results:
        for warning in result.warnings:
            say(f"warning: {result.image}: {warning}")
        if result.error:
            say_error(result)
    for folder in dict.fromkeys(Path(result.files["labels"]).parent for result in done):
        there = [result for result in done if Path(result.files["labels"]).parent == folder]
        say_files(folder, there)
    return int(len(done) < len(results))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sklearn-dic cut",
        description="Cut merge trees, which `sklearn-dic --tree` wrote, into other regions. The "
        "results are called STEM_N_labels.png and so on, with the number of regions N.",
    )
    add = parser.add_argument
    add("trees", nargs="+", type=Path, metavar="TREE", help="file of a merge tree")
    add("--n-segments", type=parse_count, metavar="N", help="N regions, or auto")
    add("--threshold", type=float, metavar="D", help="merge regions closer than this distance")
    add("-o", "--output", type=Path, metavar="FOLDER",
        help="folder of the results (default: that of the tree)")  # fmt: skip
    add("--overwrite", action="store_true", help="replace other results")
    add("--image", type=Path, metavar="FILE",
        help="the image of the tree, where it is not in its place any more")  # fmt: skip
    add_outputs(parser)
    add("--json", action="store_true", help="print the results as JSON instead of a table")
    return parser


def cut_file(path: Path, options: argparse.Namespace, outputs: Outputs) -> Result:
    """Cut the tree of a file and write the results; an exception becomes a failed `Result`."""
    try:
        with recorded_warnings() as caught:
            arguments, about = read_tree(path)
            about = about or {}
            tree = MergeTree(**arguments)
            if tree.leaf_labels.ndim == 3:
                raise ValueError(
                    f"{str(path)!r} is the tree of a volume of shape {tree.leaf_labels.shape}, and "
                    "this command cuts trees of images: use `MergeTree.load(path).cut(...)` and "
                    "`write_labels` in Python"
                )
            warn_of_fewer([tree], options.n_segments, options.threshold)
            labels = cut_tree(tree, options.n_segments, options.threshold)
            n_segments = count_labels(labels)
            place = about.get("georeference")
            georeference = None if place is None else GeoReference(**place)
            folder = path.parent if options.output is None else options.output
            files = outputs.files(folder, f"{path.stem}_{n_segments}", georeference is not None)
            images = _find_image(options.image, about, labels.shape)
            if images is None:  # the pictures need it
                files = {k: v for k, v in files.items() if k not in ("boundaries", "mean_colors")}
            origin = _origin(about, path, n_segments)
            if not options.overwrite:
                load_labels(files, origin)
            with hidden_folder(files) as hidden:
                save_results(
                    Path(hidden), files, labels, origin, images=images, georeference=georeference
                )
                if not options.overwrite:
                    claim(Path(hidden), files, origin)
                move_results(Path(hidden), files)
    except Exception as error:  # a failed file must not stop the others
        return Result(str(path), "failed", error=str(error) or type(error).__name__)
    height, width = labels.shape
    return Result(
        str(path),
        "segmented",
        width,
        height,
        n_segments,
        warnings=list(dict.fromkeys(str(warning.message) for warning in caught)),
        files={name: str(file) for name, file in files.items()},
    )


def _origin(about: dict[str, Any], path: Path, n_segments: int) -> dict[str, str]:
    """Describe the origin of the labels: that of the tree, and the number of regions."""
    origin = about.get("origin") or {"tree": digest(path)}
    return {**origin, "n_segments": str(n_segments)}


def _find_image(given: Path | None, about: dict[str, Any], shape: tuple[int, ...]) -> Images | None:
    """Open the image of a tree; None, with a warning, if it is not there any more."""
    known = about.get("origin", {}).get("image")
    path = given or (Path(about["image"]) if "image" in about else None)
    if given is None and (path is None or not path.is_file() or digest(path) != known):
        what = "its image is not known" if path is None else f"its image {str(path)!r} has changed"
        if path is not None and not path.is_file():
            what = f"its image {str(path)!r} is not there any more"
        warn_caller(f"{what}: no pictures are drawn, and a table has no bands. Pass --image FILE")
        return None
    images = open_images(path, **about.get("reading", {}))
    if images.shapes != [shape]:
        height, width = images.shapes[0]
        raise ValueError(
            f"the image {str(path)!r} has {width} x {height} pixels, and the tree "
            f"{shape[1]} x {shape[0]}"
        )
    return images
