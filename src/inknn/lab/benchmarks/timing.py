"""Stopwatches, and work in a process of its own, so that its peak of memory is its own."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

__all__ = ["in_own_process", "median_seconds", "timed"]

_TICK = 0.5  # seconds between two looks at a process


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Seconds that ``work(*arguments)`` takes, and what it returns."""
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def median_seconds(
    work: Callable[..., Any], *arguments: Any, repeats: int, patience: float = 0.0
) -> tuple[float, Any]:
    """Median of the seconds that a call takes, and what the last returned.

    Parameters
    ----------
    work : callable
    *arguments
        Its arguments.
    repeats : int
        Calls, at least one.
    patience : float
        Up to so many seconds more are spent on calls, of which there may be five times as many: short ones
        vary most.
    """
    times: list[float] = []
    while len(times) < repeats or (len(times) < 5 * repeats and sum(times) < patience):
        seconds, result = timed(work, *arguments)
        times.append(seconds)
    return float(np.median(times)), result


def in_own_process(
    work: Callable[..., Any], *arguments: Any, tell: Callable[[str, float], None] | None = None
) -> Any:
    """Call a function in a fresh process.

    Parameters
    ----------
    work : callable
        Of a module. Its first argument is a function to say what it does now, a word or two.
    *arguments
        The others; anything that can be pickled.
    tell : callable, optional
        Told twice a second what it does and how many seconds it has been at work.

    Returns
    -------
    Any
        What it returned.

    Raises
    ------
    RuntimeError
        If the process ended without an answer, as when the system took it for want of memory.
    Exception
        Whatever ``work`` raised.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work, arguments))
    started, stage = time.monotonic(), "starting"
    try:
        with _deaf_to_interrupts():
            process.start()
        theirs.close()
        while True:
            if tell:
                tell(stage, time.monotonic() - started)
            if not ours.poll(_TICK):
                continue
            kind, value = ours.recv()
            if kind == "stage":
                stage = value
            elif kind == "error":
                raise value
            else:
                return value
    except EOFError:
        process.join()
        raise RuntimeError(f"a process that measures ended with exit code {process.exitcode}") from None
    finally:
        if process.pid is not None:
            process.terminate()
            process.join()
        ours.close()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A process started meanwhile doesn't hear Ctrl-C, not even before it can say so: its parent ends it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which starting a process does too, and hears Ctrl-C again after
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(answers: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answers.send(("result", work(lambda stage: answers.send(("stage", stage)), *arguments)))
    except Exception as error:
        answers.send(("error", error))
