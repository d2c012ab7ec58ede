"""k nearest neighbors, the simple way: measure every distance, sort, keep the first k.

This defines the right answer. :func:`inknn.search.kneighbors` gives the same one some hundred times faster,
and is tested against it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .distance import squared_distances
from .topk import Neighbors

__all__ = ["brute_force"]


def brute_force(queries: NDArray[Any], references: NDArray[Any], k: int) -> Neighbors:
    """Find the k nearest references of each query.

    Parameters
    ----------
    queries : uint8 or float (q, dims)
    references : uint8 or float (n, dims)
    k : int
        1 ≤ k ≤ n.

    Returns
    -------
    distances : float64 (q, k)
        Euclidean, ascending.
    indices : int64 (q, k)
        Rows of ``references``; of equally near ones, the smaller index comes first.

    Examples
    --------
    >>> towns = np.array([[0, 0], [3, 4], [0, 2]], dtype=np.float32)
    >>> distances, indices = brute_force(np.array([[0, 0]], dtype=np.float32), towns, k=2)
    >>> distances.tolist(), indices.tolist()
    ([[0.0, 2.0]], [[0, 2]])
    """
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), dtype=np.int64)
    for row, query in enumerate(queries):  # one at a time: never all q × n distances in memory
        squared = squared_distances(references, query)
        # The root is left for the end: it keeps the order, and spares n square roots. A stable sort
        # keeps equals in the order they had, which is that of their index.
        nearest_first = np.argsort(squared, kind="stable")[:k]
        indices[row] = nearest_first
        distances[row] = np.sqrt(squared[nearest_first])
    return distances, indices
