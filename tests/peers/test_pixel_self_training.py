import numpy as np
import pytest
import torch
from torch import nn

from sklearn_dic.network import DICNetwork, overfit
from sklearn_dic.peers import PixelSelfTraining
from sklearn_dic.peers._self_training import (
    SelfTrainingNetwork,
    self_train,
    self_training_loss,
)
from sklearn_dic.superpixels import SLICSuperpixels


def test_loss_is_a_plain_computation():
    rng = np.random.default_rng(0)
    responses = rng.normal(size=(4, 5, 6))
    target = rng.integers(4, size=(5, 6))
    logarithms = [
        np.log(np.exp(responses[:, y, x]).sum()) - responses[target[y, x], y, x]
        for y in range(5)
        for x in range(6)
    ]
    down = [abs(responses[k, y + 1, x] - responses[k, y, x])
            for k in range(4) for y in range(4) for x in range(6)]  # fmt: skip
    right = [abs(responses[k, y, x + 1] - responses[k, y, x])
             for k in range(4) for y in range(5) for x in range(5)]  # fmt: skip
    tensors = torch.from_numpy(responses)[None], torch.from_numpy(target)
    similarity = np.mean(logarithms)
    assert float(self_training_loss(*tensors, 0.0)) == pytest.approx(similarity)
    expected = similarity + 5 * (np.mean(down) + np.mean(right))
    assert float(self_training_loss(*tensors, 5.0)) == pytest.approx(expected)


def test_continuity_of_a_single_row():
    loss = self_training_loss(torch.zeros(1, 2, 1, 3), torch.zeros(1, 3, dtype=torch.int64), 1.0)
    assert float(loss) == pytest.approx(np.log(2))


class Body(nn.Module):
    """The network of DIC without its clustering subnetwork, for a single image."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        return self.network([image])[0]


def test_deep_image_clustering_without_its_subnetwork_is_the_same_training(photo, one_thread):
    image = torch.from_numpy(photo[:24, :32].transpose(2, 0, 1) / np.float32(255))[None]
    superpixels = torch.from_numpy(SLICSuperpixels(20).fit_transform(photo[:24, :32]).copy())[None]

    def make_network():
        return DICNetwork(3, 8, clustering=None).reset_parameters(torch.Generator().manual_seed(0))

    settings = {"max_iter": 6, "learning_rate": 0.05, "momentum": 0.9}
    votes = []
    training = overfit(
        make_network(),
        [image],
        superpixels.flatten(1),
        on_epoch=lambda epoch: votes.append(epoch.n_labels),
        **settings,
    )
    peer = self_train(Body(make_network()).train(), image, superpixels, min_labels=1, **settings)
    assert len(votes) == len(peer.loss_curve) == 6
    np.testing.assert_allclose(peer.loss_curve, training.loss_curve, rtol=1e-6)


def test_votes_of_superpixels_are_the_target(photo):
    image = torch.from_numpy(photo[:24, :32].transpose(2, 0, 1) / np.float32(255))[None]
    whole = torch.zeros(1, 24, 32, dtype=torch.int64)  # a single superpixel: one label for all
    network = SelfTrainingNetwork(3, 8, 8, 1)
    network.reset_parameters(torch.Generator().manual_seed(0))
    curves = self_train(network, image, whole, max_iter=30, min_labels=1)
    assert curves.n_labels_curve[0] > 2
    assert curves.n_labels_curve[-1] == 1


def test_training_ends_with_few_labels(photo):
    network = SelfTrainingNetwork(3, 8, 8, 1)
    network.reset_parameters(torch.Generator().manual_seed(0))
    image = torch.from_numpy(photo[:24, :32].transpose(2, 0, 1) / np.float32(255))[None]
    curves = self_train(network, image, None, max_iter=5, min_labels=8)
    assert len(curves.loss_curve) == 1


def test_continuity_makes_fewer_borders(photo):
    def border(continuity):
        labels = PixelSelfTraining(
            12, superpixels=None, continuity=continuity, n_features=12, max_steps=12, min_labels=1
        ).fit_predict(photo)
        return np.count_nonzero(np.diff(labels, axis=0)) + np.count_nonzero(np.diff(labels))

    assert border(5.0) < 0.8 * border(0.0)


def test_a_smaller_copy_gives_labels_of_full_size(photo):
    labels = PixelSelfTraining(8, n_features=8, max_steps=2, resolution=0.5).fit_predict(photo)
    assert labels.shape == photo.shape[:2]
