"""Pictures larger than memory, measured: `python benchmarks/blocks.py`.

The picture is a mosaic of the photographs of BSDS300, in the folder that SKLEARN_DIC_DATA names.

    python benchmarks/blocks.py hashes    # labels for tiles, workers, backends and kinds of files
    python benchmarks/blocks.py lines     # label borders on block lines, and on the true borders
    python benchmarks/blocks.py windows   # agreement of two windows of one picture
    python benchmarks/blocks.py size --megapixels 25    # time and memory
    python benchmarks/blocks.py kills     # a run that is killed at random moments

Writes rows to benchmarks/results/blocks.csv and the table that the documentation includes to
docs/tables/blocks.rst.
"""

import argparse
import hashlib
import os
import platform
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import joblib
import numpy as np
from _mosaic_files import (
    list_photographs,
    true_photographs,
    write_mosaic,
)
from _process_tree import run_and_watch
from _results import Results, Row
from _tables import join, list_table
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import confusion_matrix

from sklearn_dic import Blockwise, RegionMerging
from sklearn_dic.images._reading import read_image

HERE = Path(__file__).parent
COLUMNS = ["table", "row", "quantity", "value"]
SMALL = (240, 400)
MEDIUM = (642, 962)  # two by two photographs
WIDE = (642, 962)
FIRST, SECOND = (540, 780), (90, 200)  # end of the first window, begin of the second
SMALL_SCENE = 100  # of these windows: contours see as far as 1.25 scenes
RIM = 160  # pixels
THRESHOLD = 60.0


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=list(MEASURES))
    parser.add_argument("--megapixels", type=float, default=25.0)
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where a large picture is written and kept")
    parser.add_argument("--results", type=Path, default=HERE / "results" / "blocks.csv")
    parser.add_argument(
        "--output", type=Path, default=HERE.parent / "docs" / "tables" / "blocks.rst"
    )
    options = parser.parse_args()
    results = Results(options.results, COLUMNS, ["table", "row", "quantity"])
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        found = [
            {"table": options.table, "row": row, "quantity": quantity, "value": f"{value:.6g}"}
            for row, quantity, value in MEASURES[options.table](folder, options)
        ]
    rows = results.replace(found)
    options.output.write_text(render(rows))


def measure_hashes(folder, options):
    """Count the different labels that tiles, workers and kinds of files give."""
    sources = {"tiles of 256": write(folder / "tiles.tif", SMALL)}
    picture = np.asarray(read_image(sources["tiles of 256"]))
    sources["array"] = picture
    sources["tiles of 64"] = rewrite(folder / "small.tif", picture, 64)
    sources["strips"] = rewrite(folder / "strips.tif", picture, None)
    sources["zarr"] = to_zarr(folder / "a.zarr", picture)
    plans = [(name, 1, "threading") for name in sources]
    for name in ("tiles of 256", "tiles of 64", "strips"):
        plans += [(name, n_jobs, backend) for n_jobs in (2, 4) for backend in BACKENDS]
    hashes = []
    for name, n_jobs, backend in plans:
        with joblib.parallel_config(backend=backend):
            labels = blockwise(n_jobs=n_jobs).fit_predict(sources[name])
        hashes.append(hashlib.sha256(labels.tobytes()).hexdigest())
        print(f"{name:<14}{n_jobs} {backend:<10} {hashes[-1][:16]}", flush=True)
    yield "all", "runs", len(hashes)
    yield "all", "different labels", len(set(hashes))
    one = blockwise(block_size=max(SMALL)).fit_predict(picture)
    merging = RegionMerging(scene_size=SCENE).fit_predict(picture)
    yield "one block", "pixels unlike RegionMerging", np.count_nonzero(one != merging)


def measure_lines(folder, options):
    """Compare borders on block lines with borders elsewhere, and with those of the photographs."""
    path = write(folder / "mosaic.tif", MEDIUM)
    fitted = blockwise(CLEAR, options.n_jobs).fit(path)
    merging = RegionMerging(scene_size=SCENE).fit(read_image(path))
    for name, labels in (
        ("leaves", fitted.tree_.leaf_labels),
        ("leaves in memory", merging.tree_.leaf_labels),
        ("regions", fitted.labels_),
        ("regions in memory", merging.labels_),
    ):
        yield name, "borders on lines / expected", share_on_lines(labels, CLEAR)
    truth = true_photographs(MEDIUM)
    cut = fitted.segment(n_segments=4 * (int(truth.max()) + 1))
    for name, labels in (("regions", fitted.labels_), ("four a photograph", cut)):
        yield name, "true borders within 2 pixels", recall(truth, labels)


def measure_windows(folder, options):
    """Measure the share of the pixels of an overlap on which two windows agree."""
    picture = np.asarray(read_image(write(folder / "mosaic.tif", WIDE)))
    (top, left), (bottom, right) = SECOND, FIRST
    places = ((0, 0), picture[:bottom, :right]), (SECOND, picture[top:, left:])
    whole = cut_at_threshold(options.n_jobs).fit(picture)
    for name, statistics in (("own statistics", None), ("same statistics", whole.statistics_)):
        fits = [
            cut_at_threshold(options.n_jobs).fit(part, statistics=statistics, origin=origin)
            for origin, part in places
        ]
        for what, maps in (
            ("regions", [fit.labels_ for fit in fits]),
            ("leaves", [fit.tree_.leaf_labels for fit in fits]),
        ):
            first = maps[0][top:, left:]
            second = maps[1][: bottom - top, : right - left]
            inner = np.s_[RIM:-RIM, RIM:-RIM]
            yield name, f"{what} that agree", agreement(first, second)
            yield (
                name,
                f"{what} that agree {RIM} pixels inside",
                agreement(first[inner], second[inner]),
            )


def measure_size(folder, options):
    """Measure time and memory of a picture."""
    side = round((options.megapixels * 1e6) ** 0.5)
    path = folder / f"{side}.tif"
    if not path.exists():
        write(path, (side, side))
    out = folder / "labels.tif"
    code = RUN.format(path=str(path), out=str(out), n_jobs=options.n_jobs)
    before = _processor_seconds()
    seconds, peak, printed = run_and_watch(["-c", code])
    n_leaves, n_segments = map(int, printed.split()[-2:])
    row = f"{options.megapixels:g} megapixels"
    yield row, "seconds a megapixel", seconds / options.megapixels
    processor_seconds = _processor_seconds() - before
    yield row, "processor seconds a megapixel", processor_seconds / options.megapixels
    yield row, "peak MB of all processes", peak / 1e6
    yield row, "leaves", n_leaves
    yield row, "regions", n_segments
    yield row, "workers", options.n_jobs


def _processor_seconds():
    """Return the processor time of all processes that were started and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_kills(folder, options):
    """Kill a run ten times, and compare its labels with those of a run that was not killed."""
    path = write(folder / "mosaic.tif", SMALL)
    expected = blockwise().fit_predict(path)
    out = folder / "killed.npy"
    code = KILLED.format(path=str(path), out=str(out), block=BLOCK, scene=SCENE)
    draw = random.Random(0)
    n_killed, n_complete, n_unlike = 0, 0, 0
    while n_killed < 10 or n_complete == 0:
        with subprocess.Popen([sys.executable, "-c", code]) as process:
            try:
                process.wait(draw.uniform(3, 10) if n_killed < 10 else None)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        if process.returncode == 0:
            n_complete += 1
            n_unlike += np.count_nonzero(np.load(out) != expected)
            out.unlink()
            shutil.rmtree(out.with_suffix(".blocks"))
        elif process.returncode == -signal.SIGKILL and not out.exists():
            n_killed += 1
        else:
            raise SystemExit("a killed run left a file, or a run failed")
    yield "killed", "times", n_killed
    yield "killed", "runs that were complete in the end", n_complete
    yield "killed", "pixels unlike a run in one piece", n_unlike


MEASURES = {
    "hashes": measure_hashes,
    "lines": measure_lines,
    "windows": measure_windows,
    "size": measure_size,
    "kills": measure_kills,
}
BACKENDS = ("threading", "loky")
BLOCK, SCENE = 160, 160
CLEAR = 150  # a block size of which no line is near a border of the photographs
RUN = """
from sklearn_dic import Blockwise, RegionMerging
fitted = Blockwise(RegionMerging(), n_jobs={n_jobs}, verbose=1).fit({path!r}, out={out!r})
print(fitted.tree_.n_leaves, fitted.n_segments_)
"""
KILLED = """
from sklearn_dic import Blockwise, RegionMerging
Blockwise(RegionMerging(scene_size={scene}), block_size={block}).fit({path!r}, out={out!r})
"""


def blockwise(block_size=BLOCK, n_jobs=1):
    """Make an estimator with many blocks."""
    return Blockwise(RegionMerging(scene_size=SCENE), block_size=block_size, n_jobs=n_jobs)


def cut_at_threshold(n_jobs):
    """Make an estimator whose scale does not depend on the extent."""
    merging = RegionMerging(n_segments=None, threshold=THRESHOLD, scene_size=SMALL_SCENE)
    return Blockwise(merging, block_size=BLOCK, n_jobs=n_jobs)


def write(path, shape):
    """Write a mosaic, and return its path."""
    write_mosaic(path, shape, list_photographs())
    return path


def rewrite(path, picture, tile):
    """Write a picture with other tiles, or with strips."""
    import tifffile

    tiles = {} if tile is None else {"tile": (tile, tile)}
    tifffile.imwrite(path, picture, photometric="rgb", rowsperstrip=None if tile else 17, **tiles)
    return path


def to_zarr(path, picture):
    """Write a zarr array."""
    import zarr

    array = zarr.create_array(
        str(path), shape=picture.shape, chunks=(100, 100, 3), dtype=picture.dtype
    )
    array[:] = picture
    return path


def share_on_lines(labels, block_size):
    """Return the share of borders on block lines, relative to that of pairs of pixels there."""
    counts = np.zeros(4)
    for axis in (0, 1):
        borders = np.moveaxis(np.diff(labels, axis=axis) != 0, axis, 0)
        lines = borders[block_size - 1 :: block_size]
        counts += lines.sum(), borders.sum(), lines.size, borders.size
    return counts[0] / counts[1] * counts[3] / counts[2]


def agreement(first, second):
    """Return the share of pixels with the same label, after the best renumbering."""
    first, second = (np.unique(part, return_inverse=True)[1].ravel() for part in (first, second))
    size = max(first.max(), second.max()) + 1
    table = confusion_matrix(first, second, labels=np.arange(size))
    rows, columns = linear_sum_assignment(-table)
    return table[rows, columns].sum() / len(first)


def recall(truth, labels):
    """Return the share of the true borders with a border of the labels within 2 pixels."""
    from sklearn_dic.metrics import boundary_recall

    return float(boundary_recall([truth], [labels], tolerance=2))


def render(rows: list[Row]) -> str:
    """Draw the table of the documentation."""
    cells = [[row[name] for name in COLUMNS] for row in rows]
    lines = list_table([["measure", "of", "quantity", "value"], *cells])
    lines += [
        f"Mosaics of photographs of BSDS300, {platform.machine()}, {os.cpu_count()} processors;",
        f"blocks of {BLOCK} pixels and scenes of {SCENE} or less, except for the sizes, which have",
        f"the defaults. {time.strftime('%Y-%m-%d')}. Made by ``python benchmarks/blocks.py``.",
    ]
    return join(lines) + "\n"


if __name__ == "__main__":
    main()
