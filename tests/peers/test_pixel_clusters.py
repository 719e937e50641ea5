"""k-means and mixtures of pixels against scikit-learn."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from sklearn_dic.datasets import make_mosaic
from sklearn_dic.peers import GaussianMixturePixels, KMeansPixels
from sklearn_dic.peers._blobworld_features import blobworld_features


def test_k_means_of_a_table_and_of_an_image_is_that_of_scikit_learn(photo):
    table = (photo / 255).astype(np.float32).reshape(-1, 3)
    expected = KMeans(4, n_init=2, random_state=3).fit_predict(table)
    peer = KMeansPixels(4, n_init=2, random_state=3, channel_axis=-1)
    np.testing.assert_array_equal(peer.fit_predict(table), expected)
    assert peer.n_segments_ == 4
    np.testing.assert_array_equal(peer.fit_predict(photo), expected.reshape(photo.shape[:2]))


def test_k_means_leaves_masked_pixels_out(photo):
    mask = np.indices(photo.shape[:2]).sum(axis=0) % 3 > 0
    labels = KMeansPixels(4).fit_predict(photo, sample_mask=mask)
    expected = KMeans(4, n_init=1, random_state=0).fit_predict(photo[mask] / 255)
    assert adjusted_rand_score(labels[mask], expected) > 0.999


def test_a_mixture_of_a_table_is_that_of_scikit_learn(photo):
    table = (photo / 255).astype(np.float32).reshape(-1, 3)
    peer = GaussianMixturePixels(4, random_state=3, channel_axis=-1)
    expected = GaussianMixture(4, random_state=3).fit_predict(table)
    np.testing.assert_array_equal(peer.fit_predict(table), expected)
    fewer = GaussianMixturePixels(4, random_state=3, channel_axis=-1, max_samples=500)
    drawn = np.random.RandomState(3).permutation(len(table))[:500]
    mixture = GaussianMixture(4, random_state=3).fit(table[drawn])
    np.testing.assert_array_equal(fewer.fit_predict(table), mixture.predict(table))


def test_a_mixture_chooses_its_number():
    random = np.random.default_rng(0)
    centers = np.array([[0, 0], [1, 0], [0, 1]])
    table = np.concatenate([center + random.normal(scale=0.05, size=(99, 2)) for center in centers])
    assert GaussianMixturePixels(channel_axis=-1).fit(table).n_segments_ == 3


def test_texture_is_told_from_texture():
    rows, columns = np.indices((40, 60))
    stripes = np.where(columns < 30, rows, columns) % 4 < 2
    spots = gaussian_filter(np.random.default_rng(0).normal(size=stripes.shape), 1)
    features = blobworld_features(stripes[..., None].astype(np.float32))
    anisotropy, polarity, contrast = np.moveaxis(features[5:-5, 5:-5, 1:4], -1, 0)
    inside = np.ones(anisotropy.shape, bool)
    inside[:, 18:32] = False  # where both textures meet
    assert np.median(anisotropy[inside] / contrast[inside]) > 0.9  # stripes have one direction
    assert np.median(polarity[inside] / contrast[inside]) < 0.5  # and edges of both signs
    of_spots = blobworld_features(spots[..., None].astype(np.float32))
    assert np.median(of_spots[..., 1] / of_spots[..., 3]) < 0.8


def test_an_edge_has_polarity():
    edge = np.indices((40, 40))[1] > 19
    _, _, polarity, contrast = np.moveaxis(
        blobworld_features(edge[..., None].astype(np.float32))[..., :4], -1, 0
    )
    assert polarity[20, 19] / contrast[20, 19] == pytest.approx(1, abs=0.01)
    assert contrast[20, 19] > 10 * contrast[20, 3]


def test_a_mosaic_of_textures():
    image, truth = make_mosaic(3, (48, 64), random_state=0)
    labels = GaussianMixturePixels(3).fit_predict(image)
    assert adjusted_rand_score(truth.ravel(), labels.ravel()) > 0.4
