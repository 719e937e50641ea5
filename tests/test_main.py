import json
import re
import subprocess
import sys

import numpy as np
import pytest
from skimage import io

from sklearn_dic.__main__ import main
from sklearn_dic._files import SUFFIXES

FAST = ["--max-iter", "2", "--n-clusters", "8"]


@pytest.fixture
def folder(tmp_path, photo, monkeypatch):
    """A folder to work in, with two photographs in `photos`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    io.imsave(tmp_path / "photos/left.png", photo[:, :40])
    io.imsave(tmp_path / "photos/right.jpg", photo[:, 30:])
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_one_file(folder, photo, capsys):
    assert main(["photos/left.png", "-o", "out", *FAST, "--superpixels", "slic"]) == 0
    assert names(folder / "out") == sorted(f"left{suffix}" for suffix in SUFFIXES.values())
    labels = np.load("out/left_labels.npy")
    assert labels.shape == (50, 40)
    picture = io.imread("out/left_labels.png")
    assert picture.dtype == np.uint16
    np.testing.assert_array_equal(picture, labels)
    boundaries, mean = io.imread("out/left_boundaries.png"), io.imread("out/left_mean.png")
    assert boundaries.shape == mean.shape == (50, 40, 3)
    region = labels == labels[0, 0]
    np.testing.assert_allclose(mean[0, 0], photo[:, :40][region].mean(axis=0), atol=1)
    inside = np.ones_like(region)
    assert (boundaries[inside] == photo[:, :40][inside]).any()
    out, err = capsys.readouterr()
    assert re.search(rf"left\.png +40 x 50 +{labels.max() + 1} +\d+\.\d +cpu|cuda", out)
    assert "2/2" in err  # epochs
    assert "left_boundaries.png" in err


def test_folders_and_patterns(folder, capsys):
    assert main(["photos", "photos/*.png", "-o", "out", *FAST]) == 0
    out, err = capsys.readouterr()
    assert out.count("left.png") == 1
    assert "right.jpg" in out
    assert "2/2" in err  # images
    assert len(names(folder / "out")) == 8


def test_results_are_kept_unless_overwrite(folder, capsys):
    assert main(["photos", "-o", "out", *FAST, "--quiet"]) == 0
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    (folder / "out/left_mean.png").unlink()  # incomplete: made again
    assert main(["photos", "-o", "out", *FAST, "--quiet"]) == 0
    assert "kept" in capsys.readouterr().out
    after = {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    assert {path.name for path in after if before[path] == after[path]} == {
        f"right{suffix}" for suffix in SUFFIXES.values()
    }
    assert main(["photos", "-o", "out", *FAST, "--quiet", "--overwrite"]) == 0
    assert all(path.stat().st_mtime_ns > after[path] for path in (folder / "out").iterdir())


def test_results_beside_the_images_are_not_segmented(folder):
    assert main(["photos", "-o", "photos", *FAST, "--quiet"]) == 0
    assert main(["photos/*.png", "photos", "-o", "photos", *FAST, "--quiet"]) == 0
    assert len(names(folder / "photos")) == 2 + 8


@pytest.mark.usefixtures("unreadable_files")
def test_an_unreadable_file_is_reported_and_the_rest_goes_on(folder, capsys):
    (folder / "photos/right.jpg").write_bytes(b"no image")
    assert main(["missing.png", "photos", "-o", "out", *FAST, "--quiet"]) == 1
    out, err = capsys.readouterr()
    assert "left.png" in out
    assert "missing.png" in err
    assert "right.jpg' cannot be read as an image" in err
    assert len(names(folder / "out")) == 4


def test_json(folder, capsys):
    assert main(["photos", "missing.png", "-o", "out", *FAST, "--quiet", "--json"]) == 1
    left, right, missing = json.loads(capsys.readouterr().out)
    assert (left["width"], left["height"], left["status"]) == (40, 50, "segmented")
    assert right["n_labels"] == len(np.unique(np.load(right["files"]["labels"])))
    assert left["seconds"] > 0
    assert missing["status"] == "failed"
    assert "missing.png" in missing["error"]


def test_n_jobs_gives_the_same(folder):
    assert main(["photos", "-o", "one", *FAST, "--quiet"]) == 0
    assert main(["photos", "-o", "two", *FAST, "--quiet", "--n-jobs", "2"]) == 0
    for name in names(folder / "one"):
        if name.endswith(".npy"):
            assert np.load(folder / "two" / name).shape == np.load(folder / "one" / name).shape
    assert names(folder / "one") == names(folder / "two")


def test_a_failure_while_writing_leaves_no_files(folder, monkeypatch, capsys):
    from sklearn_dic import _files

    def fail(*args):
        raise OSError("no space left on device")

    monkeypatch.setattr(_files.np, "save", fail)
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert names(folder / "out") == []


def test_ctrl_c_writes_nothing_half_done(folder, monkeypatch, capsys):
    from sklearn_dic.network import _training

    usual, calls = _training.refinement_loss, []

    def interrupt(*args):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return usual(*args)

    monkeypatch.setattr(_training, "refinement_loss", interrupt)
    with pytest.warns(UserWarning, match="interrupted"):
        status = main(["photos", "-o", "out", *FAST, "--quiet"])
    assert status == 130
    assert {name.split("_")[0] for name in names(folder / "out")} == {"left"}
    assert "1 of 2 images are done" in capsys.readouterr().err


def test_no_argument_segments_a_bundled_photograph(folder, capsys):
    assert main([*FAST, "--quiet", "--resolution", "0.1"]) == 0
    out, err = capsys.readouterr()
    assert "600 x 400" in out
    assert "bundled photograph" in err
    assert "segmented" in err
    assert len(names(folder / "segmented")) == 4


def test_grey_alpha_and_16_bit(folder, photo):
    io.imsave("photos/grey.tif", photo[..., 0].astype(np.uint16) * 257, check_contrast=False)
    alpha = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    io.imsave("photos/alpha.png", alpha)
    assert main(["photos/grey.tif", "photos/alpha.png", "-o", "out", *FAST, "--quiet"]) == 0
    assert io.imread("out/grey_mean.png").shape == (50, 75, 3)
    assert io.imread("out/alpha_boundaries.png").shape == (50, 75, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--n-clusters", "0"], r"'n_clusters' .* Got 0"),
        (["--device", "tpu"], "no device of PyTorch"),
        (["nothing/*.jpg"], r"no images in 'nothing/\*.jpg'"),
        (["empty"], "no images in 'empty'"),
        (["photos/left.png", "left.png"], "would both be written"),
        (["photos", "-o", "photos/left.png"], "is a file, not a folder"),
    ],
)
def test_wrong_arguments(folder, capsys, arguments, message):
    (folder / "empty").mkdir()
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert re.search(message, capsys.readouterr().err)


def test_as_a_module(folder):
    command = [sys.executable, "-m", "sklearn_dic", "photos/left.png", "--quiet", *FAST]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "left.png" in done.stdout
    version = subprocess.run(
        [sys.executable, "-m", "sklearn_dic", "--version"], capture_output=True, text=True
    )
    assert version.stdout.startswith("sklearn-dic ")
