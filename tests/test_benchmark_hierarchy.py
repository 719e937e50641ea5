"""What the benchmark of merge trees makes of its scores; the measuring itself is not run here."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from skimage.color import rgb2lab

from sklearn_dic.hierarchy import MergeTree, MergeWeights, agglomerate
from sklearn_dic.metrics import probabilistic_rand_index

WEIGHTS = vars(MergeWeights())


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import hierarchy

    yield hierarchy
    sys.modules.pop("hierarchy")


@pytest.fixture
def rows(benchmark):
    """Two small images, with annotations that differ."""
    items, grown = [], []
    for path, n_annotations in (("train/1.jpg", 3), ("val/2.jpg", 1)):
        labels = np.arange(48).reshape(6, 8)
        pairs = np.array([(i, i + 1) for i in range(47)])
        random = np.random.RandomState(n_annotations)
        annotations = [random.randint(3, size=labels.shape) for _ in range(n_annotations)]
        tree = MergeTree(labels, *agglomerate(100 * random.rand(48, 1), np.ones(48), pairs))
        scores = benchmark.score_cuts(tree, annotations)
        assert scores == pytest.approx(
            [probabilistic_rand_index(annotations, tree.cut(n_segments=n)) for n in range(1, 41)]
        )
        items.append((path, annotations))
        answers = {"auto": tree.cut(threshold=68.0)}
        trees = dict.fromkeys(benchmark.METHODS, benchmark.Grown(tree, scores, 1.0, {}))
        trees[benchmark.DEFAULT] = benchmark.Grown(tree, scores, 1.0, answers)
        answers = answers | {"labels": annotations[0]}
        trees[f"{benchmark.LEARNED}0"] = benchmark.Grown(tree, scores, 5.0, answers)
        grown.append(trees)
    best = benchmark.best_cuts(grown)
    return [
        row
        for item in zip(items, grown, strict=True)
        for row in benchmark.measure(best, item)
    ], grown  # fmt: skip


def test_the_simplest_tree_sees_means_and_deviations(benchmark):
    image = np.full((12, 40, 3), 0.5)
    image[:, 20:30:2], image[:, 21:30:2] = 0.45, 0.55  # the same mean
    image[:, 30:] = 0.9
    strips = np.repeat(np.arange(4), 10)[None].repeat(12, axis=0)
    even, striped, bright = benchmark.ward_tree(image, strips).distances_
    deviation = rgb2lab(image)[:, 20:30, 0].std()
    assert even == 0
    # Ward's weight of two sizes, here a half and a quarter of the picture, is 1/3
    assert striped == pytest.approx(deviation / 3**0.5, rel=1e-3)
    assert bright > 20


def test_table_has_best_cuts_and_means(benchmark, rows):
    rows, grown = rows
    table = benchmark.render(rows)
    assert "2 images of BSDS300 and their annotators (1 of train, 1 of val)" in table
    lines, differences = (
        np.array(
            [
                row[7:].replace(r"\+", "+")
                for row in part.splitlines()
                if row.startswith(("   * -", "     -"))
            ]
        ).reshape(-1, n_columns)
        for part, n_columns in zip(table.split("Mean differences"), (9, 7), strict=True)
    )
    show = sys.modules["_tree_tables"].show
    for name in benchmark.METHODS:
        pri = np.array([trees[name].scores for trees in grown])
        shown = show(name).replace("\\+", "+")
        own = {protocol: line for other, protocol, *line in lines if other == shown}
        assert float(own["ODS"][1]) == pytest.approx(pri.mean(axis=0).max(), abs=6e-5)
        assert float(own["OIS by PRI"][1]) == pytest.approx(pri.max(axis=1).mean(), abs=6e-5)
        tried = [
            np.mean(
                [trees[name].scores[benchmark.count(trees[name].tree, t) - 1] for trees in grown]
            )
            for t in np.linspace(0, 400, 999)
        ]
        assert float(own["ODS, distance"][1]) >= max(tried) - 0.01
        assert ("auto" in own) == (name == benchmark.DEFAULT)
        covering = [
            row["segmentation_covering"]
            for row in rows
            if (row["method"], row["protocol"]) == (name, "ODS")
        ]
        pooled = np.average(covering, weights=[3, 1])
        assert float(own["ODS"][5]) == pytest.approx(pooled, abs=6e-5)
    learned = {protocol: line for name, protocol, *line in lines if "DeepImageClustering()" in name}
    assert list(learned) == ["ODS", "ODS, distance", "OIS by PRI", "auto", "labels"]
    assert float(learned["labels"][0]) == 3  # regions of the annotations that stand for labels
    paired = [trees[f"{benchmark.LEARNED}0"].scores for trees in grown]
    paired = np.max(paired, axis=1) - np.max([trees[name].scores for trees in grown], axis=1)
    assert "RegionMerging()" in differences[2, 0]
    assert differences[2, 1] == "OIS by PRI"
    mean, error = map(float, differences[2, 2].split(" ± "))
    assert mean == pytest.approx(paired.mean(), abs=6e-5)
    assert error == pytest.approx(paired.std(ddof=1) / 2**0.5, abs=6e-5)
    assert "--images 2 --seeds 1``" in table
    regions = [trees[benchmark.DEFAULT].answers["auto"].max() + 1 for trees in grown]
    assert float(own["auto"][0]) == np.mean(regions)


def test_held_out_is_what_no_choice_of_weights_has_seen(benchmark, rows, monkeypatch):
    rows, _ = rows
    of_val = [row for row in rows if row["image"] == "val/2"]
    rows += [row | {"image": f"val/{k}", "regions": k} for k in (12, 3, 40) for row in of_val]
    assert "held out" not in benchmark.render(rows)
    monkeypatch.setattr(sys.modules["_tree_tables"], "N_IMAGES", 5)
    table = benchmark.render(rows)
    for protocol in ("auto", "OIS by PRI"):
        _, *lines = table.split(f"     - {protocol}, held out\n")
        assert lines
        assert all(line.startswith("     - 40.0\n") for line in lines)  # of 12 and 40, and 2 and 40


def test_variants_differ_from_the_default_in_one_thing(benchmark):
    assert benchmark.METHODS[benchmark.DEFAULT] == (None, None, MergeWeights())
    changed = set()
    for name, (leaves, coarse, weights) in benchmark.VARIANTS.items():
        of_weights = {key for key, value in vars(weights).items() if value != WEIGHTS[key]}
        assert (leaves is not None) + (coarse is not None) + len(of_weights) == 1, name
        changed |= of_weights
    assert changed == WEIGHTS.keys()


def test_variants_are_compared_with_the_default(benchmark, rows):
    rows, _ = rows
    of_default = [row for row in rows if row["method"] == benchmark.DEFAULT]
    pri = "probabilistic_rand_index"
    more = {"train/1": 0.02, "val/2": 0.04}
    of_other = [
        row | {"method": "enclosing_weight=2", pri: row[pri] + more[row["image"]]}
        for row in of_default
    ]
    table = benchmark.render_variants(of_default + of_other)
    cells = {
        (name, protocol): rest
        for name, protocol, *rest in (
            line.split("\n     - ") for line in table.split("\n   * - ")[2:]
        )
    }
    assert {name for name, _ in cells} == {"default", "``coarse=2``"}
    for protocol in ("ODS, distance", "OIS by PRI"):
        mean = np.mean([row[pri] for row in of_default if row["protocol"] == protocol])
        assert cells["default", protocol][1] == f"{mean:.4f}"
        assert cells["``coarse=2``", protocol][1] == "+0.0300 ± 0.0100"
        assert cells["``coarse=2``", protocol][2] == "+0.000 ± 0.000"
    assert "--variants --images 2``" in table


@pytest.mark.parametrize("name", ["hierarchy", "bsds300", "trees"])
def test_committed_table_is_made_of_the_committed_rows(benchmark, name):
    with open(benchmark.HERE / f"results/{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    render = benchmark.render_variants if name == "trees" else benchmark.render
    made = render(rows)
    committed = (benchmark.HERE.parent / f"docs/tables/{name}.rst").read_text()
    assert made.rpartition("Made by")[0] == committed.rpartition("Made by")[0]
