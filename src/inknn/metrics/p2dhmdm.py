"""The pseudo two-dimensional hidden Markov distortion model: neighboring pixels must shift alike.

As in :mod:`inknn.metrics.idm` pixels may shift by two, but not independently: the columns of the query shift
as wholes, from one column to the next by one more or less; within a column the rows do likewise; and single
pixels may miss the column they are shifted to by one (P2DHMDM; Keysers, Deselaers, Gollan & Ney, "Deformation
models for image recognition", 2007, section 4). The best such distortion is found by dynamic programming,
first down each column, then along the columns. Unlike there the ends are free: the first row or column need
not meet the first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._native import kernels
from .idm import context_costs, edges_to_compare, roots_of

__all__ = ["distances", "distances_numpy"]

_SHIFT = 2


def distances(
    queries: NDArray[Any],
    references: NDArray[Any],
    rows: NDArray[np.int64] | None = None,
    *,
    root_of_strength: bool = False,
    n_threads: int | None = None,
) -> NDArray[np.float64]:
    """Square root of the distortion of references that matches queries best.

    Parameters
    ----------
    queries : uint8 (q, 784) or (q, 28, 28)
    references : uint8 (n, 784) or (n, 28, 28)
    rows : int64 (q, m), optional
        The references to compare each query with; all of them by default.
    root_of_strength : bool
        See :func:`inknn.metrics.edges.edges`.
    n_threads : int, optional
        All CPUs by default.

    Returns
    -------
    float64 (q, m)
    """
    one, other, rows = edges_to_compare(queries, references, rows, root_of_strength, n_threads)
    rows = np.ascontiguousarray(rows, dtype=np.int64)
    native = kernels()

    def measure(block: slice, squares: NDArray[np.uint32]) -> None:
        if native is None:
            squares[:] = distances_numpy(one[block], other, rows[block])
        else:
            native.p2dhmdm(one[block], other, rows[block], squares)

    return roots_of(measure, rows.shape, n_threads)


def distances_numpy(
    queries: NDArray[np.int8], references: NDArray[np.int8], rows: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """The definition, for edges, and the substitute where there is no kernel; squared, uint32 (q, m)."""
    result = np.empty(rows.shape, dtype=np.uint32)
    for i, query in enumerate(queries):
        costs = context_costs(query, references[rows[i]], _SHIFT, _SHIFT + 1)
        free = np.minimum(np.minimum(costs[:, :, :-2], costs[:, :, 1:-1]), costs[:, :, 2:])
        # (m, down, across, y, x): cheapest way down the rows, then along the columns
        columns = _cheapest(np.moveaxis(free, (3, 1), (0, 1)))  # (m, across, x)
        result[i] = _cheapest(np.moveaxis(columns, (2, 1), (0, 1)))
    return result


def _cheapest(costs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Least sum over steps of ``costs`` (steps, shifts, ...), the shift changing by one at most each step."""
    path = np.zeros_like(costs[0])
    for step in costs:
        best = path.copy()
        np.minimum(best[1:], path[:-1], out=best[1:])
        np.minimum(best[:-1], path[1:], out=best[:-1])
        path = best + step
    return path.min(axis=0)
