"""Exact searches with the same queries: many queries at once, and one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inknn.datasets import load_mnist_part
from inknn.search import brute_force

from .measuring import median_seconds, timed
from .peers import SEARCHES, available_searches
from .sizes import K, Row, Size

__all__ = ["Agreement", "WrongAnswerError", "features", "latency", "pixels", "search", "whitened"]

_FEWER_QUERIES = {"scikit-learn ball tree": 100}
"""Searches that are slow in many dimensions, and how many queries they get; times are per query."""

_CHECKED = 4
"""Queries that are compared with the definition of a neighbor, which takes seconds a query."""


def search(size: Size) -> Iterator[Row]:
    """Many queries at once among MNIST's pixels (uint8, 784 dimensions)."""
    yield from _many_at_once(*pixels(size), size)


def features(size: Size) -> Iterator[Row]:
    """Many queries at once among the factory model's vectors (float32, 128 dimensions)."""
    from inknn.memory import factory_model

    recognizer = factory_model().recognizer
    test = load_mnist_part("test")[0][: size.queries]
    references = np.ascontiguousarray(recognizer.references.vectors[: size.references])
    yield from _many_at_once(references, recognizer.embed(test), size)


def whitened(size: Size) -> Iterator[Row]:
    """Many queries at once among gradient histograms, whitened within the classes to 150 dimensions."""
    from sklearn.pipeline import make_pipeline

    from inknn.estimators.registry import feature

    train, labels = load_mnist_part("train")
    test = load_mnist_part("test")[0][: size.queries]
    pipeline = make_pipeline(feature("gradient"), feature("whitening", n_components=150))
    references = pipeline.fit_transform(train[: size.references], labels[: size.references])
    yield from _many_at_once(references, pipeline.transform(test), size)


def latency(size: Size) -> Iterator[Row]:
    """One query at a time among MNIST's pixels: median and 95th percentile."""
    references, queries = pixels(size)
    queries = queries[: size.single_queries]
    agreement = Agreement(references, queries)
    ours = None
    for name in available_searches():
        if name in _FEWER_QUERIES:
            continue
        query = SEARCHES[name](references)
        query(queries[:1], K)
        seconds, distances = zip(*(timed(query, each, K) for each in queries[:, None]), strict=True)
        agreement.check(name, np.concatenate(distances))
        p50, p95 = (1000 * float(np.quantile(seconds, part)) for part in (0.5, 0.95))
        ours = ours or p50
        yield {"name": name, "p50_ms": p50, "p95_ms": p95, "queries": len(queries), "times_ours": p50 / ours}


def pixels(size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The first of MNIST's training and test digits, uint8 (n, 784) and (q, 784)."""
    train, test = (load_mnist_part(part)[0] for part in ("train", "test"))
    return train[: size.references].reshape(-1, 784), test[: size.queries].reshape(-1, 784)


class WrongAnswerError(Exception):
    """A search found other neighbors than it should: its time means nothing."""


class Agreement:
    """The distances that every search must find for the same queries.

    The first search is compared with the definition of a neighbor for a few queries, the others with the
    first for all queries.

    Parameters
    ----------
    references : float32 or uint8 (n, d)
    queries : float32 or uint8 (q, d)
    """

    def __init__(self, references: NDArray[Any], queries: NDArray[Any]) -> None:
        self._expected: NDArray[np.floating] = brute_force(queries[:_CHECKED], references, K)[0]

    def check(self, name: str, distances: NDArray[np.floating]) -> None:
        """Raise :class:`WrongAnswerError` if a search has found other distances, (q, k)."""
        both = min(len(distances), len(self._expected))
        # Peers compute in float32 with cancellation, so equal neighbors differ in the fourth digit.
        same = np.isclose(distances[:both], self._expected[:both], rtol=1e-3, atol=1e-3).all(axis=1)
        if not same.all():
            raise WrongAnswerError(f"{name} finds wrong neighbors for {int((~same).sum())} of {both} queries")
        if len(distances) > both:
            self._expected = distances


def _many_at_once(references: NDArray[Any], queries: NDArray[Any], size: Size) -> Iterator[Row]:
    agreement = Agreement(references, queries)
    ours = None
    for name in available_searches():
        some = queries[: _FEWER_QUERIES.get(name, len(queries))]
        build_seconds, query = timed(SEARCHES[name], references)
        query(some[:2], K)
        seconds, distances = median_seconds(query, some, K, repeats=size.repeats)
        agreement.check(name, distances)
        ms = 1000 * seconds / len(some)
        ours = ours or ms
        yield {
            "name": name,
            "references": len(references),
            "dimensions": references.shape[1],
            "queries": len(some),
            "build_seconds": build_seconds,
            "seconds": seconds,
            "ms_per_query": ms,
            "times_ours": ms / ours,
        }
