"""What all peers share: forms of input, masks, seeds and errors."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_dic import PerImage
from sklearn_dic.metrics import get_scorer
from sklearn_dic.model_selection import PerImageSplit
from sklearn_dic.peers import BasePeer, WNet
from sklearn_dic.superpixels import SLICSuperpixels
from tests._registry import PEERS, PEERS_OF_TABLES, PEERS_WITHOUT_TABLES


class Misshapen(BasePeer):
    """A method that forgets a row."""

    def __init__(self, channel_axis="auto", n_jobs=None, verbose=0):
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _segment(self, image):
        return np.zeros(image.shape[:2], int)[1:]


@pytest.fixture
def small(photo):
    return photo[:26, :32]


@pytest.fixture(params=PEERS, ids=str)
def peer(request):
    return clone(request.param)


def test_masked_pixels_change_nothing(peer, small):
    mask = np.indices(small.shape[:2])[1] > 6
    labels = peer.fit(small, sample_mask=mask).labels_
    np.testing.assert_array_equal(labels == -1, ~mask)
    np.testing.assert_array_equal(np.unique(labels[mask]), np.arange(peer.n_segments_))
    other = np.where(mask[..., None], small / 255, np.nan)
    np.testing.assert_array_equal(peer.fit_predict(other, sample_mask=mask), labels)
    np.testing.assert_array_equal(peer.predict(np.ma.masked_invalid(other)), labels)


def test_any_number_of_channels(peer, small):
    for channels in (small[..., 0], small[..., :2], np.concatenate([small, small[::-1]], axis=2)):
        assert peer.fit_predict(channels).shape == small.shape[:2]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_constant_image(peer):
    labels = peer.fit_predict(np.full((20, 24, 3), 0.5))
    assert labels.shape == (20, 24)
    assert labels.min() == 0


def test_searches_pipelines_and_per_image(peer, small):
    images = [small, small[::-1]]
    truths = [small[..., 0] > 99, small[::-1, :, 0] > 99]
    search = GridSearchCV(
        peer,
        {"channel_axis": [-1]},
        scoring=get_scorer("probabilistic_rand_index"),
        cv=PerImageSplit(),
        refit=False,
    ).fit(images, truths)
    assert np.isfinite(search.cv_results_["split1_test_score"]).all()
    labels = PerImage(peer).fit_predict(images)
    if not isinstance(peer, WNet):  # a collection has one network
        for own, together in zip(labels, peer.fit_predict(images), strict=True):
            np.testing.assert_array_equal(own, together)
    if "superpixels" not in peer.get_params():
        pipeline = make_pipeline(SLICSuperpixels(20), peer)
        np.testing.assert_array_equal(pipeline.fit_predict(small), labels[0])


@pytest.mark.parametrize("peer", [Misshapen(), *PEERS_WITHOUT_TABLES], ids=str)
def test_a_table_has_no_neighbours(peer, small):
    with pytest.raises(ValueError, match="a table of 832 pixels has no neighbours, and "):
        clone(peer).set_params(channel_axis=-1).fit(small.reshape(-1, 3))


def test_a_method_that_breaks_its_promise_is_named(small):
    with pytest.raises(ValueError, match=r"Misshapen gave .*, of 26 x 32 pixels, labels of shape "):
        Misshapen().fit(small)


def test_a_drawn_seed_is_kept_for_predict(small):
    peer = clone(PEERS_OF_TABLES[0]).set_params(random_state=None)
    labels = peer.fit_predict(small)
    np.testing.assert_array_equal(peer.predict(small), labels)
