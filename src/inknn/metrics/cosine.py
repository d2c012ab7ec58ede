"""Cosine distance: it compares the directions of vectors, not their lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .inputs import as_vectors
from .pairwise import of_products

__all__ = ["distances"]


def distances(queries: NDArray[Any], references: NDArray[Any]) -> NDArray[np.float64]:
    """1 − a·b / |a||b|, float64 (q, n), of numbers (q, d) and (n, d); 1 where one is zero."""
    return of_products(*as_vectors(queries, references))
