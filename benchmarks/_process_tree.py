"""The largest memory of a process and its workers together."""

import contextlib
import subprocess
import sys
import time

import psutil

INTERVAL = 0.2  # seconds between two looks


def run_and_watch(arguments: list[str]) -> tuple[float, int, str]:
    """Run Python with arguments -> seconds, peak resident bytes of the tree, and what it printed.

    Pages that processes share, such as those of libraries, count once (the proportional set size).
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        root = psutil.Process(process.pid)
        peak = 0
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                peak = max(peak, sum(map(_resident, [root, *root.children(recursive=True)])))
            time.sleep(INTERVAL)
        printed = process.stdout.read()  # type: ignore[union-attr]  # it is a pipe
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed with status {process.returncode}")
    return time.perf_counter() - start, peak, printed


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it has ended
        return 0
