"""How many threads there may be, and work divided among them.

Kernels release the GIL, so blocks of rows run in parallel.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["available_threads", "cores", "over_blocks"]


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_threads(n_threads: int | None = None) -> int:
    """How many threads to use: ``n_threads``, or one for each of :func:`cores`.

    Raises
    ------
    ValueError
        If ``n_threads`` is less than 1.
    """
    if n_threads is None:
        return cores()
    if n_threads < 1:
        raise ValueError(f"n_threads must be at least 1, got {n_threads}")
    return n_threads


def over_blocks(work: Callable[[int, int], None], count: int, block: int, n_threads: int) -> None:
    """Call ``work(start, stop)`` for consecutive blocks that cover ``range(count)``.

    Parameters
    ----------
    work : callable
        Must not depend on the order of the blocks.
    count, block : int
        Rows in all, and rows in each block but the last.
    n_threads : int
        With 1, or only one block, no thread is started.

    Raises
    ------
    BaseException
        The first error of any block; blocks not yet started are then dropped.
    """
    bounds = [(start, min(start + block, count)) for start in range(0, count, block)]
    if n_threads == 1 or len(bounds) < 2:
        for start, stop in bounds:
            work(start, stop)
        return
    pool = ThreadPoolExecutor(min(n_threads, len(bounds)), thread_name_prefix="inknn")
    try:
        for future in [pool.submit(work, start, stop) for start, stop in bounds]:
            future.result()
    finally:
        pool.shutdown(cancel_futures=True)
