import socket

import numpy as np
import pytest

from sklearn_dic.datasets import load_sample_images


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        pytest.fail("something wants to connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_sample_images_are_there_without_a_network(no_network):
    samples = load_sample_images()
    assert len(samples.images) == len(samples.names) == len(set(samples.names)) == 7
    for image, name in zip(samples.images, samples.names, strict=True):
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert image.flags.writeable
        assert f"\n{name} " in samples.DESCR
