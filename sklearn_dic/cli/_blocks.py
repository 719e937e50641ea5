"""The shell command `sklearn-dic blocks`: regions of a picture larger than memory."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sklearn_dic import Blockwise, RegionMerging
from sklearn_dic.blocks import BlockTree
from sklearn_dic.blocks._blockwise import SCENE_SIZE
from sklearn_dic.cli._files import recorded_warnings
from sklearn_dic.cli._messages import print_result, say
from sklearn_dic.cli._options import parse_count


def segment_blocks(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns
    -------
    status : int
        0; 1 if it failed; 130 after Ctrl-C. Wrong arguments exit with 2.
    """
    parser = _make_parser()
    options = parser.parse_args(arguments)
    merging = RegionMerging(
        None if options.threshold is not None else options.n_segments,
        threshold=options.threshold,
        coarseness=options.coarseness,
        scene_size=options.scene_size,
    )
    blockwise = Blockwise(
        merging,
        block_size=options.block_size,
        n_jobs=options.n_jobs,
        verbose=int(not options.quiet),
    )
    try:
        with recorded_warnings() as caught:
            blockwise.fit(options.image, out=options.output, overwrite=options.overwrite)
    except KeyboardInterrupt:
        say("Interrupted: repeat to continue.")
        return 130
    except Exception as error:  # of a file, a parameter or a library
        say(f"error: {error}")
        return 1
    for warning in dict.fromkeys(str(warning.message) for warning in caught):
        say(f"warning: {warning}")
    tree = BlockTree(options.output.with_suffix(".blocks"))
    height, width = tree.shape
    print_result(f"{options.output}: {width} x {height} pixels, {blockwise.n_segments_} regions")
    say(f"Other regions: BlockTree({str(tree.path)!r}).cut(n_segments=..., out=...)")
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sklearn-dic blocks",
        description="Merge regions of a picture that may be larger than memory, block by block. "
        "The labels do not depend on tiles or workers. A run that was ended goes on.",
    )
    defaults, of_merging = Blockwise(None).get_params(deep=False), RegionMerging().get_params()
    add = parser.add_argument
    add("image", metavar="IMAGE",
        help="GeoTIFF or raster, tiled TIFF, zarr folder, .npy, or scan.h5::name")  # fmt: skip
    add("-o", "--output", type=Path, required=True, metavar="FILE",
        help="labels: .tif, .zarr or .npy; beside it the folder *.blocks")  # fmt: skip
    add("--n-segments", type=parse_count, default=of_merging["n_segments"], metavar="N",
        help="N regions, or auto (default: %(default)s)")  # fmt: skip
    add("--threshold", type=float, metavar="D", help="merge regions closer than this distance")
    add("--coarseness", type=float, default=of_merging["coarseness"], metavar="F",
        help="factor of the distance at which auto cuts (default: %(default)s)")  # fmt: skip
    add("--scene-size", type=float, default=SCENE_SIZE, metavar="PIXELS",
        help="side of the square that shows a scene (default: %(default)s)")  # fmt: skip
    add("--block-size", type=int, default=defaults["block_size"], metavar="PIXELS",
        help="side of a block (default: %(default)s)")  # fmt: skip
    add("--n-jobs", type=int, default=1, metavar="N", help="blocks in parallel (default: 1)")
    add("--overwrite", action="store_true", help="start again, without the blocks of another run")
    add("--quiet", action="store_true", help="no progress bar")
    return parser
