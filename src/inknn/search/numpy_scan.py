"""Exact search in NumPy, for where there are no kernels: filter by matrix product, refine by distance.

``|q − r|² = |q|² + |r|² − 2 q·r`` turns most of the work into a matrix product, the fastest thing NumPy
does, but in float32 it is inexact. Its error has a bound, though. So it only filters: a reference is
dropped where even the bound puts it behind the k-th best found so far, and the distance of the others is
measured as :mod:`inknn.search.distance` defines it. The proof is in :mod:`inknn.search.rounding`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .distance import squared_distances
from .rounding import HUGE, relative_error, underflow
from .topk import Neighbors, merge, no_neighbors

__all__ = ["kneighbors_numpy", "within_numpy"]

_QUERIES = 128
_REFERENCES = 8192
_PAIRS = 1 << 16  # measured at once, to bound memory


@np.errstate(over="ignore", invalid="ignore")  # what overflows is never dropped
def kneighbors_numpy(queries: NDArray[Any], references: NDArray[Any], k: int) -> Neighbors:
    """Squared distances float64 (q, k) and indices int64 (q, k) of the k nearest, ascending."""
    squared, indices = no_neighbors(len(queries), k)
    wide_queries = queries.astype(np.float32)
    query_norms, e = _squared_norms(wide_queries), _filter_error(queries)
    for start in range(0, len(references), _REFERENCES):
        block = references[start : start + _REFERENCES]
        wide = block.astype(np.float32)
        shares = _reference_shares(_squared_norms(wide), e)
        for row in range(0, len(queries), _QUERIES):
            rows = slice(row, row + _QUERIES)
            scores = wide_queries[rows] @ wide.T
            scores *= np.float32(-2)
            scores += shares
            worst = squared[rows, -1]
            if start == 0:
                worst = _first_guess(queries[rows], block, scores, min(k, len(block)))
            limits = _limits(worst, query_norms[rows], e, block.shape[1])
            near = np.flatnonzero(~(scores > limits[:, None]))  # flat: NumPy finds these ten times faster
            owners, columns = np.divmod(near, len(block))
            found = _measure(queries[rows], block, owners, columns)
            lists = _as_lists(len(limits), owners, found, columns + start)
            squared[rows], indices[rows] = merge([(squared[rows], indices[rows]), lists], k)
    return squared, indices


@np.errstate(over="ignore", invalid="ignore")
def within_numpy(
    queries: NDArray[Any], references: NDArray[Any], cap: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Queries, squared distances and references of all pairs not farther than ``cap``, squared."""
    wide_queries = queries.astype(np.float32)
    e = _filter_error(queries)
    limits = _limits(np.full(len(queries), cap), _squared_norms(wide_queries), e, queries.shape[1])
    found = [(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))]
    for start in range(0, len(references), _REFERENCES):
        block = references[start : start + _REFERENCES]
        wide = block.astype(np.float32)
        scores = wide_queries @ wide.T * np.float32(-2)
        scores += _reference_shares(_squared_norms(wide), e)
        owners, columns = np.nonzero(~(scores > limits[:, None]))
        squared = _measure(queries, block, owners, columns)
        near = squared <= cap
        found.append((owners[near], squared[near], columns[near] + start))
    owners, squared, columns = (np.concatenate(part) for part in zip(*found, strict=True))
    return owners, squared, columns


def _squared_norms(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.einsum("ij,ij->i", rows, rows, dtype=np.float64)


def _filter_error(rows: NDArray[Any]) -> float:
    return relative_error(rows.shape[1], rounded=rows.dtype == np.float64)


def _reference_shares(norms: NDArray[np.float64], e: float) -> NDArray[np.float32]:
    """The part of the lower bound that depends on the reference alone, rounded down."""
    shares = np.nextafter(((1 - e) * norms).astype(np.float32), np.float32(-np.inf))
    return np.where(norms <= HUGE, shares, np.float32(-np.inf))


def _limits(
    worst: NDArray[np.float64], norms: NDArray[np.float64], e: float, dims: int
) -> NDArray[np.float32]:
    """Scores above these prove a squared distance beyond the worst, rounded up."""
    limits = (worst - (1 - e) * norms + underflow(dims)).astype(np.float32)
    return np.where(norms <= HUGE, np.nextafter(limits, np.float32(np.inf)), np.float32(np.inf))


def _first_guess(
    queries: NDArray[Any], block: NDArray[Any], scores: NDArray[np.float32], k: int
) -> NDArray[np.float64]:
    """A squared distance that at least k references don't exceed: the worst of those with the best scores."""
    seeds = np.argpartition(scores, k - 1, axis=1)[:, :k]
    rows = np.repeat(np.arange(len(queries)), k)
    return _measure(queries, block, rows, seeds.ravel()).reshape(-1, k).max(axis=1, initial=0.0)


def _measure(
    queries: NDArray[Any], block: NDArray[Any], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Squared distances of these pairs of a query and a reference."""
    squared = np.empty(len(rows))
    for start in range(0, len(rows), _PAIRS):
        some = slice(start, start + _PAIRS)
        squared[some] = squared_distances(queries[rows[some]], block[columns[some]])
    return squared


def _as_lists(
    n_queries: int, owners: NDArray[np.int64], squared: NDArray[np.float64], indices: NDArray[np.int64]
) -> Neighbors:
    """Pairs, sorted by the query that owns them, as one list for each query, all of one length."""
    counts = np.bincount(owners, minlength=n_queries)
    lists = no_neighbors(n_queries, int(counts.max(initial=0)))
    places = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    lists[0][owners, places], lists[1][owners, places] = squared, indices
    return lists
