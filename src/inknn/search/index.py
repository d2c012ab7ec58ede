"""An index over references: exact Euclidean neighbors without measuring most of the distances.

The coordinates are those of :mod:`inknn.search.pca_bound`, the blocks those of :mod:`inknn.search.blocks`
and the steps of the search those of ``_native/index_kernel.hpp``. Whatever they rule out is proven to be
farther than the answer; what is left is measured as :mod:`inknn.search.distance` says, and only that decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._native import kernels
from .._native.threads import available_threads, over_blocks
from .blocks import BLOCK, Layout, Segment, block_order, removed
from .numpy_scan import nearest_numpy, within_numpy
from .pca_bound import Reduction, learn_reduction
from .queries import Asked, ask
from .scan import merged

__all__ = ["ExactIndex"]

_QUERIES = 1024  # searched at a time by a thread
_MANY = 4  # queries per thread: from here on queries are divided among the threads, else references
_WORTH_A_THREAD = 1 << 23  # products of first coordinates: what takes about as long as three thread starts
_NEAR_BLOCKS = 8  # where each query's first bound comes from
_SPARE = 4096  # rows a segment for additions has room for


class ExactIndex:
    """Exact nearest neighbors among references that may come and go.

    Each reference keeps the index it got: rows of ``references`` count from 0, rows of :meth:`add` go on
    from there, and the index of a removed one is never used again.

    Parameters
    ----------
    references : uint8, float32 or float64 (n, dims)
        Finite. A C-contiguous array is not copied: don't change it afterwards.
    n_threads : int, optional
        Threads to use; all CPUs this process may run on by default. No answer depends on it.
    kept : mapping of str to ndarray, optional
        What :meth:`arrays` gave of an index of the very same references: it need not be built then.

    Raises
    ------
    KeyError
        If ``kept`` lacks an array.
    ValueError
        If the references are of another shape or type, or not finite; or ``kept`` is of others.

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
        kept: Mapping[str, NDArray[Any]] | None = None,
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
        self._alive = np.ones(len(references), np.bool_)
        references = np.ascontiguousarray(references)
        if kept is None:
            self._build(_finite(references, "references"))
        else:
            self._take_back(references, kept)

    def _build(self, rows: NDArray[Any]) -> None:
        self._n_built, self._reduction = len(rows), learn_reduction(rows)
        self._segments: list[Segment] = []  # the indices in order
        self._slack = self._reduction.slack
        self._append(rows, rows)

    def _append(self, room: NDArray[Any], rows: NDArray[Any]) -> None:
        """Start a segment that has ``room``, of which ``rows`` are the part already filled."""
        first = sum(len(segment.rows) for segment in self._segments)
        coordinates = self._reduction.apply(rows)
        layout = Layout.free(len(room), coordinates)
        segment = Segment(self._native, room, first, layout, self._reduction.scale)
        order = block_order(coordinates.box)
        segment.fill(order, coordinates.take(order))
        self._segments.append(segment)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What building has found out about the references, by name, to keep beside them.

        ``ExactIndex(references, kept=arrays)`` takes it back, without building.

        Raises
        ------
        ValueError
            If references have come or gone since it was built.
        """
        if len(self._segments) > 1 or not self._alive.all():
            raise ValueError("only an index whose references have not changed can be kept")
        reach = np.array(self._segments[0].reach)
        return {**self._reduction.arrays(), **self._segments[0].layout.arrays(), "reach": reach}

    def _take_back(self, rows: NDArray[Any], kept: Mapping[str, NDArray[Any]]) -> None:
        self._n_built, self._reduction = len(rows), Reduction.from_arrays(kept)
        self._slack = self._reduction.slack
        layout, reach = Layout.from_arrays(kept), float(kept["reach"])
        if len(self._reduction.mean) != self.dims or np.count_nonzero(layout.ids >= 0) != len(rows):
            raise ValueError("what was kept is of other references")
        self._segments = [Segment(self._native, rows, 0, layout, self._reduction.scale, reach)]

    def __len__(self) -> int:
        """How many references there are now."""
        return int(np.count_nonzero(self._alive))

    @property
    def n_ids(self) -> int:
        """One more than the largest index given so far."""
        return len(self._alive)

    def query(
        self, queries: NDArray[Any], k: int, n_threads: int | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Find the k nearest references of each query; the answer of :func:`inknn.search.brute_force`.

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
        threads = self._worthwhile(n_threads, len(queries))
        squared = np.full((len(queries), k), np.inf)
        indices = np.full((len(queries), k), np.iinfo(np.int64).max)
        if self._native is None:
            rows, ids = self.references()
            squared, found = nearest_numpy(queries, rows, k)
            indices = ids[found]
        elif len(queries) >= threads * _MANY:
            block = min(_QUERIES, -(-len(queries) // threads))

            def search(start: int, stop: int) -> None:
                some = slice(start, stop)
                self._search(self._ask(queries[some]), squared[some], indices[some])

            over_blocks(search, len(queries), block, threads)
        elif len(queries):
            self._search(self._ask(queries), squared, indices, threads)
        return np.sqrt(squared), indices

    def radius(
        self, queries: NDArray[Any], r: float, n_threads: int | None = None
    ) -> tuple[list[NDArray[np.float64]], list[NDArray[np.int64]]]:
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
            kept = near <= r
            owners, near, ids = owners[kept], near[kept], ids[kept]
            order = np.lexsort((ids, squared[kept], owners))
            ends = np.searchsorted(owners[order], np.arange(stop - start + 1))
            for row in range(stop - start):
                mine = order[ends[row] : ends[row + 1]]
                distances[start + row], indices[start + row] = near[mine], ids[mine]

        over_blocks(search, len(queries), _QUERIES // 4, threads)
        return distances, indices

    def _worthwhile(self, n_threads: int | None, n_queries: int) -> int:
        """How many threads have enough to do."""
        allowed = available_threads(self.n_threads if n_threads is None else n_threads)
        work = n_queries * len(self._alive) * self._reduction.widths[0]
        return max(1, min(allowed, work // _WORTH_A_THREAD))

    def _checked(self, queries: NDArray[Any]) -> NDArray[Any]:
        queries = np.asarray(queries)
        if queries.ndim != 2 or queries.shape[1] != self.dims:
            raise ValueError(f"queries must be (q, {self.dims}), got shape {queries.shape}")
        if queries.dtype != self.dtype:
            raise ValueError(f"queries must be {self.dtype} like the references, got {queries.dtype}")
        return _finite(np.ascontiguousarray(queries), "queries")

    def _ask(self, queries: NDArray[Any]) -> Asked:
        reaches = [segment.reach for segment in self._segments]
        assert self._native is not None
        return ask(self._native, queries, self._reduction.apply(queries), self._slack, reaches)

    def _search(
        self,
        asked: Asked,
        squared: NDArray[np.float64],
        indices: NDArray[np.int64],
        threads: int = 1,
    ) -> None:
        """Put the answer into ``squared`` and ``indices``, filled with infinity and the largest index."""
        native, k = self._native, squared.shape[1]
        assert native is not None
        caps = np.full(len(squared), np.inf)
        main = self._segments[0]
        near = max(_NEAR_BLOCKS, 2 * -(-k // BLOCK))
        native.index_caps(main.native, asked.native, asked.slacks[0], near, caps, squared, indices)
        if threads == 1:
            for segment, slacks in zip(self._segments, asked.slacks, strict=True):
                native.index_nearest(
                    segment.native, asked.native, 0, segment.n_blocks, slacks, caps, squared, indices
                )
            native.sort_best(squared, indices)
            return
        parts = list(self._parts(threads))
        found = [(squared.copy(), indices.copy()) for _ in parts]

        def search(part: int, _: int) -> None:
            number, first, last = parts[part]
            segment, slacks = self._segments[number], asked.slacks[number]
            native.index_nearest(segment.native, asked.native, first, last, slacks, caps, *found[part])

        over_blocks(search, len(parts), 1, threads)
        squared[:], indices[:] = merged(found, k)

    def _parts(self, threads: int) -> Iterable[tuple[int, int, int]]:
        """Segments and blocks of them, of about equal work for so many threads."""
        for number, segment in enumerate(self._segments):
            step = max(64, -(-segment.n_blocks // threads))
            for first in range(0, segment.n_blocks, step):
                yield number, first, min(first + step, segment.n_blocks)

    def _within(
        self, queries: NDArray[Any], r: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Queries, squared distances and indices of all pairs that may be within ``r``."""
        cap = float(r) * float(r) * (1 + 2.0**-50) + 5e-324  # no root that rounds to r is lost
        if self._native is None:
            rows, ids = self.references()
            owners, squared, found = within_numpy(queries, rows, cap)
            return owners, squared, ids[found]
        asked, caps = self._ask(queries), np.full(len(queries), cap)
        parts = []
        for segment, slacks in zip(self._segments, asked.slacks, strict=True):
            room = 64 * len(queries)
            while True:
                squared, ids, owners = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
                count = self._native.index_within(
                    segment.native, asked.native, slacks, caps, squared, ids, owners
                )
                if count <= room:
                    break
                room = count
            parts.append((owners[:count], squared[:count], ids[:count]))
        owners, squared, ids = (np.concatenate(part) for part in zip(*parts, strict=True))
        return owners, squared, ids

    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references there are, (n, dims), and their indices, int64 (n,), ascending."""
        ids, rows = np.flatnonzero(self._alive), self._all_rows()
        return (rows if len(ids) == len(rows) else rows[ids]), ids

    def _all_rows(self) -> NDArray[Any]:
        rows = [segment.rows for segment in self._segments]
        return (np.concatenate(rows) if len(rows) > 1 else rows[0])[: len(self._alive)]

    def __reduce__(self) -> tuple[Any, ...]:
        # For joblib and copies in memory; what a kernel holds is made again from the references.
        return _restored, (self._all_rows(), self._alive, self.n_threads)

    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Take in more references, without looking at those there are.

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
        first = len(self._alive)
        if len(rows) == 0:
            return np.empty(0, np.int64)
        self._alive = np.append(self._alive, np.ones(len(rows), np.bool_))
        if len(self._alive) > 4 * max(self._n_built, BLOCK):
            # What was learned from so few need not suit so many. Happens ever more rarely, as they double.
            self._rebuild(rows)
        else:
            self._extend(rows)
        return np.arange(first, len(self._alive))

    def _extend(self, rows: NDArray[Any]) -> None:
        last = self._segments[-1]
        fitting = rows[: last.room]
        if len(fitting):
            which = np.arange(last.used, last.used + len(fitting))
            last.rows[which] = fitting
            last.fill(which, self._reduction.apply(fitting))
            rows = rows[len(fitting) :]
        if len(rows):
            room = np.zeros((max(len(rows), _SPARE), self.dims), self.dtype)
            room[: len(rows)] = rows
            self._append(room, room[: len(rows)])

    def _rebuild(self, rows: NDArray[Any]) -> None:
        kept = self._all_rows()[: len(self._alive) - len(rows)]
        self._build(np.concatenate([kept, rows]))
        self._drop(np.flatnonzero(~self._alive))

    def remove(self, indices: ArrayLike) -> None:
        """Forget references. The others keep their indices.

        Parameters
        ----------
        indices : int (m,)
            As :meth:`query` and :meth:`add` give them, each at most once.

        Raises
        ------
        IndexError
            If there is no such reference (any more). None is removed then.
        """
        before = self._alive
        self._alive = removed(before, indices)
        self._drop(np.flatnonzero(before & ~self._alive))

    def _drop(self, ids: NDArray[np.int64]) -> None:
        for segment in self._segments:
            segment.drop(ids[(ids >= segment.first_id) & (ids < segment.first_id + len(segment.rows))])


def _restored(rows: NDArray[Any], alive: NDArray[np.bool_], n_threads: int | None) -> ExactIndex:
    index = ExactIndex(rows, n_threads)
    index.remove(np.flatnonzero(~alive))
    return index


def _finite(rows: NDArray[Any], name: str) -> NDArray[Any]:
    if rows.dtype.kind == "f" and not np.isfinite(rows).all():
        raise ValueError(f"{name} must be finite")
    return rows
