"""Arguments, progress and messages of the shell command."""

import argparse
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
from sklearn_dic.cli._files import SUFFIXES, Result, find_images, segment_file
from sklearn_dic.superpixels import MCGSuperpixels, get_superpixels_names
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
            raise ValueError("--n-jobs 0 is no number of images; -1 is one for each processor")
    except ValueError as error:
        parser.error(str(error))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=options.output).close()  # fail before the work, not after
    except OSError as error:
        parser.error(f"no results can be written to the folder -o {options.output}: {error}")
    paths, failed = find_images(options.images)
    if not options.images:
        paths = [BUNDLED_IMAGE]
        _say(f"No image was named, so this segments a bundled photograph, {BUNDLED_IMAGE.name}.")
    for result in failed:
        _say_error(result)
    # With one file the epochs are worth a bar, with several the files.
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
        _say(f"Interrupted: {len(done)} of {len(paths)} images are done; run it again to go on.")
        return 130
    return int(any(result.status == "failed" for result in failed + results))


_MEANINGS = {
    SUFFIXES["boundaries"]: "the photograph with the boundaries of the regions",
    SUFFIXES["mean_colors"]: "each of them in its mean colour",
    SUFFIXES["labels_png"]: "the labels as a 16-bit PNG",
    SUFFIXES["labels"]: "the labels as a NumPy array",
}


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sklearn-dic",
        description="Cut images into regions without training data, by deep image clustering. "
        "With no image, segments a bundled photograph.",
    )
    defaults = DeepImageClustering().get_params()
    add = parser.add_argument
    add("images", nargs="*", metavar="IMAGE",
        help="image file, as its pixels are stored: the orientation that a camera noted is not "
        "applied; folder, without those in it; or pattern like 'a/**/*.jpg'")  # fmt: skip
    add("-o", "--output", type=Path, default=Path("segmented"), metavar="FOLDER",
        help="where the results go (default: %(default)s)")  # fmt: skip
    add("--overwrite", action="store_true",
        help="replace results that are there already, instead of keeping them")  # fmt: skip
    add("--n-clusters", type=int, default=defaults["n_clusters"], metavar="C",
        help="largest number of labels (default: %(default)s)")  # fmt: skip
    add("--n-centers", type=int, default=defaults["n_centers"], metavar="M",
        help="cluster centres (default: %(default)s)")  # fmt: skip
    add("--superpixels", type=_superpixels, default=defaults["superpixels"], metavar="NAME|FILES",
        help=f"what votes the labels: {', '.join(get_superpixels_names())}; none; or files that "
        "hold superpixels, such as 'mcg/{stem}.mat' (default: %(default)s)")  # fmt: skip
    add("--n-segments", type=_count_or_word, default=defaults["n_segments"], metavar="N",
        help="exactly N regions; auto: where photographs usually have theirs; none: labels of "
        "the network (default: %(default)s)")  # fmt: skip
    add("--connected-components", action="store_true",
        help="labels of the network, with connected pieces numbered apart")  # fmt: skip
    add("--max-iter", type=int, default=defaults["max_iter"], metavar="T",
        help="largest number of epochs (default: %(default)s)")  # fmt: skip
    add("--resolution", type=_number_or_auto, default=defaults["resolution"], metavar="R",
        help="sides of the copy that the network is trained on, relative to the image, above 0 "
        "to 1 (default: %(default)s, about 10,000 pixels)")  # fmt: skip
    add("--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: %(default)s)")
    add("--random-state", type=int, default=0, metavar="SEED", help="default: %(default)s")
    add("--n-jobs", type=int, default=1, metavar="N", help="images at a time (default: 1)")
    add("--json", action="store_true", help="print the results as JSON instead of a table")
    add("--quiet", action="store_true", help="no progress bar")
    add("--version", action="version", version=f"sklearn-dic {__version__}")
    return parser


def _superpixels(text: str) -> str | MCGSuperpixels | None:
    """Tell names from files, which have a suffix."""
    if text == "none":
        return None
    if Path(text).suffix:
        return MCGSuperpixels(text)
    names = get_superpixels_names()
    if text not in names:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither {', '.join(names)}, nor none, nor a file like 'mcg/{{stem}}.mat'"
        )
    return text


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
    """Segment the files, telling of each as soon as it is done."""
    results: list[Result] = []
    segment = partial(
        segment_file,
        estimator=estimator,
        folder=options.output,
        overwrite=options.overwrite,
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
        pass  # what is missing in the results says so
    finally:
        stream.close()
    return results


def _row(image: object, size: object, segments: object, seconds: object, device: object) -> str:
    return f"{image:<28} {size:>13} {segments:>8} {seconds:>8}  {device}".rstrip()


def _print(text: str) -> None:
    """Print results; a reader who went away (`| head`) does not stop the work."""
    try:
        tqdm.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 # open until the process ends


def _say_error(result: Result) -> None:
    named = result.image in (result.error or "")
    _say(f"error: {result.error}" if named else f"error: {result.image}: {result.error}")


def _say(text: str) -> None:
    """Tell the person at the screen; the results themselves go to standard output."""
    tqdm.write(text, file=sys.stderr)
