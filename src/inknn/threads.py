"""How many threads there may be, and work divided among them.

Kernels release the GIL, so blocks of rows run in parallel.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

__all__ = ["available_threads", "cores", "limit_threads", "over_blocks", "thread_limit"]

# Threads of all work that names no number of its own; None is one for each core.
_limit: int | None = None
# What threadpoolctl needs to lift the limit on the linear algebra of NumPy.
_blas: Any = None


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_limit() -> int | None:
    """What :func:`limit_threads` has set, or None."""
    return _limit


def limit_threads(n_threads: int | None) -> None:
    """Set how many threads this process uses where a call doesn't say.

    OpenCV and the linear algebra of NumPy are limited too.

    Parameters
    ----------
    n_threads : int or None
        None for one for each of :func:`cores`, as at the start.

    Raises
    ------
    ValueError
        If it is less than 1.
    """
    global _limit, _blas
    if n_threads is not None:
        available_threads(n_threads)
    import cv2  # 50 ms, and most processes set no limit
    from threadpoolctl import threadpool_limits

    if _blas is not None:
        _blas.restore_original_limits()
    _limit = n_threads
    _blas = None if n_threads is None else threadpool_limits(n_threads, user_api="blas")
    cv2.setNumThreads(-1 if n_threads is None else n_threads)


def available_threads(n_threads: int | None = None) -> int:
    """How many threads to use: ``n_threads``, else the limit, else one for each of :func:`cores`.

    Raises
    ------
    ValueError
        If ``n_threads`` is less than 1.
    """
    if n_threads is None:
        return cores() if _limit is None else _limit
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
