"""The peers' tables: which methods and settings, their rows, and the best of them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave

MODULES = ("_peers", "_peer_tables", "_published", "_measures", "_tables", "_results")


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import _peer_tables
    import _peers

    yield _peers, _peer_tables
    for name in MODULES:
        sys.modules.pop(name, None)


def test_every_peer_has_settings(benchmarks):
    import inspect

    from sklearn_dic import RegionMerging, peers

    methods = benchmarks[0]
    for name, settings in methods.METHODS.items():
        if name != "RegionMerging" and not hasattr(peers, name):
            continue
        each = RegionMerging if name == "RegionMerging" else getattr(peers, name)
        words = [methods.as_words(setting) for setting in settings]
        assert len(set(words)) == len(words)
        for setting in settings:
            assert set(setting) <= set(inspect.signature(each).parameters)


def test_methods_of_tables(benchmarks):
    settings_of = benchmarks[0].settings_of
    assert "SAS-authors" in settings_of("table1", None, with_numbers=True)
    assert "SAS-authors" not in settings_of("table1", None, with_numbers=False)
    assert settings_of("table4", ["SAS"], with_numbers=True)["SAS"][0] == {"n_segments": 20}
    assert "NormalizedCuts" in settings_of("table6", None, with_numbers=True)
    with pytest.raises(SystemExit, match=r"table4 has no KMeans: it has SAS, RegionMerging"):
        settings_of("table4", ["KMeans"], with_numbers=True)


def test_numbers_of_the_authors(benchmarks, tmp_path):
    folder = tmp_path / "peers/sas"
    folder.mkdir(parents=True)
    (folder / "Nsegs.txt").write_text("2092 12 \n3096 2 \n")
    image = str(tmp_path / "bsds300/images/train/2092.jpg")
    assert benchmarks[0].read_numbers(image) == {"2092": 12, "3096": 2}
    assert benchmarks[0].read_numbers("/nowhere/2092.jpg") == {}


@pytest.mark.parametrize("method", ["SAS-authors", "RegionMerging", "GraphBased"])
def test_rows_of_an_image(benchmarks, photo, tmp_path, method):
    methods = benchmarks[0]
    imsave(tmp_path / "7.png", photo)
    truth = np.indices(photo.shape[:2])[1] // 30
    settings = {"SAS-authors": [methods.AUTHORS], "RegionMerging": [{"n_segments": 3}]}
    settings = settings.get(method, [{"scale": 100}, {"scale": 400}])
    fit = methods.PeerFit(str(tmp_path / "7.png"), [truth, truth], method, settings)
    rows = methods.measure_peer(fit, {"7": 4})
    assert [tuple(row[name] for name in methods.KEY) for row in rows] == fit.rows
    assert all(set(row) == set(methods.COLUMNS) for row in rows)
    assert all(0 <= row["pri"] <= 1 and row["seconds"] >= 0 for row in rows)
    if method == "SAS-authors":
        assert rows[0]["regions"] == 4
    if method == "GraphBased":
        assert rows[0]["regions"] > rows[1]["regions"]


def test_best_settings(benchmarks):
    methods, tables = benchmarks
    scores = {("1", "a=1"): 0.5, ("2", "a=1"): 0.9, ("1", "a=2"): 0.6, ("2", "a=2"): 0.7}
    rows = [
        dict.fromkeys(methods.COLUMNS, "1")
        | {"image": image, "method": "X", "setting": setting, "pri": str(pri), "voi": str(2 * pri)}
        for (image, setting), pri in scores.items()
    ]
    table = tables.render_peers(
        rows,
        {"X": [{"a": 1}, {"a": 2}], "Y": [{"a": 1}]},
        n_all=300,
        published={"Z": (".8", "", "", "", "")},
        peer_scores={"1": {"pri": 0.5}, "2": {"pri": 0.5}},
        every_setting=False,
        command="python this.py",
    )
    lines = [line[7:] for line in table.splitlines() if line.startswith("   ")]
    after = lines[lines.index("best: a=1") :]
    assert after[1:3] == ["0.7000", "1.400"]
    assert "0.2000 ± 0.2000" in after
    of_pri = after[after.index("OIS by PRI") :]
    assert of_pri[1:3] == ["0.7500", "1.500"]  # .6 and .9
    each = after[after.index("OIS, each measure") :]
    assert each[1:3] == ["0.7500", "1.200"]  # VoI of .5 and .7
    assert "published: Z" in table
    assert "load_bsds(n_images=2)" in table
    assert "``python this.py``" in table
