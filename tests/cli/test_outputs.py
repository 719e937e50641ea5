"""Files on demand, rasters, and other cuts of a tree."""

import json
import re
import sys

import numpy as np
import pytest
from skimage import io

from sklearn_dic.cli import main
from sklearn_dic.hierarchy import MergeTree
from sklearn_dic.inspection import region_table
from sklearn_dic.superpixels import FileSuperpixels

geopandas = pytest.importorskip("geopandas")
pd = pytest.importorskip("pandas")
rasterio = pytest.importorskip("rasterio")

FAST = ["--max-iter", "1", "--n-clusters", "4", "--resolution", "0.3", "--quiet"]
ALL = ["--table", "--polygons", "--contours", "--tree"]
PLACE = {"crs": "EPSG:32633", "transform": rasterio.Affine(2, 0, 500_000, 0, -3, 5_400_000)}


@pytest.fixture
def folder(tmp_path, photo, monkeypatch):
    """A folder to work in, with a photograph and a raster of 4 bands with a missing corner."""
    monkeypatch.chdir(tmp_path)
    io.imsave(tmp_path / "photo.png", photo)
    bands = np.dstack([photo, photo[..., :1] // 2]).astype(np.float32) / 255
    bands[:20, :30] = -9999
    profile = {"driver": "GTiff", "count": 4, "height": 50, "width": 75, "dtype": "float32"}
    with rasterio.open(tmp_path / "aerial.tif", "w", nodata=-9999, **profile, **PLACE) as dataset:
        dataset.write(np.moveaxis(bands, -1, 0))
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_everything_of_a_photograph(folder, photo, capsys):
    assert main(["photo.png", "-o", "out", *FAST, *ALL]) == 0
    err = capsys.readouterr().err
    assert re.search(r"photo_regions\.csv +measures of each region", err)
    assert re.search(r"photo\.tree +merge tree, for `sklearn-dic cut`", err)
    labels = np.load("out/photo_labels.npy")
    table = pd.read_csv("out/photo_regions.csv")
    expected = region_table(labels, photo)
    expected["neighbors"] = [" ".join(map(str, around)) for around in expected["neighbors"]]
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    polygons = geopandas.read_file("out/photo_regions.geojson")
    assert polygons["label"].tolist() == table["label"].tolist()
    areas = polygons.set_crs(None, allow_override=True).area  # columns and rows
    np.testing.assert_array_equal(areas, table["pixels"])
    tree = MergeTree.load("out/photo.tree")
    np.testing.assert_array_equal(tree.cut(n_segments=len(table)), labels)
    contours = np.load("out/photo_contours.npy")
    np.testing.assert_array_equal(contours, tree.contour_map())
    files = FileSuperpixels("out/{stem}_contours.npy", n_segments=5)
    assert files.fit_transform("photo.png").max() <= 5
    assert main(["photo.png", "-o", "out", *FAST, *ALL]) == 0
    assert "kept" in capsys.readouterr().out
    (folder / "out/photo_regions.csv").unlink()  # incomplete: made again
    assert main(["photo.png", "-o", "out", *FAST, *ALL]) == 0
    assert "kept" not in capsys.readouterr().out
    assert (folder / "out/photo_regions.csv").exists()


def test_everything_of_a_raster(folder):
    formats = ["--table", "parquet", "--polygons", "gpkg", "--contours", "--tree"]
    assert main(["aerial.tif", "-o", "out", *FAST, *formats]) == 0
    suffixes = [".tree", "_boundaries.tif", "_contours.tif", "_labels.tif", "_mean.tif"]
    suffixes += ["_regions.gpkg", "_regions.parquet"]
    assert names(folder / "out") == [f"aerial{suffix}" for suffix in suffixes]
    with rasterio.open("aerial.tif") as source:
        missing, bands = source.dataset_mask() == 0, source.read()
    for name in ("labels", "boundaries", "mean"):
        with rasterio.open(f"out/aerial_{name}.tif") as dataset:
            assert (dataset.crs, dataset.transform) == (source.crs, source.transform)
            assert dataset.shape == source.shape
            np.testing.assert_array_equal(dataset.dataset_mask() == 0, missing)
            if name == "labels":
                assert dataset.nodata == -1
                labels = dataset.read(1)
    np.testing.assert_array_equal(labels == -1, missing)
    table = pd.read_parquet("out/aerial_regions.parquet")
    for row in table.itertuples():
        inside = labels == row.label
        assert row.pixels == inside.sum()
        assert row.area == 6 * inside.sum()
        np.testing.assert_allclose(row.mean_3, bands[3][inside].mean(dtype=float), rtol=1e-12)
    polygons = geopandas.read_file("out/aerial_regions.gpkg")
    assert polygons.crs.to_epsg() == 32633
    np.testing.assert_allclose(polygons.area, table["area"], rtol=1e-12)
    with rasterio.open("out/aerial_contours.tif") as dataset:
        assert dataset.shape == (101, 151)
        # The middle of a pixel is the middle of its pixel in the contour map.
        assert dataset.xy(1 + 2 * 7, 1 + 2 * 9) == source.xy(7, 9)
    assert main(["aerial.tif", "-o", "out", *FAST, *formats]) == 0
    assert main(["aerial.tif", "-o", "out", *FAST, "--n-segments", "3"]) == 1  # another origin


def test_results_of_rasters_are_not_segmented(folder, capsys):
    assert main(["aerial.tif", "-o", ".", *FAST, "--contours"]) == 0
    assert main([".", "-o", ".", *FAST]) == 0
    out = capsys.readouterr().out
    assert out.count("aerial") == 2
    assert out.count("photo") == 1


def test_files_of_an_earlier_run_are_pointed_at(folder, capsys):
    assert main(["photo.png", "-o", "out", *FAST, "--table"]) == 0
    assert main(["photo.png", "-o", "out", *FAST, "--n-segments", "3", "--overwrite"]) == 0
    assert "photo_regions.csv' is of an earlier run, and may not fit" in capsys.readouterr().err


def test_another_cut_needs_no_fit(folder, capsys, monkeypatch):
    assert main(["aerial.tif", "photo.png", "-o", "out", *FAST, "--tree"]) == 0
    before = names(folder / "out")
    monkeypatch.setattr("sklearn_dic.DeepImageClustering.fit", None)
    formats = ["--table", "--polygons"]
    assert main(["cut", "out/aerial.tree", "--n-segments", "4", *formats]) == 0
    out, err = capsys.readouterr()
    assert re.search(r"aerial\.tree +75 x 50 +4", out)
    assert re.search(r"aerial_4_regions\.csv +measures of each region", err)
    new = [name for name in names(folder / "out") if name not in before]
    suffixes = ["boundaries.tif", "labels.tif", "mean.tif", "regions.csv", "regions.geojson"]
    assert new == [f"aerial_4_{suffix}" for suffix in suffixes]
    with rasterio.open("out/aerial_4_labels.tif") as dataset:
        labels = dataset.read(1)
        assert dataset.crs.to_epsg() == 32633
    np.testing.assert_array_equal(labels, MergeTree.load("out/aerial.tree").cut(n_segments=4))
    table = pd.read_csv("out/aerial_4_regions.csv")
    np.testing.assert_allclose(table["mean_0"], region_table(labels, "aerial.tif")["mean_0"])
    assert main(["cut", "out/aerial.tree", "out/photo.tree", "--n-segments", "4", "--json"]) == 0
    results = json.loads(capsys.readouterr().out)  # the same again, and another
    assert [result["n_segments"] for result in results] == [4, 4]
    np.testing.assert_array_equal(
        np.load("out/photo_4_labels.npy"), MergeTree.load("out/photo.tree").cut(n_segments=4)
    )
    assert main(["cut", "out/photo.tree", "--threshold", "1e9", "-o", "one"]) == 0
    assert np.load("one/photo_1_labels.npy").max() == 0


def test_a_cut_without_the_image(folder, capsys):
    assert main(["photo.png", "-o", "out", *FAST, "--tree"]) == 0
    (folder / "photo.png").rename("moved.png")
    assert main(["cut", "out/photo.tree", "--n-segments", "auto", "-o", "a", "--table"]) == 0
    assert "photo.png' is not there any more: no pictures are drawn" in capsys.readouterr().err
    assert not [name for name in names(folder / "a") if "mean" in name]
    command = ["cut", "out/photo.tree", "--n-segments", "3", "-o", "b", "--image", "moved.png"]
    assert main(command) == 0
    assert io.imread("b/photo_3_mean.png").shape == (50, 75, 3)
    io.imsave("photo.png", io.imread("moved.png")[::-1])
    assert main(["cut", "out/photo.tree", "--n-segments", "3", "-o", "c"]) == 0
    assert "photo.png' has changed" in capsys.readouterr().err
    io.imsave("small.png", io.imread("moved.png")[::2])
    assert main([*command[:-1], "small.png", "--overwrite"]) == 1
    assert "has 75 x 25 pixels, and the tree 75 x 50" in capsys.readouterr().err


def test_cuts_that_fail(folder, capsys):
    (folder / "no.tree").write_text("no tree")
    MergeTree(np.zeros((4, 5), int), np.empty((0, 2), int), np.empty(0)).save("one.tree")
    assert main(["cut", "no.tree", "missing.tree", "one.tree", "--n-segments", "3"]) == 1
    err = capsys.readouterr().err
    assert "error: 'no.tree' cannot be loaded as a tree" in err
    assert "error: there is no file 'missing.tree' to load" in err
    assert "n_segments=3, and an image has 1 superpixels" in err
    assert (np.load("one_1_labels.npy") == 0).all()
    (folder / "one_1_mean.png").mkdir()
    io.imsave("image.png", np.zeros((4, 5), np.uint8), check_contrast=False)
    command = ["cut", "one.tree", "--n-segments", "1", "--image", "image.png"]
    assert main(command) == 1
    assert "one_1_mean.png' cannot be written: it is a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--table", "photo.png"], "'photo.png' is neither csv nor parquet; after an image"),
        (["--polygons", "shp"], "'shp' is neither geojson nor gpkg"),
        (["--tree", "--n-segments", "none"], "--contours and --tree write the tree of regions"),
        (["cut", "a.tree"], "pass n_segments or threshold, the place to cut the tree"),
        (["cut", "a.tree", "--n-segments", "2", "--threshold", "1"], "are both given"),
    ],
)
def test_wrong_arguments(folder, capsys, arguments, message):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_a_missing_library_is_named_before_the_fits(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "geopandas", None)
    with pytest.raises(SystemExit):
        main(["photo.png", *FAST, "--polygons"])
    assert 'pip install "sklearn-dic[geo]"' in capsys.readouterr().err


def test_a_failure_while_writing_leaves_no_files(folder, monkeypatch, capsys):
    from sklearn_dic.cli import _results

    def fail(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(_results, "write_tree", fail)  # the last
    assert main(["aerial.tif", "-o", "out", *FAST, *ALL]) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert names(folder / "out") == []
