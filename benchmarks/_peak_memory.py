"""The largest memory that a block of code takes."""

import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import psutil
import torch

INTERVAL = 0.005  # seconds between two looks at the process


class PeakMemory:
    """Watch what the code inside the block takes.

    On the CPU that is the resident memory of the process, looked at every few milliseconds, on a
    GPU what PyTorch allocates there.

    Parameters
    ----------
    device : str or torch.device

    Attributes
    ----------
    before : int
        Bytes when the block began.
    peak : int
        The most bytes while it ran.
    """

    def __init__(self, device="cpu"):
        self.device = torch.device(device)

    def __enter__(self):
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
            self.before = self.peak = torch.cuda.memory_allocated(self.device)
        else:
            self._process = psutil.Process()
            self.before = self.peak = self._process.memory_info().rss
            self._done = threading.Event()
            self._watcher = threading.Thread(target=self._watch)
            self._watcher.start()
        return self

    def __exit__(self, *exception):
        if self.device.type == "cuda":
            self.peak = torch.cuda.max_memory_allocated(self.device)
        else:
            self._done.set()
            self._watcher.join()

    def _watch(self):
        while not self._done.is_set():
            self.peak = max(self.peak, self._process.memory_info().rss)
            time.sleep(INTERVAL)


def in_fresh_process(function, *arguments):
    """Call where nothing was allocated or warmed up before, and return the result."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
