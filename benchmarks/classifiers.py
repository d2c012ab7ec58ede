"""Whole classifiers of digits on MNIST: what ``inknn compare`` measures, and the memory that each takes.

Run as ``python -m benchmarks.classifiers METHOD full|quick``, one process for each method.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from .measuring import in_own_process, peak_memory_mb
from .sizes import Row, Size

__all__ = ["CLASSIFIERS", "classifiers"]

CLASSIFIERS = ("inknn-best", "inknn-fast", "knn-euclidean", "sklearn-knn", "svm", "forest", "logistic", "mlp")
"""The methods that are measured: keys of :data:`inknn.lab.methods.METHODS`."""


def classifiers(size: Size) -> Iterator[Row]:
    """Errors with their interval, time to fit and to predict on all cores, and memory."""
    for name in CLASSIFIERS:
        yield in_own_process(__name__, name, "quick" if size.quick else "full")


def _measure(name: str, quick: bool) -> Row:
    from inknn.lab.comparison import compare, load_task

    result = compare(load_task("mnist", quick=quick), only=[name])
    if not result.rows:
        raise RuntimeError(" ".join(result.remarks()))
    return {**result.rows[0].to_dict(), "peak_memory_mb": peak_memory_mb()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1], sys.argv[2] == "quick")) + "\n")
