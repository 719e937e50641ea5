import pytest
import torch

from sklearn_dic.network import DICNetwork, Training, make_batches, overfit, take_turns, train

CPU = torch.device("cpu")


def problem(seed, height=12, width=16):
    generator = torch.Generator().manual_seed(seed)
    network = DICNetwork(3, 6, n_centers=4, clustering="residual").draw(generator)
    image = torch.rand(1, 3, height, width, generator=generator)
    columns = torch.arange(width).expand(1, height, width) // 4
    return network, *make_batches([image], [columns])


def test_networks_learn_in_turns_what_they_learn_alone():
    cases = [(3, 12, 16), (7, 9, 20), (5, 12, 16)]  # epochs and sizes: one ends, others go on
    together = [problem(seed, *size) for seed, (_, *size) in enumerate(cases)]
    trainings = [
        train(*one, max_iter=max_iter) for one, (max_iter, *_) in zip(together, cases, strict=True)
    ]
    ends = take_turns(trainings, CPU)
    for seed, (max_iter, *size) in enumerate(cases):
        alone, *data = problem(seed, *size)
        assert overfit(alone, *data, max_iter=max_iter) == ends[seed]
        assert len(ends[seed].loss_curve) == max_iter
        for name, value in alone.state_dict().items():
            found = together[seed][0].state_dict()[name]
            torch.testing.assert_close(found, value, rtol=0, atol=0)


def test_the_turns_are_fair():
    seen = []

    def course(name, n_epochs):
        for number in range(n_epochs):
            seen.append((name, number))
            yield Training()

    take_turns([course("a", 2), course("b", 3)], CPU)
    assert seen == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("b", 2)]


def test_an_error_ends_its_own_training_only():
    network, *data = problem(0)
    broken, *other = problem(1)
    other[0][0][0, 0, 0, 0] = torch.nan
    end, error = take_turns([train(network, *data, max_iter=4), train(broken, *other)], CPU)
    assert len(end.loss_curve) == 4
    assert isinstance(error, FloatingPointError)


def test_ctrl_c_ends_all():
    def interrupt(epoch):
        if epoch.number == 2:
            raise KeyboardInterrupt

    first, second = problem(0), problem(1)
    with pytest.raises(KeyboardInterrupt):
        take_turns([train(*first, max_iter=9), train(*second, on_epoch=interrupt)], CPU)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_streams_of_a_gpu_do_not_disturb_each_other():
    device = torch.device("cuda")

    def on_gpu(seed):
        network, images, superpixels, _ = problem(seed, 80, 120)
        return network.to(device), [one.to(device) for one in images], superpixels.to(device), None

    ends = take_turns([train(*on_gpu(seed), max_iter=5 + seed) for seed in range(16)], device)
    for seed, end in enumerate(ends):
        alone = overfit(*on_gpu(seed), max_iter=5 + seed)
        assert end.loss_curve == pytest.approx(alone.loss_curve, rel=1e-3)


def test_a_gpu_has_so_many_streams():
    with pytest.raises(ValueError, match="33 trainings: at most 32"):
        take_turns([iter(())] * 33, torch.device("cuda"))
