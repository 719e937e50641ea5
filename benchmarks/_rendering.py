"""From rows of results to a table in reStructuredText."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from _published import (
    BEST_SETTING,
    EPOCHS,
    SECONDS,
    SECONDS_BY_CLUSTERS,
    SYSTEMS,
    WITHOUT_CLUSTERING,
    Scores,
)

from sklearn_dic.model_selection import OptimalScale, optimal_scale

HIGHER = {"pri": True, "voi": False, "gce": False, "bde": False, "sc": True}
DIGITS = {"pri": 4, "voi": 3, "gce": 3, "bde": 2, "sc": 3}
TITLES = ["setting", "PRI ↑", "VoI ↓", "GCE ↓", "BDE ↓", "SC ↑", "labels", "epochs", "seconds",
          "PRI, minus that of AF-graph"]  # fmt: skip
LEGEND = """\
Values are means over images and seeds, ± the standard deviation over seeds; the last column is the
mean difference over images ± its standard error. "Pieces apart" numbers the connected pieces of a
label apart. Published rows are means over all 300 images.
"""
VARIANTS = {"": "", "_components": ", pieces apart"}

Row = dict[str, str]


class Results:
    """The rows of one kind of superpixels as arrays: settings x seeds x images."""

    def __init__(self, rows: list[Row], settings: list[str], peers: dict[str, float]) -> None:
        by_key = {(row["setting"], row["seed"], row["image"]): row for row in rows}
        self.settings = settings
        self.seeds = sorted({row["seed"] for row in rows})
        images = dict.fromkeys(row["image"] for row in rows)
        self.images = [
            image
            for image in images
            if all((s, seed, image) in by_key for s in settings for seed in self.seeds)
        ]
        self.rows = [
            [[by_key[s, seed, image] for image in self.images] for seed in self.seeds]
            for s in settings
        ]
        self.peers = np.array([peers.get(image, np.nan) for image in self.images])
        self.annotators = self.values("annotations")[0, 0] if self.images else np.empty(0)

    def values(self, column: str) -> np.ndarray:
        """One column -> (settings, seeds, images)."""
        return np.array([[[float(r[column]) for r in a] for a in b] for b in self.rows])

    def mean(self, measure: str, values: np.ndarray) -> np.ndarray:
        """Average (..., images) as the Berkeley benchmark does: covering over all annotators."""
        weights = self.annotators if measure == "sc" else None
        return np.average(values, axis=-1, weights=weights)

    def difference(self, pri: np.ndarray) -> str:
        """Compare (seeds, images) with AF-graph, image by image."""
        differences = pri.mean(axis=0) - self.peers
        if len(differences) < 2 or not np.isfinite(differences).all():
            return ""
        return spread(differences.mean(), differences.std(ddof=1) / len(differences) ** 0.5, 4)

    def scales(self, suffix: str, seed: int) -> OptimalScale:
        """ODS and OIS of one seed; a higher score is better."""
        results: dict[str, Any] = {"params": [{"i": i} for i in range(len(self.settings))]}
        for measure, is_higher in HIGHER.items():
            values = self.values(measure + suffix)[:, seed] * (1 if is_higher else -1)
            results |= {f"split{i}_test_{measure}": values[:, i] for i in range(values.shape[1])}
        return optimal_scale(results, "pri")


def render(
    table: str, rows: list[Row], settings: list[str], *, peers: dict[str, float], note: str
) -> str:
    """Draw the table of a name -> reStructuredText."""
    lines = []
    for superpixels in dict.fromkeys(row["superpixels"] for row in rows):
        own = [row for row in rows if row["superpixels"] == superpixels]
        results = Results(own, settings, peers)
        if not results.images:
            continue
        regions = results.values("regions").mean()
        lines += [
            f"*{superpixels}*, {regions:.0f} superpixels on average, {len(results.images)} images, "
            f"{len(results.seeds)} seed(s)",
            "",
            ".. list-table::",
            "   :header-rows: 1",
            "",
        ]
        body = [TITLES, *published(table), *ours(results)]
        if table in ("table1", "table4"):
            body += optimal(results)
        for cells in body:
            lines += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(cells)]
        lines.append("")
    if not lines:
        return "No image has all settings yet.\n"
    first = rows[0]
    resolution = sorted({f"{float(row['resolution']):.2g}" for row in rows})
    lines += [
        LEGEND,
        f"Made by ``{note}``: {first['device']}, PyTorch {first['torch']}, {first['precision']},",
        f"trained at {', '.join(resolution)} of the sides, {first['date']}.",
        "",
    ]
    return "\n".join(line.rstrip() for line in lines)


def ours(results: Results) -> list[list[str]]:
    """Make a line for each setting, for the labels and for their connected pieces."""
    lines = []
    counts = {name: results.values(name) for name in ("labels", "epochs", "seconds")}
    for suffix, variant in VARIANTS.items():
        values = {measure: results.values(measure + suffix) for measure in HIGHER}
        for i, setting in enumerate(results.settings):
            cells = [describe(setting) + variant]
            for measure, columns in values.items():
                seeds = results.mean(measure, columns[i])
                cells.append(spread_over(seeds, DIGITS[measure]))
            cells += [f"{counts[name][i].mean():.1f}" for name in counts]
            lines.append([*cells, results.difference(values["pri"][i])])
    return lines


def optimal(results: Results) -> list[list[str]]:
    """Find the best setting for the whole set and for each image, by both protocols."""
    lines = []
    chosen: dict[str, Callable[[OptimalScale, str], Any]] = {
        "ODS, each measure": lambda scale, measure: scale.ods_params[measure]["i"],
        "ODS by PRI": lambda scale, measure: scale.ods_params["pri"]["i"],
        "OIS, each measure": lambda scale, measure: [p["i"] for p in scale.ois_params[measure]],
        "OIS by PRI": lambda scale, measure: [p["i"] for p in scale.ois_params["pri"]],
    }
    everything = np.arange(len(results.images))
    for suffix, variant in VARIANTS.items():
        scales = [results.scales(suffix, seed) for seed in range(len(results.seeds))]
        for name, choose in chosen.items():
            cells = [name + variant]
            picked = {}
            for measure in HIGHER:
                values = results.values(measure + suffix)
                picked[measure] = np.array(
                    [
                        values[choose(scale, measure), seed, everything]
                        for seed, scale in enumerate(scales)
                    ]
                )
                seeds = results.mean(measure, picked[measure])
                cells.append(spread_over(seeds, DIGITS[measure]))
            lines.append([*cells, "", "", "", results.difference(picked["pri"])])
    return lines


def published(table: str) -> list[list[str]]:
    """Quote the lines of the paper that a table is compared with."""
    lines: dict[str, Scores] = {}
    seconds: dict[str, float] = {}
    if table == "table1":
        lines = SYSTEMS
    elif table == "table3":
        lines = {f"published: T = {epochs}": scores for epochs, scores in EPOCHS.items()}
    elif table == "table6":
        seconds = {f"published: T = {epochs}, GTX 1080": s for epochs, s in SECONDS.items()}
        seconds |= {f"published: C = {c}, GTX 1080": s for c, s in SECONDS_BY_CLUSTERS.items()}
        lines = dict.fromkeys(seconds, (None,) * 4)
    else:
        best = f"published: C = {BEST_SETTING[0]}, M = {BEST_SETTING[1]}"
        lines = {best: SYSTEMS["DIC, best single setting"]}
        if table == "table4":
            lines["published: OIS"] = SYSTEMS["DIC, best of 7 settings for each image"]
        if table == "table5":
            lines["published: without clustering"] = WITHOUT_CLUSTERING
    digits = list(DIGITS.values())
    return [
        [
            name,
            *("" if x is None else f"{x:.{d}f}" for x, d in zip(scores, digits, strict=False)),
            *["", "", "", f"{seconds[name]:.1f}" if name in seconds else "", ""],
        ]
        for name, scores in lines.items()
    ]


def describe(setting: str) -> str:
    """Write a setting in the paper's symbols."""
    parameters = json.loads(setting)
    text = f"C = {parameters['n_clusters']}, M = {parameters['n_centers']}"
    if "max_iter" in parameters:
        text += f", T = {parameters['max_iter']}"
    if "clustering" in parameters:
        text += f", clustering={parameters['clustering']!r}"
    return text


def spread_over(seeds: np.ndarray, digits: int) -> str:
    """Mean and standard deviation of one value for each seed."""
    return spread(seeds.mean(), seeds.std(ddof=1) if len(seeds) > 1 else None, digits)


def spread(value: float, deviation: float | None, digits: int) -> str:
    """Write a value, and its spread where it is known."""
    text = f"{value:.{digits}f}"
    return text if deviation is None else f"{text} ± {deviation:.{digits}f}"
