"""Where a network runs: device, precision, threads, memory and random numbers."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Literal

import psutil
import torch
from numpy.random import RandomState
from sklearn.utils import check_random_state

_CHANGING_THREADS = threading.Lock()


def resolve_device(device: str | torch.device) -> torch.device:
    """Find the torch device of a name; "auto" is CUDA where there is one, else the CPU.

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


def is_gpu_here(device: str | torch.device) -> bool:
    """Whether this is a CUDA device that this machine has."""
    try:
        return resolve_device(device).type == "cuda"
    except ValueError:
        return False


def resolve_precision(
    precision: Literal["auto", "float32", "bfloat16"], device: torch.device
) -> Literal["float32", "bfloat16"]:
    """Choose the convolutions' precision; "auto" is bfloat16 where the hardware computes in it.

    Decided by what the processor is, not by timing it, so that one machine always gives
    one answer.
    """
    if precision != "auto":
        return precision
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= (8, 0)
    elif device.type == "cpu":
        # Older versions do not tell.
        features: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
        native = bool(features.get("avx512_bf16") or features.get("amx_bf16"))
    else:
        native = False
    return "bfloat16" if native else "float32"


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Let PyTorch compute on the CPU with one thread, as far as the caller's own thread goes.

    The order of the sums in batch-norm and in convolutions, and with it the last bits, depends
    on the number of threads; with one each, work may go on in several threads or processes
    and be the same.
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
    """Set how many PyTorch threads this thread computes with, and nothing else.

    `torch.set_num_threads` also decides about each thread that computes for the first time
    afterwards; a passing thread sets that back.
    """
    with _CHANGING_THREADS, ThreadPoolExecutor(1) as passing:
        in_new_threads = passing.submit(torch.get_num_threads).result()
        try:
            torch.set_num_threads(number)
        finally:
            passing.submit(torch.set_num_threads, in_new_threads).result()


def available_memory(device: torch.device) -> int:
    """Bytes that can still be allocated on a device."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return psutil.virtual_memory().available


def check_memory(needed: int, device: torch.device, task: str, remedy: str) -> None:
    """Refuse a task before it starts if it would not fit into memory.

    Raises
    ------
    MemoryError
        Saying how much is needed, how much there is, and what to do.
    """
    available = available_memory(device)
    if needed > available:
        raise MemoryError(
            f"{task} needs about {needed / 2**30:.1f} GiB, and {available / 2**30:.1f} GiB are "
            f"available on {device}: {remedy}"
        )


@contextmanager
def explained_out_of_memory(device: torch.device, task: str, remedy: str) -> Iterator[None]:
    """Say what needed the memory, and what to do, where it ends in the middle of a task.

    Raises
    ------
    MemoryError
        With what the device had and what PyTorch asked for.
    """
    try:
        yield
    except RuntimeError as error:  # on the CPU it has no class of its own
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
