"""Exact k nearest neighbors, fast: the native kernel over threads, NumPy where there is none.

Many queries are split over the threads, each of which reads all references. Few queries split the
references instead, since then reading them is what takes the time; the k best of each part are merged
(:mod:`inknn.search.topk`), which is exact because each part's distances are (:mod:`inknn.search.distance`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._native import kernels
from ..threads import available_threads, over_blocks
from .numpy_scan import kneighbors_numpy
from .topk import Neighbors, merge

__all__ = ["is_compiled", "kneighbors"]

_TYPES = (np.uint8, np.float32, np.float64)
_SAMPLE = 1024  # rows whose mean is the center of float64 vectors
_QUERIES_PER_TASK = 2048  # bounds scratch memory, and the wait after Ctrl-C
_MANY_QUERIES = 64  # per thread: from here on it pays to read all references in every thread
_WORTH_A_THREAD = 1 << 18  # multiplications; a thread takes about as long to start


def is_compiled() -> bool:
    """Whether kernels search, and not NumPy, which is several times slower."""
    return kernels() is not None


def kneighbors(
    queries: NDArray[Any],
    references: NDArray[Any],
    k: int,
    *,
    n_threads: int | None = None,
) -> Neighbors:
    """Find the k nearest references of each query, with the result of :func:`inknn.search.brute_force`.

    Parameters
    ----------
    queries : uint8, float32 or float64 (q, dims)
        Of the same type as the references. Finite: a distance that is not a number counts as infinite.
    references : uint8, float32 or float64 (n, dims)
        C-contiguous arrays, memory-mapped and read-only ones among them, are not copied.
    k : int
        1 ≤ k ≤ n.
    n_threads : int, optional
        Threads to use; all CPUs this process may run on by default. The result does not depend on it.

    Returns
    -------
    distances : float64 (q, k)
        Euclidean, ascending.
    indices : int64 (q, k)
        Rows of ``references``; of equally near ones, the smaller index comes first.

    Raises
    ------
    ValueError
        If shapes, types or ``k`` don't fit.
    """
    queries, references = _checked(queries, references, k)
    threads = available_threads(n_threads)
    if kernels() is None:
        squared, indices = kneighbors_numpy(queries, references, k)
    elif len(queries) >= threads * _MANY_QUERIES:
        squared, indices = _split_queries(queries, references, k, threads)
    else:
        squared, indices = _split_references(queries, references, k, threads)
    return np.sqrt(squared), indices


def _checked(queries: NDArray[Any], references: NDArray[Any], k: int) -> tuple[NDArray[Any], NDArray[Any]]:
    queries, references = np.asarray(queries), np.asarray(references)
    if queries.ndim != 2 or references.ndim != 2 or queries.shape[1] != references.shape[1]:
        raise ValueError(
            f"queries (q, dims) and references (n, dims) must match, got {queries.shape} and "
            f"{references.shape}"
        )
    if queries.dtype != references.dtype or queries.dtype not in _TYPES:
        raise ValueError(
            "queries and references must both be uint8, float32 or float64, got "
            f"{queries.dtype} and {references.dtype}"
        )
    if not 1 <= k <= len(references):
        raise ValueError(f"k must be between 1 and the {len(references)} references, got {k}")
    if queries.shape[1] == 0:
        raise ValueError("vectors must have at least one number")
    return np.ascontiguousarray(queries), np.ascontiguousarray(references)


def _split_queries(queries: NDArray[Any], references: NDArray[Any], k: int, threads: int) -> Neighbors:
    native = kernels()
    assert native is not None
    squared = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), dtype=np.int64)

    unit = _unit_of(references)

    def search(start: int, stop: int) -> None:
        native.scan(queries[start:stop], references, 0, squared[start:stop], indices[start:stop], *unit)

    rounds = -(-len(queries) // (threads * _QUERIES_PER_TASK))
    over_blocks(search, len(queries), -(-len(queries) // (threads * rounds)), threads)
    return squared, indices


def _split_references(queries: NDArray[Any], references: NDArray[Any], k: int, threads: int) -> Neighbors:
    native = kernels()
    assert native is not None
    work = max(1, len(queries)) * references.size
    parts = max(1, min(threads, work // _WORTH_A_THREAD, len(references) // k))
    block = -(-len(references) // parts)
    parts = -(-len(references) // block)
    squared = np.empty((parts, len(queries), k))
    indices = np.empty((parts, len(queries), k), dtype=np.int64)

    unit = _unit_of(references)

    def search(start: int, stop: int) -> None:
        part = start // block
        native.scan(queries, references[start:stop], start, squared[part], indices[part], *unit)

    over_blocks(search, len(references), block, threads)
    if parts == 1:
        return squared[0], indices[0]
    return merge(zip(squared, indices, strict=True), k)


def _unit_of(references: NDArray[Any]) -> tuple[Any, ...]:
    """What float32 filters instead of float64 numbers: they less a center, times a power of two.

    Of float32 and uint8 numbers it filters themselves, and nothing is returned.
    """
    if references.dtype != np.float64:
        return ()
    sample = references[:: -(-len(references) // _SAMPLE)]
    with np.errstate(over="ignore", invalid="ignore"):  # what isn't finite is never filtered
        center = sample.mean(axis=0)
        length = float(np.abs(sample - center).max()) * np.sqrt(references.shape[1])
    scale = 2.0 ** -np.ceil(np.log2(length)) if 0 < length < np.inf else 1.0
    return center, float(scale) if 0 < scale < np.inf else 1.0
