import json
import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from scipy.ndimage import binary_erosion
from skimage import io
from torch.optim import SGD

from sklearn_dic.cli import main
from sklearn_dic.cli._results import SUFFIXES

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


def test_superpixels_from_files(folder):
    for path in ("photos/left.png", "photos/right.jpg"):
        columns = np.indices(io.imread(path).shape[:2])[1]
        np.save(folder / path.replace("photos/", "").replace(path[-4:], ".npy"), columns // 10)
    files = [*FAST, "--n-segments", "none", "--superpixels", "{stem}.npy"]
    assert main(["photos", "-o", "out", "--n-jobs", "2", *files]) == 0
    labels = np.load("out/right_labels.npy")
    assert (labels == labels[:1]).all()  # columns that the superpixels joined
    assert main(["photos/left.png", "-o", "other", *FAST, "--superpixels", "none.npy"]) == 1


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
    inside = binary_erosion(region, iterations=3, border_value=1)
    assert inside.any()
    np.testing.assert_array_equal(boundaries[inside], photo[:, :40][inside])
    assert (boundaries != photo[:, :40]).any()
    out, err = capsys.readouterr()
    assert re.search(rf"left\.png +40 x 50 +{labels.max() + 1} +\d+\.\d +(cpu|cuda)", out)
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


def test_results_of_another_image_or_other_parameters_are_not_passed_off(folder, photo, capsys):
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 0
    before = {path: path.read_bytes() for path in (folder / "out").iterdir()}
    assert main(["photos/left.png", "-o", "out", *FAST, "--n-segments", "4"]) == 1
    out, err = capsys.readouterr()
    assert "kept" not in out
    assert re.search(
        r"error: .*left\.png: .*'out/left_labels\.npy'.* n_segments='auto'; pass --over", err
    )
    assert main(["photos/left.png", "-o", "out", *FAST, "--device", "cpu"]) == 0  # no other answer
    assert "kept" in capsys.readouterr().out
    io.imsave("photos/left.png", photo[:, 20:60])
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 1
    assert "which belong to another image; pass --overwrite" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_warnings_are_told_once_with_the_image(folder, capsys):
    assert main(["photos/left.png", "-o", "out", *FAST, "--n-segments", "9999", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err.count("warning: photos/left.png: n_segments=9999, and an image has") == 1
    assert len(json.loads(out)[0]["warnings"]) == 1


def test_results_beside_the_images_are_not_segmented(folder):
    assert main(["photos", "-o", "photos", *FAST, "--quiet"]) == 0
    assert main(["photos/*.png", "photos", "-o", "photos", *FAST, "--quiet"]) == 0
    named = [str(path) for path in (folder / "photos").glob("*.png")]  # what a shell expands
    main([*named, "-o", "photos", *FAST, "--quiet"])
    assert main(["photos", "-o", "out", *FAST, "--quiet"]) == 0  # results of an earlier run
    assert len(names(folder / "photos")) == len(names(folder / "out")) + 2 == 2 + 8


def test_a_damaged_result_is_made_again(folder):
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 0
    labels = np.load("out/left_labels.npy")
    (folder / "out/left_labels.npy").write_text("damaged")
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 0
    np.testing.assert_array_equal(np.load("out/left_labels.npy"), labels)


def test_files_that_are_no_results_are_not_replaced(folder, photo, capsys):
    command = ["photos/left.png", "-o", "photos", *FAST, "--quiet"]
    own = folder / "photos/left_labels.png"
    io.imsave(own, photo[..., 0], check_contrast=False)
    assert main(command) == 1
    refused = "would replace 'photos/left_labels.png' whose origin is not known; pass --overwrite"
    assert refused in capsys.readouterr().err
    assert names(folder / "photos") == ["left.png", "left_labels.png", "right.jpg"]
    own.unlink()
    assert main(command) == 0
    retouched = io.imread(own)[::-1]
    io.imsave(own, retouched, check_contrast=False)
    assert main(command) == 1
    np.testing.assert_array_equal(io.imread(own), retouched)
    assert main([*command, "--overwrite"]) == 0


def test_results_of_other_superpixels_are_not_passed_off(folder, photo, capsys):
    command = ["photos/left.png", "-o", "out", *FAST, "--superpixels", "{stem}.npy"]
    np.save("left.npy", np.arange(2000).reshape(50, 40) // 200)
    assert main(command) == 0
    assert main(command) == 0
    assert "kept" in capsys.readouterr().out
    np.save("left.npy", np.arange(2000).reshape(50, 40) // 400)
    assert main(command) == 1
    assert "which belong to another superpixel file; pass --over" in capsys.readouterr().err


def test_arguments_without_images_are_reported_and_the_rest_goes_on(folder, capsys):
    (folder / "empty").mkdir()
    (folder / "photos/notes.txt").write_text("no image")
    (folder / "photos/left.tif").write_bytes((folder / "photos/left.png").read_bytes())
    arguments = ["empty", "nothing/*.jpg", str(folder / "photos/left.png"), "photos/*"]
    assert main([*arguments, "-o", "out", *FAST, "--quiet"]) == 1
    out, err = capsys.readouterr()
    assert "photos/*: not read: notes.txt" in err
    assert "error: empty: no images found" in err
    assert "error: nothing/*.jpg: no images found" in err
    assert "left.tif: its results would replace those of" in err
    assert out.count("left.png") == out.count("right.jpg") == 1


def test_a_folder_in_the_place_of_a_result(folder, capsys):
    (folder / "out/left_mean.png").mkdir(parents=True)
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 1
    assert "left_mean.png' cannot be written: it is a folder" in capsys.readouterr().err
    assert names(folder / "out") == ["left_mean.png"]


def test_a_reader_who_goes_away_does_not_stop_the_work(folder):
    arguments = ["photos", "-o", "out", *FAST, "--quiet"]
    command = [sys.executable, "-m", "sklearn_dic", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 0
    assert len(names(folder / "out")) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_real_ctrl_c(folder):
    arguments = ["photos", "-o", "out", "--max-iter", "100000", "--quiet"]
    code = (
        # a shell lets what it starts in the background ignore it
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "import sklearn_dic.cli._main as m; from sklearn_dic import DeepImageClustering as D;"
        # once a step is done all is imported, and imports may swallow an interrupt
        "from torch.optim import SGD; step = SGD.step;"
        "SGD.step = lambda *a: (step(*a), print('go', flush=True))[0];"
        "D.__init__.__kwdefaults__.update(tol=None, min_clusters=1);"
        f"sys.exit(m.main({arguments!r}))"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"go\n"
        process.send_signal(signal.SIGINT)
        try:
            _, err = process.communicate(timeout=120)
        finally:
            process.kill()  # or a test that fails would wait for all epochs
    assert process.returncode == 130
    assert b"0 of 2 images are done" in err
    assert b"Traceback" not in err
    assert names(folder / "out") == []


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
    assert right["n_segments"] == len(np.unique(np.load(right["files"]["labels"])))
    assert left["seconds"] > 0
    assert missing["status"] == "failed"
    assert "missing.png" in missing["error"]


def test_n_jobs_gives_the_same(folder, one_thread):
    assert main(["photos", "-o", "one", *FAST, "--quiet"]) == 0
    assert main(["photos", "-o", "two", *FAST, "--quiet", "--n-jobs", "2"]) == 0
    for name in names(folder / "one"):
        if name.endswith(".npy"):
            one, two = np.load(folder / "one" / name), np.load(folder / "two" / name)
            np.testing.assert_array_equal(one, two)
    assert names(folder / "one") == names(folder / "two")


def test_a_failure_while_writing_leaves_no_files(folder, monkeypatch, capsys):
    from sklearn_dic.cli import _files

    def fail(*args):
        raise OSError("no space left on device")

    monkeypatch.setattr(_files.np, "save", fail)
    assert main(["photos/left.png", "-o", "out", *FAST, "--quiet"]) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert names(folder / "out") == []


def test_ctrl_c_writes_nothing_half_done(folder, monkeypatch, capsys):
    step, calls = SGD.step, []

    def interrupt(*args):
        calls.append(1)
        if len(calls) == 2:  # in the second image
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(SGD, "step", interrupt)
    assert main(["photos", "-o", "out", *FAST, "--quiet"]) == 130
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
        (["--n-segments", "0"], "--n-segments: '0' is neither a number from 1, nor auto, nor none"),
        (["--n-segments", "few"], "--n-segments: 'few' is neither a number from 1"),
        (["--max-iter", "few"], "--max-iter: 'few' is neither a number nor auto"),
        (["--frame", "first"], "--frame: 'first' is neither a number nor like 2,0"),
        (["--resolution", "half"], "--resolution: 'half' is neither a number nor auto"),
        (["--superpixels", "slik"], "'slik' is neither .*slic.*, nor none, nor a file"),
        (["--device", "tpu"], "no device of PyTorch"),
        (["photos", "-o", "photos/left.png"], "the folder -o photos/left.png: .*File exists"),
        (["photos", "--n-jobs", "0"], "--n-jobs is 0; pass a number of images from 1"),
        (["photos", "--connected-components"], "write --connected-components --n-segments none"),
        (["--connected-components", "--n-segments", "4"], "--n-segments 4 gives regions: write"),
    ],
)
def test_wrong_arguments(folder, capsys, arguments, message):
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


def test_an_exact_number_of_regions(folder):
    assert main(["photos", "-o", "out", *FAST, "--quiet", "--n-segments", "5"]) == 0
    for name in ("left", "right"):
        assert np.load(f"out/{name}_labels.npy").max() + 1 == 5


def test_connected_components_of_the_labels(folder):
    options = [*FAST, "--quiet", "--n-segments", "none"]
    assert main(["photos/left.png", "-o", "labels", *options]) == 0
    assert main(["photos/left.png", "-o", "components", *options, "--connected-components"]) == 0
    labels, components = (np.load(f"{name}/left_labels.npy") for name in ("labels", "components"))
    assert len(np.unique(components)) > len(np.unique(labels))
    pairs = np.stack([components.ravel(), labels.ravel()])
    assert np.unique(pairs, axis=1).shape[1] == len(np.unique(components))


def test_names_of_any_language_where_the_terminal_has_few_characters(folder):
    for name in ("görlitz.png", "東京.png", "łódź.png"):
        shutil.copy(folder / "photos/left.png", folder / "photos" / name)
    command = [sys.executable, "-m", "sklearn_dic", "photos", "-o", "out", *FAST]
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert b"g\xf6rlitz.png" in done.stdout
    assert rb"\u6771\u4eac.png" in done.stdout
    assert len(list((folder / "out").glob("*.npy"))) == 5
