"""What the ablation makes of its rows, and that a run goes on where it was."""

import csv
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from skimage.data import coffee
from skimage.io import imsave

from sklearn_dic import DeepImageClustering
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
    monkeypatch.setitem(ablation.TABLES, "variants", list(changes))
    monkeypatch.setattr(ablation, "HERE", tmp_path / "benchmarks")
    results = tmp_path / "benchmarks/results/variants.csv"
    table = tmp_path / "docs/tables/variants.rst"
    for file in (results, table):
        file.parent.mkdir(parents=True)
    write_bsds(tmp_path)
    options = ["variants", "--root", tmp_path, "--images", 2, "--seeds", 2]
    run(ablation, monkeypatch, *options)
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
    assert "2 images of BSDS300, 1 of train and 1 of val." in text
    assert text.count(", 2 seed(s):") == 2
    assert all(int(r["regions"]) <= 3 for r in rows if r["change"] == "few")

    results.write_text("\n".join(results.read_text().splitlines()[:-1]) + "\n")  # half a fit
    measured, measure = [], ablation.measure
    monkeypatch.setattr(ablation, "measure", lambda fit: measured.append(fit) or measure(fit))
    run(ablation, monkeypatch, *options)
    assert len(measured) == 1
    assert table.read_text() == text
    capsys.readouterr()


def test_regions_of_fewer_seeds(ablation, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ablation, "CHANGES", {"default": {"max_iter": 2}, ablation.NO_NETWORK: {}})
    monkeypatch.setitem(ablation.TABLES, "variants", list(ablation.CHANGES))
    monkeypatch.setattr(ablation, "HERE", tmp_path / "benchmarks")
    for folder in ("benchmarks/results", "docs/tables"):
        (tmp_path / folder).mkdir(parents=True)
    write_bsds(tmp_path)
    options = ["variants", "--root", tmp_path, "--images", 2, "--seeds", 2]
    run(ablation, monkeypatch, *options, "--seeds-of-regions", 1)
    with open(tmp_path / "benchmarks/results/variants.csv", newline="") as file:
        measured = {(row["change"], row["answer"], row["seed"]) for row in csv.DictReader(file)}
    assert measured == {
        ("default", "regions", "0"),
        ("default", "labels", "0"),
        ("default", "labels", "1"),
        (ablation.NO_NETWORK, "regions", "0"),
    }
    text = (tmp_path / "docs/tables/variants.rst").read_text()
    regions, labels = text.split("Labels of the network")
    assert ", 1 seed(s):" in regions
    assert labels.startswith(", 2 seed(s):")
    assert "--seeds 2 --seeds-of-regions 1``" in text
    monkeypatch.setitem(ablation.TABLES, "variants", ["default"])
    run(ablation, monkeypatch, *options, "--seeds-of-regions", 0)
    text = (tmp_path / "docs/tables/variants.rst").read_text()
    assert text.startswith("Labels of the network, 2 seed(s):")
    capsys.readouterr()


def test_each_line_says_what_was_trained_in(ablation):
    precisions = {"default": "bfloat16", ablation.NO_NETWORK: "", "refine=False": "float32"}
    values = dict.fromkeys([*(m.name for m in ablation.MEASURES), "regions", "epochs"], "1")
    row = dict.fromkeys(ablation.COLUMNS, "") | values | {"seed": "0", "answer": "labels"}
    rows = [
        row | {"change": change, "image": image, "precision": precision}
        for change, precision in precisions.items()
        for image in ("train/1", "val/2")
    ]
    lines = ablation.render(rows, "").splitlines()
    last = [lines.index(f"   * - {name}") + 7 for name in ("change", "``default``")]
    assert [lines[place] for place in last] == ["     - precision", "     - bfloat16"]
    assert lines[lines.index(f"   * - {ablation.NO_NETWORK}") + 7] == "     -"
    assert lines[lines.index("   * - ``refine=False``") + 7] == "     - float32"


@pytest.mark.parametrize("name", ["ablation", "variants", "faster_paths"])
def test_committed_table_is_made_of_the_committed_rows(ablation, name):
    results = ablation.Results(
        ablation.HERE / f"results/{name}.csv", ablation.COLUMNS, ablation.KEY
    )
    made = ablation.render(list(results.read().values()), "")
    committed = (ablation.HERE.parent / f"docs/tables/{name}.rst").read_text()
    assert made.rpartition("Made by")[0] == committed.rpartition("Made by")[0]


def test_what_the_network_sees_leaves_the_rest_as_it_is(ablation, tmp_path, monkeypatch):
    monkeypatch.setitem(ablation.CHANGES, "input: as it is", {})
    monkeypatch.setitem(ablation.INPUTS, "input: as it is", lambda image: image)
    path = tmp_path / "coffee.png"
    imsave(path, coffee()[::8, ::8])
    fits = [ablation.Fit(change, path, [], 0) for change in ("default", "input: as it is")]
    for answer in ("regions", "labels"):
        (default, _), (same, _) = (ablation.segment(fit, answer) for fit in fits)
        assert np.array_equal(default, same)


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
    assert ablation.answers_to("training: Adam") == ["regions", "labels"]


def test_each_change_has_a_table(ablation):
    tables = [set(changes) for changes in ablation.TABLES.values()]
    assert set.union(*tables) == ablation.CHANGES.keys()
    assert all("default" in changes for changes in tables)


def test_each_training_changes_what_is_learned_and_leaves_no_trace(ablation, tmp_path):
    path = tmp_path / "coffee.png"
    imsave(path, coffee()[::6, ::6])

    def learned(change):
        with ablation.TRAININGS.get(change, nullcontext)():
            return DeepImageClustering(random_state=0, max_iter=12).fit(path).transform(path)

    default = learned("default")
    for change in ablation.TRAININGS:
        assert not np.array_equal(learned(change), default)
    assert np.array_equal(learned("default"), default)


def test_small_pieces_go_to_what_is_nearest(ablation):
    labels = np.zeros((100, 100), int)
    labels[:, 50:] = 1
    labels[:2, :2] = 2  # four pixels, fewer than a thousandth
    labels[40:60, 70:90] = 0
    expected = np.where(labels == 2, 0, labels)
    assert np.array_equal(ablation.absorb_small(labels), expected)
