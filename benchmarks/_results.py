"""CSV files of measured rows. A run that was stopped goes on with the rows that are there."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from sklearn_dic.utils._parallel import for_each

Row = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """A CSV file.

    Parameters
    ----------
    path : Path
    columns : sequence of str
    key : sequence of str
        The columns that identify a row. Of two rows with the same key the later counts.
    """

    path: Path
    columns: Sequence[str]
    key: Sequence[str]

    def read(self) -> dict[Key, Row]:
        """Read the rows by key, without a last row that was cut off."""
        if not self.path.exists():
            return {}
        text = self.path.read_text()
        rows = csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1]))
        if rows.fieldnames is not None and list(rows.fieldnames) != list(self.columns):
            raise SystemExit(f"{self.path} has other columns: name another file with --results")
        return {self.key_of(row): row for row in rows}

    def write(self, rows: Iterable[Row]) -> None:
        """Write these rows and no others, all of them or none."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        with open(part, "w", newline="") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        part.replace(self.path)

    def append(self, batches: Iterable[Sequence[Row]]) -> None:
        """Write the rows of each batch together, as soon as they are measured."""
        self.write(self.read().values())
        with open(self.path, "a", newline="") as file:
            for batch in batches:
                text = io.StringIO()
                csv.DictWriter(text, self.columns, lineterminator="\n").writerows(batch)
                file.write(text.getvalue())
                file.flush()

    def replace(self, rows: Sequence[Row]) -> list[Row]:
        """Write these rows in place of those with the same keys -> all rows."""
        replaced = {self.key_of(row) for row in rows}
        others = [row for key, row in self.read().items() if key not in replaced]
        self.write([*others, *rows])
        return [*others, *rows]

    def key_of(self, row: Row) -> Key:
        """Identify a row, as text."""
        return tuple(str(row[name]) for name in self.key)


def measure_each(
    measure: Callable[[Any], list[Row]], items: Sequence[Any], n_jobs: int | None, description: str
) -> Iterator[list[Row]]:
    """Yield the rows of each item as soon as they are measured.

    An error is printed with the `key` of its item, and the other items go on.
    """
    for rows in for_each(
        partial(_rows_or_error, measure),
        items,
        n_jobs=n_jobs,
        verbose=1,
        description=description,
        in_order=False,
    ):
        if isinstance(rows, str):
            tqdm.write(rows)
        else:
            yield rows


def _rows_or_error(measure: Callable[[Any], list[Row]], item: Any) -> list[Row] | str:
    try:
        return measure(item)
    except Exception as error:  # of any kind: a long run must not end with it
        return f"error: {' '.join(item.key)}: {type(error).__name__}: {error}"
