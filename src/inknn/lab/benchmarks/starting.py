"""The prepared index in a process that has loaded nothing else: a program, ``starting.py build|answer``.

It is run by its path, not as a module of the lab: that would load scikit-learn, which reading does without,
and count its memory. It writes one line of JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["peak_memory_mb"]

_REPEATS = 20


def peak_memory_mb() -> float | None:
    """The most memory this process has held, millions of bytes; None where the system doesn't say."""
    try:
        # Of this program alone: what getrusage says on Linux counts the parent's before it became ours.
        status = Path("/proc/self/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def build() -> dict[str, Any]:
    """Prepare the index in an empty cache."""
    from inknn.memory import factory_model

    seconds = _seconds(factory_model)
    return {"build_seconds": seconds, "build_memory_mb": peak_memory_mb()}


def answer() -> dict[str, Any]:
    """Open the prepared index and recognize a digit."""
    started = time.perf_counter()
    from inknn.memory import factory_model

    recognizer = factory_model().recognizer
    open_seconds = time.perf_counter() - started
    digit = _digit()
    first = _seconds(lambda: recognizer.recognize(digit))
    usual = statistics.median(_seconds(lambda: recognizer.recognize(digit)) for _ in range(_REPEATS))
    return {
        "open_ms": 1000 * open_seconds,
        "first_answer_ms": 1000 * first,
        "answer_ms": 1000 * usual,
        "answer_memory_mb": peak_memory_mb(),
    }


def _digit() -> Any:
    """One digit of MNIST's test set, uint8 (1, 28, 28)."""
    from inknn import datasets

    return datasets.load_mnist_part("test")[0][:1]


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"build": build, "answer": answer}[sys.argv[1]]()) + "\n")
