"""A table in reStructuredText."""

from collections.abc import Iterable, Sequence


def list_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Draw rows of cells, the first of them the header -> lines, with an empty one at the end."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: numbers", ""]
    for cells in rows:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}".rstrip() for i, cell in enumerate(cells)]
    return [*lines, ""]
