"""What the bench of every kind of picture reads, measures and makes of its rows."""

import sys
from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave

from sklearn_dic.hierarchy import MergeTree, agglomerate
from sklearn_dic.metrics import probabilistic_rand_index, variation_of_information
from tests.datasets._small_bsds import write_bsds

SCORES = ["probabilistic_rand_index", "variation_of_information", "global_consistency_error",
          "boundary_displacement_error", "segmentation_covering"]  # fmt: skip


@pytest.fixture
def kinds(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import kinds

    yield kinds
    for name in ("kinds", "_kinds_data", "_kinds_methods", "_kinds_tables"):
        sys.modules.pop(name, None)


@pytest.fixture
def folder(tmp_path):
    """Two grey textures with published maps, and an object that two people drew."""
    write_bsds(tmp_path / "bsds300")
    random = np.random.RandomState(0)
    halves = np.zeros((24, 30), np.uint16)
    halves[:, 15:] = 1
    for kind, suffixes in {"textures": [""], "objects": ["_1", "_2"], "materials": [""]}.items():
        for part in ("images", "truth"):
            (tmp_path / "kinds" / kind / part).mkdir(parents=True)
        for name in ("a", "b"):
            image = (80 + 90 * halves + random.randint(10, size=halves.shape)).astype(np.uint8)
            imsave(tmp_path / f"kinds/{kind}/images/{name}.png", image, check_contrast=False)
            for suffix in suffixes:
                file = tmp_path / f"kinds/{kind}/truth/{name}{suffix}.png"
                imsave(file, halves, check_contrast=False)
    peers = tmp_path / "kinds/textures/peers/Perfect"
    peers.mkdir(parents=True)
    imsave(peers / "a.png", 3 + halves.astype(np.uint8), check_contrast=False)
    scores = "image,PRI,VoI,GCE,BDE\na,0.75,0.5,0.1,4\n"
    (tmp_path / "kinds/textures/scores_Printed.csv").write_text(scores)
    return tmp_path


def load(kinds, folder, kind, n_images=None):
    return kinds.load_pictures(kind, folder, n_images)


def test_pictures_have_truth_and_what_others_published(kinds, folder):
    a, b = load(kinds, folder, "textures")
    assert (a.name, a.n_true, list(a.label_maps), list(a.scores)) == (
        "a",
        2,
        ["Perfect"],
        ["Printed"],
    )
    assert (b.name, b.label_maps, b.scores) == ("b", {}, {})
    assert [one.name for one in load(kinds, folder, "textures", 1)] == ["a"]
    assert [len(one.annotations) for one in load(kinds, folder, "objects")] == [2, 2]
    photographs = load(kinds, folder, "photographs")
    assert photographs[0].name == "train/22"
    assert len(photographs) == 5


def test_materials_are_connected_pieces_of_phases(kinds, folder):
    phases = np.zeros((24, 30), np.uint16)
    phases[2:5, 2:5] = phases[5:8, 5:8] = phases[15:20, 15:20] = 1  # the first two touch
    imsave(folder / "kinds/materials/truth/a.png", phases, check_contrast=False)
    a, _ = load(kinds, folder, "materials")
    assert a.n_true == 3


def test_single_region_f_measure(kinds):
    truth = np.zeros((4, 5), int)
    truth[1:3, 1:3] = 1  # four pixels
    assert kinds.single_region_f_measure([truth, truth], truth + 7) == 1
    larger = np.zeros((4, 5), int)
    larger[1:3, 1:4] = 1  # precision 4/6, recall 1
    assert kinds.single_region_f_measure([truth], larger) == pytest.approx(0.8)
    two = np.where(larger, 2, truth)
    two[3] = 1
    both = kinds.single_region_f_measure([two], larger)
    assert both == pytest.approx((1 + 2 * 5 / (5 + 14)) / 2)


def test_all_cuts_are_scored_as_each_alone(kinds):
    from _best_cuts import score_all_cuts

    random = np.random.RandomState(0)
    leaves = np.arange(48).reshape(6, 8) // 2
    pairs = np.array([(i, i + 1) for i in range(23)])
    tree = MergeTree(leaves, *agglomerate(random.rand(24, 1), np.ones(24), pairs))
    annotations = [random.randint(4, size=leaves.shape) * 3 for _ in range(2)]
    pri, voi = score_all_cuts(tree, annotations)
    cuts = [tree.cut(n_segments=n) for n in range(1, 25)]
    assert pri == pytest.approx([probabilistic_rand_index(annotations, one) for one in cuts])
    assert voi == pytest.approx([variation_of_information(annotations, one) for one in cuts])


def run(kinds, monkeypatch, folder, *options):
    results = folder / "kinds.csv"
    arguments = ["kinds.py", "--root", folder, "--results", results, "--seeds", 2, *options]
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    kinds.main()
    return list(kinds.Results(results, kinds.COLUMNS, kinds.KEY).read().values())


def test_rows_are_measured_once(kinds, folder, monkeypatch, capsys):
    options = ["--kinds", "textures", "objects", "--methods", "merging", "ward", "kmeans"]
    rows = run(kinds, monkeypatch, folder, *options, "--write", folder / "kinds.rst")
    table = (folder / "kinds.rst").read_text()
    assert table in capsys.readouterr().out
    assert "Pictures, and the mean number of their true regions: textures 2 (2 regions)" in table
    seeds = {(row["method"], row["seed"]) for row in rows if row["kind"] == "objects"}
    assert seeds == {("RegionMerging()", ""), ("Ward on Lab", ""),
                     ("k-means on colours", "0"), ("k-means on colours", "1")}  # fmt: skip
    best = [row for row in rows if row["cut"] == "best PRI" and row["method"] == "RegionMerging()"]
    assert len(best) == 4
    assert all(float(row["segmentation_covering"]) > 0.9 for row in best)
    assert all(bool(row["f_measure"]) == (row["kind"] == "objects") for row in rows)
    perfect, printed = (
        next(row for row in rows if row["method"] == f"published: {name}")
        for name in ("Perfect", "Printed")
    )
    assert float(perfect["probabilistic_rand_index"]) == 1
    assert (perfect["cut"], printed["cut"]) == ("auto", "best PRI")
    assert (printed["probabilistic_rand_index"], printed["segmentation_covering"]) == ("0.75", "")

    monkeypatch.setattr(kinds, "measure", None)  # nothing is left to measure
    assert run(kinds, monkeypatch, folder, *options, "--images", 1) == rows
    capsys.readouterr()


def test_the_network_is_compared_with_the_tree(kinds, folder, monkeypatch, capsys):
    options = ["--kinds", "textures", "--methods", "dic", "merging", "--seeds", 1]
    rows = run(kinds, monkeypatch, folder, *options)
    output = capsys.readouterr().out
    assert "error: " not in output
    told = [row["regions"] for row in rows if row["cut"] == "told n"]
    assert told == ["2"] * 4  # two pictures, two methods
    assert "DeepImageClustering()`` minus ``RegionMerging()" in output
    assert output.count("   * - textures\n     - ") == 2 + 1 + 2 + 1 + 4  # methods, then cuts


def test_settings_stand_for_what_a_method_has_no_answer_to(kinds):
    from _kinds_tables import answers

    def row(image, cut, regions, pri, voi):
        scores = dict.fromkeys(SCORES, "0") | dict(zip(SCORES, (pri, voi), strict=False))
        return {"image": image, "seed": "", "cut": cut, "regions": regions,
                "true_regions": "5", **scores}  # fmt: skip

    rows = [
        row("a", "scale=1", "9", "0.5", "1"),
        row("a", "scale=2", "6", "0.9", "2"),
        row("a", "scale=3", "1", "0.8", "3"),
        row("b", "scale=1", "4", "0.7", "2"),
        row("b", "scale=2", "3", "0.1", "1"),
        row("b", "scale=3", "2", "0.6", "3"),
    ]

    def cuts(name):
        return [(own["image"], own["cut"]) for own in answers(rows, name)]

    assert cuts("auto") == [("a", "scale=3"), ("b", "scale=3")]  # the best mean, .7
    assert cuts("told n") == [("a", "scale=2"), ("b", "scale=1")]
    assert cuts("best PRI") == [("a", "scale=2"), ("b", "scale=1")]
    assert cuts("best VoI") == [("a", "scale=1"), ("b", "scale=2")]
    published = [row("a", "auto", "5", "1", "0")]
    assert answers(published, "auto") == published
    assert answers(published, "best PRI") == []
