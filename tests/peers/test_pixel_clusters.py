"""k-means and mixtures of pixels against scikit-learn."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from sklearn_dic.peers import KMeansPixels


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
