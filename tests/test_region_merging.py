from inspect import signature

import numpy as np
import pytest
from skimage import data
from skimage.measure import label
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.datasets import make_mosaic
from sklearn_dic.hierarchy import (
    MergeTree,
    MergeWeights,
    _coarse,
    _region_graph,
    agglomerate,
    build_merge_tree,
)
from sklearn_dic.hierarchy._adjacency import find_adjacency
from sklearn_dic.hierarchy._cuts import find_auto_threshold
from sklearn_dic.hierarchy._features import mean_by_region
from sklearn_dic.metrics import get_scorer
from sklearn_dic.model_selection import PerImageSplit
from sklearn_dic.superpixels import FelzenszwalbSuperpixels, SLICSuperpixels, SuperpixelMap
from tests._registry import REGION_MERGERS

each_merger = pytest.mark.parametrize("merger", REGION_MERGERS, ids=str)


@each_merger
def test_forms(merger, photo):
    one = clone(merger).fit_predict(photo)
    assert one.shape == photo.shape[:2]
    assert one.dtype == np.int32
    stack = clone(merger).fit(np.stack([photo, photo[::-1]]))
    assert stack.labels_.shape == (2, *photo.shape[:2])
    np.testing.assert_array_equal(stack.labels_[0], one)
    several = clone(merger).fit([photo, photo[:20, :30]])
    np.testing.assert_array_equal(several.labels_[0], one)
    assert several.labels_[1].shape == (20, 30)
    assert [tree.cut(n_segments=2).max() for tree in several.tree_] == [1, 1]
    assert several.n_segments_ == [labels.max() + 1 for labels in several.labels_]


@each_merger
def test_predict_segments_as_fit_does(merger, photo):
    images = [photo, photo[:20, :30], photo[::-1]]
    fitted = clone(merger).fit(images)
    for one, other in zip(fitted.predict(images), fitted.labels_, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(fitted.predict(photo), fitted.labels_[0])
    with pytest.raises(ValueError, match=r"X has 1 features, but RegionMerging is expecting 3"):
        fitted.predict(photo[..., 0])


def test_superpixels_travel_with_the_images(photo):
    superpixels = np.asarray(SLICSuperpixels(50).fit_transform(photo))
    expected = RegionMerging(4, superpixels=SLICSuperpixels(50)).fit(photo)
    fitted = RegionMerging(4).fit(photo, superpixels=superpixels)
    np.testing.assert_array_equal(fitted.labels_, expected.labels_)
    again = fitted.predict(photo, superpixels=superpixels)
    np.testing.assert_array_equal(again, fitted.labels_)
    assert fitted.predict(SuperpixelMap(superpixels[::-1], photo[::-1])).max() == 3
    assert fitted.build_trees(photo[::-1]).n_leaves != superpixels.max() + 1


def test_trees_of_other_images(photo):
    fitted = RegionMerging(4).fit(photo)
    tree = fitted.build_trees(photo)
    np.testing.assert_array_equal(tree.cut(n_segments=4), fitted.labels_)
    assert [one.leaf_labels.shape for one in fitted.build_trees([photo[:20]])] == [(20, 75)]


def test_a_search_finds_the_number_of_regions():
    image = np.zeros((40, 60))
    image[:, 20:] = 0.5
    image[20:, 40:] = 1
    truth = (2 * image).astype(int)
    search = GridSearchCV(
        RegionMerging(superpixels="slic"),
        {"n_segments": [2, 3, 4]},
        scoring=get_scorer("probabilistic_rand_index"),
        cv=PerImageSplit(),
    ).fit([image, image.T], [truth, truth.T])
    assert search.best_params_ == {"n_segments": 3}
    assert search.best_score_ == 1
    labels = PerImage(RegionMerging(3, superpixels="slic")).fit_predict([image, image.T])
    assert adjusted_rand_score(labels[1].ravel(), truth.T.ravel()) == 1


@each_merger
def test_path_and_dtypes_give_the_same(merger, photo, image_file):
    expected = merger.fit_predict(photo)
    for same in (image_file, str(image_file), photo / 255, (photo / 255).astype(np.float32)):
        np.testing.assert_array_equal(clone(merger).fit_predict(same), expected)


@each_merger
@pytest.mark.parametrize("n_channels", [1, 2, 5])
def test_any_number_of_channels(merger, photo, n_channels):
    bands = np.concatenate([photo, photo[::-1]], axis=2)[..., :n_channels]
    fitted = clone(merger).fit(bands)
    assert fitted.n_features_in_ == n_channels
    assert fitted.segment(n_segments=4).max() == 3
    if n_channels == 1:
        np.testing.assert_array_equal(clone(merger).fit_predict(bands[..., 0]), fitted.labels_)


@pytest.mark.parametrize("n_channels", [2, 3, 4])
def test_units_of_channels_that_are_no_colours_do_not_matter(photo, n_channels):
    bands = np.concatenate([photo, photo[::-1]], axis=2)[..., :n_channels] / 255.0
    metres, millimetres = RegionMerging(6).fit(64 * bands), RegionMerging(6).fit(65536 * bands)
    np.testing.assert_array_equal(metres.labels_, millimetres.labels_)
    assert metres.tree_.n_leaves < 2 * RegionMerging(6).fit(bands).tree_.n_leaves


@each_merger
def test_transposed_image_has_transposed_regions(merger):
    image = data.coffee()[::4, ::4]
    superpixels = SLICSuperpixels(100).fit_transform(image)
    one = clone(merger).fit(superpixels)
    other = clone(merger).fit(SuperpixelMap(superpixels.T, image.transpose(1, 0, 2)))
    for n_segments in (2, 5, 20):
        labels = other.segment(n_segments=n_segments).T
        score = adjusted_rand_score(one.segment(n_segments=n_segments).ravel(), labels.ravel())
        assert score == pytest.approx(1)


@each_merger
def test_workers_and_progress(merger, photo, capsys):
    images = [photo, photo[:20, :30]]
    one_by_one = clone(merger).fit_predict(images)
    at_once = clone(merger).set_params(n_jobs=2, verbose=1).fit_predict(images)
    for one, other in zip(one_by_one, at_once, strict=True):
        np.testing.assert_array_equal(one, other)
    assert "trees" in capsys.readouterr().err


@each_merger
def test_the_image_is_left_alone(merger, photo):
    image = photo.copy()
    image.flags.writeable = False
    clone(merger).fit(image)
    np.testing.assert_array_equal(image, photo)


@each_merger
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (30, 2, 1)])
def test_narrow_and_blank_images(merger, shape):
    with np.errstate(all="raise"):
        for image in (np.zeros(shape), np.random.RandomState(0).rand(*shape)):
            if merger.n_segments == 3:
                merger = clone(merger).set_params(n_segments="auto")
            assert clone(merger).fit_predict(image).shape == shape[:2]


@each_merger
def test_table_of_pixels(merger, photo):
    merger = clone(merger).set_params(channel_axis=-1, n_segments=1)
    assert merger.fit_predict(photo[0]).tolist() == [0] * len(photo[0])


def test_segment_is_what_another_fit_gives():
    image = data.astronaut()[::4, ::4]
    merging = RegionMerging().fit(image)
    before = merging.labels_.copy()
    for n_segments in (1, 2, 7, merging.tree_.n_leaves):
        expected = RegionMerging(n_segments).fit_predict(image)
        np.testing.assert_array_equal(merging.segment(n_segments=n_segments), expected)
        assert expected.max() + 1 == n_segments
    threshold = float(np.median(merging.tree_.distances_))
    expected = RegionMerging(threshold=threshold).fit_predict(image)
    np.testing.assert_array_equal(merging.segment(threshold=threshold), expected)
    np.testing.assert_array_equal(merging.segment(n_segments="auto"), before)
    np.testing.assert_array_equal(merging.labels_, before)
    with pytest.raises(ValueError, match="are both None"):
        merging.segment()
    with pytest.raises(ValueError, match="n_segments=3 and threshold=40 are both given"):
        merging.segment(n_segments=3, threshold=40)


def test_the_estimator_builds_the_tree_of_the_function(photo):
    image = (photo / 255).astype(np.float32)
    ours, expected = RegionMerging().fit(photo).tree_, build_merge_tree(image)
    np.testing.assert_array_equal(ours.children_, expected.children_)
    ours, theirs = (signature(each).parameters for each in (RegionMerging, build_merge_tree))
    for name in ("features_weight", "scene_size"):
        assert ours[name].default == theirs[name].default


def test_textures_are_found():
    """Their mean colours are the same; contours and what encloses tell them apart."""
    image, truth = make_mosaic(n_regions=4, random_state=0)
    for region in range(4):
        image[truth == region] -= image[truth == region].mean(axis=0)
    image = (image - image.min()) / np.ptp(image)
    merging = RegionMerging(4).fit(image)
    assert adjusted_rand_score(truth.ravel(), merging.labels_.ravel()) > 0.8
    leaves = merging.tree_.leaf_labels
    means = mean_by_region(image, leaves)
    ward = agglomerate(means, np.bincount(leaves.ravel()), find_adjacency(leaves).pairs)
    by_means = MergeTree(leaves, *ward).cut(n_segments=4)
    assert adjusted_rand_score(truth.ravel(), by_means.ravel()) < 0.2


def test_what_differs_counts_by_the_spectral_contour(photo, monkeypatch):
    seen = []

    def spy(*args, factors, **kwargs):
        seen.append(factors)
        return agglomerate(*args, factors=factors, **kwargs)

    monkeypatch.setattr(_region_graph, "agglomerate", spy)
    image = photo / 255
    weights = [MergeWeights(spectral_exponent=exponent) for exponent in (0, 0.5, 1)]
    trees = [build_merge_tree(image, weights=each) for each in weights]
    assert seen[0] is None
    np.testing.assert_allclose(seen[1] ** 2, seen[2])
    assert _region_graph.LEAST_STRENGTH <= seen[2].min() < 1 < seen[2].max()  # relative to the mean
    assert len({tree.children_.tobytes() for tree in trees}) == 3


def test_a_border_is_as_strong_whatever_else_is_merged(photo, monkeypatch):
    """Borders of coarser superpixels are strong, and are not divided by their own mean."""
    seen = []

    def spy(descriptions, sizes, pairs, factors, lengths, **kwargs):
        seen.append((pairs, factors, lengths))
        return agglomerate(descriptions, sizes, pairs, factors=factors, lengths=lengths, **kwargs)

    monkeypatch.setattr(_region_graph, "agglomerate", spy)
    monkeypatch.setattr(
        _region_graph, "LEAST_STRENGTH", 0
    )  # or means of strengths would not add up
    image, weights = photo / 255, MergeWeights(spectral_exponent=1)
    tree = build_merge_tree(image, weights=weights)
    regions = tree.cut(n_segments=9)
    build_merge_tree(image, regions, weights=weights)
    basins = tree.leaf_labels
    region = np.empty(basins.max() + 1, dtype=int)
    region[basins] = regions
    (pairs, factors, lengths), (coarse_pairs, coarse_factors, coarse_lengths) = seen
    assert np.average(factors, weights=lengths) == pytest.approx(1)
    sides = np.sort(region[pairs], axis=1)
    for pair, factor, length in zip(coarse_pairs, coarse_factors, coarse_lengths, strict=True):
        along = (sides == pair).all(axis=1)
        assert lengths[along].sum() == length
        assert np.average(factors[along], weights=lengths[along]) == pytest.approx(factor)
    assert np.average(coarse_factors, weights=coarse_lengths) > 1


def test_superpixels_of_the_step_before(photo):
    superpixels = SLICSuperpixels(50).fit_transform(photo)
    pipeline = make_pipeline(SLICSuperpixels(50), RegionMerging(n_segments=9))
    np.testing.assert_array_equal(
        pipeline.fit_predict(photo), RegionMerging(9).fit_predict(photo, superpixels=superpixels)
    )
    assert pipeline[-1].tree_.n_leaves == superpixels.max() + 1


def test_features_decide_where_colors_do_not():
    random = np.random.RandomState(0)
    noise = random.rand(40, 60)
    superpixels = np.arange(8).repeat(5)[:, None] * 12 + np.arange(12).repeat(5)
    learned = np.zeros((40, 60, 2), np.float32)
    learned[10:, :, 1] = 1e-3  # whatever its unit
    merging, image = RegionMerging(2), SuperpixelMap(superpixels, noise)
    labels = merging.fit_predict(image, features=learned)
    np.testing.assert_array_equal(labels, learned[..., 1] > 0)
    without = clone(merging).set_params(features_weight=0).fit(image, features=learned)
    np.testing.assert_array_equal(without.labels_, clone(merging).fit_predict(image))
    assert not np.array_equal(without.labels_, labels)
    maps = [SuperpixelMap(superpixels, noise), SuperpixelMap(superpixels.T, noise.T)]
    both = merging.fit_predict(maps, features=[learned, learned.transpose(1, 0, 2)])
    np.testing.assert_array_equal(both[0], labels)
    np.testing.assert_array_equal(both[1], labels.T)


def test_the_distance_of_auto_by_hand():
    # 16 equal leaves, each a colour of its own as far from all others, merge in pairs.
    children = np.array([[2 * i, 2 * i + 1] for i in range(15)])
    sizes = np.full(16, 1 / 16)
    between = []
    means, masses = list(np.eye(16)), list(sizes)
    for a, b in children:
        total = masses[a] + masses[b]
        between.append(masses[a] * masses[b] / total * ((means[a] - means[b]) ** 2).sum())
        means.append((masses[a] * means[a] + masses[b] * means[b]) / total)
        masses.append(total)
    explained = np.cumsum(between[::-1]) / sum(between)  # by 2, 3, ... regions
    place = np.argmax(explained >= 0.4)
    share = (0.4 - explained[place - 1]) / (explained[place] - explained[place - 1])
    n_regions = place + 1 + share
    assert n_regions > 4
    distances = np.arange(15.0)
    found = find_auto_threshold(children, distances, np.eye(16), sizes)
    assert found == pytest.approx(105 / n_regions**0.25)
    assert find_auto_threshold(children, distances, np.ones((16, 1)), sizes) == 76
    in_textures = find_auto_threshold(children, distances, np.eye(16), sizes, has_textures=True)
    assert in_textures == pytest.approx(0.7 * 13)
    assert (
        find_auto_threshold(np.zeros((0, 2), int), np.zeros(0), np.ones((1, 3)), np.ones(1)) == 76
    )


def test_auto_cuts_at_its_distance(photo):
    merging = RegionMerging().fit(photo)
    distance = merging.tree_.auto_threshold_
    np.testing.assert_array_equal(merging.labels_, merging.segment(threshold=distance))
    finer = RegionMerging(coarseness=0.5).fit(photo)
    np.testing.assert_array_equal(finer.labels_, merging.segment(threshold=distance / 2))
    assert finer.n_segments_ > merging.n_segments_
    np.testing.assert_array_equal(finer.segment(n_segments="auto"), finer.labels_)


def test_many_small_objects_are_cut_at_a_smaller_distance():
    random = np.random.RandomState(0)
    many = np.kron(random.rand(8, 12, 3), np.ones((12, 12, 1)))
    few = np.kron(random.rand(2, 2, 3), np.ones((48, 72, 1)))
    distances = [RegionMerging().fit(image).tree_.auto_threshold_ for image in (many, few)]
    assert distances[0] < distances[1]
    assert RegionMerging().fit(few).n_segments_ == 4
    assert RegionMerging().fit(many).n_segments_ > 40


def test_coarse_segmentations_are_made_on_a_reduced_copy(photo, monkeypatch):
    exact = RegionMerging(9).fit_predict(photo)
    monkeypatch.setattr("sklearn_dic.hierarchy._coarse.LARGEST", 1500)
    shapes, segment = [], _coarse.segment_at_scales

    def spy(image, scales, **parameters):
        shapes.append(image.shape[:2])
        return segment(image, scales, **parameters)

    monkeypatch.setattr(_coarse, "segment_at_scales", spy)
    merging = RegionMerging(9)
    reduced = merging.fit_predict(photo)
    assert shapes == 2 * [(25, 38)]
    assert adjusted_rand_score(exact.ravel(), reduced.ravel()) > 0.5
    np.testing.assert_array_equal(
        merging.tree_.leaf_labels, build_merge_tree(photo / 255).leaf_labels
    )


def test_of_several_superpixels_the_first_are_merged(photo):
    fine, coarse = FelzenszwalbSuperpixels(20), SLICSuperpixels(10)
    merging = RegionMerging(4, superpixels=[fine, coarse]).fit(photo)
    maps = [one.fit_transform(photo) for one in (fine, coarse)]
    expected = build_merge_tree(photo / 255, maps[0], coarse=maps[1:])
    assert merging.tree_.n_leaves == maps[0].max() + 1
    np.testing.assert_array_equal(merging.labels_, expected.cut(n_segments=4))
    alone = RegionMerging(4, superpixels=fine).fit(photo)
    assert not np.array_equal(alone.tree_.children_, merging.tree_.children_)


def test_several_maps_enclose_the_first(photo):
    fine = SLICSuperpixels(60).fit_transform(photo)
    halves = np.zeros(photo.shape[:2], int)
    halves[:, 37:] = 1
    image = photo.astype(float) / 255
    weights = MergeWeights(gradient=0, spectral_exponent=0, coarse=1000)
    tree = build_merge_tree(image, fine, coarse=[halves], weights=weights)
    assert isinstance(tree, MergeTree)
    assert tree.n_leaves == fine.max() + 1
    centres = [np.mean(np.nonzero(fine == label)[1]) > 37 for label in range(tree.n_leaves)]
    sides = np.array(centres)[np.asarray(fine)]
    assert adjusted_rand_score(tree.cut(n_segments=2).ravel(), sides.ravel()) > 0.8


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_segments": 0}, r"'n_segments' .* Got 0"),
        ({"n_segments": "many"}, r"'n_segments' .*'auto'.* Got 'many'"),
        ({"n_segments": None}, "n_segments and threshold are both None"),
        ({"threshold": -1}, "'threshold'"),
        ({"superpixels": "kmeans"}, "'superpixels'"),
        ({"features": "dic"}, "'features'"),
        ({"features_weight": -1}, "'features_weight'"),
        ({"features_weight": "some"}, "'features_weight' .*'auto'.* Got 'some'"),
        ({"scene_size": 0}, "'scene_size' .* Got 0"),
        ({"scene_size": "auto"}, "'scene_size' .* Got 'auto'"),
    ],
)
def test_bad_parameters(photo, parameters, message):
    with pytest.raises(ValueError, match=message):
        RegionMerging(**parameters).fit(photo)


def test_label_maps_are_no_parameter(photo):
    with pytest.raises(TypeError, match=r"with the images: fit\(X, superpixels=labels\)"):
        RegionMerging(superpixels=np.zeros((50, 75), int)).fit(photo)


def test_bad_features(photo):
    merging = RegionMerging()
    with pytest.raises(ValueError, match=r"features of shape \(3, 4\) do not fit .*\(50, 75\)"):
        merging.fit(photo, features=np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"features of shape \(50, 75, 0\) do not fit"):
        merging.fit(photo, features=np.zeros((50, 75, 0)))
    with pytest.raises(ValueError, match=r"features of the image .* NaN or infinity"):
        merging.fit(photo, features=np.full((50, 75, 2), np.nan))
    with pytest.raises(TypeError, match=r"features of the image .* dtype <U1"):
        merging.fit(photo, features=np.full((50, 75, 2), "a"))
    with pytest.raises(ValueError, match=r"features has 1 entries for 2 image\(s\)"):
        merging.fit([photo, photo], features=[np.zeros((50, 75, 2))])
    with pytest.raises(ValueError, match=r"features has 0 entries for 2 image\(s\)"):
        merging.fit([photo, photo], features=7)


@pytest.mark.parametrize(
    ("image", "superpixels", "message"),
    [
        (np.zeros((3, 4)), np.zeros((3, 4), int), r"image has shape \(3, 4\): \(H, W, C\)"),
        (np.full((3, 4, 1), np.nan), np.zeros((3, 4), int), "the image .* NaN"),
        (np.zeros((3, 4, 1)), np.zeros((4, 3), int), r"\(4, 3\), the image has \(3, 4\)"),
    ],
)
def test_bad_parts_of_a_tree(image, superpixels, message):
    with pytest.raises(ValueError, match=message):
        build_merge_tree(image, superpixels)


def test_lists_are_as_good_as_arrays():
    image, superpixels = [[[0.0], [1.0]], [[0.0], [1.0]]], [[0, 1], [2, 3]]
    features = [[[0], [0]], [[5], [5]]]
    tree = build_merge_tree(image, superpixels, features=features)
    same = build_merge_tree(
        np.array(image), np.array(superpixels), features=np.array(features, float)
    )
    np.testing.assert_array_equal(tree.children_, same.children_)


def test_more_regions_than_superpixels(photo):
    merging = RegionMerging(superpixels="slic")
    n_leaves = merging.fit(photo).tree_.n_leaves
    with pytest.warns(ConvergenceWarning, match=rf"n_segments=5000, and an image has {n_leaves}"):
        merging.set_params(n_segments=5000).fit(photo)
    assert merging.n_segments_ == n_leaves
    for answer in (merging.fit, merging.predict, lambda _: merging.segment(n_segments=5000)):
        with pytest.warns(ConvergenceWarning) as caught:
            answer([photo, photo[:40]])
        assert len(caught) == 1
        assert caught[0].filename == __file__


@pytest.mark.parametrize("value", [0.5, 5.0, -3.0])
def test_a_constant_image_is_one_region(value):
    merging = RegionMerging().fit(np.full((20, 30, 3), value))
    assert merging.n_segments_ == 1


def test_segment_before_fit():
    with pytest.raises(NotFittedError):
        RegionMerging().segment(n_segments=3)


def test_rgb_up_to_255_is_warned_of(photo):
    with pytest.warns(UserWarning, match=r"whole numbers from \d+ to 255 .* divide by 255"):
        RegionMerging(3).fit(photo.astype(float))


def test_weights_of_the_distance_are_at_least_0():
    with pytest.raises(ValueError, match="gradient=-1: a weight"):
        MergeWeights(gradient=-1)


class TestMasks:
    """Masked pixels are in no region, and change nothing in the rest."""

    @pytest.fixture
    def mask(self, photo):
        rows, columns = np.indices(photo.shape[:2])
        inside = (rows - 25) ** 2 + (columns - 37) ** 2 < 23**2
        return inside & ~((abs(rows - 20) < 4) & (abs(columns - 30) < 5))

    @each_merger
    def test_masked_pixels_do_not_matter(self, merger, photo, mask):
        masked = clone(merger).fit(photo, sample_mask=mask)
        np.testing.assert_array_equal(masked.labels_ == -1, ~mask)
        for other in (255 - photo, np.full_like(photo, 7)):
            image = np.where(mask[..., None], photo, other)
            again = clone(merger).fit(image, sample_mask=mask)
            np.testing.assert_array_equal(again.labels_, masked.labels_)
            np.testing.assert_array_equal(again.tree_.distances_, masked.tree_.distances_)
        unknown = np.where(mask[..., None], photo / 255, np.nan)
        np.testing.assert_array_equal(masked.predict(unknown, sample_mask=mask), masked.labels_)

    @pytest.mark.parametrize("form", ["image", "masked array", "list"])
    def test_features_are_learned_without_masked_pixels(self, photo, mask, form):
        features = DeepImageClustering(8, max_iter=2, n_segments=None, random_state=0)
        unknown = np.where(mask[..., None], photo / 255, np.nan)
        merging = RegionMerging(5, features=features)
        expected = clone(merging).fit(photo, sample_mask=mask).labels_
        if form == "masked array":
            hidden = np.repeat(~mask[..., None], 3, axis=2)
            image, params = np.ma.masked_array(unknown, hidden), {}
        else:
            image, params = unknown, {"sample_mask": mask}
        if form == "list":
            image, params = [image], {"sample_mask": [mask]}
        labels, again = merging.fit(image, **params).labels_, merging.predict(image, **params)
        for found in (labels, again):
            np.testing.assert_array_equal(found[0] if form == "list" else found, expected)

    def test_a_masked_rim_is_as_if_cut_off(self, photo):
        mask = np.zeros(photo.shape[:2], bool)
        mask[5:45, 10:70] = True
        ours = RegionMerging().fit(photo, sample_mask=mask)
        alone = RegionMerging().fit(photo[5:45, 10:70])
        np.testing.assert_array_equal(ours.labels_[5:45, 10:70], alone.labels_)
        np.testing.assert_allclose(ours.tree_.distances_, alone.tree_.distances_)

    def test_no_border_and_no_colour_comes_from_the_mask(self):
        image = np.full((40, 60, 3), 0.5)
        image[:, 25:35] = [1, 0, 0]
        mask = np.ones((40, 60), bool)
        mask[:, 25:35] = False
        merging = RegionMerging().fit(image, sample_mask=mask)
        assert merging.tree_.n_leaves == 2  # the two sides, which do not touch
        assert merging.tree_.distances_[0] == 0
        image[:, 35:] = 0.1
        sides = RegionMerging(2).fit(image, sample_mask=mask)
        assert sides.labels_[0, 0] == 0
        assert sides.labels_[0, 59] == 1

    def test_small_pieces_have_regions_of_their_own(self, photo):
        mask = np.zeros(photo.shape[:2], bool)
        mask[3, 3] = mask[30:33, 50] = mask[10:30, 10:40] = True
        labels = RegionMerging(n_segments=None, threshold=0).fit_predict(photo, sample_mask=mask)
        np.testing.assert_array_equal(labels == -1, ~mask)
        assert (labels == labels[3, 3]).sum() == 1

    def test_forms(self, photo, mask):
        several = RegionMerging(4).fit([photo, photo[:30]], sample_mask=[mask, None])
        alone = RegionMerging(4).fit(photo, sample_mask=mask)
        np.testing.assert_array_equal(several.labels_[0], alone.labels_)
        assert several.labels_[1].min() == 0
        table = RegionMerging(channel_axis=-1).fit(photo[0], sample_mask=np.arange(75) > 5)
        assert table.labels_.tolist() == 6 * [-1] + 69 * [0]

    def test_contour_map(self, photo, mask):
        tree = RegionMerging().fit(photo, sample_mask=mask).tree_
        contours = tree.contour_map()
        assert contours.max() == tree.distances_.max()
        pieces = label(contours < tree.distances_.max(), connectivity=1)[1::2, 1::2]
        assert not set(np.unique(pieces[mask])) & set(np.unique(pieces[~mask]))
