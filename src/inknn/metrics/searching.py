"""k nearest neighbors in any metric: all references are measured, or a shortlist of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..search import kneighbors as euclidean_kneighbors
from ..search.topk import Neighbors, merge, no_neighbors, smallest
from .inputs import as_digits
from .registry import METRICS, Metric, MetricLike, find_metric

__all__ = ["kneighbors"]

_MOST_DISTANCES = 1 << 24  # distances in memory at once: 128 MB
_WITHOUT_LIMIT = 20  # of a shortlist that are measured in full, which gives the others a limit


def kneighbors(
    queries: NDArray[Any],
    references: NDArray[Any],
    k: int,
    *,
    metric: MetricLike = "euclidean",
    shortlist: int | None = None,
    n_threads: int | None = None,
    **parameters: Any,
) -> Neighbors:
    """Find the k nearest references of each query in any metric.

    For a costly metric, one with a shortlist in :data:`inknn.metrics.METRICS`, only the nearest references by
    Euclidean distance are measured. The result is **exact within this shortlist**: a reference beyond it is
    not found, however near it is.

    Parameters
    ----------
    queries : (q, d), or (q, 28, 28)
        Numbers; of digits, uint8.
    references : (n, d), or (n, 28, 28)
    k : int
        1 ≤ k ≤ n.
    metric : str or callable
        See :func:`inknn.metrics.find_metric`.
    shortlist : int, optional
        How many references to measure for each query, at least ``k``; by default the metric's own number.
        With n or more the result is exact. Without effect for metrics that have no shortlist.
    n_threads : int, optional
        All CPUs by default. The result does not depend on it.
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
    if found.is_threaded:
        parameters["n_threads"] = n_threads
    if found.shortlist is not None:
        wanted = min(len(references), max(k, shortlist or found.shortlist))
        return _refined(found, queries, references, k, wanted, n_threads, parameters)
    if found is METRICS["euclidean"]:
        flat = [_flat(rows) for rows in (queries, references)]
        if flat[0].dtype == flat[1].dtype and flat[0].dtype in (np.uint8, np.float32):
            return euclidean_kneighbors(flat[0], flat[1], k, n_threads=n_threads)
    distances, indices = no_neighbors(len(queries), k)
    step = max(1, _MOST_DISTANCES // len(references))
    for start in range(0, len(queries), step):
        block = slice(start, start + step)
        distances[block], indices[block] = smallest(
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
) -> Neighbors:
    """The nearest of the ``wanted`` Euclidean neighbors of each query."""
    queries, references = as_digits(queries), as_digits(references)
    _, rows = euclidean_kneighbors(_flat(queries), _flat(references), wanted, n_threads=n_threads)
    first = min(wanted, max(k, _WITHOUT_LIMIT)) if metric.abandons else wanted
    measured = metric.distances(queries, references, rows[:, :first], **parameters)
    parts = [(measured, rows[:, :first])]
    if first < wanted:
        limits = np.partition(measured, k - 1, axis=1)[:, k - 1]
        rest = metric.distances(queries, references, rows[:, first:], limits=limits, **parameters)
        parts.append((rest, rows[:, first:]))
    return merge(parts, k)


def _flat(rows: NDArray[Any]) -> NDArray[Any]:
    return rows.reshape(len(rows), -1) if rows.ndim > 2 else rows
