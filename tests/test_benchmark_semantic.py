"""What the bench of semantic segmentation reads, tunes, measures and makes of its rows."""

import sys
from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave

from sklearn_dic.metrics import mean_intersection_over_union

NAMES = ["semantic", "_semantic_data", "_semantic_methods", "_semantic_network", "_semantic_scores",
         "_semantic_tables"]  # fmt: skip


@pytest.fixture
def semantic(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import semantic

    yield semantic
    for name in NAMES:
        sys.modules.pop(name, None)


@pytest.fixture
def folder(tmp_path):
    """Fourteen scenes to train and two to test: sky above a road, and a band of void."""
    classes = np.zeros((60, 80), np.uint16)
    classes[30:] = 3
    classes[:, :5] = 11
    for part, n_scenes in {"train": 14, "test": 2}.items():
        for kind in ("images", "truth"):
            (tmp_path / "kinds/roads" / part / kind).mkdir(parents=True)
        for i in range(n_scenes):
            noise = np.random.default_rng(i).integers(0, 8, (60, 80, 3))
            image = np.where(classes[..., None] == 3, 60, 180) + noise
            own = tmp_path / "kinds/roads" / part
            imsave(own / f"images/{i:02}.png", image.astype(np.uint8), check_contrast=False)
            imsave(own / f"truth/{i:02}.png", classes, check_contrast=False)
    return tmp_path


def test_scenes_to_tune_are_not_trained_on(semantic, folder):
    scenes = semantic.load_scenes(folder, 1)
    assert (len(scenes.train), len(scenes.tuning), len(scenes.test)) == (2, 12, 1)
    assert not {one.name for one in scenes.train} & {one.name for one in scenes.tuning}
    with pytest.raises(SystemExit, match="is no folder: name the folder of the data with --root"):
        semantic.load_scenes(folder / "nowhere")


def test_the_bench_runs_and_goes_on(semantic, folder, monkeypatch, capsys):
    monkeypatch.setattr(sys.modules["_semantic_network"], "CROP", (24, 32))
    written = folder / "table.rst"
    arguments = ["semantic.py", "--epochs", "3", "--seeds", "1", "--classifiers", "network",
                 "--root", str(folder), "--cache", str(folder / "cache"), "--results",
                 str(folder / "rows.csv"), "--write", str(written), "--methods"]  # fmt: skip
    monkeypatch.setattr(sys, "argv", [*arguments, "alone", "SLIC"])
    semantic.main()
    before = (folder / "rows.csv").read_text()
    assert len(before.splitlines()) == 1 + 2 * 2
    monkeypatch.setattr(sys, "argv", [*arguments, "alone", "SLIC", "merge tree"])
    semantic.main()
    after = (folder / "rows.csv").read_text()
    assert after.startswith(before)  # what was measured stays
    assert len(after.splitlines()) == 1 + 2 * 3
    table = written.read_text()
    assert "merge tree minus SLIC" in table
    assert "over 2 road scenes" in table
    assert table.rstrip() in capsys.readouterr().out


def test_the_network_predicts_at_a_quarter(semantic, folder):
    scenes = semantic.load_scenes(folder)
    (scene, scores), *_ = sys.modules["_semantic_scores"].network_scores(
        scenes.train, scenes.test, 3, 0
    )
    assert scores.shape == (15, 20, 11)
    assert np.isfinite(scores).all()
    assert scene.classes.shape == (60, 80)


def test_scores_of_tables_are_those_of_the_metric(semantic, folder):
    scenes = semantic.load_scenes(folder).test
    random = np.random.default_rng(0)
    predicted = [random.integers(0, 5, (60, 80)) for _ in scenes]
    counts = np.array([semantic.count(*pair) for pair in zip(scenes, predicted, strict=True)])
    truths = [scene.classes for scene in scenes]
    tables = sys.modules["_semantic_tables"]
    for score, width in zip(tables.score(counts), (None, tables.BOUNDARY_WIDTH), strict=True):
        expected = mean_intersection_over_union(
            truths, predicted, ignore_label=11, boundary_width=width
        )
        assert score == pytest.approx(100 * expected)


def test_the_jackknife_of_a_mean_is_its_standard_error(semantic):
    first = np.random.default_rng(0).normal(size=(2, 9, 1))
    difference, error = sys.modules["_semantic_tables"].jackknife(
        lambda values: values.mean(axis=0), first, np.zeros_like(first)
    )
    means = first.mean(axis=0)[:, 0]
    assert difference[0] == pytest.approx(means.mean())
    assert error[0] == pytest.approx(means.std(ddof=1) / 3)


def test_the_setting_that_is_best_is_taken(semantic, folder):
    scenes = semantic.load_scenes(folder).tuning[:2]

    class Truth:
        def of(self, scene):
            return np.eye(12)[scene.classes]

    def apply(scene, scores, maps, setting):
        return np.roll(scores.argmax(axis=2), setting["shift"], axis=0)

    method = semantic.Method([{"shift": 3}, {"shift": 0}, {"shift": 1}], apply)
    maps = {scene.name: {} for scene in scenes}
    assert semantic.tune(method, scenes, Truth(), maps, "") == {"shift": 0}
