import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.measure import regionprops

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.images import GeoReference, write_labels
from sklearn_dic.inspection import region_polygons, region_table
from sklearn_dic.superpixels import SLICSuperpixels

pytest.importorskip("geopandas")
pytest.importorskip("rasterio")
SHEARED = GeoReference("EPSG:32633", (2, 0.5, 500_000, -0.25, -3, 5_400_000))
label_maps = hnp.arrays(np.int64, st.tuples(*[st.integers(1, 7)] * 2), elements=st.integers(-1, 4))


@pytest.fixture(scope="module")
def merging(photo):
    mask = np.ones(photo.shape[:2], bool)
    mask[:8, :8] = False
    return RegionMerging(n_segments=7).fit(photo, sample_mask=mask)


def test_the_table_is_what_numpy_computes(photo, merging):
    labels = merging.labels_
    table = region_table(merging, photo, percentiles=(10, 50))
    assert table["label"].tolist() == list(range(7))
    for row in table.itertuples():
        rows, cols = np.nonzero(labels == row.label)
        assert row.pixels == len(rows)
        box = (row.min_row, row.min_col, row.max_row, row.max_col)
        assert box == (rows.min(), cols.min(), rows.max() + 1, cols.max() + 1)
        np.testing.assert_allclose([row.centroid_row, row.centroid_col], [rows.mean(), cols.mean()])
        for band in range(3):
            values = photo[rows, cols, band]
            np.testing.assert_allclose(getattr(row, f"mean_{band}"), values.mean())
            np.testing.assert_allclose(getattr(row, f"std_{band}"), values.std())
            np.testing.assert_allclose(getattr(row, f"p10_{band}"), np.percentile(values, 10))
            np.testing.assert_allclose(getattr(row, f"p50_{band}"), np.median(values))
    assert "area" not in table
    sides = np.concatenate(
        [
            np.stack([labels[:, 1:].ravel(), labels[:, :-1].ravel()], axis=1),
            np.stack([labels[1:].ravel(), labels[:-1].ravel()], axis=1),
        ]
    )
    touching = {frozenset(pair) for pair in sides.tolist() if pair[0] != pair[1] and min(pair) >= 0}
    listed = {
        frozenset((row.label, other)) for row in table.itertuples() for other in row.neighbors
    }
    assert listed == touching


def test_areas_and_coordinates(tmp_path, photo):
    labels = np.arange(20).reshape(4, 5) // 6
    table = region_table(labels, georeference=SHEARED)
    np.testing.assert_allclose(table["area"], table["pixels"] * abs(2 * -3 - 0.5 * -0.25))
    polygons = region_polygons(labels, georeference=SHEARED)
    np.testing.assert_allclose(polygons.area, table["area"])
    x, y = SHEARED.coordinates(np.array([0, 0, 2, 2]), np.array([0, 5, 0, 5]))  # of label 0
    assert table.loc[0, ["min_x", "max_x"]].tolist() == [x.min(), x.max()]
    assert table.loc[0, ["min_y", "max_y"]].tolist() == [y.min(), y.max()]
    np.testing.assert_allclose(table["centroid_x"], polygons.centroid.x)
    np.testing.assert_allclose(table["centroid_y"], polygons.centroid.y)
    write_labels(tmp_path / "labels.tif", labels, SHEARED)  # any raster with this place
    of_file = region_table(labels, tmp_path / "labels.tif")
    np.testing.assert_array_equal(of_file["area"], table["area"])
    np.testing.assert_array_equal(of_file["mean_0"], [0, 1, 2, 3])
    assert region_polygons(labels, tmp_path / "labels.tif").crs.to_epsg() == 32633


@settings(max_examples=60, deadline=None)
@given(label_maps)
def test_polygons_cover_the_labels_exactly(labels):
    import shapely
    from rasterio.features import rasterize

    polygons = region_polygons(labels)
    assert polygons["label"].tolist() == np.unique(labels[labels >= 0]).tolist()
    assert polygons.crs is None
    assert polygons.is_valid.all()
    if len(polygons):
        counts = [np.count_nonzero(labels == label) for label in polygons["label"]]
        assert polygons.area.tolist() == counts
        assert shapely.union_all(polygons.geometry).area == sum(counts)  # no overlap
        pairs = zip(polygons.geometry, polygons["label"], strict=True)
        drawn = rasterize(pairs, labels.shape, fill=-1, dtype="int32")
        np.testing.assert_array_equal(drawn, labels)


@settings(max_examples=30, deadline=None)
@given(label_maps)
def test_a_table_of_any_labels(labels):
    table = region_table(labels, labels)
    values, counts = np.unique(labels[labels >= 0], return_counts=True)
    assert table["label"].tolist() == values.tolist()
    assert table["pixels"].tolist() == counts.tolist()
    np.testing.assert_array_equal(table["mean_0"], values)
    assert (table["std_0"] == 0).all()


def test_collections_and_estimators(photo):
    images = [photo, photo[:30, :40]]
    merging = RegionMerging(n_segments=4).fit(images)
    table = region_table(merging, images)
    assert table["image"].tolist() == [0] * 4 + [1] * 4
    assert table["label"].tolist() == [0, 1, 2, 3] * 2
    assert region_table(merging.labels_)["pixels"].tolist() == table["pixels"].tolist()
    polygons = region_polygons(merging)
    assert polygons["image"].tolist() == table["image"].tolist()
    np.testing.assert_array_equal(polygons.area, table["pixels"])
    dic = DeepImageClustering(max_iter=2, superpixels="slic", random_state=0).fit(photo)
    assert region_table(dic, photo)["pixels"].sum() == 50 * 75
    grey = RegionMerging(n_segments=2, channel_axis=None).fit(np.stack([photo[..., 0]] * 2))
    table = region_table(grey, np.stack([photo[..., 0]] * 2))
    assert [name for name in table if name.startswith("mean")] == ["mean_0"]


def test_labels_for_other_libraries(merging):
    labels = merging.labels_ + 1  # 0 is background there
    assert [region.label for region in regionprops(labels)] == list(range(1, 8))
    assert (labels[:8, :8] == 0).all()


def test_wrong_input(photo, merging):
    with pytest.raises(ValueError, match=r"labels of the image have shape \(50, 75\), and"):
        region_table(merging, photo[:20])
    with pytest.raises(TypeError, match="dtype float64; labels are integers"):
        region_polygons(np.zeros((3, 3)))
    with pytest.raises(TypeError, match="SLICSuperpixels has no labels_; pass"):
        region_table(SLICSuperpixels().fit(photo), photo)
    with pytest.raises(ValueError, match="percentiles are from 0 to 100"):
        region_table(merging, percentiles=[101])


@pytest.mark.parametrize(
    ("function", "module", "extra"),
    [(region_table, "pandas", "table"), (region_polygons, "geopandas", "geo")],
)
def test_missing_libraries(monkeypatch, function, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"{module} is needed .*sklearn-dic\[{extra}\]"):
        function(np.zeros((3, 3), int))


def test_bands_have_the_values_of_the_file(tmp_path, photo):
    import tifffile

    twelve_bits = photo.astype(np.uint16) * 16  # scaled for a fit, with a warning
    tifffile.imwrite(tmp_path / "photo.tif", twelve_bits, photometric="rgb")
    labels = np.arange(50 * 75).reshape(50, 75) // 1000
    table = region_table(labels, tmp_path / "photo.tif")
    np.testing.assert_allclose(
        table["mean_2"], [twelve_bits[labels == i, 2].mean() for i in range(4)]
    )
