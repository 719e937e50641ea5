"""Arguments, progress and messages of the shell command."""

import argparse
import io
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from skimage import data
from tqdm.auto import tqdm

from sklearn_dic import DeepImageClustering, __version__
from sklearn_dic.cli._files import SUFFIXES, Result, segment_file
from sklearn_dic.cli._finding import find_images
from sklearn_dic.superpixels import FileSuperpixels, get_superpixels_names
from sklearn_dic.utils._device import resolve_device
from sklearn_dic.utils._parallel import for_each
from sklearn_dic.utils._validation import check_parameters

BUNDLED_IMAGE = Path(data.__file__).parent / "coffee.png"
_READING = ("orientation", "frame", "axes", "white")  # options of open_images
_MEANINGS = {
    SUFFIXES["boundaries"]: "boundaries over the image",
    SUFFIXES["mean_colors"]: "mean colour of each label",
    SUFFIXES["labels_png"]: "labels as a 16-bit PNG",
    SUFFIXES["labels"]: "labels as a NumPy array",
}


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
    except ValueError as error:
        parser.error(str(error))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=options.output).close()  # fail before the fits
    except OSError as error:
        parser.error(f"results cannot be written to the folder -o {options.output}: {error}")
    found = find_images(options.images, options.superpixels)
    paths, failed = found.paths, found.failed
    for sentence in found.left_out:
        _say(sentence)
    if not options.images:
        paths = [BUNDLED_IMAGE]
        _say(f"No image given: segmenting the bundled photograph {BUNDLED_IMAGE.name}.")
    for result in failed:
        _say_error(result)
    # The progress bar counts epochs of a single file, or files.
    estimator.set_params(verbose=int(len(paths) == 1 and not options.quiet))
    results = _segment(paths, estimator, options)
    done = [result for result in results if result.files]
    if options.json:
        _print(json.dumps([result.as_dict() for result in failed + results], indent=2))
    if done:
        _say(f"Results are in {options.output}{os.sep}:")
        stem = Path(done[0].image).stem if len(done) == 1 else "*"
        for suffix, meaning in _MEANINGS.items():
            _say(f"  {stem}{suffix:<17} {meaning}")
    if len(results) < len(paths) or any(result.status == "interrupted" for result in results):
        _say(f"Interrupted: {len(done)} of {len(paths)} images are done; repeat to continue.")
        return 130
    return int(any(result.status == "failed" for result in failed + results))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sklearn-dic",
        description="Segment images without training data, by deep image clustering. Without "
        "IMAGE, segments a bundled photograph.",
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
    add("--no-orientation", dest="orientation", action="store_false",
        help="do not turn images as their EXIF orientation says")  # fmt: skip
    add("--frame", type=_frame, metavar="I",
        help="picture of files of several pictures, from 0; I,J for two axes")  # fmt: skip
    add("--axes", metavar="LETTERS",
        help="axes of the array in TIFF, NumPy and zarr files, such as CYX: Y, X, C for "
        "channels, Z and T for pictures")  # fmt: skip
    add("--white", type=float, metavar="VALUE", help="value of the files that is white")
    add("--n-clusters", type=int, default=defaults["n_clusters"], metavar="C",
        help="largest number of labels of the network (default: %(default)s)")  # fmt: skip
    add("--n-centers", type=int, default=defaults["n_centers"], metavar="M",
        help="number of cluster centres (default: %(default)s)")  # fmt: skip
    add("--superpixels", type=_superpixels, default=defaults["superpixels"], metavar="NAME|FILES",
        help="superpixels that vote the labels of the network: "
        f"{', '.join(get_superpixels_names())}; none; or files such as 'mcg/{{stem}}.mat' "
        "(default: %(default)s)")  # fmt: skip
    add("--n-segments", type=_count_or_word, default=defaults["n_segments"], metavar="N",
        help="N regions; auto: chosen for each image; none: labels of the network (default: "
        "%(default)s)")  # fmt: skip
    add("--connected-components", action="store_true",
        help="give each connected component a label; needs --n-segments none")  # fmt: skip
    add("--max-iter", type=int, default=defaults["max_iter"], metavar="T",
        help="largest number of epochs (default: %(default)s)")  # fmt: skip
    add("--resolution", type=_number_or_auto, default=defaults["resolution"], metavar="R",
        help="size of the image for training, as a fraction of each side, above 0 and up to 1 "
        "(default: %(default)s, about 10,000 pixels)")  # fmt: skip
    add("--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: %(default)s)")
    add("--random-state", type=int, default=0, metavar="SEED", help="default: %(default)s")
    add("--n-jobs", type=int, default=1, metavar="N", help="images in parallel (default: 1)")
    add("--json", action="store_true", help="print the results as JSON instead of a table")
    add("--quiet", action="store_true", help="no progress bar")
    add("--version", action="version", version=f"sklearn-dic {__version__}")
    return parser


def _superpixels(text: str) -> str | FileSuperpixels | None:
    """Parse the name of a superpixel method, or a file, which has a suffix."""
    if text == "none":
        return None
    if Path(text).suffix:
        return FileSuperpixels(text)
    names = get_superpixels_names()
    if text not in names:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither {', '.join(names)}, nor none, nor a file like 'mcg/{{stem}}.mat'"
        )
    return text


def _frame(text: str) -> int | tuple[int, ...]:
    """Parse a number, or several with commas."""
    try:
        numbers = tuple(map(int, text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor like 2,0") from None
    return numbers[0] if len(numbers) == 1 else numbers


def _count_or_word(text: str) -> str | int | None:
    if text == "none":
        return None
    if text == "auto":
        return text
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1, nor auto, nor none")
    return int(text)


def _number_or_auto(text: str) -> str | float:
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor auto") from None


def _segment(
    paths: list[Path], estimator: DeepImageClustering, options: argparse.Namespace
) -> list[Result]:
    """Segment the files, and print each result at once."""
    results: list[Result] = []
    segment = partial(
        segment_file,
        estimator=estimator,
        folder=options.output,
        overwrite=options.overwrite,
        reading={
            name: getattr(options, name) for name in ("orientation", "frame", "axes", "white")
        },
    )
    header_shown = False
    show_files = int(len(paths) > 1 and not options.quiet)
    stream = for_each(segment, paths, n_jobs=options.n_jobs, verbose=show_files)
    try:
        for result in stream:
            results.append(result)
            for warning in result.warnings:
                _say(f"warning: {result.image}: {warning}")
            if result.status == "interrupted":
                break
            if result.error:
                _say_error(result)
            elif not options.json:
                if not header_shown:
                    _print(_row("image", "size", "segments", "seconds", "device"))
                    header_shown = True
                _print(
                    _row(
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


def _row(image: object, size: object, segments: object, seconds: object, device: object) -> str:
    return f"{image:<28} {size:>13} {segments:>8} {seconds:>8}  {device}".rstrip()


def _print(text: str) -> None:
    """Print results to standard output; a closed pipe (`| head`) does not stop the fits."""
    try:
        tqdm.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 # until the process ends


def _say_error(result: Result) -> None:
    named = result.image in (result.error or "")
    _say(f"error: {result.error}" if named else f"error: {result.image}: {result.error}")


def _say(text: str) -> None:
    """Print a message to standard error."""
    tqdm.write(text, file=sys.stderr)
