"""The tables of `paper.py` in reStructuredText."""

import json

import numpy as np
from _measures import MEASURES, PRI, TITLES
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
from _results import Row
from _tables import join, list_table, made_by, mean_difference, over_seeds

COUNTS = ("labels", "epochs", "seconds")
HEADER = ["setting", *TITLES, *COUNTS, "PRI, minus AF-graph's", "PRI, minus the first setting's"]
PLACES = ["device", "precision", "resolution", "torch", "scikit-image", "sklearn-dic", "date"]
LEGEND = """\
Values are means over images and seeds, ± the standard deviation over seeds where there are several
of them. The last two columns are mean differences over the same images, ± their standard errors.
{about} Published rows are means over all 300
images where they do not say otherwise."""
OF_LABELS = '"Pieces apart" numbers the connected pieces of a label apart.'
OF_REGIONS = '"auto" makes at most C regions.'
VARIANTS = {"": "", "_components": ", pieces apart"}
WARNINGS = {"gpb200": "; **trained on the annotations of these images**"}

Peers = dict[str, dict[str, float]]  # scores of AF-graph by image


class Scored:
    """The rows of one superpixel method as arrays: settings x seeds x images.

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
            m.short: np.array([peers.get(image, {}).get(m.short, np.nan) for image in self.images])
            for m in MEASURES
        }
        self.annotators = self.values("annotations")[0, 0] if self.images else np.empty(0)

    def values(self, column: str) -> np.ndarray:
        """One column -> (settings, seeds, images)."""
        return np.array([[[float(r[column]) for r in a] for a in b] for b in self.rows])

    def scores(self, suffix: str) -> list[np.ndarray]:
        """Each measure of the labels, or of their connected pieces -> (settings, seeds, images)."""
        return [self.values(measure.short + suffix) for measure in MEASURES]


def render(table: str, rows: list[Row], settings: list[str], *, peers: Peers, command: str) -> str:
    """Draw the table of a name -> reStructuredText."""
    lines = []
    for superpixels in dict.fromkeys(row["superpixels"] for row in rows):
        own = [row for row in rows if row["superpixels"] == superpixels]
        results = Scored(own, settings, peers)
        if not results.images:
            continue
        regions = results.values("regions").mean()
        lines += [
            f"*{superpixels}*, {regions:.0f} superpixels on average, {len(results.images)} images, "
            f"{len(results.seeds)} seed(s){WARNINGS.get(superpixels, '')}",
            "",
        ]
        header, variants = HEADER, VARIANTS
        if table == "regions":
            header = ["regions" if title == "labels" else title for title in HEADER]
            variants = {"": ""}  # they are in one piece
        body = [header, *published(table), peer(results), *ours(results, variants)]
        if table in ("table1", "table2", "table4", "regions"):
            body += optimal(results, variants)
        lines += list_table(body)
    if not lines:
        return "No image has all settings yet.\n"
    legend = LEGEND.format(about=OF_REGIONS if table == "regions" else OF_LABELS)
    return join([*lines, legend, "", *made_by(command, rows, PLACES)])


def ours(results: Scored, variants: dict[str, str]) -> list[list[str]]:
    """Make a line for each setting, for the labels and for their connected pieces."""
    lines = []
    counts = [results.values(name) for name in COUNTS]
    for suffix, variant in variants.items():
        scores = results.scores(suffix)
        for i, setting in enumerate(results.settings):
            cells = [describe(setting) + variant]
            cells += write_means(results, [values[i] for values in scores])
            cells += [f"{count[i].mean():.1f}" for count in counts]
            pri = scores[0][i].mean(axis=0)
            cells.append(mean_difference(pri - results.peers[PRI.short], PRI.digits))
            first = scores[0][0].mean(axis=0)
            cells.append(mean_difference(pri - first, PRI.digits) if i else "")
            lines.append(cells)
    return lines


def optimal(results: Scored, variants: dict[str, str]) -> list[list[str]]:
    """Find the best setting for the whole set and for each image, by both protocols."""
    lines = []
    images, seeds = np.arange(len(results.images)), np.arange(len(results.seeds))
    for suffix, variant in variants.items():
        scores = results.scores(suffix)
        best, best_each = [], []
        for measure, values in zip(MEASURES, scores, strict=True):
            sign = 1 if measure.higher_is_better else -1
            means = measure.mean(values, results.annotators)
            best.append((sign * means).argmax(axis=0)[:, None])
            best_each.append((sign * values).argmax(axis=0))
        for name, choices in {
            "ODS, each measure": best,
            "ODS by PRI": [best[0]] * len(MEASURES),
            "OIS, each measure": best_each,
            "OIS by PRI": [best_each[0]] * len(MEASURES),
        }.items():
            picked = [
                values[choice, seeds[:, None], images]
                for values, choice in zip(scores, choices, strict=True)
            ]
            against = picked[0].mean(axis=0) - results.peers[PRI.short]
            cells = [name + variant, *write_means(results, picked), *[""] * len(COUNTS)]
            lines.append([*cells, mean_difference(against, PRI.digits), ""])
    return lines


def write_means(results: Scored, scores: list[np.ndarray]) -> list[str]:
    """Write the mean over images of each measure (seeds, images), and its spread over seeds."""
    return [
        over_seeds(measure.mean(values, results.annotators), measure.digits)
        for measure, values in zip(MEASURES, scores, strict=True)
    ]


def peer(results: Scored) -> list[str]:
    """Score AF-graph on the same images."""
    cells = []
    for measure in MEASURES:
        mean = results.peers[measure.short].mean()
        cells.append("" if np.isnan(mean) else f"{mean:.{measure.digits}f}")
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
