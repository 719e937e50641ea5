import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_dic import DeepImageClustering, RegionMerging
from sklearn_dic.inspection import HierarchyDisplay, LossCurveDisplay
from sklearn_dic.model_selection import NoSplit


@pytest.fixture(scope="module")
def merging(photo):
    return RegionMerging(n_segments=6).fit(photo)


def test_contours_outside_of_a_mask_are_blank(photo):
    mask = np.ones((50, 75), bool)
    mask[:10] = False
    merging = RegionMerging(n_segments=6).fit(photo, sample_mask=mask)
    drawn = HierarchyDisplay.from_estimator(merging).image_.get_array()
    assert np.ma.getmaskarray(drawn)[:20].all()
    assert not np.ma.getmaskarray(drawn)[20:].any()


def test_contours_and_numbers(merging):
    display = HierarchyDisplay.from_estimator(merging)
    contours, numbers = display.axes_
    assert display.ax_ is contours
    assert display.figure_.axes == [contours, numbers]
    drawn = np.asarray(display.image_.get_array())
    expected = merging.tree_.contour_map()
    assert (drawn**2 >= expected - 1e-9).all()
    assert drawn.max() ** 2 == pytest.approx(expected.max())
    thresholds, counts = display.line_.get_data()
    for threshold, count in list(zip(thresholds, counts, strict=True))[::5]:
        assert merging.segment(threshold=threshold).max() + 1 <= count
    assert counts[0] == merging.tree_.n_leaves
    assert counts[-1] == 1
    assert [text.get_text() for text in numbers.texts] == ["6 regions"]


def test_an_image_of_a_collection(photo):
    dic = DeepImageClustering(8, max_iter=2, n_segments=4, random_state=0)
    dic.fit([photo, photo[:30]])
    _, axes = plt.subplots(1, 2)
    display = HierarchyDisplay.from_estimator(dic, image=1, ax=axes)
    assert display.axes_ == list(axes)
    assert display.image_.get_array().shape == (61, 151)
    with pytest.raises(ValueError, match="image=2, and there are 2 images"):
        HierarchyDisplay.from_estimator(dic, image=2)


def test_the_best_of_a_search(photo):
    dic = DeepImageClustering(8, max_iter=2, n_segments=4, random_state=0)
    search = GridSearchCV(
        make_pipeline(dic), {"deepimageclustering__n_clusters": [4]}, cv=NoSplit()
    )
    search.fit(photo[None])
    best = search.best_estimator_[-1]
    assert HierarchyDisplay.from_estimator(search).tree is best.region_merging_.tree_[0]
    assert LossCurveDisplay.from_estimator(search).loss_curves == [best.loss_curve_]


def test_one_region_and_one_epoch_are_seen(photo):
    dic = DeepImageClustering(8, max_iter=1, random_state=0).fit(np.full((30, 40, 3), 0.5))
    for display in (HierarchyDisplay.from_estimator(dic), LossCurveDisplay.from_estimator(dic)):
        display.figure_.canvas.draw()
        numbers = display.axes_[1]
        lowest, highest = numbers.get_ylim()
        assert min(tick for tick in numbers.get_yticks() if lowest <= tick <= highest) == 1
        assert numbers.lines[0].get_marker() == "o"


def test_what_has_no_tree(photo, dic):
    with pytest.raises(TypeError, match="tree is a ndarray; a MergeTree is needed"):
        HierarchyDisplay(photo).plot()
    with pytest.raises(TypeError, match="neither tree_ nor region_merging_: fit a RegionMerging"):
        HierarchyDisplay.from_estimator(dic)
    with pytest.raises(NotFittedError):
        HierarchyDisplay.from_estimator(RegionMerging())
    with pytest.raises(ValueError, match="ax has 1 Axes, and 2 are needed"):
        HierarchyDisplay.from_estimator(RegionMerging(3).fit(photo), ax=plt.gca())
