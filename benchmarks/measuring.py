"""Seconds and memory, and measurements in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from .sizes import Row

__all__ = ["in_own_process", "median_seconds", "peak_memory_mb", "timed"]


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Seconds that ``work(*arguments)`` takes, and what it returns."""
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def median_seconds(
    work: Callable[..., Any], *arguments: Any, repeats: int, patience: float = 0.0
) -> tuple[float, Any]:
    """Median of the seconds that a call takes, and what the last call returned.

    Short calls vary most: they are repeated up to five times as often, for at most ``patience`` seconds.
    """
    times: list[float] = []
    while len(times) < repeats or (len(times) < 5 * repeats and sum(times) < patience):
        seconds, result = timed(work, *arguments)
        times.append(seconds)
    return median(times), result


def peak_memory_mb() -> float | None:
    """The most memory that this process has held, 10⁶ bytes; None where the system doesn't report it."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage includes the parent's memory before it started this program
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    )


def in_own_process(module: str, *arguments: str, **environment: str) -> Row:
    """The JSON object that ``python -m MODULE ARGUMENTS`` prints; RuntimeError if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        check=False,
        cwd=Path(__file__).resolve().parents[1],
        env={**os.environ, **environment},
        start_new_session=True,  # Ctrl-C stops this process, which then ends the other
    )
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: exit code {done.returncode}")
    row: Row = json.loads(done.stdout)
    return row
