"""Several methods side by side."""

import json

import numpy as np
import pytest
from scipy.io import savemat
from skimage import io

from sklearn_dic.cli import main

FAST = ["--methods", "KMeansPixels", "GraphBased", "--quiet"]


@pytest.fixture
def folder(tmp_path, photo, monkeypatch):
    """A folder to work in, with a photograph."""
    monkeypatch.chdir(tmp_path)
    io.imsave(tmp_path / "photo.png", photo)
    return tmp_path


def test_a_picture_and_a_table(folder, capsys):
    assert main(["compare", "photo.png", "-o", "out", *FAST]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].split() == ["method", "segments", "seconds"]
    assert [line.split()[0] for line in lines[1:]] == ["KMeansPixels", "GraphBased"]
    assert "photo_comparison.png" in captured.err
    assert io.imread("out/photo_comparison.png").ndim == 3


def test_scores_of_annotations(folder, capsys):
    halves = (np.arange(75) // 40)[None].repeat(50, axis=0)
    np.save("halves.npy", halves)
    people = np.empty((1, 2), object)
    for i in range(2):
        people[0, i] = {"Segmentation": (halves + 1).astype(np.uint16)}
    savemat("people.mat", {"groundTruth": people})
    arguments = ["compare", "photo.png", *FAST, "--json", "--truth", "halves.npy", "people.mat"]
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [result["name"] for result in answer["results"]] == FAST[1:3]
    assert 0 < answer["results"][0]["scores"]["probabilistic_rand_index"] < 1
    assert "labels" not in answer["results"][0]


def test_an_existing_picture_is_kept(folder, capsys):
    (folder / "segmented").mkdir()
    (folder / "segmented/photo_comparison.png").write_text("mine")
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "photo.png", *FAST])
    assert "pass --overwrite" in capsys.readouterr().err
    assert (folder / "segmented/photo_comparison.png").read_text() == "mine"
    assert main(["compare", "photo.png", "--overwrite", *FAST]) == 0
    assert io.imread("segmented/photo_comparison.png").ndim == 3


def test_wrong_arguments(folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "photo.png", "--methods", "kmeans"])
    assert "'kmeans'; valid are DeepImageClustering" in capsys.readouterr().err
    assert main(["compare", "missing.png", *FAST]) == 1
    assert "missing.png" in capsys.readouterr().err
    np.save("small.npy", np.zeros((3, 4), int))
    assert main(["compare", "photo.png", "--truth", "small.npy", *FAST]) == 1
    assert "small.npy" in capsys.readouterr().err
    assert not (folder / "segmented").exists()


def test_help(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["compare", "--help"])
    assert "SAS" in capsys.readouterr().out
