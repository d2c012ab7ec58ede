"""Correlation distance: as cosine, and brightness doesn't count either."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blocks import of_products
from .inputs import as_vectors

__all__ = ["distances"]


def distances(queries: NDArray[Any], references: NDArray[Any]) -> NDArray[np.float64]:
    """1 − Pearson's correlation, float64 (q, n), of numbers (q, d) and (n, d); 1 from what doesn't vary."""
    one, other = (
        rows - (rows.mean(axis=1, keepdims=True) if rows.shape[1] else 0)
        for rows in as_vectors(queries, references)
    )
    return of_products(one, other)
