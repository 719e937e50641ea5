import numpy as np
import pytest
from PIL import Image
from sklearn.base import BaseEstimator

from sklearn_dic.cli import _files, _main
from sklearn_dic.cli._files import segment_file
from sklearn_dic.cli._results import SUFFIXES


class Stripes(BaseEstimator):
    """An estimator that costs nothing; `meanwhile` is called during the fit."""

    superpixels = None

    def __init__(self, width=10, meanwhile=None):
        self.width = width
        self.meanwhile = meanwhile

    def fit(self, images):
        if self.meanwhile is not None:
            self.meanwhile()
        (height, width), *_ = images.shapes
        self.labels_ = np.tile(np.arange(width) // self.width, (height, 1))
        self.n_iter_, self.stopped_by_, self.device_ = 1, "tol", "cpu"
        return self

    def get_params(self, deep=True):
        return {"width": self.width} if not deep else super().get_params(deep)

    def __sklearn_clone__(self):
        return Stripes(self.width, self.meanwhile)


@pytest.fixture
def picture(tmp_path, photo):
    Image.fromarray(photo).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def read_labels(folder):
    return np.load(folder / f"a{SUFFIXES['labels']}")


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("late", [False, True])
def test_two_runs_at_once_do_not_replace_each_other(tmp_path, picture, monkeypatch, links, late):
    out = tmp_path / "out"

    def other_run(*args):
        monkeypatch.undo()
        assert segment_file(picture, Stripes(5), out).status == "segmented"

    if not links:
        monkeypatch.setattr(_files.os, "link", raise_os_error)
    if late:  # after the last look at the folder
        claim = _files._publish
        monkeypatch.setattr(_files, "_publish", lambda *args: [other_run(), claim(*args)])
        first = segment_file(picture, Stripes(10), out)
    else:
        first = segment_file(picture, Stripes(10, other_run), out)
    assert first.status == "failed"
    assert "which belong to width=5; pass --overwrite" in first.error
    np.testing.assert_array_equal(read_labels(out)[0], np.arange(75) // 5)
    assert segment_file(picture, Stripes(10), out, overwrite=True).status == "segmented"
    np.testing.assert_array_equal(read_labels(out)[0], np.arange(75) // 10)


def raise_os_error(*args):
    raise OSError("no hard links")


def test_two_runs_of_the_same_at_once_agree(tmp_path, picture):
    def other_run():
        assert segment_file(picture, Stripes(5), tmp_path / "out").status == "segmented"

    first = segment_file(picture, Stripes(5, other_run), tmp_path / "out")
    assert first.status == "segmented"
    assert len(list((tmp_path / "out").iterdir())) == len(SUFFIXES)


def test_results_of_other_options_of_reading_are_not_kept(tmp_path, photo):
    path = tmp_path / "a.tif"
    frames = [Image.fromarray(photo), Image.fromarray(photo[::-1])]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    refused = segment_file(path, Stripes(), tmp_path)
    assert refused.status == "failed"
    assert "--frame 0" in refused.error
    assert segment_file(path, Stripes(), tmp_path, reading={"frame": 0}).status == "segmented"
    assert segment_file(path, Stripes(), tmp_path, reading={"frame": 0}).status == "kept"
    other = segment_file(path, Stripes(), tmp_path, reading={"frame": 1})
    assert "which belong to reading={'frame': 0}" in other.error


def test_a_zarr_array(tmp_path, photo):
    zarr = pytest.importorskip("zarr")
    zarr.save_array(str(tmp_path / "a.zarr"), photo)
    assert segment_file(tmp_path / "a.zarr", Stripes(), tmp_path).status == "segmented"
    assert segment_file(tmp_path / "a.zarr", Stripes(), tmp_path).status == "kept"


def test_warnings_of_12_bits_say_what_a_user_of_the_shell_can_do(tmp_path, photo):
    Image.fromarray(photo[..., 0].astype(np.uint16) * 16).save(tmp_path / "a.png")
    told = segment_file(tmp_path / "a.png", Stripes(), tmp_path)
    assert told.status == "segmented"
    (warning,) = told.warnings
    assert "read as 12 bits" in warning
    assert "--white" in warning


def test_options_of_reading_from_the_shell(tmp_path, photo, monkeypatch, capsys):
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(photo).save(tmp_path / "phone.png", exif=exif)
    monkeypatch.setattr(_main, "DeepImageClustering", StripesOfAnySettings)
    command = [str(tmp_path / "phone.png"), "-o", str(tmp_path / "out")]
    assert _main.main(command) == 0
    assert "50 x 75" in capsys.readouterr().out
    assert _main.main([*command, "--no-orientation"]) == 1
    assert "another folder" in capsys.readouterr().err
    assert _main.main([*command, "--no-orientation", "--overwrite", "--white", "128"]) == 0
    assert "75 x 50" in capsys.readouterr().out
    assert _main.main([*command, "--frame", "2,1"]) == 1
    assert "holds 1 picture(s), and frame=(2, 1)" in capsys.readouterr().err


class StripesOfAnySettings(Stripes):
    """Stripes in the place of the estimator of the shell command."""

    def __init__(self, *args, **settings):
        super().__init__()

    def get_params(self, deep=True):
        return dict.fromkeys(
            ["n_clusters", "n_centers", "superpixels", "n_segments", "max_iter", "resolution"]
        )

    def set_params(self, **params):
        return self

    def _validate_params(self):
        pass


def test_masked_pixels_in_the_results(tmp_path, photo):
    alpha = np.full((50, 75), 255, np.uint8)
    alpha[:10] = 0
    Image.fromarray(np.dstack([photo, alpha])).save(tmp_path / "a.png")

    class Masked(Stripes):
        def __sklearn_clone__(self):
            return Masked()

        def fit(self, images):
            super().fit(images)
            self.labels_[~images.masks[0]] = -1
            return self

    result = segment_file(tmp_path / "a.png", Masked(), tmp_path / "out")
    assert result.n_segments == 8
    outside = alpha == 0
    assert (read_labels(tmp_path / "out")[outside] == -1).all()
    for name, blank in (("labels_png", 65535), ("boundaries", 255), ("mean_colors", 255)):
        with Image.open(result.files[name]) as picture:
            pixels = np.asarray(picture)
        assert (pixels[:8] == blank).all()
        assert not (pixels[20:] == blank).all(axis=-1).all()
