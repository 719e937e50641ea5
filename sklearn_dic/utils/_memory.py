"""Whether a task fits into memory."""

import psutil


def host_memory() -> int:
    """Bytes that this process can still allocate in main memory."""
    return psutil.virtual_memory().available


def refuse_too_large(needed: int, available: int, place: str, task: str, remedy: str) -> None:
    """Refuse a task before it starts, if it does not fit into memory.

    Raises
    ------
    MemoryError
        The message has the memory needed, the memory available, and a remedy.
    """
    if needed > available:
        raise MemoryError(
            f"{task} needs about {needed / 2**30:.1f} GiB, and {available / 2**30:.1f} GiB are "
            f"available on {place}: {remedy}"
        )
