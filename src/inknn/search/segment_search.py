"""The steps of a search through the segments of an index, by the native kernels.

``_native/kernels/index.cpp`` describes the steps and proves them.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from ..threads import over_blocks
from .blocks import BLOCK, Segment
from .queries import PreparedQueries
from .topk import Neighbors, merge, no_neighbors

__all__ = ["Pairs", "search_segments", "search_segments_within"]

_NEAR_BLOCKS = 8  # where each query's first cap comes from
_BLOCKS_AT_LEAST = 64  # for each thread

Pairs = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]
"""Queries, squared distances and indices of references."""


def search_segments(
    native: ModuleType, segments: list[Segment], queries: PreparedQueries, k: int, threads: int = 1
) -> Neighbors:
    """Find the k nearest references of each query; several threads divide the references.

    Parameters
    ----------
    native : module
        The kernels.
    segments : list of Segment
    queries : PreparedQueries
    k : int
    threads : int

    Returns
    -------
    squared, indices : float64, int64 (q, k)
        Ordered by (squared distance, index).
    """
    n_queries = len(queries.error_bounds[0])
    squared, indices = no_neighbors(n_queries, k)
    caps = np.full(n_queries, np.inf)
    near = max(_NEAR_BLOCKS, 2 * -(-k // BLOCK))
    first, bounds = segments[0].native, queries.error_bounds[0]
    native.index_caps(first, queries.native, bounds, near, caps, squared, indices)
    if threads == 1:
        for segment, bounds in zip(segments, queries.error_bounds, strict=True):
            stop = segment.n_blocks
            native.index_nearest(segment.native, queries.native, 0, stop, bounds, caps, squared, indices)
        native.sort_heaps(squared, indices)
        return squared, indices
    parts = list(_parts(segments, threads))
    found = [no_neighbors(n_queries, k) for _ in parts]

    def search(part: int, _: int) -> None:
        number, start, stop = parts[part]
        bounds = queries.error_bounds[number]
        native.index_nearest(segments[number].native, queries.native, start, stop, bounds, caps, *found[part])

    over_blocks(search, len(parts), 1, threads)
    return merge(found, k)


def _parts(segments: list[Segment], threads: int) -> Iterator[tuple[int, int, int]]:
    """Segments and ranges of their blocks, of about equal work for so many threads."""
    for number, segment in enumerate(segments):
        step = max(_BLOCKS_AT_LEAST, -(-segment.n_blocks // threads))
        for first in range(0, segment.n_blocks, step):
            yield number, first, min(first + step, segment.n_blocks)


def search_segments_within(
    native: ModuleType, segments: list[Segment], queries: PreparedQueries, cap: float
) -> Pairs:
    """All pairs of a query and a reference whose squared distance is at most ``cap``, in no order.

    Parameters
    ----------
    native : module
        The kernels.
    segments : list of Segment
    queries : PreparedQueries
    cap : float
    """
    n_queries = len(queries.error_bounds[0])
    caps = np.full(n_queries, cap)
    parts = []
    for segment, bounds in zip(segments, queries.error_bounds, strict=True):
        room = 64 * n_queries
        while True:
            squared, ids, owners = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
            count = native.index_within(segment.native, queries.native, bounds, caps, squared, ids, owners)
            if count <= room:
                break
            room = count
        parts.append((owners[:count], squared[:count], ids[:count]))
    owners, squared, ids = (np.concatenate(part) for part in zip(*parts, strict=True))
    return owners, squared, ids
