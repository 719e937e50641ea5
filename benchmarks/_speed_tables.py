"""Rows of `speed.py`: their columns, and their tables in reStructuredText."""

from pathlib import Path

import numpy as np
from _results import Results, Row
from _tables import join, list_table, without_empty_columns

PLACE = ["device", "threads", "python", "torch", "sklearn-dic", "date"]
SECONDS_FIT = ["seconds_fit", "seconds_fit_least", "seconds_fit_most"]
COLUMNS = {
    "fits": [
        "contender", "picture", "height", "width", "n_clusters", "n_centers", "epochs",
        "epochs_timed", "repeats", "seconds_epoch", "seconds_epoch_least", "seconds_epoch_most",
        *SECONDS_FIT, "faster_epoch", "faster_fit", "cold", "labels", "pri", "mb_before",
        "mb_peak", "gflop", "gflop_per_second", "floor_share", *PLACE,
    ],
    "sizes": [
        "height", "width", "epochs", "labels", "repeats", *SECONDS_FIT, "mb_before", "mb_peak",
        *PLACE,
    ],
    "collection": [
        "n_jobs", "images", "height", "width", "epochs", "repeats", "seconds_all",
        "seconds_all_least", "seconds_all_most", "faster", *PLACE,
    ],
    "methods": [
        "method", "picture", "height", "width", "repeats", *SECONDS_FIT, "ratio", *PLACE,
    ],
}  # fmt: skip
# A row replaces the one that has the same of these.
KEYS = {
    "fits": ["contender", "picture", "device", "threads"],
    "sizes": ["height", "width", "device", "threads"],
    "collection": ["n_jobs", "images", "height", "width", "device"],
    "methods": ["method", "picture", "device"],
}
LEGENDS = {
    "fits": """\
Medians over alternations in one process, and their range. "Faster" is the median of the ratios to
the plain loop within each alternation. A first fit is one in a new process, on a GPU. Memory is the
growth of a process of its own, and on a CPU the whole of it. The share of the floor is the time
that the products and convolutions of the fit would take at the speed of the faster of a large
product and the widest convolution, measured in the same run, relative to the time of the fit.""",
    "sizes": """\
Default fits of scikit-image's astronaut, cut or continued by its mirror images; medians and range
over repeated ones; "per epoch" is a whole fit by its epochs. Each size is a process of its own. The
exponent b is that of the least-squares line through the logarithms: time or memory ~ pixels^b.""",
    "collection": """\
``PerImage(DeepImageClustering(), n_jobs=...)`` on pictures in memory; medians and range over
alternations. "Faster" is the median of the ratios to one worker within each alternation. The time
for 300 pictures, as many as BSDS300 has, is computed from the median.""",
    "methods": """\
One picture of 8-bit colours as floats, one thread; medians and range over alternations in one
process. The ratio is the median of the ratios to the first line within each alternation.""",
}


def results_of(table: str, path: Path) -> Results:
    """Open the rows of a table."""
    return Results(path, COLUMNS[table], KEYS[table])


def render(table: str, rows: list[Row], command: str) -> str:
    """Draw a list-table for each place where was measured."""
    lines: list[str] = []
    draw = {
        "fits": lines_of_fits,
        "sizes": lines_of_sizes,
        "collection": lines_of_collections,
        "methods": lines_of_methods,
    }[table]
    for place in dict.fromkeys(tuple(row[name] for name in PLACE) for row in rows):
        own = [row for row in rows if tuple(row[name] for name in PLACE) == place]
        device, threads, python, torch, package, day = place
        lines += [
            f"*{device}*, {threads} thread(s), Python {python}, PyTorch {torch}, sklearn-dic "
            f"{package}, {day}{describe(own[0])}",
            "",
            *list_table(draw(own)),
        ]
    return join([*lines, LEGENDS[table], "", f"Made by ``{command}``.", ""])


def describe(row: Row) -> str:
    """Name the picture, where all rows have one."""
    if "picture" not in row:
        return ""
    return f"; picture {row['picture']}, {row['width']} x {row['height']} pixels"


def lines_of_fits(rows: list[Row]) -> list[list[str]]:
    """Make a line for each contender."""
    titles = ["", "C, M", "epochs", "seconds an epoch", "epochs, times faster", "seconds a fit",
              "fits, times faster", "first fit", "labels", "PRI", "MB",
              "share of the floor"]  # fmt: skip
    lines = [titles]
    for row in rows:
        timed = row["epochs_timed"]
        counted = row["epochs"] if row["epochs"] == timed else f"{row['epochs']}, {timed} timed"
        fit = over_range(row, "seconds_fit")
        lines.append(
            [
                row["contender"],
                f"{row['n_clusters']}, {row['n_centers']}",
                counted,
                over_range(row, "seconds_epoch"),
                row["faster_epoch"],
                fit if row["epochs"] == timed else f"{fit}, computed from {timed} epochs",
                row["faster_fit"],
                row["cold"],
                row["labels"],
                row["pri"],
                megabytes(row),
                row["floor_share"],
            ]
        )
    return without_empty_columns(lines)


def lines_of_sizes(rows: list[Row]) -> list[list[str]]:
    """Make a line for each size, and one for the exponents."""
    titles = ["size", "pixels", "seconds a fit", "epochs", "per epoch", "labels", "MB"]
    rows = sorted(rows, key=n_pixels)
    lines = [titles]
    for row in rows:
        lines.append(
            [
                f"{row['width']} x {row['height']}",
                f"{n_pixels(row):,}",
                over_range(row, "seconds_fit"),
                row["epochs"],
                f"{seconds_an_epoch(row):.3g}",
                row["labels"],
                megabytes(row),
            ]
        )
    if len({n_pixels(row) for row in rows}) > 1:
        pixels = [n_pixels(row) for row in rows]
        lines.append(
            [
                "exponent",
                "",
                exponent(pixels, [float(row["seconds_fit"]) for row in rows]),
                "",
                exponent(pixels, [seconds_an_epoch(row) for row in rows]),
                "",
                exponent(pixels, [growth(row) for row in rows]),
            ]
        )
    return lines


def lines_of_collections(rows: list[Row]) -> list[list[str]]:
    """Make a line for each number of workers."""
    lines = [["workers", "images", "size", "epochs of each", "seconds", "fits a second",
              "times faster", "minutes for 300"]]  # fmt: skip
    for row in rows:
        rate = int(row["images"]) / float(row["seconds_all"])
        lines.append(
            [
                row["n_jobs"],
                row["images"],
                f"{row['width']} x {row['height']}",
                row["epochs"],
                over_range(row, "seconds_all"),
                f"{rate:.3g}",
                row["faster"],
                f"{300 / rate / 60:.3g}",
            ]
        )
    return lines


def lines_of_methods(rows: list[Row]) -> list[list[str]]:
    """Make a line for each method."""
    lines = [["method", "seconds", "times the first"]]
    return lines + [[row["method"], over_range(row, "seconds_fit"), row["ratio"]] for row in rows]


def n_pixels(row: Row) -> int:
    """Pixels of the picture."""
    return int(row["height"]) * int(row["width"])


def seconds_an_epoch(row: Row) -> float:
    """Seconds of a whole fit, superpixels and labelling with it, shared by its epochs."""
    return float(row["seconds_fit"]) / int(row["epochs"])


def growth(row: Row) -> float:
    """Megabytes that the fit took, at least one."""
    return max(1.0, float(row["mb_peak"]) - float(row["mb_before"]))


def megabytes(row: Row) -> str:
    """Write the growth and, on a CPU, the whole of the memory."""
    text = f"{growth(row):.0f}"
    return f"{text} of {row['mb_peak']}" if row["device"].startswith("CPU") else text


def over_range(row: Row, name: str) -> str:
    """Write the median and the range."""
    median, least, most = (float(row[name + part]) for part in ("", "_least", "_most"))
    return f"{median:.3g} ({least:.3g} to {most:.3g})"


def exponent(pixels: list[int], values: list[float]) -> str:
    """Fit values ~ pixels^b, and write b."""
    slope, _ = np.polyfit(np.log(pixels), np.log(values), 1)
    return f"{slope:.2f}"
