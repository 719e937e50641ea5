"""The random field: its closed form, and what it must not do."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import minimize

from sklearn_dic.semantic import SuperpixelCRF
from sklearn_dic.semantic._crf import Field, region_scores, sharpen, solve_field, weigh_borders
from sklearn_dic.semantic._region_graph import RegionGraph, describe_image

LABELS = np.array([[0, 0, 1, 1], [0, 2, 2, 1], [3, 3, 2, 4], [3, 3, 4, 4]])
IMAGE = np.random.default_rng(0).random((4, 4, 3), dtype=np.float32)


def probabilities(shape, seed=0):
    drawn = np.random.default_rng(seed).random(shape, dtype=np.float32) + 1e-3
    return drawn / drawn.sum(axis=-1, keepdims=True)


def test_closed_form_equals_iterative_minimisation():
    graph = RegionGraph(LABELS)
    unary = graph.average(probabilities((4, 4, 3)))
    weights = np.linspace(0.2, 3, len(graph.adjacency.pairs))
    first, second = graph.adjacency.pairs.T

    def energy(flat):
        y = flat.reshape(unary.shape)
        steps = y[first] - y[second]
        gradient = 2 * graph.sizes[:, None] * (y - unary)
        np.add.at(gradient, first, 2 * weights[:, None] * steps)
        np.add.at(gradient, second, -2 * weights[:, None] * steps)
        value = graph.sizes @ ((y - unary) ** 2).sum(axis=1) + weights @ (steps**2).sum(axis=1)
        return value, gradient.ravel()

    found = minimize(energy, np.zeros(unary.size), jac=True, method="BFGS", options={"gtol": 1e-9})
    solved = solve_field(unary, graph.sizes, weigh_borders(graph, weights))
    np.testing.assert_allclose(solved, found.x.reshape(unary.shape), atol=1e-6)


def test_two_regions_by_hand():
    # One edge of weight 1: (1 + 1) a - b = 1 and -a + (3 + 1) b = 0 give a = 4/7, b = 1/7.
    graph = RegionGraph(np.array([[0, 1, 1, 1]]))
    solved = solve_field(np.eye(2)[:, :1], graph.sizes, weigh_borders(graph, np.ones(1)))
    np.testing.assert_allclose(solved[:, 0], [4 / 7, 1 / 7])


def test_without_edges_the_answer_is_the_mean_of_each_region():
    own = probabilities((4, 4, 5))
    means = np.stack([own[label == LABELS].mean(axis=0) for label in range(5)])
    crf = SuperpixelCRF(smoothness=0, fidelity=0)
    answer = crf.predict_proba(IMAGE, scores=own, superpixels=LABELS)
    np.testing.assert_allclose(answer, means[LABELS], atol=1e-6)


def test_much_smoothness_gives_the_mean_of_the_image():
    own = probabilities((4, 4, 3))
    crf = SuperpixelCRF(smoothness=1e9, fidelity=0)
    answer = crf.predict_proba(IMAGE, scores=own, superpixels=LABELS)
    np.testing.assert_allclose(answer, np.broadcast_to(own.mean(axis=(0, 1)), own.shape), atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    labels=hnp.arrays(np.int64, (5, 6), elements=st.integers(0, 6)),
    n_classes=st.sampled_from([1, 2, 7]),
    smoothness=st.floats(0, 100),
    fidelity=st.floats(0, 20),
    seed=st.integers(0, 100),
)
def test_probabilities_stay_probabilities(labels, n_classes, smoothness, fidelity, seed):
    own = probabilities((5, 6, n_classes), seed)
    image = np.random.default_rng(seed).random((5, 6, 3), dtype=np.float32)
    crf = SuperpixelCRF(smoothness=smoothness, fidelity=fidelity)
    answer = crf.predict_proba(image, scores=own, superpixels=labels)
    assert answer.min() >= 0
    np.testing.assert_allclose(answer.sum(axis=2), 1, atol=1e-5)
    # Each is a mean of what the classes have somewhere in the image.
    assert (answer <= own.max(axis=(0, 1)) + 1e-5).all()
    assert (answer >= own.min(axis=(0, 1)) - 1e-5).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 100), data=st.data())
def test_names_of_regions_and_order_of_classes_mean_nothing(seed, data):
    own = probabilities((4, 4, 4), seed)
    crf = SuperpixelCRF(smoothness=0.5)
    answer = crf.predict_proba(IMAGE, scores=own, superpixels=LABELS)
    names = np.array(data.draw(st.permutations(range(5))))
    order = data.draw(st.permutations(range(4)))
    again = crf.predict_proba(IMAGE, scores=own[..., order], superpixels=names[LABELS])
    np.testing.assert_allclose(again, answer[..., order], atol=1e-5)


def test_several_segmentations_are_averaged():
    own = probabilities((4, 4, 3))
    crf = SuperpixelCRF(smoothness=0.5)
    maps = [LABELS, LABELS.T]
    each = [crf.predict_proba(IMAGE, scores=own, superpixels=labels) for labels in maps]
    both = crf.predict_proba(IMAGE, scores=own, superpixels=maps)
    np.testing.assert_allclose(both, np.mean(each, axis=0), atol=1e-6)


def test_pixels_outside_of_the_mask_keep_their_scores_and_change_no_others():
    own = probabilities((4, 4, 3))
    mask = np.ones((4, 4), bool)
    mask[:, 3] = False
    crf = SuperpixelCRF(smoothness=0.5)
    answer = crf.predict_proba(IMAGE, scores=own, superpixels=LABELS, sample_mask=mask)
    np.testing.assert_allclose(answer[:, 3], own[:, 3], atol=1e-6)
    other = own.copy()
    other[:, 3] = [1, 0, 0]
    again = crf.predict_proba(IMAGE, scores=other, superpixels=LABELS, sample_mask=mask)
    np.testing.assert_array_equal(again[:, :3], answer[:, :3])
    classes = crf.predict(IMAGE, scores=own, superpixels=LABELS, sample_mask=mask)
    assert (classes[:, 3] == -1).all()
    np.testing.assert_array_equal(classes[:, :3], answer[:, :3].argmax(axis=2))


@pytest.fixture
def blurred():
    """A square and a dot on a ground; the network's border of the square is two pixels off."""
    classes = np.zeros((40, 40), int)
    classes[10:30, 10:30] = 1
    regions = classes.copy()
    classes[4:7, 32:35] = 2  # has no region of its own
    found = np.where(np.roll(classes == 1, 2, axis=1), 1, classes)
    found[(classes == 1) & (found == 0)] = 0
    scores = np.full((40, 40, 3), 0.1)
    np.put_along_axis(scores, found[..., None], 0.8, axis=2)
    near = (np.roll(classes == 1, 2, axis=1) != (classes == 1)) & (classes != 2)
    scores[near] = np.where(found[near] == 1, 1, 0)[:, None] * [-0.1, 0.1, 0] + [0.48, 0.44, 0.08]
    return classes, regions, scores / scores.sum(axis=2, keepdims=True)


def test_borders_move_to_those_of_regions_and_small_objects_stay(blurred):
    classes, regions, scores = blurred
    image = regions[..., None] / np.ones(3)
    assert (scores.argmax(axis=2) != classes).any()
    crf = SuperpixelCRF()
    np.testing.assert_array_equal(crf.predict(image, scores=scores, superpixels=regions), classes)
    erased = SuperpixelCRF(fidelity=0).predict(image, scores=scores, superpixels=regions)
    np.testing.assert_array_equal(erased, regions)


def test_smoothing_crosses_weak_borders_alone():
    labels = np.repeat([0, 1, 2], 10)[None].repeat(9, axis=0)
    image = np.zeros((9, 30, 3), np.float32)
    image[:, 20:] = 1  # regions 0 and 1 look alike
    own = np.zeros((9, 30, 2), np.float32)
    own[:, :10] = [0.9, 0.1]
    own[:, 10:20] = [0.45, 0.55]
    own[:, 20:] = [0.05, 0.95]
    crf = SuperpixelCRF(smoothness=2, fidelity=0)
    classes = crf.predict(image, scores=own, superpixels=labels)
    assert [classes[0, i] for i in (5, 15, 25)] == [0, 0, 1]


def test_one_segmentation_of_one_region():
    own = probabilities((4, 4, 2))
    field = Field(1.0, 0.0, np.zeros(2), 0.0)
    answer = sharpen(own, [np.zeros((4, 4), int)], describe_image(IMAGE), field)
    np.testing.assert_allclose(answer, np.broadcast_to(own.mean(axis=(0, 1)), own.shape), atol=1e-6)
    graph = RegionGraph(np.zeros((4, 4), int))
    assert region_scores(graph, own, describe_image(IMAGE), field).shape == (1, 2)
