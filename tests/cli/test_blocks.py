"""The command `sklearn-dic blocks`."""

import numpy as np
import pytest

from sklearn_dic.cli import main
from tests.blocks._pictures import BLOCK_SIZE, SCENE_SIZE, make_picture

SIZES = ["--block-size", str(BLOCK_SIZE), "--scene-size", str(SCENE_SIZE), "--quiet"]


def test_labels_are_written_and_counted(tmp_path, capsys):
    np.save(tmp_path / "scene.npy", make_picture((60, 70)))
    out = tmp_path / "labels.npy"
    arguments = [str(tmp_path / "scene.npy"), "-o", str(out), "--n-segments", "5", *SIZES]
    assert main(["blocks", *arguments]) == 0
    assert np.load(out).max() == 4
    assert "70 x 60 pixels, 5 regions" in capsys.readouterr().out
    assert main(["blocks", *arguments, "--threshold", "-1"]) == 1
    assert "threshold" in capsys.readouterr().err


def test_what_cannot_be_read_is_an_error(tmp_path, capsys):
    assert main(["blocks", "nowhere.tif", "-o", str(tmp_path / "labels.npy")]) == 1
    assert "no image file 'nowhere.tif'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["blocks", "scene.tif"])
    assert "-o" in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(tmp_path, capsys, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("sklearn_dic.Blockwise.fit", stop)
    assert main(["blocks", "scene.tif", "-o", str(tmp_path / "labels.npy")]) == 130
    assert "repeat to continue" in capsys.readouterr().err
