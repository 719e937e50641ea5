from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import torch

from sklearn_dic.utils._device import one_torch_thread, resolve_device


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_the_processor_has_one_name():
    assert str(resolve_device("cpu:0")) == "cpu"


def in_a_new_thread(function, *args):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *args).result()


def test_one_thread_is_for_the_caller_alone(two_threads):
    with one_torch_thread():
        assert torch.get_num_threads() == 1
        assert in_a_new_thread(torch.get_num_threads) == 2
        with one_torch_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    assert in_a_new_thread(torch.get_num_threads) == 2


def test_threads_that_overlap_restore_their_own_number(two_threads):
    both_inside, first_left = Barrier(2), Barrier(2)

    def work(leaves_first):
        if not leaves_first:
            torch.set_num_threads(3)
        with one_torch_thread():
            both_inside.wait()
            inside = torch.get_num_threads()
            if not leaves_first:
                first_left.wait()
        if leaves_first:
            first_left.wait()
        return inside, torch.get_num_threads()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [True, False])) == [(1, 2), (1, 3)]


def test_a_number_that_the_user_set_stays(two_threads):
    torch.set_num_threads(1)
    with one_torch_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 1
    assert in_a_new_thread(torch.get_num_threads) == 1
