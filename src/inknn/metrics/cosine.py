"""Cosine distance: directions count, lengths don't."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blocks import of_products
from .inputs import as_vectors

__all__ = ["distances"]


def distances(queries: NDArray[Any], references: NDArray[Any]) -> NDArray[np.float64]:
    """1 − a·b / |a||b|, float64 (q, n), of numbers (q, d) and (n, d); no ink has no direction: 1 from any."""
    return of_products(*as_vectors(queries, references))
