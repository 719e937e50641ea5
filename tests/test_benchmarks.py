"""What the benchmarks make of their rows, and the plain loop that speed is compared with."""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from skimage.io import imsave


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import paper

    yield paper
    for name in ("paper", "_published", "_paper_tables"):
        sys.modules.pop(name, None)


SETTINGS = [json.dumps({"n_centers": 16, "n_clusters": c}) for c in (20, 50)]
ANNOTATORS = {"1": 1, "2": 3}
SHORT = ["pri", "voi", "gce", "bde", "sc"]


def make_rows(benchmarks, seeds=2):
    random = np.random.RandomState(0)
    rows = []
    for setting in SETTINGS:
        for seed in range(seeds):
            for image, annotators in ANNOTATORS.items():
                row = dict.fromkeys(benchmarks.COLUMNS, "1")
                row |= {"image": image, "superpixels": "slic", "seed": str(seed)}
                row |= {"setting": setting, "annotations": str(annotators)}
                for measure in SHORT:
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

    def values(measure):  # settings x seeds x images
        return np.array([float(row[measure]) for row in rows]).reshape(2, 2, 2)

    for column, measure in enumerate(SHORT):
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
    of_regions = cells_of(benchmarks.render("regions", rows, SETTINGS, peers=peers, command=""))
    assert of_regions.pop("setting")[5] == "regions"
    assert of_regions == {
        name: row for name, row in cells.items() if not name.endswith(("setting", "pieces apart"))
    }


def test_only_complete_images_count(benchmarks):
    rows = make_rows(benchmarks)[:-1]
    table = benchmarks.render("table4", rows, SETTINGS, peers={}, command="")
    assert "1 images, 2 seed(s)" in table
    empty = benchmarks.render("table4", [], SETTINGS, peers={}, command="")
    assert empty == "No image has all settings yet.\n"


def test_rows_are_read_again(benchmarks, tmp_path):
    path = tmp_path / "new folder/rows.csv"
    results = benchmarks.Results(path, benchmarks.COLUMNS, benchmarks.KEY)
    rows = make_rows(benchmarks)
    assert results.read() == {}
    results.append([rows[:3], rows[3:]])
    assert list(results.read().values()) == rows
    path.write_text(path.read_text()[:-5])  # the last row was cut off
    assert list(results.read().values()) == rows[:-1]
    changed = rows[0] | {"pri": "0.5"}
    results.append([[changed]])
    assert list(results.read().values()) == [changed, *rows[1:-1]]
    assert results.replace(rows[-2:]) == [changed, *rows[1:-2], *rows[-2:]]
    path.write_text("")
    assert results.read() == {}
    path.write_text("image,setting\n1,2\n")
    with pytest.raises(SystemExit, match="has other columns"):
        results.read()


def test_an_error_is_told_and_the_rest_goes_on(benchmarks, capsys):
    from dataclasses import dataclass

    @dataclass
    class Item:
        key: tuple
        value: int

    def measure(item):
        return [{"value": 6 // item.value}]

    items = [Item((f"image {value}", "0"), value) for value in (2, 0, 3)]
    measured = list(benchmarks.measure_each(measure, items, None, "items"))
    assert measured == [[{"value": 3}], [{"value": 2}]]
    assert "error: image 0 0: ZeroDivisionError" in capsys.readouterr().out


def test_committed_rows_can_be_read(benchmarks):
    path = benchmarks.HERE / "results/paper.csv"
    rows = benchmarks.Results(path, benchmarks.COLUMNS, benchmarks.KEY).read()
    assert len({row["image"] for row in rows.values()}) >= 24


@pytest.fixture
def speed(monkeypatch):
    pytest.importorskip(
        "sklearn.callback", reason="epochs are timed by scikit-learn 1.9's callback"
    )
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import speed

    # A process of its own would load PyTorch again.
    monkeypatch.setattr(speed, "in_fresh_process", lambda function, *given: function(*given))
    monkeypatch.setattr(speed, "PRODUCT", {"cpu": 64})
    yield speed
    for name in ("speed", "_contenders", "_peak_memory", "_plain_loop", "_speed_tables"):
        sys.modules.pop(name, None)


def test_the_plain_loop_computes_what_the_estimator_does(speed, photo):
    """In float64, where the order of sums does not matter: same labels at every epoch."""
    import torch
    from _contenders import plain_twin
    from _plain_loop import train

    from sklearn_dic.network import DICNetwork, make_batches, overfit
    from sklearn_dic.superpixels import FelzenszwalbSuperpixels

    photo = photo[::2, ::2]
    superpixels = np.asarray(FelzenszwalbSuperpixels(50).fit_transform(photo))
    assert superpixels.max() > 10
    network = DICNetwork(
        3, 12, n_centers=6, clustering="residual", clustering_gradient=False
    ).reset_parameters(torch.Generator().manual_seed(0))
    image = photo.astype(np.float64) / 255
    plain = list(train(plain_twin(network).double(), image, superpixels, max_iter=6))
    epochs = []
    overfit(
        network.double(),
        *make_batches(
            [torch.from_numpy(image).permute(2, 0, 1)[None]], [torch.from_numpy(superpixels)[None]]
        ),
        max_iter=6,
        on_epoch=epochs.append,
    )
    assert len(plain) == len(epochs) == 6
    for (labels, loss), epoch in zip(plain, epochs, strict=True):
        np.testing.assert_array_equal(labels.ravel(), epoch.refined)
        assert loss == pytest.approx(epoch.loss, abs=1e-10)
    assert epochs[-1].n_labels > 1


def test_contenders_begin_and_end_alike(speed, photo):
    """The estimator at full resolution in float32 is the plain loop, but for rounding."""
    exact = {"n_clusters": 12, "n_centers": 6}
    problem = speed.Problem("photo", photo[::2, ::2], None, "cpu", seed=0)
    plain = speed.PlainContender("plain", exact).run(problem, 4)
    exact |= {
        "n_segments": None,
        "resolution": 1,
        "tol": None,
        "min_clusters": 1,
        "precision": "float32",
    }
    own = speed.Contender("exact", exact).run(problem, 4)
    assert plain.n_iter == own.n_iter == 4
    assert plain.ends == sorted(plain.ends)
    assert own.ends == sorted(own.ends)
    from sklearn.metrics import adjusted_rand_score

    assert adjusted_rand_score(plain.labels.ravel(), own.labels.ravel()) > 0.99


REFERENCE = """
from torch import nn

class Small(nn.Sequential):
    def __init__(self, n_channels, n_clusters, n_centers):
        super().__init__(nn.Conv2d(n_channels, n_clusters, 3, padding=1))
"""


def run_speed(speed, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["speed.py", "--device", "cpu", *map(str, arguments)])
    speed.main()


def test_speed_of_fits(speed, monkeypatch, tmp_path, photo, capsys):
    image_file = tmp_path / "small.png"
    imsave(image_file, photo[::2, ::2], check_contrast=False)
    script, table, rows = tmp_path / "script.py", tmp_path / "speed.rst", tmp_path / "rows.csv"
    script.write_text(REFERENCE)
    arguments = ["--image", image_file, "--n-clusters", 8, "--n-centers", 4, "--max-iter", 3,
                 "--epochs", 1, "--repeats", 1, "--write", table, "--results", rows]  # fmt: skip
    run_speed(speed, monkeypatch, *arguments, "--reference", script, "--reference-model", "Small")
    assert capsys.readouterr().out == table.read_text() + "\n"
    cells = cells_of(table.read_text())
    names = {"plain loop", "reference, script.py", "full resolution, float32", "default"}
    assert names <= set(cells)
    assert cells["plain loop"][1] == "3, 2 timed"
    assert cells["plain loop"][3] == cells["plain loop"][5] == "1.0"
    assert "computed from 2 epochs" in cells["plain loop"][4]
    assert "- first fit" not in table.read_text()  # that no row has
    assert cells["plain loop"][6] == ""  # nobody saw the labels of the last epoch
    assert cells["default"][1] == "3"
    assert int(cells["default"][6]) > 1
    measured = {row["contender"]: row for row in speed.results_of("fits", rows).read().values()}
    # The convolutions of Fig. 2, there and back, without the gradient of the picture.
    macs = 64 * (3 * 9 + 64 * 9) + 32 * 9 * (64 + 128) + 9 * 128 * (192 + 128) + 128 * 8
    macs += 8 * 8 * 2 + 2 * 3 * 8 * 4 + 8 * 4  # clustering
    n_pixels, per_epoch = 25 * 38, 3 * 2
    expected = per_epoch * macs * n_pixels / 1e9 * 3
    assert float(measured["plain loop"]["gflop"]) == pytest.approx(expected, rel=0.05)
    run_speed(speed, monkeypatch, *arguments, "--full")  # rows of the same contenders are replaced
    again = {row["contender"]: row for row in speed.results_of("fits", rows).read().values()}
    assert set(again) == set(measured)
    assert again["plain loop"]["epochs_timed"] == "3"
    assert int(again["plain loop"]["labels"]) > 1
    assert again["reference, script.py"] == measured["reference, script.py"]


@pytest.mark.parametrize("model", ["Missing", "print"])
def test_speed_refuses_a_reference_without_a_model(speed, monkeypatch, tmp_path, image_file, model):
    script = tmp_path / "script.py"
    script.write_text(REFERENCE + "\nprint = lambda *numbers: numbers\n")
    arguments = ["--image", image_file, "--reference", script, "--reference-model", model]
    with pytest.raises(SystemExit, match=f"--reference-model {model}: .*script.py"):
        run_speed(speed, monkeypatch, *arguments, "--n-clusters", 4, "--max-iter", 2)


def test_speed_of_sizes(speed, monkeypatch, capsys):
    arguments = ["sizes", "--sizes", "16x20", "32x20", "--max-iter", 2, "--repeats", 1]
    run_speed(speed, monkeypatch, *arguments)
    cells = cells_of(capsys.readouterr().out)
    assert {"20 x 16", "20 x 32", "exponent"} <= set(cells)
    assert cells["20 x 32"][0] == "640"
    assert cells["20 x 32"][2] == "2"


def test_speed_of_a_collection(speed, monkeypatch, tmp_path, photo, capsys):
    monkeypatch.setattr(speed, "choose_images", lambda n_images: [photo[:16, :20]] * n_images)
    monkeypatch.setattr(speed, "cpu_count", lambda: 2)
    files = ["--write", tmp_path / "table.rst", "--results", tmp_path / "rows.csv"]
    arguments = ["collection", "--images", 3, "--max-iter", 2, "--repeats", 2]
    with joblib.parallel_config("threading"):
        run_speed(speed, monkeypatch, *arguments, *files)
    one, two = speed.results_of("collection", tmp_path / "rows.csv").read().values()
    assert (one["n_jobs"], two["n_jobs"], one["faster"]) == ("1", "2", "1.0")
    assert one["images"] == two["images"] == "3"
    rate = 3 / float(one["seconds_all"])
    assert f"{300 / rate / 60:.3g}" in capsys.readouterr().out
    assert (tmp_path / "table.rst").read_text().count("20 x 16") == 2


def test_collections_are_of_one_size(speed, monkeypatch):
    monkeypatch.setattr(speed, "load_bsds", load_nothing)
    images = speed.choose_images(3)
    assert [image.shape for image in images] == [(321, 481, 3)] * 3
    assert not np.array_equal(images[0], images[1])


def load_nothing():
    raise FileNotFoundError


def test_exponent_of_known_growth(speed):
    from _speed_tables import exponent

    assert exponent([10, 100, 1000], [2.0, 20.0, 200.0]) == "1.00"
    assert exponent([10, 1000], [1.0, 10.0]) == "0.50"


def test_pictures_are_continued_by_their_mirror_image(speed, photo):
    height, width = photo.shape[:2]
    large = speed.reflect(photo, 2 * height, 3 * width)
    np.testing.assert_array_equal(large[:height, :width], photo)
    np.testing.assert_array_equal(large[height:, :width], photo[::-1])
    np.testing.assert_array_equal(large[:height, width : 2 * width], photo[:, ::-1])
    np.testing.assert_array_equal(large[:height, 2 * width :], photo)
    np.testing.assert_array_equal(speed.reflect(photo, 5, 7), photo[:5, :7])
