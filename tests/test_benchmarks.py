"""What the benchmarks make of their rows; the measuring itself is not run here."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import paper

    yield paper
    for name in ("paper", "_published", "_rendering"):
        sys.modules.pop(name, None)


SETTINGS = [json.dumps({"n_centers": 16, "n_clusters": c}) for c in (20, 50)]
ANNOTATORS = {"1": 1, "2": 3}


def make_rows(benchmarks, seeds=2):
    random = np.random.RandomState(0)
    rows = []
    for setting in SETTINGS:
        for seed in range(seeds):
            for image, annotators in ANNOTATORS.items():
                row = dict.fromkeys(benchmarks.COLUMNS, "1")
                row |= {"image": image, "superpixels": "slic", "seed": str(seed)}
                row |= {"setting": setting, "annotations": str(annotators)}
                for measure in benchmarks.MEASURES:
                    row[measure] = row[f"{measure}_components"] = str(random.rand())
                rows.append(row)
    return rows


def cells_of(table):
    """Rows of the list-table as lists of cells."""
    rows = []
    for line in table.splitlines():
        if line.startswith("   * -"):
            rows.append([])
        if line.startswith(("   * -", "     -")):
            rows[-1].append(line[7:].strip())
    return {row[0]: row[1:] for row in rows}


def number(cell):
    return float(cell.split(" ± ")[0])


def test_table_has_means_and_best_settings(benchmarks):
    rows = make_rows(benchmarks)
    peers = {"1": {"pri": 0.25}, "2": {"pri": 0.5}}
    table = benchmarks.render("table4", rows, SETTINGS, peers=peers, command="python this.py")
    cells = cells_of(table)
    measures = list(benchmarks.MEASURES)

    def values(measure):  # settings x seeds x images
        return np.array([float(row[measure]) for row in rows]).reshape(2, 2, 2)

    for column, measure in enumerate(measures):
        weights = [1, 3] if measure == "sc" else None
        means = np.average(values(measure), axis=-1, weights=weights)
        best, each = (np.max, np.amax) if measure in ("pri", "sc") else (np.min, np.amin)
        tolerance = 0.006 if measure == "bde" else 0.0006
        for setting, name in enumerate(["C = 20, M = 16", "C = 50, M = 16"]):
            expected = means[setting].mean()
            assert number(cells[name][column]) == pytest.approx(expected, abs=tolerance)
        ods = best(means, axis=0).mean()
        assert number(cells["ODS, each measure"][column]) == pytest.approx(ods, abs=tolerance)
        ois = np.average(each(values(measure), axis=0), axis=-1, weights=weights).mean()
        assert number(cells["OIS, each measure"][column]) == pytest.approx(ois, abs=tolerance)
    difference = (values("pri")[0].mean(axis=0) - [0.25, 0.5]).mean()
    assert number(cells["C = 20, M = 16"][8]) == pytest.approx(difference, abs=6e-5)
    paired = (values("pri")[1] - values("pri")[0]).mean()
    assert number(cells["C = 50, M = 16"][9]) == pytest.approx(paired, abs=6e-5)
    assert "``python this.py``" in table


def test_only_complete_images_count(benchmarks):
    rows = make_rows(benchmarks)[:-1]
    table = benchmarks.render("table4", rows, SETTINGS, peers={}, command="")
    assert "1 images, 2 seed(s)" in table
    empty = benchmarks.render("table4", [], SETTINGS, peers={}, command="")
    assert empty == "No image has all settings yet.\n"


def test_rows_are_read_again(benchmarks, tmp_path):
    path = tmp_path / "rows.csv"
    rows = make_rows(benchmarks)
    assert benchmarks.read_rows(path) == {}
    path.touch()
    assert benchmarks.read_rows(path) == {}
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, benchmarks.COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    assert list(benchmarks.read_rows(path).values()) == rows
    path.write_text(path.read_text()[:-5])  # the last row was cut off
    assert list(benchmarks.read_rows(path).values()) == rows[:-1]
    assert path.read_text().endswith("\n")
    path.write_text("image,setting\n1,2\n")
    with pytest.raises(SystemExit, match="has other columns"):
        benchmarks.read_rows(path)


def test_committed_rows_can_be_read(benchmarks):
    rows = benchmarks.read_rows(benchmarks.HERE / "results/paper.csv")
    assert len({row["image"] for row in rows.values()}) >= 24
