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

__all__ = ["nearest_numpy"]

_QUERIES = 128
_REFERENCES = 8192
_UNIT = 2.0**-24
_HUGE = 1e36  # squared norms beyond this could overflow float32 on the way
_PAIRS = 1 << 16  # measured at once, to bound memory


def nearest_numpy(
    queries: NDArray[Any], references: NDArray[Any], k: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Squared distances float64 (q, k) and indices int64 (q, k) of the k nearest, ascending."""
    squared = np.full((len(queries), k), np.inf)
    indices = np.full((len(queries), k), np.iinfo(np.int64).max)
    for start in range(0, len(references), _REFERENCES):
        block = references[start : start + _REFERENCES]
        wide = block.astype(np.float32)
        norms = _squared_norms(wide)
        for row in range(0, len(queries), _QUERIES):
            rows = slice(row, row + _QUERIES)
            bounds = _lower_bounds(queries[rows].astype(np.float32), wide, norms)
            found = _refine(queries[rows], block, bounds, squared[rows, -1], min(k, len(block)))
            _merge(squared[rows], indices[rows], *found, start)
    return squared, indices


def _squared_norms(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.einsum("ij,ij->i", rows, rows, dtype=np.float64)


def _lower_bounds(
    queries: NDArray[np.float32], references: NDArray[np.float32], norms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Numbers no squared distance is below, float64 (q, n); -inf where float32 may overflow."""
    dims = queries.shape[1]
    rounding = dims * _UNIT / (1 - dims * _UNIT) + 8 * _UNIT
    tiny = (2 * dims + 8) * 1.5e-45
    query_norms = _squared_norms(queries)
    with np.errstate(all="ignore"):  # overflow is dealt with on the next line but one
        bounds = query_norms[:, None] * (1 - rounding) + norms * (1 - rounding)
        bounds -= 2.0 * (queries @ references.T) + tiny
    bounds[:, ~(norms <= _HUGE)] = -np.inf
    bounds[~(query_norms <= _HUGE)] = -np.inf
    return bounds


def _refine(
    queries: NDArray[Any],
    block: NDArray[Any],
    bounds: NDArray[np.float64],
    worst: NDArray[np.float64],
    k: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows, columns and squared distances of all pairs that may belong to the answer."""
    # The k with the smallest bounds are good guesses; the farthest of them limits what else to look at.
    seeds = np.argpartition(bounds, k - 1, axis=1)[:, :k]
    limits = np.minimum(worst, squared_distances(queries[:, None], block[seeds]).max(axis=1))
    rows, columns = np.nonzero(bounds <= limits[:, None])
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
