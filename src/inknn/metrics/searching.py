"""k nearest neighbors in any metric: all of them measured, or a shortlist refined."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..search import nearest
from .table import METRICS, Metric, MetricLike, find_metric

__all__ = ["search_with"]

_TABLE = 1 << 24  # distances in memory at once: 128 MB
_WITHOUT_LIMIT = 20  # of a shortlist are measured in full before the others may be abandoned


def search_with(
    metric: MetricLike,
    queries: NDArray[Any],
    references: NDArray[Any],
    k: int,
    *,
    shortlist: int | None = None,
    n_threads: int | None = None,
    **parameters: Any,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find the k nearest references of each query in some metric.

    A metric with a shortlist in the table is costly; only the nearest by Euclidean distance are measured, and
    the answer is **exact within this shortlist**: a reference beyond it is not found, however near it is.

    Parameters
    ----------
    metric : str or callable
        See :func:`inknn.metrics.find_metric`.
    queries : (q, d), or (q, 28, 28)
        Numbers; of digits, uint8.
    references : (n, d), or (n, 28, 28)
    k : int
        1 ≤ k ≤ n.
    shortlist : int, optional
        How many to measure; that of the table by default, at least ``k``. With n or more the answer is
        exact. Of no effect where the table has none.
    n_threads : int, optional
        All CPUs by default. The answer does not depend on it.
    **parameters
        Of the metric, like ``p`` of ``"minkowski"``.

    Returns
    -------
    distances : float64 (q, k)
        Ascending.
    indices : int64 (q, k)
        Rows of ``references``; of equally near ones, the smaller index comes first.

    Raises
    ------
    ValueError
        If the metric is unknown, or shapes, types, ``k`` or ``shortlist`` don't fit.
    """
    found = find_metric(metric)
    queries, references = np.asarray(queries), np.asarray(references)
    if not 1 <= k <= len(references):
        raise ValueError(f"k must be between 1 and the {len(references)} references, got {k}")
    if shortlist is not None and shortlist < k:
        raise ValueError(f"shortlist must hold the k = {k} neighbors at least, got {shortlist}")
    if "n_threads" in inspect.signature(found.distances).parameters:
        parameters["n_threads"] = n_threads
    if found.shortlist is not None:
        wanted = min(len(references), max(k, shortlist or found.shortlist))
        return _refined(found, queries, references, k, wanted, n_threads, parameters)
    if found.name == "euclidean" and found is METRICS["euclidean"]:
        flat = [_flat(rows) for rows in (queries, references)]
        if flat[0].dtype == flat[1].dtype and flat[0].dtype in (np.uint8, np.float32):
            return nearest(flat[0], flat[1], k, n_threads=n_threads)
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), dtype=np.int64)
    step = max(1, _TABLE // len(references))
    for start in range(0, len(queries), step):
        block = slice(start, start + step)
        distances[block], indices[block] = _smallest(
            found.distances(queries[block], references, **parameters), k
        )
    return distances, indices


def _refined(
    metric: Metric,
    queries: NDArray[Any],
    references: NDArray[Any],
    k: int,
    wanted: int,
    n_threads: int | None,
    parameters: dict[str, Any],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    from .inputs import as_digits

    queries, references = as_digits(queries), as_digits(references)
    _, rows = nearest(_flat(queries), _flat(references), wanted, n_threads=n_threads)
    first = min(wanted, max(k, _WITHOUT_LIMIT)) if metric.abandons else wanted
    measured = metric.distances(queries, references, rows[:, :first], **parameters)
    if first < wanted:
        limits = np.partition(measured, k - 1, axis=1)[:, k - 1]
        rest = metric.distances(queries, references, rows[:, first:], limits=limits, **parameters)
        measured = np.concatenate([measured, rest], axis=1)
    order = np.lexsort((rows, measured), axis=1)[:, :k]
    return np.take_along_axis(measured, order, axis=1), np.take_along_axis(rows, order, axis=1)


def _smallest(distances: NDArray[np.float64], k: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The k smallest of each row, ordered by (distance, column)."""
    limits = np.partition(distances, k - 1, axis=1)[:, k - 1]
    found = np.empty((len(distances), k))
    indices = np.empty((len(distances), k), dtype=np.int64)
    for row, limit in enumerate(limits):
        near = np.flatnonzero(distances[row] <= limit)
        if len(near) < k:  # there are distances that are not a number; they come last
            near = np.arange(distances.shape[1])
        order = np.argsort(distances[row, near], kind="stable")[:k]
        indices[row] = near[order]
        found[row] = distances[row, indices[row]]
    return found, indices


def _flat(rows: NDArray[Any]) -> NDArray[Any]:
    return rows.reshape(len(rows), -1) if rows.ndim > 2 else rows
