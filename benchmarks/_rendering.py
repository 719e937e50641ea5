"""From rows of results to a table in reStructuredText."""

import json

import numpy as np
from _list_table import list_table
from _published import (
    BEST_SETTING,
    EPOCHS,
    NOTHING,
    SECONDS,
    SECONDS_BY_CLUSTERS,
    SYSTEMS,
    WITHOUT_CLUSTERING,
    Scores,
)

HIGHER = {"pri": True, "voi": False, "gce": False, "bde": False, "sc": True}
DIGITS = {"pri": 4, "voi": 3, "gce": 3, "bde": 2, "sc": 3}
COUNTS = ("labels", "epochs", "seconds")
TITLES = ["setting", "PRI ↑", "VoI ↓", "GCE ↓", "BDE ↓", "SC ↑", *COUNTS,
          "PRI, minus AF-graph's", "PRI, minus the first setting's"]  # fmt: skip
LEGEND = """\
Values are means over images and seeds, ± the standard deviation over seeds where there are several
of them. The last two columns are mean differences over the same images, ± their standard errors.
{about} Published rows are means over all 300
images where they do not say otherwise."""
OF_LABELS = '"Pieces apart" numbers the connected pieces of a label apart.'
OF_REGIONS = '"auto" makes at most C regions.'
VARIANTS = {"": "", "_components": ", pieces apart"}
WARNINGS = {"gpb200": "; **trained on the annotations of these images**"}

Row = dict[str, str]
Peers = dict[str, dict[str, float]]  # scores of AF-graph by image


class Results:
    """The rows of one kind of superpixels as arrays: settings x seeds x images.

    Only images that have all settings and seeds count.
    """

    def __init__(self, rows: list[Row], settings: list[str], peers: Peers) -> None:
        by_key = {(row["setting"], row["seed"], row["image"]): row for row in rows}
        self.settings = settings
        self.seeds = sorted({row["seed"] for row in rows})
        self.images = [
            image
            for image in dict.fromkeys(row["image"] for row in rows)
            if all((s, seed, image) in by_key for s in settings for seed in self.seeds)
        ]
        self.rows = [
            [[by_key[s, seed, image] for image in self.images] for seed in self.seeds]
            for s in settings
        ]
        self.peers = {
            measure: np.array([peers.get(image, {}).get(measure, np.nan) for image in self.images])
            for measure in HIGHER
        }
        self.annotators = self.values("annotations")[0, 0] if self.images else np.empty(0)

    def values(self, column: str) -> np.ndarray:
        """One column -> (settings, seeds, images)."""
        return np.array([[[float(r[column]) for r in a] for a in b] for b in self.rows])

    def mean(self, measure: str, values: np.ndarray) -> np.ndarray:
        """Average (..., images) as the Berkeley benchmark does: covering over all annotators."""
        weights = self.annotators if measure == "sc" else None
        return np.average(values, axis=-1, weights=weights)


def render(table: str, rows: list[Row], settings: list[str], *, peers: Peers, command: str) -> str:
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
            f"{len(results.seeds)} seed(s){WARNINGS.get(superpixels, '')}",
            "",
        ]
        titles, variants = TITLES, VARIANTS
        if table == "regions":
            titles = ["regions" if title == "labels" else title for title in TITLES]
            variants = {"": ""}  # they are in one piece
        body = [titles, *published(table), peer(results), *ours(results, variants)]
        if table in ("table1", "table4", "regions"):
            body += optimal(results, variants)
        lines += list_table(body)
    if not lines:
        return "No image has all settings yet.\n"
    places = ["device", "precision", "resolution", "torch", "scikit-image", "sklearn-dic", "date"]
    made = "; ".join(
        f"{name} {' and '.join(sorted({row[name] for row in rows}))}" for name in places
    )
    legend = LEGEND.format(about=OF_REGIONS if table == "regions" else OF_LABELS)
    lines += [legend, "", f"Made by ``{command}``: {made}.", ""]
    return "\n".join(line.rstrip() for line in lines)


def ours(results: Results, variants: dict[str, str]) -> list[list[str]]:
    """Make a line for each setting, for the labels and for their connected pieces."""
    lines = []
    counts = [results.values(name) for name in COUNTS]
    for suffix, variant in variants.items():
        values = {measure: results.values(measure + suffix) for measure in HIGHER}
        for i, setting in enumerate(results.settings):
            cells = [describe(setting) + variant]
            cells += [
                spread_over(results.mean(measure, columns[i]), DIGITS[measure])
                for measure, columns in values.items()
            ]
            cells += [f"{count[i].mean():.1f}" for count in counts]
            pri = values["pri"][i].mean(axis=0)
            cells.append(difference(pri - results.peers["pri"]))
            cells.append(difference(pri - values["pri"][0].mean(axis=0)) if i else "")
            lines.append(cells)
    return lines


def optimal(results: Results, variants: dict[str, str]) -> list[list[str]]:
    """Find the best setting for the whole set and for each image, by both protocols."""
    lines = []
    images, seeds = np.arange(len(results.images)), np.arange(len(results.seeds))
    for suffix, variant in variants.items():
        values = {measure: results.values(measure + suffix) for measure in HIGHER}
        sign = {measure: 1 if is_higher else -1 for measure, is_higher in HIGHER.items()}
        best = {m: (sign[m] * results.mean(m, values[m])).argmax(axis=0) for m in HIGHER}
        best_each = {m: (sign[m] * values[m]).argmax(axis=0) for m in HIGHER}
        for name, choice in {
            "ODS, each measure": {m: best[m][:, None] for m in HIGHER},
            "ODS by PRI": dict.fromkeys(HIGHER, best["pri"][:, None]),
            "OIS, each measure": best_each,
            "OIS by PRI": dict.fromkeys(HIGHER, best_each["pri"]),
        }.items():
            picked = {m: values[m][choice[m], seeds[:, None], images] for m in HIGHER}
            cells = [spread_over(results.mean(m, picked[m]), DIGITS[m]) for m in HIGHER]
            against = difference(picked["pri"].mean(axis=0) - results.peers["pri"])
            lines.append([name + variant, *cells, *[""] * len(COUNTS), against, ""])
    return lines


def peer(results: Results) -> list[str]:
    """Score AF-graph on the same images."""
    means = [results.peers[measure].mean() for measure in HIGHER]
    cells = [
        "" if np.isnan(mean) else f"{mean:.{digits}f}"
        for mean, digits in zip(means, DIGITS.values(), strict=True)
    ]
    return ["published: AF-graph on these images", *cells, *[""] * (len(COUNTS) + 2)]


def published(table: str) -> list[list[str]]:
    """Quote the lines of the paper that a table is compared with."""
    lines: dict[str, Scores] = {}
    seconds: dict[str, float] = {}
    if table == "table1":
        lines = SYSTEMS
    elif table == "table3":
        lines = {f"T = {epochs}": scores for epochs, scores in EPOCHS.items()}
    elif table == "table6":
        seconds = {f"T = {epochs}, GTX 1080": s for epochs, s in SECONDS.items()}
        seconds |= {f"C = {c}, GTX 1080": s for c, s in SECONDS_BY_CLUSTERS.items()}
        lines = dict.fromkeys(seconds, NOTHING)
    else:
        best = f"C = {BEST_SETTING[0]}, M = {BEST_SETTING[1]}"
        lines = {best: SYSTEMS["DIC, best single setting"]}
        if table in ("table4", "regions"):
            lines["OIS"] = SYSTEMS["DIC, best of 7 settings for each image"]
        if table == "table5":
            lines["without clustering"] = WITHOUT_CLUSTERING
    return [
        [f"published: {name}", *scores, "", "", str(seconds.get(name, "")), "", ""]
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


def difference(differences: np.ndarray) -> str:
    """Write the mean of paired differences (images,) and its standard error."""
    if len(differences) < 2 or not np.isfinite(differences).all():
        return ""
    return spread(differences.mean(), differences.std(ddof=1) / len(differences) ** 0.5, 4)


def spread_over(seeds: np.ndarray, digits: int) -> str:
    """Write the mean and standard deviation of one value for each seed."""
    return spread(seeds.mean(), seeds.std(ddof=1) if len(seeds) > 1 else None, digits)


def spread(value: float, deviation: float | None, digits: int) -> str:
    """Write a value, and its spread where it is known."""
    text = f"{value:.{digits}f}"
    return text if deviation is None else f"{text} ± {deviation:.{digits}f}"
