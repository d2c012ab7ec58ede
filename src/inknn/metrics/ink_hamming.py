"""Hamming distance of ink: the part of the pixels that are ink in one digit and paper in the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .inputs import as_vectors

__all__ = ["distances"]


def distances(
    queries: NDArray[Any], references: NDArray[Any], *, threshold: float = 127.5
) -> NDArray[np.float64]:
    """Part of the d numbers on different sides of the threshold, float64 (q, n), of (q, d) and (n, d)."""
    one, other = ((rows > threshold).astype(np.float32) for rows in as_vectors(queries, references))
    if one.shape[1] == 0:
        return np.zeros((len(one), len(other)))
    # Counts up to 2²⁴ are exact in float32: pixels of one + pixels of the other − twice those of both.
    differing = one.sum(axis=1)[:, None] + other.sum(axis=1) - 2 * (one @ other.T)
    return differing.astype(np.float64) / one.shape[1]
