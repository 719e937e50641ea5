"""The tables of merge trees that `hierarchy.py` measures."""

import os
import platform
from datetime import date

import numpy as np
from _measures import BDE, MEASURES, TITLES
from _photographs import N_IMAGES, count_halves
from _published import SYSTEMS
from _results import Row
from _tables import compare, join, list_table, versions

# As the rows call them.
SIMPLEST, DEFAULT = "Ward on Lab", "+ spectral contours (default)"
LEARNED = "+ learned features, seed "
EARLIER = "distance 68"  # where an earlier "auto" cut
# Parameters of a row with the names that they had before `MergeWeights`.
RENAMED = {"enclosing_weight": "coarse", "gradient_weight": "gradient", "local_weight": "local"}

INTRODUCTION = """\
Means over {n_images} images of BSDS300 and their annotators ({n_train} of train, {n_val} of val).
ODS: the one number of regions, 1 to 40, whose mean PRI is best. ODS, distance: the one distance in
the tree, at most 40 regions. OIS by PRI: for each image the number whose PRI is best. auto: the
cut of ``n_segments="auto"``, without a look at the annotations. distance 68: the cut of an earlier
"auto", with a network into at most 32 regions. Weights were chosen on images of train and on some
of val, the constants of "auto" on 60 of the images and on other kinds of pictures, with a look at
all. Covering is pooled over annotators and images. Seconds are those of a tree, with one thread on
a shared processor.
"""
OF_HELD_OUT = """\
*Held out* are the {n_held_out} images of val that had no part in the choice of weights; some of
them had one in the choice of "auto".
"""
OF_VARIANTS = """\
Means over {n_images} images of BSDS300 ({n_train} of train, {n_val} of val), and for all but the
default tree mean differences to it on the same images, ± their standard errors. No network; the
images of val include some that had no part in the choice of weights. ODS, distance: each tree at
the one distance whose mean PRI is best, at most 40 regions. OIS by PRI: for each image the number
of regions, 1 to 40, whose PRI is best. Covering is not pooled.
"""
STEPS = """\
The simplest tree is Ward's, of means and deviations of the colours, and Felzenszwalb's superpixels.
The next compares mean colours alone, and each of the others adds the part that it is named after
to the tree before, with the default weight; sizes and borders are the exponents, 1 and 0 before.
"""
OF_LEARNED = """\
The features that ``DeepImageClustering()`` learned are added to the default, once for each seed;
then "auto" is its answer, "labels" that with ``n_segments=None``, and the seconds have its fit.
"""


def render(rows: list[Row]) -> str:
    """Means over the images as a table in reStructuredText."""
    counts = count_halves(rows)
    is_whole = counts["n_images"] == N_IMAGES
    cells = [["tree", "cut", "regions", *TITLES, "seconds"]]
    introduction = INTRODUCTION.format(**counts)
    every = rows
    if is_whole:
        cells += [[f"published: {name}", "", "", *scores, ""] for name, scores in SYSTEMS.items()]
        held_out = find_held_out(rows)
        every = rows + [
            row | {"protocol": f"{row['protocol']}, held out"}
            for row in rows
            if row["image"] in held_out and row["protocol"] in ("auto", "OIS by PRI")
        ]
        introduction += OF_HELD_OUT.format(n_held_out=len(held_out))
    else:
        introduction += STEPS
    for (name, protocol), own in by_cut(every).items():
        cells.append(
            [
                show(name),
                protocol,
                f"{mean(own, 'regions'):.1f}",
                *means(own, {measure.name: 2 if measure is BDE else 4 for measure in MEASURES}),
                f"{mean(own, 'seconds'):.1f}",
            ]
        )
    seeds = {row["method"] for row in rows if row["method"].startswith(LEARNED)}
    if seeds:
        introduction += OF_LEARNED
    which = "--all" if is_whole else f"--images {counts['n_images']}"
    footer = made_with(f"{which} --seeds {len(seeds)}")
    return join([introduction, *list_table(cells), *differences(rows), *footer])


def find_held_out(rows: list[Row]) -> set[str]:
    """Find the images of val that no choice of weights has seen.

    Weights were chosen twice: without every other image of val by number, and by name.
    """
    of_val = [image for image in dict.fromkeys(r["image"] for r in rows) if image[:3] == "val"]
    return set(of_val[1::2]) & set(sorted(of_val)[1::2])


def by_cut(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    """Sort rows by method and protocol."""
    sorted_rows: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        sorted_rows.setdefault((row["method"], row["protocol"]), []).append(row)
    return sorted_rows


def differences(rows: list[Row]) -> list[str]:
    """Compare the trees with learned features with the others, on the same images."""
    cuts = by_cut(rows)
    cells = [["difference", "cut", *TITLES]]
    for other, protocol in [(SIMPLEST, "OIS by PRI"), (DEFAULT, "OIS by PRI"), (DEFAULT, "auto")]:
        learned = [
            row
            for (name, cut), own in cuts.items()
            if name.startswith(LEARNED) and cut == protocol
            for row in own
        ]
        if learned:
            shown = compare(learned, cuts[other, protocol])
            cells.append([f"``DeepImageClustering()``, minus {show(other)}", protocol, *shown])
    if (DEFAULT, EARLIER) in cuts:
        shown = compare(cuts[DEFAULT, "auto"], cuts[DEFAULT, EARLIER])
        cells.append([f"``RegionMerging()``, minus its cut at {EARLIER}", "auto", *shown])
    if len(cells) == 1:
        return []
    introduction = "Mean differences on the same images, ± their standard errors:"
    return [introduction, "", *list_table(cells)]


def render_variants(rows: list[Row]) -> str:
    """Mean differences to the default tree as a table in reStructuredText."""
    cuts = by_cut(rows)
    cells = [["tree", "cut", "regions", *TITLES]]
    for (name, protocol), own in cuts.items():
        if protocol not in ("ODS, distance", "OIS by PRI"):
            continue
        if name == DEFAULT:
            shown_name, shown = "default", means(own)
        else:
            shown_name = show_variant(name)
            shown = compare(own, cuts[DEFAULT, protocol])
        cells.append([shown_name, protocol, f"{mean(own, 'regions'):.1f}", *shown])
    counts = count_halves(rows)
    footer = made_with(f"--variants --images {counts['n_images']}")
    return join([OF_VARIANTS.format(**counts), *list_table(cells), *footer])


def show(name: str) -> str:
    """Name a tree in the table: the estimator, where it is one."""
    name = name.replace(DEFAULT, "+ spectral contours: ``RegionMerging()``")
    name = name.replace(LEARNED, "+ learned features: ``DeepImageClustering()``, seed ")
    return name.replace("+", r"\+")  # no bullet


def show_variant(name: str) -> str:
    """Name a variant, with its weight as `MergeWeights` calls it."""
    weight, is_weight, value = name.partition("=")
    return f"``{RENAMED.get(weight, weight)}={value}``" if is_weight else name


def made_with(which: str) -> list[str]:
    """Name the command that makes a table again, and with what it was made."""
    return [
        f"Made by ``python benchmarks/hierarchy.py {which}`` on",
        f"{date.today()}, on {os.cpu_count()} cores of an {platform.machine()} processor, with",
        f"{versions(['numpy', 'scipy', 'scikit-image', 'torch'])}.",
        "",
    ]


def mean(rows: list[Row], column: str) -> float:
    """Average a column."""
    return float(np.mean([float(row[column]) for row in rows]))


def means(rows: list[Row], pooled_digits: dict[str, int] | None = None) -> list[str]:
    """Write the mean of each measure over images; with these digits, pooled as Berkeley does."""
    shown = []
    for measure in MEASURES:
        values = np.array([float(row[measure.name]) for row in rows])
        if pooled_digits is None:
            shown.append(f"{values.mean():.{measure.digits}f}")
        else:
            weights = [int(row["annotations"]) for row in rows]
            shown.append(f"{measure.mean(values, weights):.{pooled_digits[measure.name]}f}")
    return shown
