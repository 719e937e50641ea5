import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import rand_score

from sklearn_dic.datasets import load_bsds
from tests.datasets._small_bsds import IDS, SIZE, make_annotations, write_annotations, write_bsds

SORTED = {"train": ["22", "100", "3096"], "val": ["999", "8023"], "test": ["2018", "5096"]}


@pytest.fixture
def archive(tmp_path):
    """The top of the unpacked archive."""
    write_bsds(tmp_path / "BSR" / "BSDS500" / "data")
    return tmp_path


@pytest.mark.parametrize("place", ["", "BSR", "BSR/BSDS500", "BSR/BSDS500/data"])
def test_the_archive_is_found_from_every_folder(archive, place):
    assert load_bsds(archive / place, "test").ids == SORTED["test"]
    assert load_bsds(str(archive / place), "test").ids == SORTED["test"]


@pytest.mark.parametrize("place", ["", "bsds300"])
def test_a_folder_without_the_test_images(tmp_path, place):
    write_bsds(tmp_path / "bsds300", ["train", "val"])
    assert load_bsds(tmp_path / place).ids == SORTED["train"] + SORTED["val"]
    with pytest.raises(FileNotFoundError, match="images/test, groundTruth/test"):
        load_bsds(tmp_path / place, "test")


@pytest.mark.parametrize(
    ("subset", "splits"),
    [
        ("train", ["train"]),
        ("val", ["val"]),
        ("test", ["test"]),
        ("bsds300", ["train", "val"]),
        ("bsds500", ["train", "val", "test"]),
    ],
)
def test_subsets(archive, subset, splits):
    bsds = load_bsds(archive, subset)
    assert bsds.ids == [name for split in splits for name in SORTED[split]]
    assert [Path(image).stem for image in bsds.images] == bsds.ids
    assert len(bsds.annotations) == len(bsds.ids)
    assert "non-commercial research" in bsds.DESCR
    assert "Martin" in bsds.DESCR
    assert "Arbelaez" in bsds.DESCR


def test_images_as_paths_and_as_arrays(archive):
    paths = load_bsds(archive, "val").images
    assert all(isinstance(path, str) and Path(path).is_file() for path in paths)
    arrays = load_bsds(archive, "val", as_paths=False).images
    assert [image.shape for image in arrays] == [(*SIZE, 3)] * 2
    assert arrays[0].dtype == np.uint8
    assert abs(arrays[0].mean() - 999 % 256) < 2


def test_annotations_are_the_given_regions_with_consecutive_labels(archive):
    bsds = load_bsds(archive, "bsds500")
    for name, maps in zip(bsds.ids, bsds.annotations, strict=True):
        given = make_annotations(name)
        assert isinstance(maps, list)
        assert len(maps) == len(given) == 4
        for labels, original in zip(maps, given, strict=True):
            assert labels.shape == SIZE
            np.testing.assert_array_equal(np.unique(labels), np.arange(labels.max() + 1))
            assert rand_score(original.ravel(), labels.ravel()) == 1


def test_a_sample_is_spread_over_the_subset(archive):
    everything = load_bsds(archive, "bsds500")
    sample = load_bsds(archive, "bsds500", n_images=3)
    assert sample.ids == [everything.ids[i] for i in (0, 2, 4)]
    assert sample.images == [everything.images[i] for i in (0, 2, 4)]
    np.testing.assert_array_equal(sample.annotations[1], everything.annotations[2])
    assert load_bsds(archive, "bsds500", n_images=7).ids == everything.ids
    with pytest.raises(ValueError, match="n_images=8, and 'bsds500' has 7"):
        load_bsds(archive, "bsds500", n_images=8)


def test_the_environment_names_the_folder(archive, monkeypatch):
    monkeypatch.setenv("SKLEARN_DIC_DATA", str(archive))
    assert load_bsds(subset="val").ids == SORTED["val"]


def test_a_changed_list_of_annotations_is_pickled_as_it_is(archive):
    maps = load_bsds(archive, "val").annotations[0]
    copied = pickle.loads(pickle.dumps(maps))
    np.testing.assert_array_equal(copied, maps)
    del maps[0]
    maps[0] = maps[0] + 1
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(maps)), maps)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"subset": "training"}, ValueError, "subset is 'training'; valid are 'train'"),
        ({"n_images": 0}, ValueError, "n_images == 0"),
        ({"n_images": 2.5}, TypeError, "n_images must be an instance of"),
        (
            {"root": "nowhere"},
            FileNotFoundError,
            r"images/train, groundTruth/train.*'nowhere.data'.*does not exist.*"
            r"SKLEARN_DIC_DATA.*fetch_bsds500\(\)",
        ),
    ],
)
def test_bad_parameters(archive, parameters, error, message):
    with pytest.raises(error, match=message):
        load_bsds(**{"root": archive, **parameters})


def test_images_without_annotations_are_named(archive):
    folder = archive / "BSR/BSDS500/data"
    (folder / "groundTruth/train/22.mat").unlink()
    (folder / "images/train/3096.jpg").unlink()
    with pytest.raises(FileNotFoundError, match="2 have no counterpart: 22, 3096"):
        load_bsds(archive)
    for split in ("train", "val"):
        for name in IDS[split]:
            (folder / f"images/{split}/{name}.jpg").unlink(missing_ok=True)
            (folder / f"groundTruth/{split}/{name}.mat").unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError, match="there are no images"):
        load_bsds(archive)


@pytest.mark.parametrize("damage", ["empty", "text", "another", "sizes", "float"])
def test_a_damaged_file_is_named(archive, damage):
    path = archive / "BSR/BSDS500/data/groundTruth/val/999.mat"
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("no such page" * 50)
    elif damage == "another":
        from scipy.io import savemat

        savemat(path, {"segs": np.eye(3)})
    elif damage == "sizes":
        write_annotations(path, [np.ones((3, 4), np.uint16), np.ones((4, 3), np.uint16)])
    else:
        write_annotations(path, [np.full((3, 4), 0.5)])
    with pytest.raises(OSError, match=r"999\.mat' cannot be read as human segmentations"):
        load_bsds(archive, "val")
    assert load_bsds(archive, "train").ids == SORTED["train"]


def test_the_original(berkeley):
    bsds = load_bsds(berkeley, n_images=20, as_paths=False)
    assert bsds.ids[0] == "2092"
    assert bsds.ids[-6:] == load_bsds(berkeley, "val", n_images=100).ids[10::15]
    for image, maps in zip(bsds.images, bsds.annotations, strict=True):
        assert image.shape in {(321, 481, 3), (481, 321, 3)}
        assert 4 <= len(maps) <= 9
        assert all(labels.shape == image.shape[:2] for labels in maps)
    assert len(load_bsds(berkeley, "train").ids) == 200
