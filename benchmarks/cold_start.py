"""The prepared index as a new user meets it: time to prepare and to open, disk and memory.

Run as ``python -m benchmarks.cold_start build|answer``, in a process that has loaded nothing else.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from .measuring import in_own_process, peak_memory_mb, timed
from .sizes import Row, Size

__all__ = ["index"]

_REPEATS = 20


def index(size: Size) -> Iterator[Row]:
    """One row: prepared in an empty cache, then opened by another process, which recognizes a digit."""
    with tempfile.TemporaryDirectory(prefix="inknn-benchmarks-") as folder:
        built = in_own_process(__name__, "build", INKNN_CACHE_DIR=folder)
        disk = sum(path.stat().st_size for path in Path(folder).glob("inknn-index-*"))
        answered = in_own_process(__name__, "answer", INKNN_CACHE_DIR=folder)
    yield {"name": "inknn", "disk_mb": disk / 1e6, **built, **answered}


def _build() -> Row:
    from inknn.memory import factory_model

    seconds, _ = timed(factory_model)
    return {"build_seconds": seconds, "build_memory_mb": peak_memory_mb()}


def _open() -> object:
    from inknn.memory import factory_model

    return factory_model().recognizer


def _answer() -> Row:
    open_seconds, recognizer = timed(_open)  # imports included
    from inknn.datasets import load_mnist_part

    digit = load_mnist_part("test")[0][:1]
    first, *later = (timed(recognizer.recognize, digit)[0] for _ in range(1 + _REPEATS))
    return {
        "open_ms": 1000 * open_seconds,
        "first_answer_ms": 1000 * first,
        "answer_ms": 1000 * median(later),
        "answer_memory_mb": peak_memory_mb(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"build": _build, "answer": _answer}[sys.argv[1]]()) + "\n")
