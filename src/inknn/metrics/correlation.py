"""Correlation distance: cosine distance of the vectors less their means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .inputs import as_vectors
from .pairwise import of_products

__all__ = ["distances"]


def distances(queries: NDArray[Any], references: NDArray[Any]) -> NDArray[np.float64]:
    """1 − Pearson's correlation, float64 (q, n), of numbers (q, d) and (n, d); 1 where one doesn't vary."""
    one, other = (
        rows - (rows.mean(axis=1, keepdims=True) if rows.shape[1] else 0)
        for rows in as_vectors(queries, references)
    )
    return of_products(one, other)
