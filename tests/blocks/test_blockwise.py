"""Labels of blocks: the same for all tiles, workers and files, and after a kill."""

import errno
import hashlib
import shutil
import signal
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
import rasterio
import zarr
from skimage.measure import label

from sklearn_dic import Blockwise, RegionMerging
from sklearn_dic.blocks import BlockTree
from sklearn_dic.blocks import _leaves as leaves_module
from sklearn_dic.blocks._source import ArraySource
from sklearn_dic.metrics import variation_of_information
from tests.blocks._pictures import (
    BLOCK_SIZE,
    SCENE_SIZE,
    Brightness,
    make_blockwise,
    make_picture,
    write_geotiff,
    write_zarr,
)

TRANSFORM = (10, 0, 500_000, 0, -10, 5_400_000)


@pytest.fixture(scope="module")
def picture():
    return make_picture()


@pytest.fixture(scope="module")
def fitted(picture, tmp_path_factory):
    """An estimator fitted to a GeoTIFF, with its files."""
    folder = tmp_path_factory.mktemp("fitted")
    path = write_geotiff(folder / "scene.tif", picture, tile=32)
    return make_blockwise().fit(path, out=folder / "labels.tif")


@pytest.fixture(scope="module")
def labels(fitted):
    """The labels in the file of `fitted`."""
    with rasterio.open(fitted.labels_) as file:
        return file.read(1)


@pytest.mark.parametrize(
    ("n_jobs", "backend", "source"),
    [(1, "threading", "array"), (2, "threading", "zarr"), (2, "loky", "strips")],
)
def test_neither_workers_nor_tiles_change_a_label(
    n_jobs, backend, source, picture, labels, tmp_path
):
    X = {
        "array": lambda: picture,
        "zarr": lambda: write_zarr(tmp_path / "a.zarr", picture, chunk=41),
        "strips": lambda: write_geotiff(tmp_path / "strips.tif", picture),
    }[source]()
    with joblib.parallel_config(backend=backend, n_jobs=n_jobs):
        found = make_blockwise(n_jobs=n_jobs).fit_predict(X)
    np.testing.assert_array_equal(found, labels)


def test_a_picture_of_one_block_is_that_of_region_merging(picture):
    merging = RegionMerging(scene_size=SCENE_SIZE).fit(picture)
    blockwise = Blockwise(RegionMerging(scene_size=SCENE_SIZE)).fit(picture)
    np.testing.assert_array_equal(blockwise.labels_, merging.labels_)
    np.testing.assert_array_equal(blockwise.tree_.leaf_labels, merging.tree_.leaf_labels)
    assert blockwise.statistics_ is None


def test_blocks_find_the_regions_that_one_image_has(picture, fitted, labels):
    merging = RegionMerging(scene_size=SCENE_SIZE, n_segments=12).fit(picture)
    assert variation_of_information([labels], [merging.labels_]) < 0.1  # bits
    leaves, whole = fitted.tree_.leaf_labels, merging.tree_.leaf_labels
    assert variation_of_information([leaves], [whole]) < 0.05


def test_features_take_part_as_in_memory(picture, labels):
    parameters = {"features": Brightness(), "features_weight": 20.0}
    found = make_blockwise(**parameters).fit(picture)
    merging = RegionMerging(scene_size=SCENE_SIZE, n_segments=12, **parameters).fit(picture)
    assert found.features_.fitted_
    assert variation_of_information([found.labels_], [merging.labels_]) < 0.1
    assert variation_of_information([found.labels_], [labels]) > 0.2


def test_regions_are_connected_and_numbered(fitted, labels):
    assert labels.dtype == np.int32
    assert set(np.unique(labels)) == set(range(fitted.n_segments_))
    for found in (labels, fitted.tree_.leaf_labels):
        assert label(found, connectivity=1, background=-1).max() == found.max() + 1


def test_the_file_has_the_place_of_the_picture(fitted):
    with rasterio.open(fitted.labels_) as file:
        assert file.crs.to_epsg() == 32633
        assert tuple(file.transform)[:6] == TRANSFORM
        assert file.nodata == -1


def test_the_tree_is_cut_again_without_the_picture(fitted, labels, tmp_path):
    tree = BlockTree(fitted.labels_.with_suffix(".blocks"))
    coarse = fitted.segment(n_segments=4)
    assert coarse.max() == 3
    path = tree.cut(n_segments=4, out=tmp_path / "coarse.zarr")
    np.testing.assert_array_equal(zarr.open(str(path), mode="r")[:], coarse)
    path = fitted.segment(n_segments=4, out=tmp_path / "coarse.npy")
    np.testing.assert_array_equal(np.load(path), coarse)
    same = tree.cut(threshold=float(tree.distances_[-fitted.n_segments_]) + 1e-9)
    np.testing.assert_array_equal(same, labels)
    # A coarser cut joins whole regions.
    assert len(np.unique(np.stack([labels, coarse]).reshape(2, -1), axis=1).T) == labels.max() + 1


def test_masked_pixels_have_no_label_and_no_part(picture, tmp_path):
    mask = np.ones(picture.shape[:2], bool)
    mask[:, :55] = False  # whole blocks and a part of others
    noise = picture.copy()
    noise[~mask] = np.random.default_rng(0).integers(0, 256, (3,))
    found = make_blockwise(n_segments=6).fit_predict(picture, sample_mask=mask)
    assert (found[~mask] == -1).all()
    assert found[mask].min() == 0
    again = make_blockwise(n_segments=6).fit_predict(noise, sample_mask=mask)
    np.testing.assert_array_equal(found, again)


def test_windows_of_one_picture_agree_away_from_their_rims():
    picture = make_picture((130, 260), n_regions=24)
    whole = make_blockwise(block_size=128).fit(picture)
    given = {"statistics": whole.statistics_, "origin": (0, 96)}
    part = make_blockwise(block_size=128).fit(picture[:, 96:], **given)
    first = whole.tree_.leaf_labels[:, 96 + 75 :]
    second = part.tree_.leaf_labels[:, 75:]
    pairs = np.unique(np.stack([first, second]).reshape(2, -1), axis=1)
    assert len(pairs.T) == len(np.unique(first)) == len(np.unique(second))


RUN = """
import sys
from tests.blocks._pictures import make_blockwise
make_blockwise().fit(sys.argv[1], out=sys.argv[2])
"""


def test_a_killed_run_goes_on_and_leaves_nothing_half(picture, labels, tmp_path):
    path = write_geotiff(tmp_path / "scene.tif", picture)
    out = tmp_path / "labels.tif"
    with subprocess.Popen([sys.executable, "-c", RUN, str(path), str(out)]) as process:
        while process.poll() is None and len(list(tmp_path.glob("*.blocks/*/*.np?"))) < 9:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    with pytest.raises(ValueError, match="no complete tree"):
        BlockTree(tmp_path / "labels.blocks")
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.blocks/*/*.np?")}
    assert len(kept) >= 9
    make_blockwise().fit(path, out=out)
    with rasterio.open(out) as file:
        np.testing.assert_array_equal(file.read(1), labels)
    leaves = [file for file in kept if file.parent.name == "leaves"]
    assert all(file.stat().st_mtime_ns == kept[file] for file in leaves)
    assert not list(tmp_path.glob("**/.*"))


def test_another_picture_or_parameter_is_refused_by_name(fitted, picture, tmp_path):
    folder = shutil.copytree(fitted.labels_.with_suffix(".blocks"), tmp_path / "labels.blocks")
    scene = shutil.copy2(fitted.labels_.with_name("scene.tif"), tmp_path / "scene.tif")
    out = tmp_path / "labels.tif"
    again = make_blockwise().fit(scene, out=out)  # the tree is there
    assert again.tree_.n_leaves == fitted.tree_.n_leaves
    with pytest.raises(ValueError, match=r"began with block_size=48, and now block_size=64"):
        make_blockwise(block_size=64).fit(scene, out=out)
    with pytest.raises(ValueError, match=r"the picture has changed.*overwrite=True"):
        make_blockwise().fit(picture[::-1], out=out)
    (folder / "manifest.json").unlink()
    with pytest.raises(ValueError, match="has other contents"):
        make_blockwise().fit(scene, out=out, overwrite=True)


def test_a_picture_that_changes_is_an_error(picture):
    class Changing(ArraySource):
        def _read(self, box):
            values, mask = super()._read(box)
            self.reads = getattr(self, "reads", 0) + 1
            return (255 - values if self.reads > 11 else values), mask

    source = Changing("the scene", picture.shape[:2], 3, picture.dtype, array=picture)
    with pytest.raises(OSError, match="the scene has changed since the run began: rows"):
        make_blockwise().fit(source)


def test_an_unreadable_block_is_an_error(picture):
    class Damaged(ArraySource):
        def _read(self, box):
            if box.rows[0] > 0:
                raise RuntimeError("bad tile")
            return super()._read(box)

    source = Damaged("the scene", picture.shape[:2], 3, picture.dtype, array=picture)
    with pytest.raises(OSError, match=r"rows .* of the scene cannot be read: bad tile"):
        make_blockwise().fit(source)


def test_a_full_disk_is_an_error_and_keeps_what_is_complete(picture, labels, tmp_path, monkeypatch):
    save = np.savez

    def full(stream, **arrays):
        if "basins" in arrays:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(stream, **arrays)

    out = tmp_path / "labels.npy"
    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match=r"No space left.*the same call goes on") as caught:
        make_blockwise().fit(picture, out=out)
    assert caught.value.errno == errno.ENOSPC
    assert not out.exists()
    monkeypatch.setattr(np, "savez", save)
    monkeypatch.setattr(leaves_module, "local_statistics", None)  # colours are not found again
    make_blockwise().fit(picture, out=out)
    assert hashlib.sha1(np.load(out)).digest() == hashlib.sha1(labels.copy()).digest()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"superpixels": "slic"}, "superpixels='slic'"),
        ({"channel_axis": -1}, "channel_axis=-1"),
        ({"n_spatial_dims": 3}, "n_spatial_dims=3"),
        ({"spacing": (2, 1)}, r"spacing=\(2, 1\)"),
        ({"n_segments": None}, "n_segments and threshold are both None"),
    ],
)
def test_parameters_that_need_the_whole_picture_are_refused(parameters, message, picture):
    with pytest.raises(ValueError, match=message):
        make_blockwise(**parameters).fit(picture)


def test_wrong_arguments_are_named(picture, tmp_path):
    with pytest.raises(ValueError, match=r"labels\.png.*\.tif, \.tiff, \.zarr, \.npy"):
        make_blockwise().fit(picture, out=tmp_path / "labels.png")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        make_blockwise().fit(picture, out=tmp_path / "nowhere" / "labels.npy")
    np.save(tmp_path / "scene.npy", picture)
    with pytest.raises(ValueError, match="is the picture"):
        make_blockwise().fit(tmp_path / "scene.npy", out=tmp_path / "scene.npy")
    with pytest.raises(ValueError, match="sample_mask has shape"):
        make_blockwise().fit(picture, sample_mask=np.ones((4, 4)))
    with pytest.raises(ValueError, match="no pixel of the sample"):
        make_blockwise().fit(picture, sample_mask=np.zeros(picture.shape[:2]))
    with pytest.raises(TypeError, match="pass a RegionMerging"):
        Blockwise(Blockwise(RegionMerging())).fit(picture)


def test_collections_are_refused(picture):
    with pytest.raises(ValueError, match="one picture"):
        make_blockwise().fit([picture, picture])


def test_predict_segments_another_picture(fitted, picture, labels):
    np.testing.assert_array_equal(fitted.predict(picture), labels)
    with pytest.raises(ValueError, match="has 1 channels"):
        fitted.predict(picture[:BLOCK_SIZE, :BLOCK_SIZE, 0])
