import subprocess
import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from skimage import data
from skimage.color import label2rgb, rgb2gray
from skimage.io import imsave
from skimage.segmentation import find_boundaries
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_dic import DeepImageClustering, PerImage, RegionMerging
from sklearn_dic.images._label_colors import label_colors
from sklearn_dic.inspection import SegmentationDisplay
from sklearn_dic.inspection._segmentation import DISPLAY_KINDS
from sklearn_dic.model_selection import NoSplit
from sklearn_dic.superpixels import SLICSuperpixels, SuperpixelMap
from tests.images._vision import VISIONS, seen_distance, touching

from_estimator = SegmentationDisplay.from_estimator
from_predictions = SegmentationDisplay.from_predictions


def shown(ax):
    """The picture in axes."""
    (picture,) = ax.images
    return np.asarray(picture.get_array())


def lines(ax):
    """The lines in axes, the last ones on top -> (n, 2, 2)."""
    assert all(isinstance(one, LineCollection) for one in ax.collections)
    return np.array(ax.collections[-1].get_segments()) if ax.collections else np.empty((0, 2, 2))


def drawn(display):
    """What is seen of a figure -> (H, W, 3) uint8."""
    display.figure_.canvas.draw()
    return np.asarray(display.figure_.canvas.buffer_rgba())[..., :3]


def test_one_picture(photo, pixels, dic):
    display = from_estimator(dic, photo)
    assert isinstance(display, SegmentationDisplay)
    assert display.figure_.axes == [display.ax_]
    assert display.axes_.tolist() == [[display.ax_]]
    assert display.ax_.get_title() == f"{dic.n_clusters_} labels"
    np.testing.assert_array_equal(display.labels[0], dic.labels_)
    np.testing.assert_allclose(display.images[0], pixels, atol=1e-6)


def test_kinds(photo, pixels, superpixels):
    display = from_predictions(photo, superpixels, superpixels=superpixels, kind=DISPLAY_KINDS)
    axes = dict(zip(DISPLAY_KINDS, display.axes_[0], strict=True))
    assert len(display.figure_.axes) == len(DISPLAY_KINDS)
    for kind in ("image", "superpixels", "boundaries"):
        np.testing.assert_allclose(shown(axes[kind]), pixels, atol=1e-6)
        assert bool(len(lines(axes[kind]))) == (kind != "image")
    mean = label2rgb(superpixels, pixels, kind="avg", bg_label=-1)
    np.testing.assert_allclose(shown(axes["mean"]), mean, atol=1e-5)
    (colors,) = display.label_colors_
    for label, color in colors.items():
        assert abs(shown(axes["labels"])[superpixels == label] - color).max() < 1e-6
    overlay = shown(axes["overlay"])
    grey = rgb2gray(pixels)
    for label in colors:  # the shades of the picture are left in each label
        inside = np.asarray(superpixels) == label
        if grey[inside].std() > 0.02:
            shades = overlay[inside].mean(axis=1)
            assert np.corrcoef(grey[inside], shades)[0, 1] > 0.99
    n = superpixels.max() + 1
    titles = [ax.get_title() for ax in display.axes_[0]]
    assert titles == ["image", f"{n} superpixels", *[f"{n} regions"] * 4]


@pytest.mark.parametrize("vision", VISIONS)
def test_labels_that_touch_are_told_apart_by_every_eye(dic, photo, vision):
    display = from_estimator(dic, photo, kind="labels")
    picture = np.asarray(shown(display.ax_), np.float64)
    colors = [picture[dic.labels_ == label][0] for label in range(dic.n_clusters_)]
    for one, other in touching(dic.labels_):
        assert seen_distance(colors[one], colors[other], vision) > 15


def test_boundaries_are_where_labels_change(photo, superpixels):
    """Exactly between the pixels, by the ends of the lines and by what is painted."""
    display = from_predictions(photo, superpixels, kind="boundaries")
    labels = np.asarray(superpixels)
    between = {(y + 0.5, x) for y, x in np.argwhere(labels[1:] != labels[:-1])}
    between |= {(y, x + 0.5) for y, x in np.argwhere(labels[:, 1:] != labels[:, :-1])}
    found = set()
    for (x1, y1), (x2, y2) in lines(display.ax_):
        assert (x1 == x2) != (y1 == y2)
        found |= {(y, x1) for y in np.arange(y1 + 0.5, y2)} if x1 == x2 else set()
        found |= {(y1, x) for x in np.arange(x1 + 0.5, x2)} if y1 == y2 else set()
    assert found == between

    display = from_predictions(np.zeros_like(photo), superpixels, kind="boundaries")
    picture = drawn(display)
    yellow = (picture[..., 0] > 200) & (picture[..., 1] > 200) & (picture[..., 2] < 90)
    pixels_of_figure = np.argwhere(yellow)[:, ::-1] * [1, -1] + [0.5, len(picture) - 0.5]
    x, y = display.ax_.transData.inverted().transform(pixels_of_figure).T
    near = find_boundaries(labels, connectivity=2)[np.round(y).astype(int), np.round(x).astype(int)]
    assert len(near) > 1000
    assert near.all()


def test_hundreds_of_regions_do_not_hide_the_picture():
    """Lines become thinner, so that most of the picture is still there, on a phone too."""
    image = data.astronaut()
    few, many = (SLICSuperpixels(n).fit_transform(image) for n in (20, 900))
    assert many.max() > 500
    for size, least in (((6, 6), 0.7), ((2, 2), 0.4)):
        figure, axes = plt.subplots(1, 3, figsize=(3 * size[0], size[1]))
        from_predictions([image, image], [few, many], kind="boundaries", ax=axes[:2])
        from_predictions(image, few, kind="image", ax=axes[2])
        figure.canvas.draw()
        picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
        parts = []
        for ax in axes:
            box = ax.get_window_extent()
            top = len(picture) - round(box.y1)
            part = picture[top : top + int(box.height), round(box.x0) :]
            parts.append(part[2:-2, 2 : int(box.width) - 2])
        unchanged = [(abs(one - parts[2]).max(axis=2) < 40).mean() for one in parts[:2]]
        assert unchanged[1] > least
        widths = [ax.collections[-1].get_linewidths()[0] for ax in axes[:2]]
        assert widths[1] < widths[0]


def test_one_label_has_no_boundaries(photo):
    display = from_predictions(photo, np.zeros((50, 75), bool), kind=["boundaries", "labels"])
    assert not len(lines(display.ax_))
    assert display.ax_.get_title() == "1 region"


def test_labels_in_several_places_are_no_regions(photo):
    halves = np.zeros((50, 75), int)
    halves[:, 40:] = 7
    assert from_predictions(photo, halves).ax_.get_title() == "2 regions"
    halves[:, 60:] = 0
    assert from_predictions(photo, halves).ax_.get_title() == "2 labels"


def test_what_has_no_label_is_blank_and_not_counted(photo):
    labels = np.zeros((50, 75), int)
    labels[:, 20:] = 1
    labels[:, 60:] = -1
    kinds = ["mean", "labels", "overlay", "boundaries", "image"]
    display = from_predictions(photo, labels, kind=kinds)
    for ax, kind in zip(display.axes_[0], kinds, strict=True):
        assert ax.get_title() == ("image" if kind == "image" else "2 regions")
        assert (shown(ax)[:, 60:, 3] == 0).all()
        assert (shown(ax)[:, :60, 3] == 1).all()
    display = from_predictions(photo, labels, superpixels=labels % 3, kind="superpixels")
    assert display.ax_.get_title() == "2 superpixels"


@pytest.mark.parametrize("form", ["sample_mask", "masked array", "labels", "list"])
def test_masked_pixels_may_be_nan_and_are_blank(pixels, form):
    mask = np.ones((50, 75), bool)
    mask[:10] = False
    image = np.where(mask[..., None], pixels, np.nan)
    masked = np.ma.masked_invalid(image)
    merging = RegionMerging(5).fit(image, sample_mask=mask)
    if form == "sample_mask":
        display = from_estimator(merging, image, sample_mask=mask, kind="boundaries")
    elif form == "masked array":
        display = from_estimator(SLICSuperpixels(9), masked, kind="labels")
    elif form == "labels":
        display = from_predictions(image, merging.labels_)
    else:
        labels = [merging.labels_, np.zeros((50, 75), int)]
        display = from_predictions([image, pixels], labels)
    np.testing.assert_array_equal(shown(display.ax_)[..., 3] == 1, mask)


def test_a_grid_of_images(photo, tmp_path):
    path = tmp_path / "a picture.png"
    imsave(path, photo[:30])
    images = [photo, path, photo[:, :20], photo[:9], photo[20:]]
    slic = SLICSuperpixels(20)
    display = from_estimator(slic, images)
    assert display.axes_.shape == (5, 1)
    assert len(display.figure_.axes) == 5
    titles = [ax.get_title().split("\n")[0] for ax in display.axes_[:, 0]]
    assert titles == ["image 0", "a picture.png", "image 2", "image 3", "image 4"]
    display.figure_.canvas.draw()
    tops = {round(ax.get_position().y0, 2) for ax in display.axes_[:, 0]}
    assert len(tops) == 2  # rows

    display.plot(kind=["image", "superpixels", "mean"][::2])
    assert display.axes_.shape == (5, 2)
    rows = [[ax.get_title().split("\n") for ax in row] for row in display.axes_]
    assert [row[0] for row in rows] == [[title] for title in titles]
    assert all(row[1][0].endswith(" regions") for row in rows)


def test_nothing_of_a_new_figure_is_cut_off(photo):
    for kind in ("overlay", ["image", "labels"]):
        for images in ([photo], [photo, photo.transpose(1, 0, 2), photo[:9]]):
            display = from_estimator(SLICSuperpixels(20), images, kind=kind)
            figure = display.figure_
            figure.canvas.draw()
            boxes = [ax.get_tightbbox() for ax in display.axes_.ravel()]
            assert min(min(box.x0, box.y0) for box in boxes) >= 0
            assert max(box.x1 for box in boxes) <= figure.bbox.width
            assert max(box.y1 for box in boxes) <= figure.bbox.height
            for i, one in enumerate(boxes):
                assert not any(one.overlaps(other) for other in boxes[:i])


def test_a_label_has_one_colour_in_all_frames(photo):
    frames = np.stack([photo, photo[::-1]])
    dic = DeepImageClustering(8, n_segments=None, max_iter=3, random_state=0).fit(frames)
    display = from_estimator(dic, frames, kind="labels")
    first, second = display.label_colors_
    assert first == second
    for ax, labels in zip(display.axes_[:, 0], dic.labels_, strict=True):
        for label in np.unique(labels):
            assert abs(shown(ax)[labels == label] - first[label]).max() < 1e-6


def test_labels_of_separate_fits_are_coloured_separately(photo):
    images = [photo, photo[:20]]
    per_image = PerImage(DeepImageClustering(8, max_iter=3, random_state=0)).fit(images)
    regions = DeepImageClustering(8, n_segments="auto", max_iter=3, random_state=0).fit(images)
    slic = SLICSuperpixels(50)
    pieces = DeepImageClustering(
        8, n_segments=None, max_iter=3, connected_components=True, random_state=0
    )
    for estimator in (per_image, slic, regions, RegionMerging().fit(images), pieces.fit(images)):
        display = from_estimator(estimator, images)
        assert display.label_colors_ == [label_colors([labels]) for labels in display.labels]


@pytest.mark.filterwarnings("ignore:.*some fits failed:UserWarning")
def test_estimators(photo, dic):
    """All kinds of estimators give the pictures of their own answers."""
    pipeline = make_pipeline(SLICSuperpixels(30), clone(dic)).fit(photo)
    mirrored = make_pipeline(FunctionTransformer(np.flipud), *clone(pipeline)).fit(photo)
    per_image = PerImage(clone(pipeline)).fit([photo, photo[:20]])
    search = GridSearchCV(clone(dic), {"n_clusters": [4]}, cv=NoSplit()).fit(photo[None])
    several = clone(dic).set_params(superpixels=["slic", "felzenszwalb"]).fit(photo)
    for estimator, X, n_maps in (
        (dic, photo, 1),
        (pipeline, photo, 1),
        (mirrored, photo, 1),
        (per_image, [photo, photo[:20]], 1),
        (search, photo[None], 1),
        (several, photo, 2),
        (dic, SLICSuperpixels(30).fit_transform(photo), 1),
    ):
        display = from_estimator(estimator, X, kind=["superpixels", "labels"])
        labels = estimator.predict(X)
        labels = [labels] if isinstance(labels, np.ndarray) and labels.ndim == 2 else labels
        for one, other in zip(display.labels, labels, strict=True):
            np.testing.assert_array_equal(one, other)
        for i, maps in enumerate(display.superpixels):
            assert maps.reshape(-1, *display.labels[i].shape).shape[0] == n_maps
            if n_maps == 1:  # each has voted for one label
                pairs = np.stack([maps.ravel(), display.labels[i].ravel()])
                assert len(np.unique(pairs, axis=1)[0]) == len(np.unique(maps))
    assert display.axes_[0, 0].get_title().endswith(" superpixels")


def test_superpixels_that_were_merged(photo):
    merging = RegionMerging(5).fit(photo)
    display = from_estimator(merging, photo, kind="superpixels")
    np.testing.assert_array_equal(display.superpixels[0][0], merging.tree_.leaf_labels)


def test_superpixels_and_mask_that_are_passed(photo, dic, superpixels):
    mask = np.ones(photo.shape[:2], bool)
    mask[:, 50:] = False
    passed = {"superpixels": np.asarray(superpixels), "sample_mask": mask}
    display = from_estimator(dic, photo, **passed, kind=["superpixels", "labels"])
    np.testing.assert_array_equal(display.labels[0], dic.predict(photo, **passed))
    assert (display.labels[0][~mask] == -1).all()
    drawn = display.superpixels[0][0]
    pairs = np.stack([drawn[mask], np.asarray(superpixels)[mask]])
    n_superpixels = len(np.unique(pairs[1]))
    assert np.unique(pairs, axis=1).shape[1] == len(np.unique(pairs[0])) == n_superpixels


def test_superpixels_are_those_that_voted(photo, dic):
    display = from_estimator(dic, photo, kind="superpixels")
    np.testing.assert_array_equal(display.superpixels[0][0], dic.superpixel_labels_)
    several = np.stack([dic.superpixel_labels_, dic.superpixel_labels_[::-1]])
    display = from_predictions(photo, dic.labels_, superpixels=several, kind="superpixels")
    n = dic.superpixel_labels_.max() + 1
    assert display.ax_.get_title() == f"{n} + {n} superpixels"
    length = np.abs(np.diff(lines(display.ax_), axis=1)).sum()
    either = (several[:, 1:] != several[:, :-1]).any(axis=0).sum()
    either += (several[:, :, 1:] != several[:, :, :-1]).any(axis=0).sum()
    assert length == either


@pytest.mark.parametrize("steps", [[], [StandardScaler()], [FunctionTransformer()]])
def test_clusterers_of_pixels(photo, steps):
    """A clusterer that takes tables sees the pixels as they came."""
    kmeans = KMeans(4, n_init=1, random_state=0)
    if steps:
        kmeans = make_pipeline(*steps, kmeans)
    kmeans.fit(photo.reshape(-1, 3))
    display = from_estimator(kmeans, [photo, photo[:7]])
    expected = kmeans.predict(photo.reshape(-1, 3)).reshape(50, 75)
    np.testing.assert_array_equal(display.labels[0], expected)
    np.testing.assert_array_equal(display.labels[1], expected[:7])
    assert display.label_colors_[0] == display.label_colors_[1]
    np.testing.assert_array_equal(from_estimator(kmeans, photo).labels[0], expected)
    with pytest.raises(ValueError, match=r"and (KMeans|Pipeline) has no superpixels"):
        from_estimator(kmeans, photo, kind="superpixels")


@pytest.mark.parametrize("n_channels", [1, 2, 4, 8])
def test_any_number_of_channels(photo, n_channels):
    image = np.dstack([photo] * 3)[..., :n_channels]
    labels = np.zeros((50, 75), int)
    display = from_predictions(image, labels, kind=["image", "overlay", "mean", "boundaries"])
    assert all(shown(ax).shape == (50, 75, 3) for ax in display.axes_[0])
    assert np.ptp(shown(display.ax_)) > 0.5
    stack = from_predictions(image.transpose(2, 0, 1), np.stack([labels] * n_channels), **GREY)
    assert stack.axes_.shape == (n_channels, 1)


GREY = {"channel_axis": None, "kind": "image"}


def test_the_estimator_says_how_axes_are_read(photo):
    grey = photo.transpose(2, 0, 1)
    slic = SLICSuperpixels(10, channel_axis=None)
    assert from_estimator(slic, grey).axes_.shape == (3, 1)
    dic = DeepImageClustering(8, max_iter=2, random_state=0, channel_axis=None)
    per_image = PerImage(dic).fit(grey)
    assert from_estimator(per_image, grey).axes_.shape == (3, 1)


def test_axes_of_the_caller(photo, superpixels):
    figure, axes = plt.subplots(2, 2, figsize=(2.5, 3))
    display = from_predictions(photo, superpixels, ax=axes[0, 0])
    assert display.ax_ is axes[0, 0]
    assert display.figure_ is figure
    display = display.plot(kind=["image", "labels"], ax=axes[1])
    assert display.axes_.tolist() == [axes[1].tolist()]
    assert plt.get_fignums() == [figure.number]


def test_large_images_are_thinned():
    image = np.zeros((30, 5000), np.uint8)
    labels = np.zeros((30, 5000), int)
    labels[:, 2400:] = 1
    display = from_predictions(image, labels, kind=["labels", "boundaries"])
    assert shown(display.ax_).shape == (10, 1667, 3)
    assert lines(display.axes_[0, 1]).tolist() == [[[799.5, -0.5], [799.5, 9.5]]]


def test_labels_may_be_negative(photo):
    """As of clusterers that find noise."""
    labels = np.full((50, 75), -1)
    labels[:20] = 7
    display = from_predictions(photo, labels)
    assert list(display.label_colors_[0]) == [-1, 7]


LABELS = np.zeros((50, 75), int)


@pytest.mark.parametrize(
    ("labels", "parameters", "error", "message"),
    [
        (LABELS.T, {}, ValueError, r"labels of the image have shape \(75, 50\).*is \(50, 75\)"),
        (LABELS[None], {}, ValueError, r"shape \(1, 50, 75\)"),
        (LABELS / 2, {}, TypeError, "dtype float64; labels are integers"),
        (None, {}, ValueError, "labels of the image are None"),
        (LABELS, {"superpixels": LABELS[1:]}, ValueError, r"superpixels of .* shape \(49, 75\)"),
        (
            LABELS,
            {"kind": "contours"},
            ValueError,
            "kind is 'contours'; valid are image, superpixels",
        ),
        (LABELS, {"kind": []}, ValueError, r"kind is \[\]"),
        (LABELS, {"kind": "superpixels"}, ValueError, "has no superpixels: pass superpixels="),
        (LABELS, {"ax": 3}, TypeError, "ax has a int; matplotlib Axes are needed"),
    ],
)
def test_bad_input_is_named(photo, labels, parameters, error, message):
    with pytest.raises(error, match=message):
        from_predictions(photo, labels, **parameters)


def test_bad_collections_are_named(photo, dic):
    with pytest.raises(ValueError, match=r"labels for 1 image\(s\), and 2 image\(s\)"):
        from_predictions([photo, photo], [LABELS])
    with pytest.raises(
        ValueError, match="labels of image 1 are None, for example because its fit failed"
    ):
        from_predictions([photo, photo], [LABELS, None])
    with pytest.raises(ValueError, match=r"table of 50 pixels, which cannot be drawn"):
        from_predictions(photo[..., 0], LABELS[0], channel_axis=-1)
    axes = plt.subplots(3)[1]
    message = r"ax has 3 Axes, and 4 are needed for 2 image\(s\) x 2 display kind\(s\)"
    with pytest.raises(ValueError, match=message):
        from_predictions([photo, photo], [LABELS] * 2, kind=["image", "mean"], ax=axes)


def test_estimators_that_cannot_be_drawn(photo):
    with pytest.raises(NotFittedError):
        from_estimator(DeepImageClustering(), photo)
    with pytest.raises(TypeError, match="object has neither predict nor transform"):
        from_estimator(object(), photo)
    with pytest.raises(TypeError, match="dtype float32; labels are integers"):
        from_estimator(StandardScalerOfImages(), photo)
    dic = DeepImageClustering(8, max_iter=1, superpixels=None, random_state=0).fit(photo)
    with pytest.raises(ValueError, match="and DeepImageClustering has no superpixels"):
        from_estimator(dic, photo, kind="superpixels")


class StandardScalerOfImages:
    def transform(self, image):
        return image.mean(axis=2, dtype=np.float32)


def test_superpixel_maps_bring_their_image(photo, superpixels):
    display = from_predictions(superpixels, superpixels, kind=["image", "superpixels"])
    np.testing.assert_array_equal(display.superpixels[0], superpixels)
    assert shown(display.ax_).shape == photo.shape
    stack = SuperpixelMap(np.stack([superpixels] * 2), np.stack([photo] * 2))
    display = from_predictions(stack, np.stack([LABELS] * 2), kind="superpixels")
    assert display.axes_.shape == (2, 1)


def test_nothing_of_matplotlib_is_loaded_before_drawing():
    code = (
        "import sys, sklearn_dic.inspection\n"
        "from sklearn_dic.inspection import SegmentationDisplay\n"
        "SegmentationDisplay([], [])\n"
        "sys.exit(any(name.startswith('matplotlib') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_matplotlib_is_missing(photo, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r'matplotlib.pyplot is needed to draw.*dic\[plot\]"'):
        from_predictions(photo, LABELS)


def test_the_picture_given_is_not_changed(photo):
    before = photo.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_predictions(photo, LABELS, kind=["overlay", "mean", "boundaries"])
    np.testing.assert_array_equal(photo, before)
