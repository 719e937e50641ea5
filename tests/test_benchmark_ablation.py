"""What the ablation makes of its rows, and that a run goes on where it was."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.datasets._small_bsds import write_bsds


@pytest.fixture
def ablation(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import ablation

    yield ablation
    sys.modules.pop("ablation")


def run(ablation, monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["ablation.py", *map(str, options)])
    ablation.main()


def test_fits_are_measured_once_and_compared_in_pairs(ablation, tmp_path, monkeypatch, capsys):
    changes = {name: {"max_iter": 2, "n_clusters": n} for name, n in (("default", 8), ("few", 3))}
    monkeypatch.setattr(ablation, "CHANGES", changes)
    write_bsds(tmp_path)
    results, table = tmp_path / "rows.csv", tmp_path / "table.rst"
    options = ["--root", tmp_path, "--results", results, "--images", 2, "--seeds", 2]
    run(ablation, monkeypatch, *options, "--write", table)
    with open(results, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 2 * 2  # images, seeds, changes, answers
    assert results.read_text().count(",".join(ablation.COLUMNS)) == 1

    def mean(change, answer, column="probabilistic_rand_index"):
        own = [float(r[column]) for r in rows if (r["change"], r["answer"]) == (change, answer)]
        return np.mean(own)

    text = table.read_text()
    assert f"- {mean('default', 'labels'):.4f}" in text
    difference = mean("few", "regions") - mean("default", "regions")
    assert f"- {difference:+.4f} ± " in text
    assert "2 images of BSDS300, 1 of train and 1 of val, 2 seeds." in text
    assert all(int(r["regions"]) <= 3 for r in rows if r["change"] == "few")

    results.write_text("\n".join(results.read_text().splitlines()[:-1]) + "\n")  # half a fit
    measured = []
    monkeypatch.setattr(ablation, "measure", lambda fit: measured.append(fit) or [])
    run(ablation, monkeypatch, *options)
    assert len(measured) == 1
    assert results.read_text().count(",".join(ablation.COLUMNS)) == 1
    capsys.readouterr()


def test_committed_table_is_made_of_the_committed_rows(ablation, tmp_path):
    copy = tmp_path / "ablation.csv"
    copy.write_bytes((ablation.HERE / "results/ablation.csv").read_bytes())
    made = ablation.render(ablation.read_rows(copy), "")
    committed = (ablation.HERE.parent / "docs/tables/ablation.rst").read_text()
    assert made.rpartition("Made by")[0] == committed.rpartition("Made by")[0]
