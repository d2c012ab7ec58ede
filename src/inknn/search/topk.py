"""The k nearest, by (distance, index): the one order of all searches, and the one place that merges by it.

Neighbors come as two arrays, distances and indices, with a row for each query. Rows are sorted by distance,
and equal distances by index, so that what is nearest depends on the vectors alone: not on how the references
were divided among threads, blocks or machines.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_INDEX", "Neighbors", "merge", "no_neighbors", "smallest", "without_itself"]

Neighbors = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Distances, float64 (q, k), and indices, int64 (q, k)."""

NO_INDEX = np.iinfo(np.int64).max
"""Index of a neighbor that is missing; its distance is infinite, and it comes after all others."""


def no_neighbors(n_queries: int, k: int) -> Neighbors:
    """Lists without a neighbor yet."""
    return np.full((n_queries, k), np.inf), np.full((n_queries, k), NO_INDEX)


def merge(parts: Iterable[Neighbors], k: int) -> Neighbors:
    """Merge lists of neighbors into the k nearest of each query.

    Parameters
    ----------
    parts : iterable of (float64 (q, any), int64 (q, any))
        Distances, or any function that orders them alike, and indices, in any order. No index may be in two
        parts, but for ``NO_INDEX``. What is no number comes last.
    k : int
        At most the length of all lists together.

    Returns
    -------
    distances : float64 (q, k)
        Ascending.
    indices : int64 (q, k)
        Of equal distances, the smaller index comes first.
    """
    distances, indices = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    order = np.lexsort((indices, distances), axis=1)[:, :k]
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(indices, order, axis=1)


def smallest(distances: NDArray[np.float64], k: int) -> Neighbors:
    """The k smallest of each row of a table of distances, as :func:`merge` would order them.

    Parameters
    ----------
    distances : float64 (q, n)
        To references 0 to n − 1.
    k : int
        1 ≤ k ≤ n.
    """
    limits = np.partition(distances, k - 1, axis=1)[:, k - 1]
    found, indices = no_neighbors(len(distances), k)
    for row, limit in enumerate(limits):
        near = np.flatnonzero(distances[row] <= limit)
        if len(near) < k:  # there are distances that are not a number; they come last
            near = np.arange(distances.shape[1])
        order = np.argsort(distances[row, near], kind="stable")[:k]
        indices[row] = near[order]
        found[row] = distances[row, indices[row]]
    return found, indices


def without_itself(distances: NDArray[Any], indices: NDArray[np.int64], own: NDArray[np.int64]) -> Neighbors:
    """Neighbors of references, without each reference itself.

    Parameters
    ----------
    distances, indices : float64, int64 (q, k)
        k ≥ 1.
    own : int64 (q,)
        The index of each query. Where it is not among the neighbors, it comes behind k references at the same
        place, and the last of these is left out.

    Returns
    -------
    distances, indices : float64, int64 (q, k − 1)
    """
    others = indices != own[:, None]
    others[others.all(axis=1), -1] = False
    shape = (len(own), indices.shape[1] - 1)
    return distances[others].reshape(shape), indices[others].reshape(shape)
