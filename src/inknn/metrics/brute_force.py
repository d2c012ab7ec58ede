"""References that are measured in any metric, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..search.blocks import removed
from .searching import search_with
from .table import MetricLike, find_metric

__all__ = ["MeasuredReferences"]

_TABLE = 1 << 22  # distances in memory at once: 32 MB

Found = tuple[NDArray[np.float64], NDArray[np.int64]]
Lists = tuple[list[NDArray[np.float64]], list[NDArray[np.int64]]]


class MeasuredReferences:
    """References in any metric: all of them measured, or a shortlist (:func:`inknn.metrics.search_with`).

    It is asked, and takes in and forgets, like :class:`inknn.search.ExactIndex`.

    Parameters
    ----------
    rows : (n, d)
        The references.
    metric : str or callable
        See :func:`inknn.metrics.find_metric`.
    parameters : mapping, optional
        Of the metric, like ``p`` of ``"minkowski"``.
    n_threads : int, optional
        All CPUs by default.
    """

    def __init__(
        self,
        rows: NDArray[Any],
        metric: MetricLike,
        parameters: Mapping[str, Any] | None = None,
        n_threads: int | None = None,
    ) -> None:
        self.dtype, self._rows, self._alive = rows.dtype, rows, np.ones(len(rows), np.bool_)
        self._metric, self._parameters, self._n_threads = metric, dict(parameters or {}), n_threads

    @property
    def n_ids(self) -> int:
        """One more than the largest index given so far."""
        return len(self._alive)

    def __len__(self) -> int:
        """How many references there are now."""
        return int(np.count_nonzero(self._alive))

    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references there are, (n, d), and their indices, ascending."""
        ids = np.flatnonzero(self._alive)
        return (self._rows if len(ids) == len(self._rows) else self._rows[ids]), ids

    def query(self, queries: NDArray[Any], k: int, n_threads: int | None = None) -> Found:
        """As :meth:`inknn.search.ExactIndex.query`."""
        rows, ids = self.references()
        threads = self._n_threads if n_threads is None else n_threads
        distances, found = search_with(self._metric, queries, rows, k, n_threads=threads, **self._parameters)
        return distances, ids[found]

    def radius(self, queries: NDArray[Any], r: float) -> Lists:
        """As :meth:`inknn.search.ExactIndex.radius`; all are measured, whatever the metric costs."""
        rows, ids = self.references()
        measure = find_metric(self._metric).distances
        distances, indices = [], []
        step = max(1, _TABLE // max(1, len(rows)))
        for start in range(0, len(queries), step):
            for measured in measure(queries[start : start + step], rows, **self._parameters):
                near = np.flatnonzero(measured <= r)
                near = near[np.argsort(measured[near], kind="stable")]
                distances.append(measured[near])
                indices.append(ids[near])
        return distances, indices

    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Take in more references, (m, d): their indices."""
        first = len(self._rows)
        self._rows = np.concatenate([self._rows, rows])
        self._alive = np.append(self._alive, np.ones(len(rows), np.bool_))
        return np.arange(first, len(self._rows))

    def remove(self, indices: ArrayLike) -> None:
        """Forget references; IndexError if there is no such one."""
        self._alive = removed(self._alive, indices)
