"""Measure searches and classifiers side by side in one run.

A time alone says little; the ratio of two times from the same run on the same machine says much. So each
benchmark runs ours and the peers in turn, takes the median of several repeats after a warm-up, checks that
all found the same neighbours, and keeps the machine's facts with the figures.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..errors import UnknownNameError
from ..progress import Progress, no_progress
from .evaluate import wilson_interval
from .machine import machine_facts
from .peers import CLASSIFIERS, SEARCHES, available_searches

Row = dict[str, Any]
K = 5
_SLOW = {"scikit-learn ball tree": 100}
"""Searches so slow in many dimensions that only so many queries are asked; times are per query."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: ``--quick`` is for a look, the default for figures to quote."""

    references: int
    queries: int
    single_queries: int
    repeats: int
    scaling: tuple[int, ...]
    train: int
    test: int
    pairs: int


FULL = Size(60_000, 10_000, 200, 3, (10_000, 60_000, 240_000, 960_000), 60_000, 10_000, 20_000)
QUICK = Size(10_000, 1_000, 50, 1, (5_000, 10_000, 20_000), 5_000, 1_000, 2_000)


def run(
    names: list[str] | None = None, *, quick: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Run benchmarks.

    Parameters
    ----------
    names : list of str, optional
        Keys of :data:`BENCHMARKS`; all by default.
    quick : bool
        Small sizes: a minute or two instead of an hour.
    progress : Progress, optional

    Returns
    -------
    dict
        ``machine`` (facts), ``quick`` and ``benchmarks``: name → list of rows, plain values for JSON.

    Raises
    ------
    UnknownNameError
        If a name is no benchmark.
    """
    names = list(names or BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            raise UnknownNameError("benchmark", name, BENCHMARKS)
    size = QUICK if quick else FULL
    tell = progress or no_progress
    results: dict[str, list[Row]] = {}
    for i, name in enumerate(names):

        def step(what: str, fraction: float, i: int = i, name: str = name) -> None:
            tell(f"{name}: {what}", (i + fraction) / len(names))

        results[name] = BENCHMARKS[name](size, step)
    tell("done", 1.0)
    return {"machine": machine_facts(), "quick": quick, "benchmarks": results}


def search(size: Size, progress: Progress) -> list[Row]:
    """Many queries at once on MNIST's pixels (uint8, 784 dimensions)."""
    references, queries = _pixels(size)
    return _compare(references, queries, size, progress)


def features(size: Size, progress: Progress) -> list[Row]:
    """Many queries at once in the learned space of the default recogniser (float32)."""
    references, queries = _vectors(size)
    return _compare(references, queries, size, progress)


def latency(size: Size, progress: Progress) -> list[Row]:
    """One query at a time on MNIST's pixels: median and 95th percentile, milliseconds."""
    references, queries = _pixels(size)
    rows = []
    names = [name for name in available_searches() if name not in _SLOW]
    for i, name in enumerate(names):
        progress(name, i / len(names))
        query = SEARCHES[name](references)
        query(queries[:1], K)
        times = [_timed(query, q, K)[0] for q in queries[: size.single_queries, None]]
        p50, p95 = (float(1000 * np.quantile(times, q)) for q in (0.5, 0.95))
        rows.append({"name": name, "p50_ms": p50, "p95_ms": p95, "queries": len(times)})
    return _with_ratio(rows, "p50_ms")


def scaling(size: Size, progress: Progress) -> list[Row]:
    """Time per query over the number of references: MNIST's digits and slight deformations of them."""
    largest = max(size.scaling)
    references = _deformed(largest, lambda f: progress("deforming digits", 0.5 * f))
    queries = _pixels(size)[1][: min(500, size.queries)]
    rows = []
    names = [name for name in ("inknn", "FAISS flat") if name in available_searches()]
    for j, name in enumerate(names):
        seconds = []
        for i, count in enumerate(size.scaling):
            progress(f"{name}, {count:,}", 0.5 + 0.5 * (j + i / len(size.scaling)) / len(names))
            query = SEARCHES[name](references[:count])
            query(queries[:2], K)
            seconds.append(_timed(query, queries, K)[0] / len(queries))
        counts = np.array(size.scaling)
        upper = counts >= counts[1]  # below, fixed costs dominate
        exponent = float(np.polyfit(np.log(counts[upper]), np.log(np.array(seconds)[upper]), 1)[0])
        rows.append(
            {
                "name": name,
                "references": list(size.scaling),
                "seconds_per_query": seconds,
                "exponent": exponent,
            }
        )
    return rows


def distortion(size: Size, progress: Progress) -> list[Row]:
    """Image distortion model, microseconds a pair on one core."""
    from ..metrics import METRICS

    references, queries = _pixels(size)
    many = references[: max(1, size.pairs // 10)]
    distances = METRICS["idm"].distances
    distances(queries[:1], many[:10])
    progress("idm", 0.2)
    seconds = _timed(distances, queries[:10], many)[0]
    return [
        {
            "name": "inknn IDM",
            "pairs": 10 * len(many),
            "microseconds_a_pair": 1e6 * seconds / (10 * len(many)),
        }
    ]


def classifiers(size: Size, progress: Progress) -> list[Row]:
    """Whole classifiers: error with its interval, time to fit, time and memory to predict."""
    rows = []
    for i, name in enumerate(CLASSIFIERS):
        progress(name, i / len(CLASSIFIERS))
        rows.append(_in_own_process(name, size))
    return rows


BENCHMARKS: Mapping[str, Callable[[Size, Progress], list[Row]]] = {
    "search": search,
    "features": features,
    "latency": latency,
    "scaling": scaling,
    "distortion": distortion,
    "classifiers": classifiers,
}
"""All benchmarks by name; each gives one row for each thing measured."""


def _compare(references: NDArray[Any], queries: NDArray[Any], size: Size, progress: Progress) -> list[Row]:
    rows: list[Row] = []
    truth: NDArray[np.floating] | None = None
    names = available_searches()
    for i, name in enumerate(names):
        progress(name, i / len(names))
        asked = queries[: _SLOW.get(name, len(queries))]
        build_seconds, query = _timed(SEARCHES[name], references)
        query(asked[:2], K)
        times, distances = zip(*(_timed(query, asked, K) for _ in range(size.repeats)), strict=True)
        truth = distances[0] if truth is None else truth
        # Peers compute in float32 with cancellation, so equal neighbours differ in the fourth digit.
        differ = ~np.isclose(distances[0], truth[: len(asked)], rtol=1e-3, atol=1e-3).all(axis=1)
        rows.append(
            {
                "name": name,
                "references": len(references),
                "dimensions": references.shape[1],
                "queries": len(asked),
                "build_seconds": build_seconds,
                "seconds": float(np.median(times)),
                "ms_per_query": 1000 * float(np.median(times)) / len(asked),
                "queries_that_differ": int(differ.sum()),
            }
        )
    return _with_ratio(rows, "ms_per_query")


def _with_ratio(rows: list[Row], key: str) -> list[Row]:
    """Add how many times as long each takes as ours."""
    ours = next(row[key] for row in rows if row["name"] == "inknn")
    return [{**row, "times_ours": row[key] / ours} for row in rows]


def _timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def _pixels(size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    (train, _), (test, _) = datasets.load_mnist()
    return (
        np.ascontiguousarray(train[: size.references].reshape(-1, 784)),
        np.ascontiguousarray(test[: size.queries].reshape(-1, 784)),
    )


def _vectors(size: Size) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from ..memory import factory_recogniser

    recogniser = factory_recogniser()
    test = datasets.load_mnist_part("test")[0][: size.queries]
    return np.ascontiguousarray(recogniser.vectors[: size.references]), recogniser.embed(test)


def _deformed(count: int, tell: Callable[[float], None]) -> NDArray[np.uint8]:
    """``count`` digits: MNIST's own first, then deformed ones, no two alike."""
    from ..features.variants import DEFORMATIONS, deform

    train = datasets.load_mnist_part("train")[0]
    parts, have, seed = [train[:count]], min(count, len(train)), 0
    while have < count:
        tell(have / count)
        kind = list(DEFORMATIONS)[seed % len(DEFORMATIONS)]
        batch = deform(train[: count - have], kind, seed)
        parts.append(batch)
        have, seed = have + len(batch), seed + 1
    return np.concatenate(parts).reshape(count, 784)


def _in_own_process(name: str, size: Size) -> Row:
    """Measure a classifier in a process of its own, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measure_classifier, (name, size.train, size.test))


def _measure_classifier(name: str, train: int, test: int) -> Row:
    (x, y), (x_test, y_test) = datasets.load_mnist()
    known: NDArray[Any] = x[:train].reshape(-1, 784)
    asked: NDArray[Any] = x_test[:test].reshape(-1, 784)
    if not name.startswith("inknn"):
        known, asked = (part.astype(np.float32) / 255 for part in (known, asked))
    classifier = CLASSIFIERS[name]()
    fit_seconds, _ = _timed(classifier.fit, known, y[:train])
    classifier.predict(asked[:2])
    seconds, predicted = _timed(classifier.predict, asked)
    errors = int((predicted != y_test[:test]).sum())
    low, high = wilson_interval(errors, test)
    return {
        "name": name,
        "train": train,
        "test": test,
        "errors": errors,
        "error_percent": 100 * errors / test,
        "interval_percent": [100 * low, 100 * high],
        "fit_seconds": fit_seconds,
        "ms_per_digit": 1000 * seconds / test,
        "peak_memory_mb": _peak_memory_mb(),
    }


def _peak_memory_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
