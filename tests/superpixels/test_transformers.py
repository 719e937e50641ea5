import re
import sys
from itertools import pairwise

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage
from skimage import data, segmentation
from skimage.color import rgb2lab
from skimage.measure import label
from skimage.transform import rescale
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score

from sklearn_dic import hierarchy, superpixels
from sklearn_dic.superpixels import (
    FelzenszwalbSuperpixels,
    FileSuperpixels,
    HierarchicalSuperpixels,
    LSCSuperpixels,
    SEEDSSuperpixels,
    SLICSuperpixels,
    SuperpixelMap,
    WatershedSuperpixels,
    get_superpixels,
    get_superpixels_names,
)
from tests._registry import SUPERPIXEL_TRANSFORMERS

each_transformer = pytest.mark.parametrize("transformer", SUPERPIXEL_TRANSFORMERS, ids=str)


@each_transformer
@settings(max_examples=30, deadline=None)
@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5)),
        elements=st.integers(0, 255),
    )
)
def test_labels_of_any_image_are_consecutive(transformer, image):
    superpixels = transformer.fit_transform(image)
    assert superpixels.shape == image.shape[:2]
    assert superpixels.dtype == np.int32
    assert np.array_equal(np.unique(superpixels), np.arange(superpixels.max() + 1))


@each_transformer
@pytest.mark.filterwarnings("ignore:n_segments=30, and .* are left")  # of noise
@pytest.mark.parametrize("shape", [(14, 9), (360, 10), (1, 100), (3, 300)])
def test_narrow_images(transformer, shape):
    image = np.random.RandomState(0).rand(*shape, 3)
    assert transformer.fit_transform(image).shape == shape


@each_transformer
def test_forms(transformer, photo):
    other = photo[:20, :30]
    one = transformer.fit_transform(photo)
    stack = transformer.fit_transform(np.stack([photo, photo[::-1]]))
    several = transformer.fit_transform([photo, other])
    assert isinstance(stack, SuperpixelMap)
    assert stack.shape == (2, *photo.shape[:2])
    np.testing.assert_array_equal(stack[0], one)
    assert isinstance(several, list)
    np.testing.assert_array_equal(several[0], one)
    np.testing.assert_array_equal(several[1].image, other)
    assert clone(transformer).transform(photo).shape == one.shape  # stateless


@each_transformer
def test_path_and_dtypes_give_the_same(transformer, photo, image_file):
    expected = transformer.fit_transform(photo)
    for same in (image_file, str(image_file), photo / 255, (photo / 255).astype(np.float32)):
        np.testing.assert_array_equal(transformer.fit_transform(same), expected)


@each_transformer
def test_grey_and_channel_axis(transformer, photo):
    grey = photo[..., 0]
    expected = transformer.fit_transform(grey)
    np.testing.assert_array_equal(transformer.fit_transform(grey[..., None]), expected)
    as_stack = clone(transformer).set_params(channel_axis=None).fit_transform(grey[None])
    np.testing.assert_array_equal(as_stack[0], expected)
    table = clone(transformer).set_params(channel_axis=-1).fit_transform(photo[0])
    assert table.shape == photo[0].shape[:1]


@each_transformer
def test_channels_are_counted(transformer, photo):
    fitted = clone(transformer).fit(photo)
    assert fitted.n_features_in_ == 3
    with pytest.raises(ValueError, match=r"X has 1 features, but .* is expecting 3 features"):
        fitted.transform(photo[..., 0])
    assert fitted.fit(photo[..., :2]).n_features_in_ == 2


@each_transformer
def test_each_image_stands_for_itself(transformer, photo):
    images = [photo, photo[:20, :30], photo[::-1, :, 0:1].repeat(3, axis=2)]
    together = transformer.fit_transform(images)
    backwards = transformer.fit_transform(images[::-1])[::-1]
    for image, one, other in zip(images, together, backwards, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, transformer.fit_transform(image))


@each_transformer
def test_the_image_is_left_alone(transformer, photo):
    image = photo.copy()
    image.flags.writeable = False
    expected = transformer.fit_transform(photo)
    np.testing.assert_array_equal(transformer.fit_transform(image), expected)
    np.testing.assert_array_equal(image, photo)
    np.testing.assert_array_equal(transformer.fit_transform(np.asfortranarray(photo)), expected)


@each_transformer
def test_global_random_states_are_left_alone(transformer, photo, global_random_states):
    transformer.fit_transform(photo)


@each_transformer
def test_workers_and_progress(transformer, photo, capsys):
    images = [photo, photo[:20, :30]]
    one_by_one = transformer.fit_transform(images)
    at_once = clone(transformer).set_params(n_jobs=2, verbose=1)
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend):
            for one, other in zip(one_by_one, at_once.fit_transform(images), strict=True):
                np.testing.assert_array_equal(one, other)
    assert "superpixels" in capsys.readouterr().err


@each_transformer
def test_any_number_of_channels(transformer, photo):
    rotated = [np.rot90(photo, 2), np.fliplr(photo), np.flipud(photo), photo]
    bands = np.concatenate(rotated, axis=2)
    for n_channels in (1, 2, 4, 12):
        superpixels = np.asarray(transformer.fit_transform(bands[..., :n_channels]))
        blank = np.asarray(transformer.fit_transform(0 * bands[..., :n_channels]))
        # They follow the picture, rather than being the same squares on any.
        assert adjusted_rand_score(superpixels.ravel(), blank.ravel()) < 0.9


def bordered(photo):
    mask = np.zeros(photo.shape[:2], bool)
    mask[10:40, 12:60] = True
    return mask


@each_transformer
def test_what_lies_outside_of_the_mask_does_not_matter(transformer, photo):
    mask = bordered(photo)
    image = photo / 255
    inside_only = np.where(mask[..., None], image, np.nan)
    superpixels = transformer.fit_transform(image, mask=mask)
    np.testing.assert_array_equal(
        superpixels, clone(transformer).fit(inside_only, mask=mask).transform(inside_only, mask)
    )
    outside = superpixels[~mask]
    assert (outside == superpixels.max()).all()
    assert superpixels[mask].max() == superpixels.max() - 1 > 0
    np.testing.assert_array_equal(superpixels.image[mask], image[mask])
    assert np.isfinite(np.ma.getdata(superpixels.image)).all()


@each_transformer
def test_superpixels_do_not_cross_gaps_of_the_mask(transformer):
    image = data.coins()[:150, :150]
    mask = ndimage.binary_opening(image > 110, iterations=2)
    superpixels = np.asarray(transformer.fit_transform(image, mask=mask))
    pieces = label(np.where(mask, superpixels + 1, 0), background=0, connectivity=2)
    assert pieces.max() == superpixels.max()


@each_transformer
def test_a_mask_that_leaves_nothing_out_changes_nothing(transformer, photo):
    everywhere = np.ones(photo.shape[:2], bool)
    np.testing.assert_array_equal(
        transformer.fit_transform(photo, mask=everywhere), transformer.fit_transform(photo)
    )


def test_masks_come_in_the_form_of_the_images(photo):
    slic, mask = SLICSuperpixels(n_segments=30), bordered(photo)
    one = slic.fit_transform(photo, mask=mask)
    stack = slic.fit_transform(np.stack([photo, photo]), mask=np.stack([mask, mask]))
    several = slic.fit_transform([photo, photo[:20]], mask=[mask.astype(int), mask[:20]])
    np.testing.assert_array_equal(stack[1], one)
    np.testing.assert_array_equal(several[0], one)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones((5, 6), bool), r"mask of the image has shape \(5, 6\), the image has \(50, 75\)"),
        (np.zeros((50, 75), bool), "mask of the image is False everywhere"),
        (np.full((50, 75), 0.5), r"dtype float64 and values from 0.5 to 0.5; a mask is True"),
    ],
)
def test_bad_masks(mask, message, photo):
    with pytest.raises(ValueError, match=message):
        SLICSuperpixels().fit_transform(photo, mask=mask)
    with pytest.raises(ValueError, match=r"2 image\(s\), and the mask has length 1"):
        SLICSuperpixels().fit_transform([photo, photo], mask=[mask])


@pytest.mark.parametrize(
    ("name", "module", "command"),
    [
        ("hierarchical", "higra", 'python -m pip install "sklearn-dic[hierarchy]"'),
        ("seeds", "cv2.ximgproc", 'python -m pip install "sklearn-dic[opencv]"'),
        ("lsc", "cv2.ximgproc", 'python -m pip install "sklearn-dic[opencv]"'),
    ],
)
def test_a_missing_extra_names_its_command(name, module, command, photo, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=re.escape(command)):
        get_superpixels(name).fit_transform(photo)


def test_every_transformer_is_tested():
    tested = {type(transformer) for transformer in SUPERPIXEL_TRANSFORMERS} | {FileSuperpixels}
    public = {
        getattr(module, name) for module in (superpixels, hierarchy) for name in module.__all__
    }
    assert tested == {
        each
        for each in public
        if isinstance(each, type)
        and issubclass(each, superpixels.BaseSuperpixels)
        and each is not superpixels.BaseSuperpixels
    }


@pytest.mark.parametrize(
    "transformer",
    [
        HierarchicalSuperpixels(200),
        LSCSuperpixels(200),
        SEEDSSuperpixels(200),
        SLICSuperpixels(200),
        WatershedSuperpixels(200),
    ],
    ids=str,
)
def test_about_as_many_as_asked_for(transformer):
    assert 120 <= transformer.fit_transform(data.coffee()).max() + 1 <= 240


class TestContourTree:
    @pytest.fixture(params=["volume", "mean"])
    def hierarchical(self, request):
        return HierarchicalSuperpixels(criterion=request.param)

    def test_levels_are_nested(self, hierarchical, photo):
        tree = hierarchical.hierarchy(photo)
        levels = [tree.cut(n_segments=n) for n in (1, 5, 20, 60)]
        assert [level.max() + 1 for level in levels] == [1, 5, 20, 60]
        for coarse, fine in pairwise(levels):
            pairs = np.unique(np.stack([fine.ravel(), coarse.ravel()]), axis=1)
            assert pairs.shape[1] == fine.max() + 1
        np.testing.assert_array_equal(levels[0].image, photo)
        expected = clone(hierarchical).set_params(n_segments=20).fit_transform(photo)
        np.testing.assert_array_equal(levels[2], expected)

    def test_contour_map_holds_all_levels(self, hierarchical, photo, tmp_path):
        tree = hierarchical.hierarchy(photo)
        contours = tree.contour_map()
        assert contours.shape == (2 * photo.shape[0] + 1, 2 * photo.shape[1] + 1)
        np.save(tmp_path / "ucm2.npy", contours)
        for n_segments in (5, 60):
            again = FileSuperpixels(tmp_path / "ucm2.npy", n_segments=n_segments)
            ours = np.asarray(tree.cut(n_segments=n_segments))
            theirs = np.asarray(again.fit_transform(photo))
            assert adjusted_rand_score(ours.ravel(), theirs.ravel()) == pytest.approx(1)

    def test_threshold(self, hierarchical, photo):
        tree = hierarchical.hierarchy(photo)
        distances = np.unique(tree.distances_)
        assert tree.cut(threshold=distances[-1]).max() == 0
        assert tree.cut(threshold=distances[-2]).max() >= 1
        superpixels = clone(hierarchical).set_params(threshold=distances[-2]).fit_transform(photo)
        np.testing.assert_array_equal(superpixels, tree.cut(threshold=distances[-2]))
        with pytest.raises(ValueError, match="pass n_segments or threshold"):
            tree.cut()
        with pytest.raises(ValueError, match="n_segments == 0"):
            tree.cut(n_segments=0)
        with pytest.raises(ValueError, match="threshold=nan is not a distance"):
            tree.cut(threshold=float("nan"))

    def test_several_levels_from_one_tree(self, photo):
        calls = []

        def edge_map(image):
            calls.append(image.shape)
            return image.std(axis=2)

        first, second = HierarchicalSuperpixels(edge_map=edge_map).hierarchy([photo, photo])
        for n_segments in (3, 9, 27):
            np.testing.assert_array_equal(
                first.cut(n_segments=n_segments), second.cut(n_segments=n_segments)
            )
        assert calls == [photo.shape] * 2

    def test_edges_of_the_user(self, photo):
        edges = np.zeros(photo.shape[:2])
        edges[:, 30] = 1
        superpixels = HierarchicalSuperpixels(2, edge_map=lambda image: edges).fit_transform(photo)
        assert len(np.unique(superpixels[:, :30])) == 1
        assert len(np.unique(superpixels[:, 31:])) == 1
        assert superpixels.max() == 1

    @pytest.mark.parametrize(
        ("edges", "message"),
        [
            (lambda _: np.zeros((3, 4)), r"edge_map has shape \(3, 4\) .* has \(50, 75\)"),
            (lambda _: np.full((50, 75), -1.0), "negative values"),
            (lambda image: image, r"edge_map has shape \(50, 75, 3\)"),
        ],
    )
    def test_edges_that_do_not_fit(self, edges, message, photo):
        with pytest.raises(ValueError, match=message):
            HierarchicalSuperpixels(edge_map=edges).fit_transform(photo)

    def test_a_tree_of_higra(self, hierarchical, photo):
        higra = pytest.importorskip("higra")
        tree = hierarchical.hierarchy(photo)
        assert tree.leaf_labels.shape == photo.shape[:2]
        assert np.unique(tree.leaf_labels).tolist() == list(range(tree.n_leaves))
        same = higra.Tree(tree.parents())
        assert same.num_leaves() == tree.n_leaves
        assert same.num_vertices() == tree.n_leaves + len(tree.distances_)


def test_slic_is_that_of_scikit_image(photo):
    ours = SLICSuperpixels(n_segments=40, compactness=5).fit_transform(photo)
    theirs = segmentation.slic(photo, n_segments=40, compactness=5, start_label=0)
    assert adjusted_rand_score(theirs.ravel(), np.asarray(ours).ravel()) > 0.999


def test_felzenszwalb_is_that_of_scikit_image(photo):
    ours = FelzenszwalbSuperpixels(scale=50, relative_to_size=False).fit_transform(photo)
    theirs = segmentation.felzenszwalb(photo, scale=50)
    assert adjusted_rand_score(theirs.ravel(), np.asarray(ours).ravel()) > 0.999


@pytest.mark.parametrize("name", ["coffee", "astronaut", "chelsea"])
def test_felzenszwalb_is_about_the_same_at_half_the_size(name):
    full = getattr(data, name)()
    full = full[: full.shape[0] // 2 * 2, : full.shape[1] // 2 * 2]
    half = rescale(full, 0.5, channel_axis=-1, anti_aliasing=True)
    large, small = FelzenszwalbSuperpixels().fit_transform([full, half])
    fixed_large, fixed_small = FelzenszwalbSuperpixels(relative_to_size=False).fit_transform(
        [full, half]
    )
    ratio = (small.max() + 1) / (large.max() + 1)
    fixed_ratio = (fixed_small.max() + 1) / (fixed_large.max() + 1)
    assert 2 / 3 < ratio < 3 / 2
    assert abs(np.log(ratio)) < abs(np.log(fixed_ratio))


def test_default_leaves_a_few_large_regions(berkeley):
    paths = sorted((berkeley / "bsds300/images/train").glob("*.jpg"))[:5]
    for segments in FelzenszwalbSuperpixels().fit_transform(paths):
        areas = np.bincount(np.asarray(segments).ravel())
        assert 20 < len(areas) < 700
        assert (areas**2).sum() / areas.sum() > 3_000  # area-weighted mean region


@pytest.mark.parametrize("name", ["hierarchical", "lsc", "quickshift", "seeds", "watershed"])
def test_lab_is_not_converted_twice(name, photo):
    lab = rgb2lab(photo)
    with pytest.warns(UserWarning, match=r"taken for RGB from 0 to 1, and these go from .*255"):
        get_superpixels(name).fit_transform(lab)
    with pytest.warns(UserWarning, match=r"taken for RGB from 0 to 1, and these go from 0 to 255"):
        get_superpixels(name).fit_transform(photo.astype(float))
    declared = get_superpixels(name).set_params(convert2lab=False).fit_transform(lab)
    stretched = get_superpixels(name).set_params(convert2lab=False).fit_transform(lab / 7)
    assert adjusted_rand_score(declared.ravel(), stretched.ravel()) > 0.95
    with pytest.raises(ValueError, match="convert2lab=True needs images of 3 channels"):
        get_superpixels(name).set_params(convert2lab=True).fit_transform(photo[..., 0])


@pytest.mark.parametrize("name", ["hierarchical", "lsc", "seeds", "slic", "watershed"])
def test_more_superpixels_when_more_are_asked_for(name):
    image = data.coffee()[::4, ::4]
    numbers = [
        get_superpixels(name).set_params(n_segments=n).fit_transform(image).max() + 1
        for n in (20, 200, 100_000)
    ]
    assert 6 <= numbers[0] < numbers[1] < numbers[2]


@pytest.mark.parametrize("step", [2, 8])
def test_felzenszwalb_notices_values_beyond_its_scale(step):
    image = data.coffee()[::step, ::step].astype(float)
    with pytest.warns(UserWarning, match=r"go from 0 to 255, .*expect a range of 1.*Divide"):
        FelzenszwalbSuperpixels().fit_transform(image)
    own_scale = FelzenszwalbSuperpixels(scale=300 * 255).fit_transform(image)  # no warning
    divided = FelzenszwalbSuperpixels().fit_transform(image / 255)
    assert adjusted_rand_score(own_scale.ravel(), divided.ravel()) > 0.99


def test_slic_notices_that_few_are_left():
    noise = np.random.RandomState(0).rand(60, 80, 3)
    with pytest.warns(UserWarning, match=r"n_segments=100, and \d superpixels.*compactness=10"):
        SLICSuperpixels(100).fit_transform(noise)
    assert SLICSuperpixels(100, compactness=200).fit_transform(noise).max() > 50


def test_names():
    named = {type(get_superpixels(name)) for name in get_superpixels_names()}
    assert named == {type(one) for one in SUPERPIXEL_TRANSFORMERS} - {hierarchy.MergedSuperpixels}
    assert type(get_superpixels("slic")) is SLICSuperpixels
    with pytest.raises(ValueError, match=r"'slik' is not known; the names are felzenszwalb, hier"):
        get_superpixels("slik")


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (SLICSuperpixels(n_segments=0), r"'n_segments' parameter of SLICSuperpixels"),
        (FelzenszwalbSuperpixels(scale=-1), r"'scale' parameter of FelzenszwalbSuperpixels"),
        (SLICSuperpixels(channel_axis=0), r"'channel_axis' parameter of SLICSuperpixels"),
    ],
)
def test_bad_parameters(transformer, message, photo):
    with pytest.raises(ValueError, match=message):
        transformer.fit_transform(photo)
