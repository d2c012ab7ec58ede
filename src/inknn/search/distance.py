"""The distance that decides: squared Euclidean, in float64, added up in one prescribed order.

Floating-point addition is not associative: the same numbers added in another order can differ in the last
bit, and that bit can decide which of two neighbors is the nearer. So the order is part of the definition:
eight running sums, the j-th difference going to sum ``j mod 8``, folded at the end from eight to four to
two to one. Eight, because that is what a processor adds at once. Every search here, in NumPy or C++, on
any processor and with any number of threads, ends with these numbers and therefore agrees in every bit.

Two sums that differ in the last bit may have one root: one distance. So of floating-point vectors the squared
distance is the square of the rounded root, whose root is that same number. Neighbors at one distance then
compare by their index, wherever squared distances are compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["squared_distances"]

_SUMS = 8


def squared_distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """Squared Euclidean distance along the last axis, the others broadcast.

    Parameters
    ----------
    a, b : uint8 or float (..., dims)

    Returns
    -------
    float64 (...)
        Exact for uint8; for others the square of the distance in float64. Infinite where it is not a number.
    """
    dims = a.shape[-1]
    shape = np.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    sums = np.zeros((*shape, _SUMS))
    for start in range(0, dims, _SUMS):
        piece = slice(start, start + _SUMS)
        difference = a[..., piece].astype(np.float64) - b[..., piece]
        sums[..., : difference.shape[-1]] += difference * difference
    while sums.shape[-1] > 1:
        half = sums.shape[-1] // 2
        sums = sums[..., :half] + sums[..., half:]
    squared = sums[..., 0]
    if np.result_type(a, b) != np.uint8:
        squared = np.square(np.sqrt(squared))
    return np.where(np.isnan(squared), np.inf, squared)
