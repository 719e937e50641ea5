import numpy as np
import pytest
from PIL import Image

from sklearn_dic.cli._finding import find_images
from sklearn_dic.superpixels import FileSuperpixels


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, with a folder `photos` of empty files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    return tmp_path


def fill(folder, *names):
    for name in names:
        (folder / "photos" / name).touch()


def found_names(*arguments, **options):
    found = find_images(arguments, **options)
    return [path.name for path in found.paths], found


SUFFIXES = [
    *("jpg", "JPG", "jpeg", "jfif", "jp2", "png", "apng", "avif", "webp", "gif", "tif", "TIFF"),
    *("bmp", "dib", "tga", "ppm", "pgm", "pbm", "pnm", "npy", "npz", "psd", "pcx", "ico"),
]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_that_can_be_read_is_found(folder, suffix):
    fill(folder, f"a.{suffix}", "notes.txt", "movie.mpg", "page.eps", "data.h5")
    names, _ = found_names("photos")
    assert names == [f"a.{suffix}"]


def test_zarr_folders_are_images(folder):
    (folder / "photos/a.zarr").mkdir()
    (folder / "photos/a.zarr/zarr.json").touch()
    assert found_names("photos")[0] == ["a.zarr"]
    assert found_names("photos/a.zarr")[0] == ["a.zarr"]
    assert found_names("photos/*.zarr")[0] == ["a.zarr"]


def test_hidden_files_are_skipped_without_a_word(folder):
    fill(folder, "a.png", "._a.png", ".thumbnail.jpg")
    names, found = found_names("photos")
    assert names == ["a.png"]
    assert found.left_out == []


def test_files_that_are_not_read_are_named(folder):
    (folder / "photos/more").mkdir()
    fill(folder, "a.png", "notes.txt", "b.doc", ".hidden")
    _, found = found_names("photos")
    assert found.left_out == ["photos: not read: b.doc, more/, notes.txt"]
    fill(folder, *(f"{i}.csv" for i in range(9)))
    _, found = found_names("photos/*")
    assert found.left_out == ["photos/*: not read: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 6 more"]


def test_an_explicit_pattern_wins_over_the_suffixes(folder):
    fill(folder, "a.png", "scan_1.dat", "scan_2", "notes.txt")
    assert found_names("photos/*.dat")[0] == ["scan_1.dat"]
    assert found_names("photos/scan_*")[0] == ["scan_1.dat", "scan_2"]
    assert found_names("photos/*")[0] == ["a.png"]
    assert found_names("photos/notes.txt")[0] == ["notes.txt"]
    assert found_names("**/*.png")[0] == ["a.png"]


def test_superpixel_files_of_images_are_no_images(folder, photo):
    Image.fromarray(photo).save("photos/a.png")
    np.save("photos/a.npy", photo[..., 0])
    np.save("photos/b.npy", photo)
    superpixels = FileSuperpixels("photos/{stem}.npy")
    names, found = found_names("photos/a.png", "photos", superpixels=superpixels)
    assert names == ["a.png", "b.npy"]
    assert found.failed == []
