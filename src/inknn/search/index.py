"""What all indexes have in common, whatever the metric and however they search."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .topk import Neighbors

__all__ = ["Index", "WithinRadius"]

WithinRadius = tuple[list[NDArray[np.float64]], list[NDArray[np.int64]]]
"""Distances and indices, one array for each query."""


class Index(Protocol):
    """References that are searched often, and may come and go.

    Each reference keeps the index it got. :class:`inknn.search.ExactIndex` is the one for Euclidean distance,
    :class:`inknn.metrics.BruteForceIndex` for any other metric; :func:`inknn.metrics.build_index` chooses.
    """

    dtype: np.dtype[Any]

    @property
    def n_ids(self) -> int:
        """One more than the largest index given so far."""
        ...

    def __len__(self) -> int:
        """How many references there are now."""
        ...

    def query(self, queries: NDArray[Any], k: int, n_threads: int | None = None) -> Neighbors:
        """The k nearest references of each query, by (distance, index)."""
        ...

    def query_radius(self, queries: NDArray[Any], r: float, n_threads: int | None = None) -> WithinRadius:
        """All references within ``r`` of each query, by (distance, index)."""
        ...

    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references there are, (n, dims), and their indices, ascending."""
        ...

    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Add references, (m, dims), and return their indices."""
        ...

    def remove(self, indices: ArrayLike) -> None:
        """Remove references; ``IndexError`` if there is no such one."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What building the index computed, by name, to store beside the references."""
        ...
