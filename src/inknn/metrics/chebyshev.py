"""Chebyshev distance: the largest difference of a coordinate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pairwise import of_differences

__all__ = ["distances"]


def distances(
    queries: NDArray[Any], references: NDArray[Any], *, n_threads: int | None = None
) -> NDArray[np.float64]:
    """max|a − b|, float64 (q, n), of numbers (q, d) and (n, d)."""
    return of_differences(
        queries, references, lambda away: np.abs(away, out=away).max(axis=1, initial=0), n_threads
    )
