"""Arguments, progress and messages of the shell command."""

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from skimage import data

from sklearn_dic import DeepImageClustering, __version__
from sklearn_dic.cli._blocks import segment_blocks
from sklearn_dic.cli._compare import compare_files
from sklearn_dic.cli._cut import cut
from sklearn_dic.cli._files import Result, segment_file
from sklearn_dic.cli._finding import find_images
from sklearn_dic.cli._messages import print_result, row, say, say_error, say_files
from sklearn_dic.cli._options import (
    READING,
    add_outputs,
    add_reading,
    outputs_of,
    parse_count,
    parse_epochs,
    parse_number,
    parse_superpixels,
)
from sklearn_dic.cli._results import Outputs
from sklearn_dic.superpixels import get_superpixels_names
from sklearn_dic.utils._device import resolve_device
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import check_parameters

BUNDLED_IMAGE = Path(data.__file__).parent / "coffee.png"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    status : int
        0; 1 if an image failed; 130 after Ctrl-C. Wrong arguments exit with 2.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files have characters of any language
            stream.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments[:1] == ["cut"]:
        return cut(arguments[1:])
    if arguments[:1] == ["compare"]:
        return compare_files(arguments[1:])
    if arguments[:1] == ["blocks"]:
        return segment_blocks(arguments[1:])
    parser = _make_parser()
    options = parser.parse_args(arguments)
    estimator = DeepImageClustering(
        options.n_clusters,
        n_centers=options.n_centers,
        superpixels=options.superpixels,
        n_segments=options.n_segments,
        connected_components=options.connected_components,
        max_iter=options.max_iter,
        resolution=options.resolution,
        device=options.device,
        random_state=options.random_state,
    )
    try:
        check_parameters(estimator)
        resolve_device(options.device)
        if options.n_jobs == 0:
            raise ValueError("--n-jobs is 0; pass a number of images from 1, or -1 for all cores")
        if options.connected_components and options.n_segments is not None:
            raise ValueError(
                "--connected-components separates labels of the network, and --n-segments "
                f"{options.n_segments} gives regions: write --connected-components "
                "--n-segments none"
            )
        if options.n_segments is None and (options.contours or options.tree):
            raise ValueError(
                "--contours and --tree write the tree of regions, and --n-segments none gives "
                "labels of the network: pass another --n-segments"
            )
        outputs = outputs_of(options)
    except (ValueError, ImportError) as error:
        parser.error(str(error))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=options.output).close()  # fail before the fits
    except OSError as error:
        parser.error(f"results cannot be written to the folder -o {options.output}: {error}")
    found = find_images(options.images, options.superpixels)
    paths, failed = found.paths, found.failed
    for sentence in found.left_out:
        say(sentence)
    if not options.images:
        paths = [BUNDLED_IMAGE]
        say(f"No image given: segmenting the bundled photograph {BUNDLED_IMAGE.name}.")
    for result in failed:
        say_error(result)
    # The progress bar counts epochs of a single file, or files.
    estimator.set_params(verbose=int(len(paths) == 1 and not options.quiet))
    results = _segment(paths, estimator, options, outputs)
    done = [result for result in results if result.files]
    if options.json:
        print_result(json.dumps([result.as_dict() for result in failed + results], indent=2))
    if done:
        say_files(options.output, done)
    if len(results) < len(paths) or any(result.status == "interrupted" for result in results):
        say(f"Interrupted: {len(done)} of {len(paths)} images are done; repeat to continue.")
        return 130
    return int(any(result.status == "failed" for result in failed + results))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sklearn-dic",
        description="Segment images without training data, by deep image clustering. Without "
        "IMAGE, segments a bundled photograph.",
        epilog="`sklearn-dic cut --help`: other regions of a merge tree, without a new fit. "
        "`sklearn-dic blocks --help`: a picture larger than memory. `sklearn-dic compare --help`: "
        "several methods side by side. A folder or image of the name cut, blocks or compare is "
        "./cut, ./blocks or ./compare.",
    )
    defaults = DeepImageClustering().get_params()
    add = parser.add_argument
    add("images", nargs="*", metavar="IMAGE",
        help="image file; folder of image files, without subfolders; or pattern like "
        "'a/**/*.jpg'")  # fmt: skip
    add("-o", "--output", type=Path, default=Path("segmented"), metavar="FOLDER",
        help="folder of the results (default: %(default)s)")  # fmt: skip
    add("--overwrite", action="store_true",
        help="replace existing results (default: keep them)")  # fmt: skip
    add_reading(parser)
    add("--n-clusters", type=int, default=defaults["n_clusters"], metavar="C",
        help="largest number of labels of the network (default: %(default)s)")  # fmt: skip
    add("--n-centers", type=int, default=defaults["n_centers"], metavar="M",
        help="number of cluster centres (default: %(default)s)")  # fmt: skip
    add("--superpixels", type=parse_superpixels, default=defaults["superpixels"],
        metavar="NAME|FILES",
        help="superpixels that vote the labels of the network: "
        f"{', '.join(get_superpixels_names())}; auto: chosen for the answer; none; or files "
        "such as 'mcg/{stem}.mat' (default: %(default)s)")  # fmt: skip
    add("--n-segments", type=parse_count, default=defaults["n_segments"], metavar="N",
        help="N regions; auto: chosen for each image; none: labels of the network (default: "
        "%(default)s)")  # fmt: skip
    add("--connected-components", action="store_true",
        help="give each connected component a label; needs --n-segments none")  # fmt: skip
    add("--max-iter", type=parse_epochs, default=defaults["max_iter"], metavar="T",
        help="largest number of epochs (default: %(default)s, 12 for regions and 100 for "
        "labels)")  # fmt: skip
    add("--resolution", type=parse_number, default=defaults["resolution"], metavar="R",
        help="size of the image for training, as a fraction of each side, above 0 and up to 1 "
        "(default: %(default)s, half of each side or less)")  # fmt: skip
    add("--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: %(default)s)")
    add("--random-state", type=int, default=0, metavar="SEED", help="default: %(default)s")
    add_outputs(parser)
    add("--contours", action="store_true", help="also write the contour map of the merge tree")
    add("--tree", action="store_true",
        help="also write the merge tree, which `sklearn-dic cut FILE.tree --n-segments 40` cuts "
        "without a new fit")  # fmt: skip
    add("--n-jobs", type=int, default=1, metavar="N", help="images in parallel (default: 1)")
    add("--json", action="store_true", help="print the results as JSON instead of a table")
    add("--quiet", action="store_true", help="no progress bar")
    add("--version", action="version", version=f"sklearn-dic {__version__}")
    return parser


def _segment(
    paths: list[Path],
    estimator: DeepImageClustering,
    options: argparse.Namespace,
    outputs: Outputs,
) -> list[Result]:
    """Segment the files, and print each result at once."""
    results: list[Result] = []
    segment = partial(
        segment_file,
        estimator=estimator,
        folder=options.output,
        overwrite=options.overwrite,
        outputs=outputs,
        reading={name: getattr(options, name) for name in READING},
    )
    header_shown = False
    show_files = int(len(paths) > 1 and not options.quiet)
    stream = for_each(segment, paths, n_jobs=options.n_jobs, verbose=show_files)
    try:
        for result in stream:
            results.append(result)
            for warning in result.warnings:
                say(f"warning: {result.image}: {warning}")
            if result.status == "interrupted":
                break
            if result.error:
                say_error(result)
            elif not options.json:
                if not header_shown:
                    print_result(row("image", "size", "segments", "seconds", "device"))
                    header_shown = True
                print_result(
                    row(
                        Path(result.image).name,
                        f"{result.width} x {result.height}",
                        result.n_segments,
                        "kept" if result.status == "kept" else f"{result.seconds:.1f}",
                        result.device or "",
                    )
                )
    except KeyboardInterrupt:
        pass  # main compares the number of results with that of the files
    finally:
        stream.close()
    return results
