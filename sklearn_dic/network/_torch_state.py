"""Independence of the state that PyTorch keeps for the calling thread."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial

import torch


@contextmanager
def plain_torch_state() -> Iterator[None]:
    """Compute with gradients, without autocast, and with the CPU as default device.

    A caller's `torch.no_grad`, `torch.inference_mode`, `torch.autocast` and
    `torch.set_default_device` have no effect inside, and are in force again afterwards. The default
    dtype belongs to the whole process and is not changed: code inside gives its dtypes explicitly.

    A process that is forked later computes with a single thread: the threads of PyTorch do not
    exist there, and it would wait for them for ever.

    Use it as a context manager or as a decorator of a function.
    """
    _prepare_for_forks()
    with ExitStack() as state:
        state.enter_context(torch.inference_mode(False))
        state.enter_context(torch.enable_grad())
        if torch.get_default_device().type != "cpu":
            state.enter_context(torch.device("cpu"))
        for device_type in ("cpu", "cuda", "mps"):
            is_available = torch.amp.is_autocast_available(device_type)
            if is_available and torch.is_autocast_enabled(device_type):
                state.enter_context(torch.autocast(device_type, enabled=False))
        yield


@cache
def _prepare_for_forks() -> None:
    """Let forked processes compute with a single thread of PyTorch."""
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
        os.register_at_fork(after_in_child=partial(torch.set_num_threads, 1))
