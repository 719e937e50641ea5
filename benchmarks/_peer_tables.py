"""The tables of peers in reStructuredText."""

import numpy as np
from _measures import MEASURES, PRI, TITLES
from _peers import BY_AUTHORS, as_words
from _results import Row
from _tables import join, list_table, made_by, mean_difference

HEADER = ["method", "setting", *TITLES, "regions", "seconds", "PRI, minus AF-graph's"]
PLACES = ["scikit-image", "scikit-learn", "sklearn-dic", "date"]
LEGEND = """\
Values are means over the images{which}. "Best" is the setting of the best mean PRI; "OIS by PRI" is
the setting of the best PRI for each image, and "OIS, each measure" the best of each measure for
itself. The last column is the mean difference over the same images, ± its standard error."""
EVENLY = ", {n} of the 300 of BSDS300, evenly spread over them: ``load_bsds(n_images={n})``"


def render_peers(
    rows: list[Row],
    methods: dict[str, list],
    *,
    n_all: int,
    published: dict[str, tuple[str, ...]],
    peer_scores: dict[str, dict[str, float]],
    every_setting: bool,
    command: str,
) -> str:
    """Draw a table of the methods whose rows are there -> reStructuredText.

    Parameters
    ----------
    rows : list of dict
        The rows of the CSV file that count.
    methods : dict of str to list
        The settings of each method.
    n_all : int
        Number of images of the whole data set.
    published : dict of str to tuple of str
        Lines to quote: the five measures.
    peer_scores : dict
        Scores of AF-graph by image.
    every_setting : bool
        A line for each setting, and not the best alone.
    command : str
        The command that makes the table again.
    """
    blank = ["", "", ""]
    lines = [[f"published: {name}", "", *scores, *blank] for name, scores in published.items()]
    images: set[str] = set()
    for method, settings in methods.items():
        words = [as_words(setting) for setting in settings]
        own = {(row["image"], row["setting"]): row for row in rows if row["method"] == method}
        names = [n for n in dict.fromkeys(i for i, _ in own) if all((n, w) in own for w in words)]
        if not names:
            continue
        if method != BY_AUTHORS or len(methods) == 1:
            images |= set(names)
        grid = [[own[name, word] for name in names] for word in words]
        lines += _lines_of(method, words, grid, peer_scores, every_setting)
    if len(lines) == len(published):
        return "No image has all settings of a method yet.\n"
    which = "" if len(images) in (0, n_all) else EVENLY.format(n=len(images))
    table = list_table([HEADER, *lines])
    return join([*table, LEGEND.format(which=which), "", *made_by(command, rows, PLACES)])


def _lines_of(
    method: str,
    words: list[str],
    grid: list[list[Row]],
    peer_scores: dict[str, dict[str, float]],
    every_setting: bool,
) -> list[list[str]]:
    """Make the lines of a method from rows (settings, images)."""
    annotators = np.array([float(row["annotations"]) for row in grid[0]])
    scores = {
        m.short: np.array([[float(row[m.short]) for row in own] for own in grid]) for m in MEASURES
    }
    counts = {
        name: np.array([[float(row[name]) for row in own] for own in grid])
        for name in ("regions", "seconds")
    }
    of_peer = np.array([peer_scores.get(r["image"], {}).get("pri", np.nan) for r in grid[0]])
    title = f"{method}, {len(grid[0])} images"

    def line(setting: str, choices: dict[str, np.ndarray]) -> list[str]:
        """Write the means of the setting that is chosen for each measure and image."""
        everyone = np.arange(len(grid[0]))
        picked = {name: scores[name][choice, everyone] for name, choice in choices.items()}
        by_pri = choices[PRI.short]
        return [
            title,
            setting,
            *(f"{m.mean(picked[m.short], annotators):.{m.digits}f}" for m in MEASURES),
            f"{counts['regions'][by_pri, everyone].mean():.1f}",
            f"{counts['seconds'][by_pri, everyone].mean():.1f}",
            mean_difference(picked[PRI.short] - of_peer, PRI.digits),
        ]

    def always(place: int) -> dict[str, np.ndarray]:
        return {m.short: np.full(len(grid[0]), place) for m in MEASURES}

    if len(words) == 1 or every_setting:
        return [line(word, always(i)) for i, word in enumerate(words)]
    best = int(scores[PRI.short].mean(axis=1).argmax())
    signs = {m.short: 1 if m.higher_is_better else -1 for m in MEASURES}
    each = {name: (signs[name] * values).argmax(axis=0) for name, values in scores.items()}
    return [
        line(f"best: {words[best]}", always(best)),
        line("OIS by PRI", dict.fromkeys(scores, each[PRI.short])),
        line("OIS, each measure", each),
    ]
