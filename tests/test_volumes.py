"""Volumes: the same estimator, with a third axis of space or of time."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.hierarchy import MergeTree, build_merge_tree
from sklearn_dic.inspection import HierarchyDisplay, SegmentationDisplay, region_table
from sklearn_dic.superpixels import SLICSuperpixels


@pytest.fixture(scope="module")
def shapes():
    """A ball, a box and a rod in an even volume, and their labels."""
    z, y, x = np.indices((24, 32, 36))
    truth = np.zeros(z.shape, int)
    truth[(z - 8) ** 2 + (y - 9) ** 2 + (x - 9) ** 2 < 6**2] = 1
    truth[12:21, 16:28, 20:32] = 2
    truth[((y - 24) ** 2 + (x - 10) ** 2 < 5**2) & (z > 4)] = 3
    return np.array([0.2, 0.8, 0.5, 0.65])[truth], truth


@pytest.fixture(scope="module")
def small(shapes):
    """A small volume with three channels."""
    random = np.random.default_rng(0)
    grey = shapes[0][6:16:1, 4:30:2, 2:30:2]
    return (
        np.stack([grey, grey[:, ::-1], 1 - grey], axis=-1)
        + random.uniform(0, 0.05, grey.shape)[..., None]
    )


@pytest.fixture
def merging():
    return RegionMerging(4, n_spatial_dims=3)


def score(truth, labels):
    return adjusted_rand_score(np.ravel(truth), np.ravel(labels))


def test_shapes_are_found_exactly(shapes):
    volume, truth = shapes
    merging = RegionMerging(n_spatial_dims=3, superpixels=SLICSuperpixels(2000, compactness=1))
    assert score(truth, merging.fit_predict(volume)) == 1
    merging = RegionMerging(n_spatial_dims=3).fit(volume)
    assert merging.n_segments_ == 4
    assert score(truth, merging.labels_) > 0.96  # basins end within a voxel of an edge


def test_noise_does_not_hide_shapes(shapes):
    volume, truth = shapes
    noisy = volume + np.random.default_rng(0).normal(0, 0.04, volume.shape)
    labels = RegionMerging(n_spatial_dims=3).fit_predict(noisy.clip(0, 1))
    assert labels.shape == volume.shape
    assert score(truth, labels) > 0.95


def test_a_region_has_one_label_in_all_frames():
    """Two bars move through time; slice by slice, nothing says that a bar stays the same."""
    frames = np.full((8, 24, 60), 0.5)
    for time, frame in enumerate(frames):
        frame[4:20, 2 + 3 * time : 12 + 3 * time] = 0.9
        frame[4:20, 30 + 3 * time : 38 + 3 * time] = 0.1
    labels = RegionMerging(3, n_spatial_dims=3, spacing=(4, 1, 1)).fit_predict(frames)
    for value in (0.5, 0.9, 0.1):
        shares = [np.bincount(labels[t][frames[t] == value], minlength=3) for t in range(8)]
        assert len({int(share.argmax()) for share in shares}) == 1
        assert min(share.max() / share.sum() for share in shares) > 0.95


def test_forms(small, merging):
    one = clone(merging).fit(small)
    assert one.labels_.shape == small.shape[:-1]
    assert one.labels_.dtype == np.int32
    assert one.n_segments_ == 4
    assert one.n_features_in_ == 3
    assert one.segment(n_segments=2).max() == 1
    stack = clone(merging).fit(np.stack([small, small[::-1]]))
    assert stack.labels_.shape == (2, *small.shape[:-1])
    np.testing.assert_array_equal(stack.labels_[0], one.labels_)
    several = clone(merging).fit([small, small[:5]])
    np.testing.assert_array_equal(several.labels_[0], one.labels_)
    assert several.labels_[1].shape == (5, *small.shape[1:-1])
    np.testing.assert_array_equal(several.predict(small), one.labels_)
    grey = clone(merging).fit(small[..., 0])
    again = clone(merging).set_params(channel_axis=None).fit(small[None, ..., 0])
    np.testing.assert_array_equal(again.labels_[0], grey.labels_)
    per_image = PerImage(clone(merging)).fit([small, small[:5]])
    np.testing.assert_array_equal(per_image.labels_[0], one.labels_)
    assert PerImage(clone(merging)).fit(small[None]).labels_.shape == (1, *small.shape[:-1])


def test_dtypes_give_the_same(small, merging):
    bytes_ = (255 * small.clip(0, 1)).astype(np.uint8)
    expected = clone(merging).fit_predict(bytes_)
    np.testing.assert_array_equal(clone(merging).fit_predict(bytes_ / 255), expected)


def test_spacing_has_no_unit(small, merging):
    nanometres = clone(merging).set_params(spacing=(30, 4, 4)).fit(small)
    micrometres = clone(merging).set_params(spacing=[0.03, 0.004, 0.004]).fit(small)
    np.testing.assert_array_equal(nanometres.tree_.distances_, micrometres.tree_.distances_)
    even = clone(merging).set_params(spacing=(2, 2, 2)).fit(small)
    np.testing.assert_array_equal(even.labels_, clone(merging).fit_predict(small))
    assert not np.array_equal(nanometres.tree_.distances_, even.tree_.distances_)
    image = small[4]
    np.testing.assert_array_equal(
        RegionMerging(4, spacing=(3, 3)).fit_predict(image), RegionMerging(4).fit_predict(image)
    )


def test_turned_volumes_have_turned_regions(small):
    superpixels = SLICSuperpixels(60)
    one = RegionMerging(5, n_spatial_dims=3, superpixels=superpixels).fit(small)
    leaves = one.tree_.leaf_labels
    for turned in ((0, 2, 1), (0, 1, 2)):
        flipped = np.flip(small.transpose(*turned, 3), 0)
        labels = np.flip(leaves.transpose(turned), 0)
        other = RegionMerging(5, n_spatial_dims=3).fit(flipped, superpixels=labels)
        assert score(np.flip(one.labels_.transpose(turned), 0), other.labels_) > 0.999


def test_masked_voxels_do_not_matter(small, merging):
    mask = np.ones(small.shape[:-1], bool)
    mask[2:5, 3:9, 4:9] = mask[0] = False
    masked = clone(merging).fit(small, sample_mask=mask)
    np.testing.assert_array_equal(masked.labels_ == -1, ~mask)
    unknown = np.where(mask[..., None], small, np.nan)
    np.testing.assert_array_equal(masked.predict(unknown, sample_mask=mask), masked.labels_)
    hidden = np.ma.masked_array(unknown, np.repeat(~mask[..., None], 3, axis=3))
    np.testing.assert_array_equal(clone(merging).fit_predict(hidden), masked.labels_)
    with_slic = clone(merging).set_params(superpixels="slic").fit(small, sample_mask=mask)
    np.testing.assert_array_equal(with_slic.labels_ == -1, ~mask)


def test_superpixels_and_features_travel_with_the_volume(small, merging):
    cubes = sum(np.indices(small.shape[:-1])[i] // 5 * step for i, step in enumerate((1, 10, 100)))
    fitted = clone(merging).fit(small, superpixels=cubes)
    assert fitted.tree_.n_leaves == len(np.unique(cubes))
    again = fitted.predict(small, superpixels=cubes)
    np.testing.assert_array_equal(again, fitted.labels_)
    learned = np.zeros((*small.shape[:-1], 2))
    learned[:5, ..., 0] = learned[5:, ..., 1] = 1
    halves = clone(merging).set_params(n_segments=2, features_weight=50)
    labels = halves.fit_predict(small, superpixels=cubes, features=learned)
    assert score(learned[..., 0], labels) == 1


def test_a_network_learns_from_the_slices(small, merging):
    dic = DeepImageClustering(4, max_iter=1, n_segments=None, random_state=0)
    slices = list(small.astype(np.float32))
    learned = np.stack(list(clone(dic).fit(slices).predict_proba(slices)))
    weighted = clone(merging).set_params(features_weight=1)
    expected = clone(weighted).fit(small, features=learned)
    fitted = clone(weighted).set_params(features=dic).fit(small)
    np.testing.assert_array_equal(fitted.tree_.distances_, expected.tree_.distances_)
    np.testing.assert_array_equal(fitted.predict(small), fitted.labels_)
    mask = np.ones(small.shape[:-1], bool)
    mask[:, :4] = False
    several = clone(fitted).fit([small, small[:5]], sample_mask=[mask, mask[:5]])
    assert [labels.shape[0] for labels in several.labels_] == [len(small), 5]


def test_scenes_of_a_volume(small):
    one = RegionMerging(4, n_spatial_dims=3, scene_size=8, spacing=(2, 1, 1)).fit(small)
    assert one.labels_.max() == 3
    twice = build_merge_tree(small, scene_size=8)
    assert twice.distances_[-1] != build_merge_tree(small).distances_[-1]


def test_trees_of_volumes(small, merging, tmp_path):
    tree = merging.fit(small).tree_
    tree.save(tmp_path / "volume.tree")
    again = MergeTree.load(tmp_path / "volume.tree")
    np.testing.assert_array_equal(again.cut(n_segments=3), tree.cut(n_segments=3))
    contours = tree.contour_map()
    assert contours.shape == tuple(2 * n + 1 for n in small.shape[:-1])
    assert (contours[1::2, 1::2, 1::2] == 0).all()
    for threshold in np.quantile(tree.distances_, [0.3, 0.9]):
        labels = tree.cut(threshold=threshold)
        for axis in range(3):
            faces = tuple(slice(2, -1, 2) if i == axis else slice(1, None, 2) for i in range(3))
            borders = np.diff(labels, axis=axis) != 0
            np.testing.assert_array_equal(contours[faces] > threshold, borders)
    edges = contours[2:-1:2, 2:-1:2, 1::2]  # where four voxels meet
    around = [contours[1:-2:2, 2:-1:2, 1::2], contours[3::2, 2:-1:2, 1::2],
              contours[2:-1:2, 1:-2:2, 1::2], contours[2:-1:2, 3::2, 1::2]]  # fmt: skip
    np.testing.assert_array_equal(edges, np.max(around, axis=0))
    display = HierarchyDisplay.from_estimator(merging)
    assert display.image_.get_array().shape == contours.shape[1:]


def test_table_of_volumes(small, merging):
    merging.set_params(spacing=(30, 4, 4)).fit(small)
    table = region_table(merging, small)
    assert table["pixels"].sum() == merging.labels_.size
    assert table["volume"].sum() == merging.labels_.size * 30 * 4 * 4
    first = np.argwhere(merging.labels_ == 0)
    columns = ["centroid_slice", "centroid_row", "centroid_col"]
    np.testing.assert_allclose(table.loc[0, columns].astype(float), first.mean(axis=0))
    assert table.loc[0, "max_slice"] == first[:, 0].max() + 1
    assert table.loc[0, "mean_1"] == pytest.approx(small[merging.labels_ == 0, 1].mean())
    by_array = region_table(merging.labels_, small, n_spatial_dims=3, spacing=(30, 4, 4))
    assert by_array.equals(table)
    assert len(region_table(merging.labels_)["image"].unique()) == len(small)  # as a stack


def test_slices_stand_for_a_volume_in_pictures(small, merging):
    assert merging.fit(small)._repr_html_().count("<img") == 4
    assert merging.fit([small, small[:5]])._repr_html_().count("<img") == 2
    with pytest.raises(ValueError, match="SegmentationDisplay draws images: pass slices"):
        SegmentationDisplay.from_estimator(merging, small)


@pytest.mark.parametrize(
    ("params", "shape", "message"),
    [
        ({}, (20, 30), r"X has 2 dimension.* with n_spatial_dims=3 .* a volume is \(Z, Y, X\)"),
        ({}, (2, 3, 4, 5, 6, 7), "X has 6 dimension"),
        ({"channel_axis": -1}, (20, 30, 4), r"a volume is \(Z, Y, X, C\)"),
        ({"channel_axis": None}, (2, 3, 4, 5, 1), r"a stack of volumes \(N, Z, Y, X\)"),
        ({"n_spatial_dims": 4}, (4, 5, 6), "n_spatial_dims"),
        ({"spacing": (1, 1)}, (4, 5, 6), r"spacing=\(1, 1\): 3 numbers larger than 0"),
        ({"spacing": (1, 0, 1)}, (4, 5, 6), "3 numbers larger than 0"),
        ({"spacing": ("a", 1, 1)}, (4, 5, 6), "3 numbers larger than 0"),
        ({"n_spatial_dims": 2, "spacing": (1, 1, 1)}, (5, 6), "2 numbers larger than 0"),
        ({"superpixels": "felzenszwalb"}, (4, 5, 6), "segments images and no volumes"),
    ],
)
def test_what_does_not_fit_is_refused(params, shape, message):
    merging = RegionMerging(n_spatial_dims=3).set_params(**params)
    with pytest.raises(ValueError, match=message):
        merging.fit(np.zeros(shape))


def test_parts_that_do_not_fit_are_refused(small, merging, monkeypatch):
    with pytest.raises(ValueError, match=r"features of shape .* \(Z, Y, X, D\) is needed"):
        clone(merging).fit(small, features=small[0])
    with pytest.raises(ValueError, match="the superpixels of the image have shape"):
        clone(merging).fit(small, superpixels=np.zeros((3, 4, 5), int))
    with pytest.raises(ValueError, match="the mask of the image has shape"):
        clone(merging).fit(small, sample_mask=np.ones((3, 4), bool))
    with pytest.raises(ValueError, match=r"image 0 has 2 dimension.*np.stack"):
        clone(merging).fit(list(small[..., 0]))
    with pytest.raises(ValueError, match="a SuperpixelMap holds the superpixels of images"):
        make_pipeline(SLICSuperpixels(), clone(merging)).fit(small)
    with pytest.raises(ValueError, match="region_merging has n_spatial_dims=3"):
        DeepImageClustering(region_merging=merging).fit(small[0])
    with pytest.warns(UserWarning, match="is read as 2 x 10 x 24 pixels with 24 channels"):
        clone(merging).set_params(n_segments=1).fit(np.zeros((2, 10, 24, 24)))
    monkeypatch.setattr("sklearn_dic._region_merging.host_memory", lambda: 10_000)
    with pytest.raises(MemoryError, match="a volume of 14 x 13 x 10 pixels needs about"):
        merging.fit(small)
