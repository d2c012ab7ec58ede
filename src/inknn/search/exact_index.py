"""An index over references: exact Euclidean neighbors without measuring most of the distances.

The coordinates are those of :mod:`inknn.search.pca_bound`, the blocks those of :mod:`inknn.search.blocks`
and the steps of the search those of ``_native/kernels/index.cpp``. What they rule out is proven to be farther
than the result. What is left is measured as :mod:`inknn.search.distance` defines it, and only that decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._native import kernels
from ..threads import available_threads, over_blocks
from .blocks import BLOCK, Layout, Segment, block_order
from .ids import Ids
from .index import WithinRadius
from .numpy_scan import kneighbors_numpy, within_numpy
from .pca_bound import PcaBound, fit_pca_bound
from .queries import PreparedQueries, prepare_queries
from .segment_search import Pairs, search_segments, search_segments_within
from .topk import Neighbors, no_neighbors

__all__ = ["ExactIndex"]

_QUERIES = 1024  # searched at a time by a thread
_MANY = 4  # queries per thread: from here on queries are divided among the threads, else references
_WORTH_A_THREAD = 1 << 23  # products of first coordinates: what takes about as long as three thread starts
_SPARE = 4096  # rows a segment for additions has room for
_GROWTH = 4  # times as many references as it was fitted to: then the bound is fitted again


class ExactIndex:
    """Exact nearest neighbors among references that may come and go.

    Each reference keeps the index it got: rows of ``references`` count from 0, rows of :meth:`add` go on
    from there, and the index of a removed one is never used again.

    Parameters
    ----------
    references : uint8, float32 or float64 (n, dims)
        Finite. A C-contiguous array is not copied: don't change it afterwards.
    n_threads : int, optional
        Threads to use; all CPUs this process may run on by default. No result depends on it.
    stored : mapping of str to ndarray, optional
        What :meth:`arrays` gave of an index of the very same references: it need not be built then.

    Raises
    ------
    KeyError
        If ``stored`` lacks an array.
    ValueError
        If the references are of another shape or type, or not finite; or ``stored`` is of others.

    Examples
    --------
    >>> index = ExactIndex(np.array([[0, 0], [3, 4], [0, 2]], dtype=np.uint8))
    >>> distances, indices = index.query(np.array([[0, 0]], dtype=np.uint8), k=2)
    >>> distances.tolist(), indices.tolist()
    ([[0.0, 2.0]], [[0, 2]])
    """

    def __init__(
        self,
        references: NDArray[Any],
        n_threads: int | None = None,
        *,
        stored: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        references = np.asarray(references)
        if references.ndim != 2 or references.shape[1] == 0:
            raise ValueError(f"references must be (n, dims), got shape {references.shape}")
        if references.dtype not in (np.uint8, np.float32, np.float64):
            raise ValueError(f"references must be uint8, float32 or float64, got {references.dtype}")
        available_threads(n_threads)  # raises where that makes no sense
        self.n_threads = n_threads
        self.dtype, self.dims = references.dtype, references.shape[1]
        self._native = kernels()
        self._ids = Ids(len(references))
        references = np.ascontiguousarray(references)
        if stored is None:
            self._build(_finite(references, "references"))
        else:
            self._restore(references, stored)

    def _build(self, rows: NDArray[Any]) -> None:
        self._n_fitted, self._bound = len(rows), fit_pca_bound(rows)
        self._error_bound = self._bound.error_bound
        self._segments: list[Segment] = []  # their indices ascend
        self._append_segment(rows, len(rows))

    def _append_segment(self, rows: NDArray[Any], n_filled: int) -> None:
        """Start a segment that has room for all ``rows``, of which the first are filled already."""
        first_id = sum(len(segment.rows) for segment in self._segments)
        coordinates = self._bound.apply(rows[:n_filled])
        layout = Layout.empty(len(rows), coordinates)
        segment = Segment(self._native, rows, first_id, layout, self._bound.scale)
        order = block_order(coordinates.first_stage)
        segment.fill(order, coordinates.take(order))
        self._segments.append(segment)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What building the index computed, by name, to store beside the references.

        ``ExactIndex(references, stored=arrays)`` is then the same index, without building it.

        Raises
        ------
        ValueError
            If references have come or gone since it was built.
        """
        if len(self._segments) > 1 or len(self._ids) < self._ids.n_given:
            raise ValueError("only an index whose references have not changed can be stored")
        max_norm = np.array(self._segments[0].max_norm)
        return {**self._bound.arrays(), **self._segments[0].layout.arrays(), "max_norm": max_norm}

    def _restore(self, rows: NDArray[Any], stored: Mapping[str, NDArray[Any]]) -> None:
        self._n_fitted, self._bound = len(rows), PcaBound.from_arrays(stored)
        self._error_bound = self._bound.error_bound
        layout, max_norm = Layout.from_arrays(stored), float(stored["max_norm"])
        if len(self._bound.mean) != self.dims or not np.array_equal(layout.stages, self._bound.stages):
            raise ValueError("what is stored belongs to other references")
        if not np.array_equal(np.sort(layout.ids[layout.ids >= 0]), np.arange(len(rows))):
            raise ValueError("what is stored belongs to other references")
        if not 0 <= max_norm < np.inf:
            raise ValueError(f"the largest norm can't be {max_norm}")
        self._segments = [Segment(self._native, rows, 0, layout, self._bound.scale, max_norm)]

    def __len__(self) -> int:
        """How many references there are now."""
        return len(self._ids)

    @property
    def n_ids(self) -> int:
        """One more than the largest index given so far."""
        return self._ids.n_given

    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references there are, (n, dims), and their indices, int64 (n,), ascending."""
        return self._ids.rows_of(self._all_rows()), self._ids.present()

    def _all_rows(self) -> NDArray[Any]:
        """References by their indices, removed ones among them."""
        rows = [segment.rows for segment in self._segments]
        return (np.concatenate(rows) if len(rows) > 1 else rows[0])[: self.n_ids]

    def query(self, queries: NDArray[Any], k: int, n_threads: int | None = None) -> Neighbors:
        """Find the k nearest references of each query, with the result of :func:`inknn.search.brute_force`.

        Parameters
        ----------
        queries : (q, dims)
            Of the references' type; finite.
        k : int
            1 ≤ k ≤ the references there are.
        n_threads : int, optional
            Instead of the index's own.

        Returns
        -------
        distances : float64 (q, k)
            Euclidean, ascending.
        indices : int64 (q, k)
            Of equally near ones, the smaller index comes first.

        Raises
        ------
        ValueError
            If shapes, types or ``k`` don't fit.
        """
        queries = self._checked(queries)
        if not 1 <= k <= len(self):
            raise ValueError(f"k must be between 1 and the {len(self)} references, got {k}")
        native, threads = self._native, self._worthwhile(n_threads, len(queries))
        if native is None:
            rows, ids = self.references()
            squared, found = kneighbors_numpy(queries, rows, k)
            return np.sqrt(squared), ids[found]
        squared, indices = no_neighbors(len(queries), k)
        if len(queries) >= threads * _MANY:
            block = min(_QUERIES, -(-len(queries) // threads))

            def search(start: int, stop: int) -> None:
                some = slice(start, stop)
                prepared = self._prepared(queries[some])
                squared[some], indices[some] = search_segments(native, self._segments, prepared, k)

            over_blocks(search, len(queries), block, threads)
        elif len(queries):
            prepared = self._prepared(queries)
            squared, indices = search_segments(native, self._segments, prepared, k, threads)
        return np.sqrt(squared), indices

    def query_radius(self, queries: NDArray[Any], r: float, n_threads: int | None = None) -> WithinRadius:
        """Find all references within ``r`` of each query, that distance included.

        Parameters
        ----------
        queries : (q, dims)
            Of the references' type; finite.
        r : float
            Not negative.
        n_threads : int, optional
            Instead of the index's own.

        Returns
        -------
        distances : list of float64 (m,)
            One array for each query, ascending.
        indices : list of int64 (m,)
            Of equally near ones, the smaller index comes first.

        Raises
        ------
        ValueError
            If shapes, types or ``r`` don't fit.
        """
        queries = self._checked(queries)
        if not r >= 0:
            raise ValueError(f"r must not be negative, got {r}")
        threads = available_threads(self.n_threads if n_threads is None else n_threads)
        distances: list[NDArray[np.float64]] = [np.empty(0)] * len(queries)
        indices = [np.empty(0, np.int64)] * len(queries)

        def search(start: int, stop: int) -> None:
            owners, squared, ids = self._within(queries[start:stop], r)
            near = np.sqrt(squared)
            inside = near <= r
            owners, near, ids = owners[inside], near[inside], ids[inside]
            order = np.lexsort((ids, squared[inside], owners))
            ends = np.searchsorted(owners[order], np.arange(stop - start + 1))
            for row in range(stop - start):
                mine = order[ends[row] : ends[row + 1]]
                distances[start + row], indices[start + row] = near[mine], ids[mine]

        over_blocks(search, len(queries), _QUERIES // 4, threads)
        return distances, indices

    def _within(self, queries: NDArray[Any], r: float) -> Pairs:
        """All pairs that may be within ``r``, with squared distances."""
        cap = float(r) * float(r) * (1 + 2.0**-50) + 5e-324  # no root that rounds to r is lost
        if self._native is not None:
            return search_segments_within(self._native, self._segments, self._prepared(queries), cap)
        rows, ids = self.references()
        owners, squared, found = within_numpy(queries, rows, cap)
        return owners, squared, ids[found]

    def _worthwhile(self, n_threads: int | None, n_queries: int) -> int:
        """How many threads have enough to do."""
        allowed = available_threads(self.n_threads if n_threads is None else n_threads)
        work = n_queries * self.n_ids * self._bound.widths[0]
        return max(1, min(allowed, work // _WORTH_A_THREAD))

    def _checked(self, queries: NDArray[Any]) -> NDArray[Any]:
        queries = np.asarray(queries)
        if queries.ndim != 2 or queries.shape[1] != self.dims:
            raise ValueError(f"queries must be (q, {self.dims}), got shape {queries.shape}")
        if queries.dtype != self.dtype:
            raise ValueError(f"queries must be {self.dtype} like the references, got {queries.dtype}")
        return _finite(np.ascontiguousarray(queries), "queries")

    def _prepared(self, queries: NDArray[Any]) -> PreparedQueries:
        assert self._native is not None
        max_norms = [segment.max_norm for segment in self._segments]
        return prepare_queries(
            self._native, queries, self._bound.apply(queries), self._error_bound, max_norms
        )

    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Add references, without looking at those there are.

        Parameters
        ----------
        rows : (m, dims)
            Of the references' type; finite. They are copied.

        Returns
        -------
        int64 (m,)
            Their indices.

        Raises
        ------
        ValueError
            If shapes or types don't fit.
        """
        rows = self._checked(rows)
        if len(rows) == 0:
            return np.empty(0, np.int64)
        given = self._ids.give(len(rows))
        if self.n_ids > _GROWTH * max(self._n_fitted, BLOCK):
            # A bound fitted to so few need not suit so many. Happens ever more rarely, as they multiply.
            self._build(np.concatenate([self._all_rows()[: given[0]], rows]))
            self._remove(self._ids.removed())
        else:
            self._extend(rows)
        return given

    def _extend(self, rows: NDArray[Any]) -> None:
        last = self._segments[-1]
        fitting = rows[: last.n_free]
        if len(fitting):
            which = np.arange(last.n_used, last.n_used + len(fitting))
            last.rows[which] = fitting
            last.fill(which, self._bound.apply(fitting))
            rows = rows[len(fitting) :]
        if len(rows):
            room = np.zeros((max(len(rows), _SPARE), self.dims), self.dtype)
            room[: len(rows)] = rows
            self._append_segment(room, len(rows))

    def remove(self, indices: ArrayLike) -> None:
        """Remove references. The others keep their indices.

        Parameters
        ----------
        indices : int (m,)
            As :meth:`query` and :meth:`add` give them, each at most once.

        Raises
        ------
        IndexError
            If there is no such reference (any more). None is removed then.
        """
        self._remove(self._ids.remove(indices))

    def _remove(self, ids: NDArray[np.int64]) -> None:
        for segment in self._segments:
            segment.remove(ids[(ids >= segment.first_id) & (ids < segment.first_id + len(segment.rows))])

    def __reduce__(self) -> tuple[Any, ...]:
        # For joblib and copies in memory; what a kernel holds is made again from the references.
        return _rebuilt, (self._all_rows(), self._ids.removed(), self.n_threads)


def _rebuilt(rows: NDArray[Any], removed: NDArray[np.int64], n_threads: int | None) -> ExactIndex:
    index = ExactIndex(rows, n_threads)
    index.remove(removed)
    return index


def _finite(rows: NDArray[Any], name: str) -> NDArray[Any]:
    if rows.dtype.kind == "f" and not np.isfinite(rows).all():
        raise ValueError(f"{name} must be finite")
    return rows
