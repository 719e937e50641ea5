"""The bench of volumes: cells that are linked through sections, and its tables."""

import sys
from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave


@pytest.fixture
def volumes(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import volumes

    yield volumes
    for name in ("volumes", "_volumes_data"):
        sys.modules.pop(name, None)


def test_slices_are_linked_where_regions_overlap_most(volumes):
    one = np.array([[0, 0, 0, 1, 1, 1]])
    two = np.array([[5, 5, 7, 7, 7, 7]])  # 5 is most of 0, 7 most of 1
    three = np.array([[2, 2, 2, 2, 2, 9]])  # 2 is most of 7, which has the most of 2; 9 is left
    linked = volumes.link_slices(np.stack([one, two, three]))
    assert len(np.unique(linked)) == 3
    assert linked[0, 0, 0] == linked[1, 0, 0]
    assert linked[0, 0, 5] == linked[1, 0, 2] == linked[2, 0, 0]
    assert linked[2, 0, 5] not in linked[:2]


def test_cells_are_linked_or_touch(volumes):
    inside = np.ones((2, 3, 9), bool)
    inside[0, :, 4] = inside[1, :, 6] = False
    linked = volumes.link_cells(inside)
    np.testing.assert_array_equal(linked == 0, ~inside)
    assert len(np.unique(linked)) == 3  # two cells and the membranes
    assert linked[0, 0, 8] == linked[1, 0, 8]
    assert volumes.connect_cells(inside).max() == 1


def test_tables(volumes, tmp_path, monkeypatch, capsys):
    random = np.random.default_rng(0)
    for part in ("images", "truth"):
        (tmp_path / "kinds/volume" / part).mkdir(parents=True)
    for i in range(3):
        inside = np.ones((40, 40), np.uint8)
        inside[:, 18 + i : 22 + i] = 0
        image = (60 + 120 * inside + random.integers(0, 20, inside.shape)).astype(np.uint8)
        imsave(tmp_path / f"kinds/volume/images/{i}.png", image, check_contrast=False)
        imsave(tmp_path / f"kinds/volume/truth/{i}.png", inside, check_contrast=False)
    results, table = tmp_path / "volumes.csv", tmp_path / "volumes.rst"
    options = ["--root", tmp_path, "--results", results, "--write", table, "--shapes", 20]
    monkeypatch.setattr(sys, "argv", ["volumes.py", *map(str, options)])
    volumes.main()
    rows = volumes.Results(results, volumes.COLUMNS, volumes.KEY).read()
    assert float(rows["sections", "volume", "best VoI"]["voi_linked"]) < 0.5
    assert float(rows["shapes, noise 0", "volume, SLIC superpixels", "auto"]["right"]) > 0.98
    assert "Made by ``python benchmarks/volumes.py``" in table.read_text()
    assert table.read_text() in capsys.readouterr().out
