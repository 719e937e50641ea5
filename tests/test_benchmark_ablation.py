"""What the ablation makes of its rows, and that a run goes on where it was."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from skimage.data import coffee
from skimage.io import imsave

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
    assert "2 images of BSDS300, 1 of train and 1 of val, 2 seed(s)." in text
    assert all(int(r["regions"]) <= 3 for r in rows if r["change"] == "few")

    results.write_text("\n".join(results.read_text().splitlines()[:-1]) + "\n")  # half a fit
    measured = []
    monkeypatch.setattr(ablation, "measure", lambda fit: measured.append(fit) or [])
    run(ablation, monkeypatch, *options)
    assert len(measured) == 1
    assert results.read_text().count(",".join(ablation.COLUMNS)) == 1
    capsys.readouterr()


@pytest.mark.parametrize("name", ["ablation", "faster_paths"])
def test_committed_table_is_made_of_the_committed_rows(ablation, tmp_path, name):
    copy = tmp_path / "rows.csv"
    copy.write_bytes((ablation.HERE / f"results/{name}.csv").read_bytes())
    made = ablation.render(ablation.read_rows(copy), "")
    committed = (ablation.HERE.parent / f"docs/tables/{name}.rst").read_text()
    assert made.rpartition("Made by")[0] == committed.rpartition("Made by")[0]


def test_what_the_network_sees_leaves_the_rest_as_it_is(ablation, tmp_path, monkeypatch):
    monkeypatch.setitem(ablation.CHANGES, "input: as it is", {})
    monkeypatch.setitem(ablation.INPUTS, "input: as it is", lambda image: image)
    path = tmp_path / "coffee.png"
    imsave(path, coffee()[::8, ::8])
    fits = [ablation.Fit(change, path, [], 0) for change in ("default", "input: as it is")]
    (default, _), (same, _) = map(ablation.segment, fits)
    for answer in ("regions", "labels"):
        assert np.array_equal(default[answer], same[answer])


@pytest.mark.parametrize(
    "name",
    ["input: Lab", "input: RGB and position", "input: RGB and texture", "input: RGB, smoothed"],
)
def test_inputs_are_in_the_range_of_a_picture(ablation, name):
    image = np.random.RandomState(0).rand(20, 30, 3)
    seen = ablation.INPUTS[name](image)
    assert seen.shape[:2] == (20, 30)
    assert np.abs(seen).max() <= 1.5
    assert seen.std(axis=(0, 1)).min() > 0.01


def test_each_change_is_measured_by_what_it_changes(ablation):
    assert ablation.answers_to("default") == ["regions", "labels"]
    assert ablation.answers_to("no network: RegionMerging()") == ["regions"]
    assert ablation.answers_to("refine=False") == ["labels"]
    assert ablation.INPUTS.keys() | ablation.SLOW <= ablation.CHANGES.keys()
