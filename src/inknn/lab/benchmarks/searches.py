"""Exact searches, ours and the peers', asked the same: many queries at once, and one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import datasets
from ...progress import Progress
from ..peers import SEARCHES, available_searches
from .sizes import K, Row, Size
from .timing import median_seconds, timed

__all__ = ["differing", "features", "latency", "pixels", "search", "whitened"]

_SLOW = {"scikit-learn ball tree": 100}
"""Searches so slow in many dimensions that only so many queries are asked; times are per query."""


def search(size: Size, progress: Progress) -> Iterator[Row]:
    """Many queries at once on MNIST's pixels (uint8, 784 dimensions)."""
    yield from _compare(*pixels(size), size, progress)


def features(size: Size, progress: Progress) -> Iterator[Row]:
    """Many queries at once in the learned space of the default recognizer (float32, 128 dimensions)."""
    from ...memory import factory_model

    recognizer = factory_model().recognizer
    test = datasets.load_mnist_part("test")[0][: size.queries]
    references = np.ascontiguousarray(recognizer.vectors[: size.references])
    yield from _compare(references, recognizer.embed(test), size, progress)


def whitened(size: Size, progress: Progress) -> Iterator[Row]:
    """Many queries at once among gradient histograms, whitened within the classes to 150 dimensions."""
    from sklearn.pipeline import make_pipeline

    from ...estimators.registry import feature

    progress("preparing", 0.0)
    train, labels = datasets.load_mnist_part("train")
    test = datasets.load_mnist_part("test")[0][: size.queries]
    space = make_pipeline(feature("gradient"), feature("whitening", n_components=150))
    references = space.fit_transform(train[: size.references], labels[: size.references])
    yield from _compare(references, space.transform(test), size, progress)


def latency(size: Size, progress: Progress) -> Iterator[Row]:
    """One query at a time on MNIST's pixels: median and 95th percentile, milliseconds."""
    references, queries = pixels(size)
    names = [name for name in available_searches() if name not in _SLOW]
    ours = None
    for i, name in enumerate(names):
        progress(name, i / len(names))
        query = SEARCHES[name](references)
        query(queries[:1], K)
        times = [timed(query, q, K)[0] for q in queries[: size.single_queries, None]]
        p50, p95 = (float(1000 * np.quantile(times, q)) for q in (0.5, 0.95))
        ours = ours or p50
        yield {"name": name, "p50_ms": p50, "p95_ms": p95, "queries": len(times), "times_ours": p50 / ours}


def _compare(
    references: NDArray[Any], queries: NDArray[Any], size: Size, progress: Progress
) -> Iterator[Row]:
    truth: NDArray[np.floating] | None = None
    ours = None
    names = available_searches()
    for i, name in enumerate(names):
        progress(name, i / len(names))
        asked = queries[: _SLOW.get(name, len(queries))]
        build_seconds, query = timed(SEARCHES[name], references)
        query(asked[:2], K)
        seconds, distances = median_seconds(query, asked, K, repeats=size.repeats)
        ms = 1000 * seconds / len(asked)
        if truth is None or ours is None:
            truth, ours = distances, ms
        yield {
            "name": name,
            "references": len(references),
            "dimensions": references.shape[1],
            "queries": len(asked),
            "build_seconds": build_seconds,
            "seconds": seconds,
            "ms_per_query": ms,
            "queries_that_differ": differing(distances, truth[: len(asked)]),
            "times_ours": ms / ours,
        }


def differing(distances: NDArray[np.floating], truth: NDArray[np.floating]) -> int:
    """How many queries, of those in both (q, k), found other neighbors."""
    # Peers compute in float32 with cancellation, so equal neighbors differ in the fourth digit.
    same = np.isclose(distances, truth, rtol=1e-3, atol=1e-3)
    return int(np.count_nonzero(~same.all(axis=1)))


def pixels(size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """MNIST's training and test digits as many as wanted, uint8 (n, 784) and (q, 784)."""
    (train, _), (test, _) = datasets.load_mnist()
    return (
        np.ascontiguousarray(train[: size.references].reshape(-1, 784)),
        np.ascontiguousarray(test[: size.queries].reshape(-1, 784)),
    )
