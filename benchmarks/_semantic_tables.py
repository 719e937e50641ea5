"""The tables of `semantic.py`: means over seeds, and paired differences with their errors."""

from collections.abc import Callable, Iterable

import numpy as np
from _results import Row
from _semantic_data import CLASSES, N_TUNING
from _semantic_methods import ALONE, METHODS, OURS, SLIC
from _tables import join, list_table, made_by, over_seeds, with_error

BOUNDARY_WIDTH = 3  # pixels, half a percent of the diagonal
COUNTS = ["intersections", "unions", "boundary_intersections", "boundary_unions"]
INTRODUCTION = """\
Mean intersection over union of {n_classes} classes (mIoU) and of the pixels within
{width} pixels of their boundaries (boundary mIoU), in percent, over {n_scenes} road scenes.
Means over seeds ({n_seeds}), ± their standard deviation where there are several. Pixels are
counted over all scenes first. The parameters of each method were chosen on {n_tuning} other
scenes. Seconds are of the method on a shared processor, without its regions."""
DIFFERENCES = """\
Paired differences in percent, ± jackknife standard errors over scenes; the mean over seeds is taken
first."""
PER_CLASS = """\
Intersection over union of each class, in percent, means over seeds."""

ByMethod = dict[str, np.ndarray]


def render(rows: Iterable[Row], command: str) -> str:
    """Draw all tables."""
    rows = list(rows)
    kinds = {kind: counts_of(rows, kind) for kind in dict.fromkeys(r["classifier"] for r in rows)}
    shapes = {kind: next(iter(by_method.values())).shape for kind, by_method in kinds.items()}
    introduction = INTRODUCTION.format(
        n_classes=len(CLASSES),
        width=BOUNDARY_WIDTH,
        n_scenes=next(iter(shapes.values()))[1],
        n_seeds=", ".join(f"{kind}: {shape[0]}" for kind, shape in shapes.items()),
        n_tuning=N_TUNING,
    )
    lines = [introduction, "", *list_table(scores_table(rows, kinds))]
    lines += [DIFFERENCES, "", *list_table(differences_table(kinds))]
    lines += [PER_CLASS, "", *list_table(classes_table(kinds))]
    return join([*lines, *made_by(command, rows, ["sklearn-dic", "date"])])


def counts_of(rows: list[Row], kind: str) -> ByMethod:
    """Read the counts of each method -> (n_seeds, n_scenes, 4, n_classes), the same of all."""
    by_method: dict[str, dict[tuple[str, str], list[list[int]]]] = {}
    for row in rows:
        if row["classifier"] == kind:
            counts = [[int(n) for n in row[name].split()] for name in COUNTS]
            by_method.setdefault(row["method"], {})[row["seed"], row["scene"]] = counts
    common = set.intersection(*(set(own) for own in by_method.values()))
    seeds = sorted({seed for seed, _ in common})
    scenes = sorted({scene for _, scene in common})
    scenes = [scene for scene in scenes if all((seed, scene) in common for seed in seeds)]
    return {
        method: np.array([[by_method[method][seed, scene] for scene in scenes] for seed in seeds])
        for method in METHODS
        if method in by_method
    }


def score(counts: np.ndarray) -> np.ndarray:
    """(n_scenes, 4, n_classes) counts -> mIoU and boundary mIoU in percent."""
    return np.nanmean(per_class(counts), axis=1)


def per_class(counts: np.ndarray) -> np.ndarray:
    """(n_scenes, 4, n_classes) counts -> (2, n_classes), NaN where a class does not occur."""
    intersections, unions = counts.sum(axis=0)[[0, 2]], counts.sum(axis=0)[[1, 3]]
    return 100 * intersections / np.where(unions > 0, unions, np.nan)


def scores_table(rows: list[Row], kinds: dict[str, ByMethod]) -> list[list[str]]:
    """Make the lines of a table with the scores of each method."""
    lines = [["scores of", "sharpened by", "mIoU", "boundary mIoU", "seconds", "setting"]]
    for kind, by_method in kinds.items():
        for method, counts in by_method.items():
            own = [r for r in rows if r["classifier"] == kind and r["method"] == method]
            scores = np.array([score(of_seed) for of_seed in counts])
            shown = [over_seeds(values, 1) for values in scores.T]
            seconds = np.median([float(row["seconds"]) for row in own])
            lines.append([kind, method, *shown, f"{seconds:.2f}", own[0]["setting"]])
    return lines


def differences_table(kinds: dict[str, ByMethod]) -> list[list[str]]:
    """Make the lines of a table that compares our regions with the others."""
    lines = [["scores of", "difference", "mIoU", "boundary mIoU"]]
    for kind, by_method in kinds.items():
        pairs = [(OURS, other) for other in by_method if other != OURS] if OURS in by_method else []
        pairs += [(SLIC, ALONE)] if {SLIC, ALONE} <= by_method.keys() else []
        for first, second in pairs:
            difference = jackknife(score, by_method[first], by_method[second])
            shown = [with_error(*pair, 2, "+") for pair in zip(*difference, strict=True)]
            lines.append([kind, f"{first} minus {second}", *shown])
    return lines


def classes_table(kinds: dict[str, ByMethod]) -> list[list[str]]:
    """Make the lines of a table with the score of each class."""
    lines = [["scores of", "sharpened by", *CLASSES]]
    for kind, by_method in kinds.items():
        for method, counts in by_method.items():
            means = np.mean([per_class(of_seed)[0] for of_seed in counts], axis=0)
            lines.append([kind, method, *(f"{value:.0f}" for value in means)])
    return lines


def jackknife(
    statistic: Callable[[np.ndarray], np.ndarray], first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Difference of a statistic of two methods, and its jackknife standard error over scenes.

    Parameters
    ----------
    statistic : callable
        Of counts (n_scenes, ...).
    first, second : ndarray of shape (n_seeds, n_scenes, ...)
        The same seeds and scenes of both.

    Returns
    -------
    difference, error : ndarray
    """

    def difference(kept: np.ndarray) -> np.ndarray:
        return np.mean(
            [statistic(a[kept]) - statistic(b[kept]) for a, b in zip(first, second, strict=True)],
            axis=0,
        )

    n_scenes = first.shape[1]
    every = np.arange(n_scenes)
    without = np.array([difference(np.delete(every, i)) for i in every])
    error = np.sqrt((n_scenes - 1) * without.var(axis=0))
    return difference(every), error
