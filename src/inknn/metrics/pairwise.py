"""Distances of all pairs, a block at a time, so that little more than the result is ever in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..threads import available_threads, over_blocks
from .inputs import as_vectors

__all__ = ["of_differences", "of_products"]

_NUMBERS = 1 << 20  # in one block of differences: 8 MB of float64

Floats = NDArray[np.float64]


def of_differences(
    queries: NDArray[Any],
    references: NDArray[Any],
    length: Callable[[Floats], Floats],
    n_threads: int | None = None,
) -> Floats:
    """Distances that are lengths of differences, float64 (q, n).

    Parameters
    ----------
    queries : (q, d)
    references : (n, d)
    length : callable
        Differences, float64 (m, d), that it may overwrite → their lengths, float64 (m,).
    n_threads : int, optional
        All CPUs by default.
    """
    one, other = as_vectors(queries, references)
    result = np.empty((len(one), len(other)))
    block = max(1, _NUMBERS // max(1, one.shape[1]))

    def measure(start: int, stop: int) -> None:
        for row in range(start, stop):
            for first in range(0, len(other), block):
                part = slice(first, first + block)
                result[row, part] = length(one[row] - other[part])

    over_blocks(measure, len(one), 8, available_threads(n_threads))
    return result


def of_products(one: Floats, other: Floats) -> Floats:
    """1 − cosine of the angle between rows, float64 (q, n); 0 between two zero rows, 1 where one is zero."""
    lengths = [np.sqrt(np.einsum("ij,ij->i", rows, rows)) for rows in (one, other)]
    units = [
        rows / np.where(length > 0, length, 1)[:, None]
        for rows, length in zip((one, other), lengths, strict=True)
    ]
    result: Floats = np.clip(1 - units[0] @ units[1].T, 0, 2)
    result[np.ix_(lengths[0] == 0, lengths[1] == 0)] = 0
    # Products are rounded; a row and its copy are at distance zero all the same.
    near = np.argwhere(result < 1e-12)
    for i, j in near:
        if np.array_equal(one[i], other[j]):
            result[i, j] = 0
    return result
