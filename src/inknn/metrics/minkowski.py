"""Minkowski distances: Manhattan for p = 1, Euclidean for 2, Chebyshev in the limit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import chebyshev, euclidean, manhattan
from .pairwise import of_differences

__all__ = ["distances"]


def distances(
    queries: NDArray[Any], references: NDArray[Any], *, p: float = 3, n_threads: int | None = None
) -> NDArray[np.float64]:
    """(Σ|a − b|ᵖ)^(1/p), float64 (q, n), of numbers (q, d) and (n, d); p ≥ 1, infinity included.

    Raises
    ------
    ValueError
        If ``p`` is below 1, where the triangle inequality would no longer hold.
    """
    if not p >= 1:
        raise ValueError(f"p must be at least 1, got {p}")
    for special, metric in ((1, manhattan), (2, euclidean), (np.inf, chebyshev)):
        if p == special:
            return metric.distances(queries, references, n_threads=n_threads)

    def length(away: NDArray[np.float64]) -> NDArray[np.float64]:
        np.abs(away, out=away)
        largest = away.max(axis=1, initial=0)  # divided by it, no power is too large for a float
        away /= np.where(largest > 0, largest, 1)[:, None]
        return largest * (away**p).sum(axis=1) ** (1 / p)

    return of_differences(queries, references, length, n_threads)
