"""How the time of a query grows with the number of references: MNIST's digits and slight deformations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ... import datasets
from ...progress import Progress
from ..peers import SEARCHES, available_searches
from .crowd import crowd
from .searches import differing
from .sizes import K, Row, Size
from .timing import median_seconds, timed

__all__ = ["exponent", "scaling"]

_COMPARED = ("inknn", "FAISS flat")
_PATIENCE = 1.0  # seconds for repeats of what is quickly done
_DRAWING = 0.15  # part of the time that deforming takes


def scaling(size: Size, progress: Progress) -> Iterator[Row]:
    """Seconds per query at each number of references, asked in one batch of MNIST's test digits."""
    train, test = (datasets.load_mnist_part(part)[0] for part in ("train", "test"))
    references = crowd(max(size.scaling), train, lambda f: progress("deforming digits", _DRAWING * f))
    queries = np.ascontiguousarray(test[: size.scaling_queries].reshape(-1, 784))
    names = [name for name in _COMPARED if name in available_searches()]
    all_work, done = len(names) * sum(size.scaling), 0
    truth: dict[int, NDArray[np.floating]] = {}
    for name in names:
        build, seconds, differ = [], [], 0
        for count in size.scaling:
            progress(f"{name}, {count:,}", _DRAWING + (1 - _DRAWING) * done / all_work)
            build_seconds, query = timed(SEARCHES[name], references[:count])
            query(queries[:2], K)
            taken, distances = median_seconds(query, queries, K, repeats=size.repeats, patience=_PATIENCE)
            differ += differing(distances, truth.setdefault(count, distances))
            build.append(build_seconds)
            seconds.append(taken / len(queries))
            done += count
            del query  # before the next is built: gigabytes
        yield {
            "name": name,
            "references": list(size.scaling),
            "queries": len(queries),
            "build_seconds": build,
            "seconds_per_query": seconds,
            "queries_that_differ": differ,
            "exponent": exponent(size.scaling[1:], seconds[1:]),
        }


def exponent(counts: tuple[int, ...], seconds: list[float]) -> float:
    """The p with which ``seconds`` grow like ``counts`` to the power of p, by least squares of logarithms."""
    return float(np.polyfit(np.log(counts), np.log(seconds), 1)[0])
