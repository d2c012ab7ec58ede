"""How the time of a query grows with the number of references: MNIST's digits and slight deformations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from inknn.datasets import load_mnist_part

from .measuring import median_seconds, timed
from .peers import SEARCHES, available_searches
from .searches import Agreement
from .sizes import K, Row, Size
from .synthetic_digits import synthetic_digits

__all__ = ["exponent", "scaling"]

_COMPARED = ("inknn", "FAISS flat")
_PATIENCE = 1.0  # seconds


def scaling(size: Size) -> Iterator[Row]:
    """Milliseconds a query at each number of references, for one batch of MNIST's test digits."""
    train, test = (load_mnist_part(part)[0] for part in ("train", "test"))
    references = synthetic_digits(max(size.scaling), train)
    queries = test[: size.scaling_queries].reshape(-1, 784)
    agreements = [Agreement(references[:count], queries) for count in size.scaling]
    for name in (name for name in _COMPARED if name in available_searches()):
        build, ms = [], []
        for count, agreement in zip(size.scaling, agreements, strict=True):
            build_seconds, query = timed(SEARCHES[name], references[:count])
            query(queries[:2], K)
            taken, distances = median_seconds(query, queries, K, repeats=size.repeats, patience=_PATIENCE)
            agreement.check(name, distances)
            build.append(build_seconds)
            ms.append(1000 * taken / len(queries))
            del query  # gigabytes, before the next is built
        yield {
            "name": name,
            "references": list(size.scaling),
            "queries": len(queries),
            "build_seconds": build,
            "ms_per_query": ms,
            # Fixed costs dominate the smallest number of references.
            "exponent": exponent(size.scaling[1:], ms[1:]),
        }


def exponent(counts: Sequence[int], times: Sequence[float]) -> float:
    """The p with which ``times`` grow like ``counts`` to the power of p: least squares of logarithms."""
    return float(np.polyfit(np.log(counts), np.log(times), 1)[0])
