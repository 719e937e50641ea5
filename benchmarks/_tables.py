"""Tables in reStructuredText: cells, paired differences with their errors, and footers."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import compress

import numpy as np
from _measures import MEASURES, Measure
from _results import Row


def list_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Draw rows of cells, the first of them the header -> lines, with an empty one at the end."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: numbers", ""]
    for cells in rows:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}".rstrip() for i, cell in enumerate(cells)]
    return [*lines, ""]


def without_empty_columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Leave out the columns in which only the header has text."""
    shown = [any(cells) for cells in zip(*rows[1:], strict=True)]
    return [list(compress(cells, shown)) for cells in rows]


def join(lines: Iterable[str]) -> str:
    """Make the text of a file, without blanks at the ends of lines."""
    return "\n".join(line.rstrip(" ") for line in lines)


def with_error(value: float, error: float | None, digits: int, sign: str = "") -> str:
    """Write a value and, where it is known, its error or deviation."""
    text = f"{value:{sign}.{digits}f}"
    return text if error is None else f"{text} ± {error:.{digits}f}"


def over_seeds(values: np.ndarray, digits: int) -> str:
    """Write the mean of one value for each seed, and their standard deviation."""
    return with_error(values.mean(), values.std(ddof=1) if len(values) > 1 else None, digits)


def mean_difference(differences: np.ndarray, digits: int, sign: str = "") -> str:
    """Write the mean of paired differences (images,) and its standard error."""
    if len(differences) < 2 or not np.isfinite(differences).all():
        return ""
    error = differences.std(ddof=1) / len(differences) ** 0.5
    return with_error(differences.mean(), error, digits, sign)


def compare(
    some: Iterable[Row], others: Iterable[Row], measures: Sequence[Measure] = MEASURES
) -> list[str]:
    """Write mean differences of each measure over the images of both, ± standard errors.

    The mean over the seeds of an image is taken first.
    """
    some, others = list(some), list(others)
    shown = []
    for measure in measures:
        scores, of_others = (by_image(rows, measure.name) for rows in (some, others))
        paired = np.array([scores[image] - of_others[image] for image in scores])
        shown.append(mean_difference(paired, measure.digits, "+"))
    return shown


def by_image(rows: Sequence[Row], column: str) -> dict[str, float]:
    """Read a column -> value of each image, the mean over its rows."""
    values: dict[str, list[float]] = {}
    for row in rows:
        values.setdefault(row["image"], []).append(float(row[column]))
    return {image: float(np.mean(own)) for image, own in values.items()}


def values_of(rows: Iterable[Row], name: str) -> str:
    """Write the values that a column has, such as "CPU x86_64 and cuda"."""
    return " and ".join(sorted({row[name] for row in rows}))


def made_by(command: str, rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """Name the command that makes a table again, and where and with what its rows were measured."""
    made = "; ".join(f"{name} {values_of(rows, name)}" for name in columns)
    return [f"Made by ``{command}``: {made}.", ""]


def versions(packages: Iterable[str]) -> str:
    """Write the versions of installed packages."""
    return ", ".join(f"{name} {version(name)}" for name in packages)
