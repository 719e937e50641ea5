"""The tables of `kinds.py`: regions as they come, best cuts, and what the network adds."""

from collections.abc import Callable

import numpy as np
from _kinds_data import KINDS
from _kinds_methods import AUTO, BEST_PRI, BEST_VOI, CUTS, DIC, MERGING, METHODS, PUBLISHED, TOLD
from _measures import MEASURES, PRI, SC, TITLES, VOI
from _results import Row
from _tables import compare, join, list_table, made_by, without_empty_columns

SHOWN = [PRI, VOI, SC]
AS_THEY_COME = """\
**Regions as they come.** Means over pictures, annotations and seeds. The regions of each method as
it comes, and told the true number of regions. Methods that have no answer of their own take the
one setting whose mean PRI on the kind is best, and, told the number, the setting that gives the
nearest number: they have seen the truth. F is the F-measure of the best single region for each
object."""
BEST = """\
**Best cuts.** For each picture the cut, or the setting, whose PRI is best, and the one whose VoI is
best."""
DIFFERENCES = """\
**What the network adds.** Mean differences, ``DeepImageClustering()`` minus ``RegionMerging()``, on
the same pictures, ± their standard errors over pictures; the mean over seeds is taken first."""
LEGEND = """\
Covering is pooled over annotations and pictures in the first two tables. Published label maps are
scored by our measures; published scores are quoted. ``benchmarks/results/kinds.csv`` has all
measures of each picture."""
NO_SCORE = ""

ByMethod = dict[str, list[Row]]


def render(rows: list[Row], command: str) -> str:
    """Draw all tables."""
    kinds = {}
    for kind in KINDS:
        by_method = on_common_pictures([row for row in rows if row["kind"] == kind])
        if by_method:
            kinds[kind] = by_method
    if not kinds:
        return "No picture has all methods yet.\n"
    lines = [describe(kinds), ""]
    header = [f"{cut}: {m.title}" for cut in (AUTO, TOLD) for m in SHOWN]
    lines += [AS_THEY_COME, "", *draw(["regions", *header, "F"], kinds, as_come)]
    header = [f"{cut}: {name}" for cut in (BEST_PRI, BEST_VOI)
              for name in ("regions", *(m.title for m in SHOWN))]  # fmt: skip
    lines += [BEST, "", *draw(header, kinds, best_cuts)]
    if any(DIC in by_method and MERGING in by_method for by_method in kinds.values()):
        lines += [DIFFERENCES, "", *list_table([["kind", "cut", *TITLES], *differences(kinds)])]
    made = made_by(command, rows, ["sklearn-dic", "date"])
    return join([*lines, LEGEND, "", *made])


def on_common_pictures(rows: list[Row]) -> ByMethod:
    """Sort rows of a kind by method, of the pictures alone that all our methods have."""
    by_method: ByMethod = {}
    for row in rows:
        by_method.setdefault(row["method"], []).append(row)
    order = [*METHODS, *sorted(by_method.keys() - METHODS.keys())]
    ours = [own for name, own in by_method.items() if name in METHODS]
    if not ours:
        return {}
    common = set.intersection(*({row["image"] for row in own} for own in ours))
    kept = {
        name: [row for row in by_method[name] if row["image"] in common]
        for name in order
        if name in by_method
    }
    return {name: own for name, own in kept.items() if own}


def describe(kinds: dict[str, ByMethod]) -> str:
    """Say how many pictures there are of each kind."""
    counts = []
    for kind, by_method in kinds.items():
        ours = next(own for name, own in by_method.items() if not name.startswith(PUBLISHED))
        true = {row["image"]: float(row["true_regions"]) for row in ours}
        counts.append(f"{kind} {len(true)} ({np.mean(list(true.values())):.0f} regions)")
    return f"Pictures, and the mean number of their true regions: {', '.join(counts)}."


def draw(
    header: list[str], kinds: dict[str, ByMethod], cells: Callable[[list[Row]], list[str]]
) -> list[str]:
    """Draw a table with a line for each kind and method that has any cells."""
    lines = [["kind", "method", *header]]
    for kind, by_method in kinds.items():
        shown = [[kind, name, *cells(own)] for name, own in by_method.items()]
        lines += [line for line in shown if any(line[2:])]
    return list_table(without_empty_columns(lines))


def as_come(rows: list[Row]) -> list[str]:
    """Make the cells of a method as it comes, and told the number of regions."""
    auto, told = answers(rows, AUTO), answers(rows, TOLD)
    cells = [mean(auto, "regions", 1), *means(auto), *means(told)]
    return [*cells, mean(auto, "f_measure", 3)]


def best_cuts(rows: list[Row]) -> list[str]:
    """Make the cells of a method at its best cuts."""
    cells = []
    for cut in (BEST_PRI, BEST_VOI):
        own = answers(rows, cut)
        cells += [mean(own, "regions", 1), *means(own)]
    return cells


def answers(rows: list[Row], cut: str) -> list[Row]:
    """Find the row of each picture and seed at a cut, or at the setting that stands for it."""
    own = [row for row in rows if row["cut"] == cut]
    settings = [row for row in rows if row["cut"] not in CUTS]
    if own or not settings:
        return own
    if cut == AUTO:
        pri: dict[str, list[float]] = {}
        for row in settings:
            pri.setdefault(row["cut"], []).append(float(row[PRI.name]))
        most = max(map(len, pri.values()))  # a setting that some pictures lack is left out
        best = max((name for name in pri if len(pri[name]) == most), key=lambda n: np.mean(pri[n]))
        return [row for row in settings if row["cut"] == best]
    by_fit: dict[tuple[str, str], list[Row]] = {}
    for row in settings:
        by_fit.setdefault((row["image"], row["seed"]), []).append(row)
    distance = {TOLD: surplus, BEST_PRI: minus_pri, BEST_VOI: voi}[cut]
    return [min(own, key=distance) for own in by_fit.values()]


def surplus(row: Row) -> float:
    """How far the number of regions is from the true one."""
    return abs(float(row["regions"]) - float(row["true_regions"]))


def minus_pri(row: Row) -> float:
    """PRI, the smaller the better."""
    return -float(row[PRI.name])


def voi(row: Row) -> float:
    """VoI."""
    return float(row[VOI.name])


def means(rows: list[Row]) -> list[str]:
    """Write the mean of each shown measure; nothing where it was not measured."""
    shown = []
    for measure in SHOWN:
        if not rows or any(row[measure.name] == NO_SCORE for row in rows):
            shown.append("")
            continue
        scores = np.array([float(row[measure.name]) for row in rows])
        weights = [int(row["annotations"]) for row in rows]
        shown.append(f"{measure.mean(scores, weights):.3f}")
    return shown


def mean(rows: list[Row], column: str, digits: int) -> str:
    """Write the mean of a column; nothing where it is empty."""
    values = [float(row[column]) for row in rows if row[column] != NO_SCORE]
    return f"{np.mean(values):.{digits}f}" if values else ""


def differences(kinds: dict[str, ByMethod]) -> list[list[str]]:
    """Compare the network with the tree alone, for each kind and cut."""
    lines = []
    for kind, by_method in kinds.items():
        if DIC in by_method and MERGING in by_method:
            for cut in CUTS:
                dic, merging = (answers(by_method[name], cut) for name in (DIC, MERGING))
                lines.append([kind, cut, *compare(dic, merging, MEASURES)])
    return lines
