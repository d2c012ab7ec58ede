"""Indexes in any metric: the fast one for Euclidean distance, brute force for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..search import ExactIndex, Index
from ..search.ids import Ids
from ..search.index import WithinRadius
from ..search.topk import Neighbors
from .registry import MetricLike, find_metric
from .searching import kneighbors

__all__ = ["BruteForceIndex", "build_index"]

_MOST_DISTANCES = 1 << 22  # in memory at once: 32 MB


def build_index(
    vectors: NDArray[Any],
    metric: MetricLike = "euclidean",
    *,
    metric_params: Mapping[str, Any] | None = None,
    n_threads: int | None = None,
    stored: Mapping[str, NDArray[Any]] | None = None,
) -> Index:
    """Build the index for a metric.

    Parameters
    ----------
    vectors : (n, dims)
        The references. For ``"euclidean"`` uint8, float32 or float64.
    metric : str or callable
        See :func:`inknn.metrics.find_metric`.
    metric_params : mapping, optional
        Of the metric, like ``p`` of ``"minkowski"``.
    n_threads : int, optional
        Threads that searches use; all CPUs by default.
    stored : mapping of str to ndarray, optional
        What ``arrays`` gave of an index of the very same references and metric: it need not be built then.

    Returns
    -------
    Index

    Raises
    ------
    KeyError
        If ``stored`` lacks an array.
    ValueError
        If the references don't fit the metric, or ``stored`` is of others.
    """
    if metric == "euclidean":
        return ExactIndex(vectors, n_threads, stored=stored)
    return BruteForceIndex(vectors, metric, metric_params, n_threads)


class BruteForceIndex:
    """References in any metric, without any structure: each query is compared with all, or with a shortlist.

    It has the methods of :class:`inknn.search.ExactIndex`. For costly metrics its neighbors are exact within
    a shortlist (:func:`inknn.metrics.kneighbors`).

    Parameters
    ----------
    references : (n, d)
    metric : str or callable
        See :func:`inknn.metrics.find_metric`.
    metric_params : mapping, optional
        Of the metric, like ``p`` of ``"minkowski"``.
    n_threads : int, optional
        All CPUs by default.
    """

    def __init__(
        self,
        references: NDArray[Any],
        metric: MetricLike,
        metric_params: Mapping[str, Any] | None = None,
        n_threads: int | None = None,
    ) -> None:
        self.dtype, self._rows, self._ids = references.dtype, references, Ids(len(references))
        self._metric, self._params, self._n_threads = metric, dict(metric_params or {}), n_threads

    @property
    def n_ids(self) -> int:
        """One more than the largest index given so far."""
        return self._ids.n_given

    def __len__(self) -> int:
        """How many references there are now."""
        return len(self._ids)

    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references there are, (n, d), and their indices, ascending."""
        return self._ids.rows_of(self._rows), self._ids.present()

    def query(self, queries: NDArray[Any], k: int, n_threads: int | None = None) -> Neighbors:
        """As :meth:`inknn.search.ExactIndex.query`."""
        rows, ids = self.references()
        threads = self._n_threads if n_threads is None else n_threads
        distances, found = kneighbors(
            queries, rows, k, metric=self._metric, n_threads=threads, **self._params
        )
        return distances, ids[found]

    def query_radius(self, queries: NDArray[Any], r: float, n_threads: int | None = None) -> WithinRadius:
        """As :meth:`inknn.search.ExactIndex.query_radius`; all are measured, whatever the metric costs."""
        rows, ids = self.references()
        metric, params = find_metric(self._metric), dict(self._params)
        if metric.is_threaded:
            params["n_threads"] = self._n_threads if n_threads is None else n_threads
        distances, indices = [], []
        step = max(1, _MOST_DISTANCES // max(1, len(rows)))
        for start in range(0, len(queries), step):
            for measured in metric.distances(queries[start : start + step], rows, **params):
                near = np.flatnonzero(measured <= r)
                near = near[np.argsort(measured[near], kind="stable")]
                distances.append(measured[near])
                indices.append(ids[near])
        return distances, indices

    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Add references, (m, d), and return their indices."""
        self._rows = np.concatenate([self._rows, rows])
        return self._ids.give(len(rows))

    def remove(self, indices: ArrayLike) -> None:
        """Remove references; ``IndexError`` if there is no such one."""
        self._ids.remove(indices)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Nothing: there is nothing to build."""
        return {}
