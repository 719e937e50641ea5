import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from skimage.measure import label
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.datasets import make_mosaic


@settings(max_examples=50, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    share=st.floats(0, 1),
    n_channels=st.integers(1, 5),
    random_state=st.integers(0, 2**32 - 1),
)
def test_every_region_is_there_and_connected(shape, share, n_channels, random_state):
    n_regions = max(1, round(share * shape[0] * shape[1]))
    image, labels = make_mosaic(n_regions, shape, n_channels=n_channels, random_state=random_state)
    assert image.shape == (*shape, n_channels)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assert labels.shape == shape
    np.testing.assert_array_equal(np.unique(labels), np.arange(n_regions))
    assert label(labels, background=-1).max() == n_regions


def test_a_seed_gives_the_same_mosaic_and_another_seed_another():
    image, labels = make_mosaic(random_state=3)
    same, same_labels = make_mosaic(random_state=np.random.RandomState(3))
    np.testing.assert_array_equal(image, same)
    np.testing.assert_array_equal(labels, same_labels)
    assert not np.array_equal(labels, make_mosaic(random_state=4)[1])


def test_texture_and_noise():
    flat, labels = make_mosaic(5, texture=0, noise=0, random_state=0)
    assert len(np.unique(flat.reshape(-1, 3), axis=0)) == 5
    for one in range(5):
        assert np.ptp(flat[labels == one], axis=0).max() == 0
    striped, same_labels = make_mosaic(5, texture=0.15, noise=0, random_state=0)
    np.testing.assert_array_equal(labels, same_labels)
    difference = np.abs(striped - flat)
    for one in range(5):
        assert 0.12 < difference[labels == one].max() < 0.151
    noisy, _ = make_mosaic(5, texture=0, noise=0.1, random_state=0)
    assert 0.08 < (noisy - flat).std() < 0.1


def test_regions_can_be_told_apart():
    image, labels = make_mosaic(4, texture=0.05, random_state=0)
    found = KMeans(4, random_state=0).fit_predict(image.reshape(-1, 3))
    assert adjusted_rand_score(labels.ravel(), found) > 0.8


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"shape": (10, 10, 3)}, r"shape is \(height, width\)"),
        ({"shape": (0, 10)}, "each size in shape == 0"),
        ({"n_regions": 0}, "n_regions == 0"),
        ({"n_regions": 26, "shape": (5, 5)}, "n_regions == 26, must be <= 25"),
        ({"n_channels": 0}, "n_channels == 0"),
        ({"texture": -1}, "texture == -1"),
        ({"noise": -0.1}, "noise == -0.1"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        make_mosaic(**parameters)
