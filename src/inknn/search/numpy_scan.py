"""Exact search in NumPy, for where there are no kernels: filter by matrix product, refine by distance.

``|q − r|² = |q|² + |r|² − 2 q·r`` turns most of the work into a matrix product, the fastest thing NumPy
does, but in float32 it is inexact. Its error has a bound, though. So it only filters: a reference is
dropped where even the bound puts it behind the k-th best found so far, and the distance of the others is
measured as :mod:`inknn.search.distance` says. The proof stands in ``_native/search_kernel.hpp``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .distance import squared_distances

__all__ = ["nearest_numpy", "within_numpy"]

_QUERIES = 128
_REFERENCES = 8192
_UNIT = 2.0**-24
_HUGE = 1e36  # squared norms beyond this could overflow float32 on the way
_PAIRS = 1 << 16  # measured at once, to bound memory


@np.errstate(over="ignore", invalid="ignore")  # what overflows is never dropped
def nearest_numpy(
    queries: NDArray[Any], references: NDArray[Any], k: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Squared distances float64 (q, k) and indices int64 (q, k) of the k nearest, ascending."""
    squared = np.full((len(queries), k), np.inf)
    indices = np.full((len(queries), k), np.iinfo(np.int64).max)
    wide_queries = queries.astype(np.float32)
    query_norms = _squared_norms(wide_queries)
    for start in range(0, len(references), _REFERENCES):
        block = references[start : start + _REFERENCES]
        wide = block.astype(np.float32)
        shares = _reference_shares(_squared_norms(wide), block.shape[1])
        for row in range(0, len(queries), _QUERIES):
            rows = slice(row, row + _QUERIES)
            scores = wide_queries[rows] @ wide.T
            scores *= np.float32(-2)
            scores += shares
            worst = squared[rows, -1]
            if start == 0:
                worst = _first_guess(queries[rows], block, scores, min(k, len(block)))
            limits = _limits(worst, query_norms[rows], block.shape[1])
            near = np.flatnonzero(~(scores > limits[:, None]))  # flat: NumPy finds these ten times faster
            found = _measure(queries[rows], block, *np.divmod(near, len(block)))
            _merge(squared[rows], indices[rows], *found, start)
    return squared, indices


@np.errstate(over="ignore", invalid="ignore")
def within_numpy(
    queries: NDArray[Any], references: NDArray[Any], cap: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Queries, squared distances and references of all pairs not farther than ``cap``, squared."""
    wide_queries = queries.astype(np.float32)
    limits = _limits(np.full(len(queries), cap), _squared_norms(wide_queries), queries.shape[1])
    found = [(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))]
    for start in range(0, len(references), _REFERENCES):
        block = references[start : start + _REFERENCES]
        wide = block.astype(np.float32)
        scores = wide_queries @ wide.T * np.float32(-2)
        scores += _reference_shares(_squared_norms(wide), block.shape[1])
        owners, columns = np.nonzero(~(scores > limits[:, None]))
        _, _, squared = _measure(queries, block, owners, columns)
        near = squared <= cap
        found.append((owners[near], squared[near], columns[near] + start))
    owners, squared, columns = (np.concatenate(part) for part in zip(*found, strict=True))
    return owners, squared, columns


def _squared_norms(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.einsum("ij,ij->i", rows, rows, dtype=np.float64)


def _rounding(dims: int) -> float:
    return dims * _UNIT / (1 - dims * _UNIT) + 8 * _UNIT


def _reference_shares(norms: NDArray[np.float64], dims: int) -> NDArray[np.float32]:
    """The part of the lower bound that depends on the reference alone, rounded down."""
    shares = np.nextafter(((1 - _rounding(dims)) * norms).astype(np.float32), np.float32(-np.inf))
    return np.where(norms <= _HUGE, shares, np.float32(-np.inf))


def _limits(worst: NDArray[np.float64], norms: NDArray[np.float64], dims: int) -> NDArray[np.float32]:
    """Scores above these prove a squared distance beyond the worst, rounded up."""
    underflow = (2 * dims + 8) * 1.5e-45
    limits = (worst - (1 - _rounding(dims)) * norms + underflow).astype(np.float32)
    return np.where(norms <= _HUGE, np.nextafter(limits, np.float32(np.inf)), np.float32(np.inf))


def _first_guess(
    queries: NDArray[Any], block: NDArray[Any], scores: NDArray[np.float32], k: int
) -> NDArray[np.float64]:
    """A squared distance that at least k references don't exceed: the worst of those with the best scores."""
    seeds = np.argpartition(scores, k - 1, axis=1)[:, :k]
    rows = np.repeat(np.arange(len(queries)), k)
    return _measure(queries, block, rows, seeds.ravel())[2].reshape(-1, k).max(axis=1, initial=0.0)


def _measure(
    queries: NDArray[Any], block: NDArray[Any], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows, columns, and the squared distances of these pairs."""
    squared = np.empty(len(rows))
    for start in range(0, len(rows), _PAIRS):
        some = slice(start, start + _PAIRS)
        squared[some] = squared_distances(queries[rows[some]], block[columns[some]])
    return rows, columns, squared


def _merge(
    squared: NDArray[np.float64],
    indices: NDArray[np.int64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    found: NDArray[np.float64],
    first_index: int,
) -> None:
    """Put the pairs found into the k best of each row, in place."""
    count, k = squared.shape
    rows = np.concatenate([np.repeat(np.arange(count), k), rows])
    everything = np.concatenate([squared.ravel(), found])
    names = np.concatenate([indices.ravel(), columns + first_index])
    order = np.lexsort((names, everything, rows))
    # Sorted by row, each row's first k are the answer; every row has at least its old k.
    firsts = np.searchsorted(rows[order], np.arange(count))
    keep = order[firsts[:, None] + np.arange(k)]
    squared[:] = everything[keep]
    indices[:] = names[keep]
