"""The tables of merge trees that `hierarchy.py` measures."""

import os
import platform
from datetime import date
from importlib.metadata import version

import numpy as np
from _list_table import list_table
from _published import SYSTEMS

BSDS300 = 300  # images
MEASURES = {
    "PRI ↑": "probabilistic_rand_index",
    "VoI ↓": "variation_of_information",
    "GCE ↓": "global_consistency_error",
    "BDE ↓": "boundary_displacement_error",
    "SC ↑": "segmentation_covering",
}
DIGITS = {"probabilistic_rand_index": 4, "boundary_displacement_error": 2}
SIMPLEST, DEFAULT = "Ward on Lab", "+ spectral contours (default)"
LEARNED = "+ learned features, seed "

INTRODUCTION = """\
Means over {n_images} images of BSDS300 and their annotators ({n_train} of train, {n_val} of val).
ODS: the one number of regions, 1 to 40, whose mean PRI is best. ODS, distance: the one distance in
the tree, at most 40 regions. OIS by PRI: for each image the number whose PRI is best. auto: what
``n_segments="auto"`` chooses, without a look at the annotations. Weights were chosen on images of
train and on some of val; the distance of "auto" among those that are about as good
there, after a look at all images. Covering is pooled over annotators and images. Seconds are those
of a tree without its superpixels, with one thread on a shared processor.
"""
OF_HELD_OUT = """\
*Held out* are the {n_held_out} images of val that had no part in the choice of weights; they had
one in that of the distance.
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
The next compares mean colours alone, and each of the others adds to the one before what its name
says, with the default weight; sizes and borders are the exponents, 1 and 0 before.
"""
OF_LEARNED = """\
The features that ``DeepImageClustering()`` learned are added to the default, once for each seed;
then "auto" is its answer, "labels" that with ``n_segments=None``, and the seconds have its fit.
"""


def render(rows: list[dict]) -> str:
    """Means over the images as a table in reStructuredText."""
    images = dict.fromkeys(row["image"] for row in rows)
    n_train = sum(image.startswith("train") for image in images)
    cells = [["tree", "cut", "regions", *MEASURES, "seconds"]]
    if len(images) == BSDS300:
        cells += [[f"published: {name}", "", "", *scores, ""] for name, scores in SYSTEMS.items()]
    # Weights were chosen twice: without every other image of val by number, and by name.
    of_val = [image for image in images if image.startswith("val")]
    held_out = set(of_val[1::2]) & set(sorted(of_val)[1::2])
    apart = [
        row | {"protocol": f"{row['protocol']}, held out"}
        for row in rows
        if row["image"] in held_out and row["protocol"] in ("auto", "OIS by PRI")
    ]
    every = rows + (apart if len(images) == BSDS300 else [])
    for name, protocol in dict.fromkeys((row["method"], row["protocol"]) for row in every):
        own = [row for row in every if (row["method"], row["protocol"]) == (name, protocol)]

        def mean(column: str, weights: list | None = None, own: list[dict] = own) -> float:
            return float(np.average([float(row[column]) for row in own], weights=weights))

        annotations = [int(row["annotations"]) for row in own]
        digits = [2 if measure.startswith("BDE") else 4 for measure in MEASURES]
        pooled = [annotations if measure.startswith("SC") else None for measure in MEASURES]
        cells.append(
            [name.replace("+", r"\+"), protocol, f"{mean('regions'):.1f}"]  # no bullet
            + [
                f"{mean(column, weights):.{n}f}"
                for column, weights, n in zip(MEASURES.values(), pooled, digits, strict=True)
            ]
            + [f"{mean('seconds'):.1f}"]
        )
    introduction = INTRODUCTION.format(
        n_images=len(images), n_train=n_train, n_val=len(images) - n_train
    )
    if len(images) == BSDS300:
        introduction += OF_HELD_OUT.format(n_held_out=len(held_out))
    else:
        introduction += STEPS
    if any(row["method"].startswith(LEARNED) for row in rows):
        introduction += OF_LEARNED
    lines = [introduction, *list_table(cells), *differences(rows)]
    n_seeds = len({row["method"] for row in rows if row["method"].startswith(LEARNED)})
    which = "--all" if len(images) == BSDS300 else f"--images {len(images)}"
    lines += made_by(f"{which} --seeds {n_seeds}")
    return "\n".join(line.rstrip(" ") for line in lines)


def differences(rows: list[dict]) -> list[str]:
    """Compare what has learned with the trees without a network, on the same images."""
    learned = [row for row in rows if row["method"].startswith(LEARNED)]
    if not learned:
        return []
    cells = [["learned features, minus", "cut", *MEASURES]]
    for other, protocol in [(SIMPLEST, "OIS by PRI"), (DEFAULT, "OIS by PRI"), (DEFAULT, "auto")]:
        others = [row for row in rows if row["method"] == other]
        shown = compare(learned, others, protocol)
        cells.append([other.replace("+", r"\+"), protocol, *shown])
    introduction = "Mean differences on the same images, ± their standard errors:"
    return [introduction, "", *list_table(cells)]


def render_variants(rows: list[dict]) -> str:
    """Mean differences to the default tree as a table in reStructuredText."""
    images = dict.fromkeys(row["image"] for row in rows)
    n_train = sum(image.startswith("train") for image in images)
    default = [row for row in rows if row["method"] == DEFAULT]
    cells = [["tree", "cut", "regions", *MEASURES]]
    for name, protocol in dict.fromkeys((row["method"], row["protocol"]) for row in rows):
        own = [row for row in rows if (row["method"], row["protocol"]) == (name, protocol)]
        if protocol not in ("ODS, distance", "OIS by PRI"):
            continue
        regions = np.mean([float(row["regions"]) for row in own])
        if name == DEFAULT:
            shown_name, shown = "default", means(own)
        else:
            shown_name = f"``{name}``" if "=" in name else name
            shown = compare(own, default, protocol)
        cells.append([shown_name, protocol, f"{regions:.1f}", *shown])
    n_val = len(images) - n_train
    lines = [
        OF_VARIANTS.format(n_images=len(images), n_train=n_train, n_val=n_val),
        *list_table(cells),
        *made_by(f"--variants --images {len(images)}"),
    ]
    return "\n".join(lines)


def made_by(which: str) -> list[str]:
    """Name the command that makes a table again, and with what it was made."""
    packages = ["numpy", "scipy", "scikit-image", "torch"]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return [
        f"Made by ``python benchmarks/hierarchy.py {which}`` on",
        f"{date.today()}, on {os.cpu_count()} cores of an {platform.machine()} processor, with",
        f"{versions}.",
        "",
    ]


def means(rows: list[dict]) -> list[str]:
    """Write the mean of each measure over images."""
    shown = []
    for measure in MEASURES.values():
        digits = DIGITS.get(measure, 3)
        shown.append(f"{np.mean([float(row[measure]) for row in rows]):.{digits}f}")
    return shown


def compare(some: list[dict], others: list[dict], protocol: str) -> list[str]:
    """Write mean paired differences of each measure, ± their standard errors over images."""
    shown = []
    for measure in MEASURES.values():
        scores, of_others = (
            scores_by_image([row for row in rows if row["protocol"] == protocol], measure)
            for rows in (some, others)
        )
        paired = np.array([scores[image] - of_others[image] for image in scores])
        error = paired.std(ddof=1) / len(paired) ** 0.5
        digits = DIGITS.get(measure, 3)
        shown.append(f"{paired.mean():+.{digits}f} ± {error:.{digits}f}")
    return shown


def scores_by_image(rows: list[dict], measure: str) -> dict[str, float]:
    """One measure of each image, the mean over seeds."""
    return {
        image: float(np.mean([float(row[measure]) for row in rows if row["image"] == image]))
        for image in dict.fromkeys(row["image"] for row in rows)
    }
