"""The image distortion model: how well the edges of one digit match another's when each may shift a little.

The model (IDM; Keysers, Deselaers, Gollan & Ney, "Deformation models for image recognition",
2007) matches every pixel of the query with the best of the reference's pixels at most two rows and two
columns away, and adds up the costs. The cost of a match is the squared difference of the 3×3 surroundings of
both pixels in both derivatives (:mod:`inknn.metrics.edges`). :mod:`inknn.metrics.p2dhmdm` is the stricter
model, in which neighboring pixels must shift alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._native import kernels
from ..threads import available_threads, over_blocks
from .edges import edges
from .inputs import as_digits, every_row, needed_only

__all__ = ["distances", "edge_distances", "edge_distances_numpy"]

_SHIFT = 2
_BLOCK = 4  # queries
_NO_LIMIT = np.uint32(2**32 - 1)


def distances(
    queries: NDArray[Any],
    references: NDArray[Any],
    rows: NDArray[np.int64] | None = None,
    *,
    root_of_strength: bool = False,
    limits: NDArray[np.float64] | None = None,
    n_threads: int | None = None,
) -> NDArray[np.float64]:
    """Square root of the distortion of references that matches queries best.

    It is not symmetric: every pixel of the query is matched, but not every pixel of the reference.

    Parameters
    ----------
    queries : uint8 (q, 784) or (q, 28, 28)
    references : uint8 (n, 784) or (n, 28, 28)
    rows : int64 (q, m), optional
        The references to compare each query with; all of them by default.
    root_of_strength : bool
        See :func:`inknn.metrics.edges.edges`.
    limits : float64 (q,), optional
        The computation may stop where a distance exceeds its limit; the result is then some number above it.
    n_threads : int, optional
        All CPUs by default. The result doesn't depend on it.

    Returns
    -------
    float64 (q, m)
    """
    one, other, rows = edges_to_compare(queries, references, rows, root_of_strength, n_threads)
    return edge_distances(one, other, rows, limits=limits, n_threads=n_threads)


def edges_to_compare(
    queries: NDArray[Any],
    references: NDArray[Any],
    rows: NDArray[np.int64] | None,
    root_of_strength: bool,
    n_threads: int | None,
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int64]]:
    """Edges of the queries and of those references that are needed, and the rows among these."""
    references, rows = needed_only(as_digits(references), rows)
    one, other = (
        edges(digits, root_of_strength=root_of_strength, n_threads=n_threads)
        for digits in (as_digits(queries), references)
    )
    return one, other, every_row(one, other) if rows is None else rows


def edge_distances(
    queries: NDArray[np.int8],
    references: NDArray[np.int8],
    rows: NDArray[np.int64],
    *,
    limits: NDArray[np.float64] | None = None,
    n_threads: int | None = None,
) -> NDArray[np.float64]:
    """:func:`distances` of digits whose edges, int8 (·, 28, 28, 2), are already known."""
    rows = np.ascontiguousarray(rows, dtype=np.int64)
    native = kernels()
    bounds = np.full(len(queries), _NO_LIMIT)
    if limits is not None:  # rounded up: what equals its limit is computed in full
        bounds = np.minimum(np.ceil(limits * limits), float(_NO_LIMIT)).astype(np.uint32)

    def measure(block: slice, squares: NDArray[np.uint32]) -> None:
        if native is None:
            squares[:] = edge_distances_numpy(queries[block], references, rows[block])
        else:
            native.idm(queries[block], references, rows[block], bounds[block], squares)

    return roots_of(measure, rows.shape, n_threads)


def roots_of(
    measure: Callable[[slice, NDArray[np.uint32]], None], shape: tuple[int, ...], n_threads: int | None
) -> NDArray[np.float64]:
    """Square roots, float64 of that shape, of what ``measure(block, out)`` writes for blocks of queries."""
    squares = np.empty(shape, dtype=np.uint32)
    over_blocks(
        lambda start, stop: measure(slice(start, stop), squares[start:stop]),
        len(squares),
        _BLOCK,
        available_threads(n_threads),
    )
    return np.sqrt(squares.astype(np.float64))


def edge_distances_numpy(
    queries: NDArray[np.int8], references: NDArray[np.int8], rows: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """The definition, for edges, and the substitute where there is no kernel; squared, uint32 (q, m)."""
    result = np.empty(rows.shape, dtype=np.uint32)
    for i, query in enumerate(queries):
        costs = context_costs(query, references[rows[i]], _SHIFT, _SHIFT)
        result[i] = costs.min(axis=(1, 2)).sum(axis=(1, 2))
    return result


def context_costs(
    query: NDArray[np.int8], references: NDArray[np.int8], down: int, across: int
) -> NDArray[np.int32]:
    """Cost of each pixel at each shift, int32 (m, 2·down + 1, 2·across + 1, 28, 28).

    Parameters
    ----------
    query : int8 (28, 28, 2)
    references : int8 (m, 28, 28, 2)
    down, across : int
        The farthest shifts.
    """
    one = np.pad(query, ((1, 1), (1, 1), (0, 0))).astype(np.int32)
    frame = ((0, 0), (down + 1, down + 1), (across + 1, across + 1), (0, 0))
    other = np.pad(references, frame).astype(np.int32)
    costs = np.empty((len(references), 2 * down + 1, 2 * across + 1, 28, 28), dtype=np.int32)
    for i in range(2 * down + 1):
        for j in range(2 * across + 1):
            away = ((one - other[:, i : i + 30, j : j + 30]) ** 2).sum(axis=-1)
            by_row = away[:, :-2] + away[:, 1:-1] + away[:, 2:]
            costs[:, i, j] = by_row[:, :, :-2] + by_row[:, :, 1:-1] + by_row[:, :, 2:]
    return costs
