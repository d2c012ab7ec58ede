"""Euclidean distance: the length of the straight line between two points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..search import squared_distances
from .pairwise import of_differences

__all__ = ["distances"]


def distances(
    queries: NDArray[Any], references: NDArray[Any], *, n_threads: int | None = None
) -> NDArray[np.float64]:
    """√Σ(a − b)², float64 (q, n), of numbers (q, d) and (n, d); to the bit that of the searches."""
    return of_differences(queries, references, _length, n_threads)


def _length(away: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(squared_distances(away, np.zeros(away.shape[1])))
