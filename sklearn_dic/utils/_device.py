"""Device, precision, threads, memory and random numbers of a network."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Literal

import torch
from numpy.random import RandomState
from sklearn.utils import check_random_state

from sklearn_dic.utils._memory import host_memory

_CHANGING_THREADS = threading.Lock()


def resolve_device(device: str | torch.device) -> torch.device:
    """Find the torch device of a name; "auto" is CUDA if available, else the CPU.

    Raises
    ------
    ValueError
        If PyTorch does not know the device, or does not see it on this machine.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is no device of PyTorch; use 'auto', 'cpu', 'cuda' or 'cuda:1'"
        ) from error
    seen = {
        "cpu": 1,
        "cuda": torch.cuda.device_count(),
        "mps": int(torch.backends.mps.is_available()),
    }
    if (resolved.index or 0) >= seen.get(resolved.type, 0):
        raise ValueError(
            f"device={device!r}, but PyTorch {torch.__version__} sees "
            f"{seen.get(resolved.type, 0)} {resolved.type} device(s) on this machine; use "
            "device='auto' or 'cpu', or install a build of PyTorch for your GPU"
        )
    return torch.device("cpu") if resolved.type == "cpu" else resolved  # cpu:0 is the same


def resolve_precision(
    precision: Literal["auto", "float32", "bfloat16"], device: torch.device
) -> Literal["float32", "bfloat16"]:
    """Choose the convolutions' precision; "auto" is bfloat16 where the hardware computes in it.

    The choice depends on the type of the processor, not on timings, so that a machine always
    gives the same answer.
    """
    if precision != "auto":
        return precision
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= (8, 0)
    elif device.type == "cpu":
        # Older versions of PyTorch lack get_capabilities.
        features: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
        native = bool(features.get("avx512_bf16") or features.get("amx_bf16"))
    else:
        native = False
    return "bfloat16" if native else "float32"


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Let PyTorch compute on the CPU with a single thread, for the calling thread only.

    The order of the sums in batch-norm and in convolutions, and so the last bits of the results,
    depend on the number of threads. With a single thread each, the results are the same in
    several threads or processes.
    """
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    try:
        _set_own_threads(1)
        yield
    finally:
        _set_own_threads(before)


def _set_own_threads(number: int) -> None:
    """Set the number of PyTorch threads of the calling thread only.

    `torch.set_num_threads` also sets the number for new threads; a short-lived thread restores
    that number.
    """
    with _CHANGING_THREADS, ThreadPoolExecutor(1) as short_lived:
        in_new_threads = short_lived.submit(torch.get_num_threads).result()
        try:
            torch.set_num_threads(number)
        finally:
            short_lived.submit(torch.set_num_threads, in_new_threads).result()


def available_memory(device: torch.device) -> int:
    """Bytes that can still be allocated on a device."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return host_memory()


@contextmanager
def explained_out_of_memory(device: torch.device, task: str, remedy: str) -> Iterator[None]:
    """Explain an out-of-memory error of PyTorch by the task and a remedy.

    Raises
    ------
    MemoryError
        The message has the memory available on the device, and PyTorch's message.
    """
    try:
        yield
    except RuntimeError as error:  # PyTorch has no separate class on the CPU
        reason = str(error).splitlines()[0] if str(error) else ""
        if not isinstance(error, torch.cuda.OutOfMemoryError) and "allocate memory" not in reason:
            raise
        gib = available_memory(device) / 2**30
        raise MemoryError(
            f"{task} ran out of memory on {device}, where {gib:.1f} GiB are available now "
            f"({reason}): {remedy}"
        ) from error


def torch_generator(random_state: int | RandomState | None) -> torch.Generator:
    """Seed a generator on the CPU from `random_state`; global states are neither read nor set."""
    if random_state is None:
        random_state = RandomState()  # seeded by the operating system
    seed = check_random_state(random_state).randint(2**31 - 1)
    return torch.Generator().manual_seed(int(seed))
