import pytest
import torch

from sklearn_dic.network import DICNetwork, make_batches, overfit
from sklearn_dic.network._passes import Pass, RecordedPass, make_pass
from sklearn_dic.network._refinement import Vote

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def problem(device, n_superpixels=12):
    """A network and its batch: noise, in superpixels of as many columns each."""
    image = torch.rand(1, 3, 24, 36, generator=torch.Generator().manual_seed(1))
    columns = torch.arange(36) * n_superpixels // 36
    network = DICNetwork(3, 6, n_centers=4, clustering="residual")
    network.draw(torch.Generator().manual_seed(0)).to(device).train()
    return network, *make_batches([image.to(device)], [columns.expand(1, 24, 36).to(device)])


def test_a_pass_counts_what_changed_since_the_one_before():
    network, images, superpixels, counted = problem("cpu")
    a_pass = Pass(network, images, Vote(superpixels), counted)
    loss, n_labels, changed = a_pass.measure().tolist()
    assert changed == 1  # there were no labels before
    assert loss == a_pass.loss.item()
    assert n_labels == len(a_pass.refined.unique())
    before = a_pass.refined
    a_pass.differentiate()
    torch.optim.SGD(network.parameters(), lr=5.0).step()
    _, _, changed = a_pass.measure().tolist()
    assert changed == pytest.approx((a_pass.refined != before).double().mean().item())
    assert changed > 0
    _, _, changed = a_pass.measure().tolist()  # of the same weights
    assert changed == 0


def test_nothing_is_kept_of_the_last_pass():
    network, images, superpixels, counted = problem("cpu")
    a_pass = make_pass(network, images, superpixels, counted)
    a_pass.measure()
    a_pass.differentiate()
    a_pass.forget()
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not hasattr(a_pass, "loss")


def test_votes_that_sort_are_not_recorded():
    few, many = torch.arange(40)[None] // 10, torch.arange(40)[None]
    assert Vote(few).is_static(40, n_labels=80)
    assert not Vote(many).is_static(40, n_labels=80)  # a table of 40 x 80
    assert Vote(torch.cat([many, many])).is_static(40, n_labels=80)


def test_where_no_recording_is_possible_the_training_goes_on(monkeypatch):
    class Network(DICNetwork):
        device = torch.device("cuda")

    def refuse(*_):
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(RecordedPass, "record", refuse)
    monkeypatch.setattr(Pass, "__init__", lambda *_: None)
    with pytest.warns(RuntimeWarning, match=r"not recorded as a CUDA graph \(operation not perm"):
        assert type(make_pass(Network(3, 6), [], None, None)) is Pass


@needs_gpu
def test_a_recording_computes_what_it_repeats():
    def train(recorded):
        network, images, superpixels, counted = problem("cuda")
        kind = RecordedPass if recorded else Pass
        a_pass = kind(network, images, Vote(superpixels), counted)
        if recorded:
            a_pass.record()
        optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
        curve = []
        for _ in range(10):
            curve.append(a_pass.measure().tolist())
            a_pass.differentiate()
            optimizer.step()
        return curve

    for one, other in zip(train(False), train(True), strict=True):
        assert one == pytest.approx(other, rel=1e-3)


@needs_gpu
def test_memory_of_a_recording_is_given_back():
    def memory_after_training():
        network, *data = problem("cuda")
        overfit(network, *data, max_iter=5)
        del network, data
        torch.cuda.empty_cache()
        return torch.cuda.memory_allocated()

    before = memory_after_training()  # with what libraries keep for themselves
    assert memory_after_training() - before < 2**20
