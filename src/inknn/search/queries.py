"""Queries as the index's kernels read them."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pca_bound import Coordinates

__all__ = ["PreparedQueries", "prepare_queries"]

_FAR = 2.0**40  # queries farther away, in units of the references' spread, are compared with all


@dataclass(frozen=True, slots=True, eq=False)
class PreparedQueries:
    """Some queries.

    Attributes
    ----------
    native
        What the kernels take.
    error_bounds : list of float64 (q,)
        For each segment, by how much the distance of each query's coordinates may exceed the true one.
    """

    native: Any
    error_bounds: list[NDArray[np.float64]]


def prepare_queries(
    native: ModuleType,
    queries: NDArray[Any],
    coordinates: Coordinates,
    error_bound: float,
    max_norms: list[float],
) -> PreparedQueries:
    """Prepare queries.

    Parameters
    ----------
    native : module
        The kernels.
    queries : (q, dims)
    coordinates : Coordinates
        Of the queries.
    error_bound : float
        Of the :class:`inknn.search.pca_bound.PcaBound` that gave them.
    max_norms : list of float
        The largest norm of each segment's references.

    Returns
    -------
    PreparedQueries
    """
    far = ~(coordinates.norms < _FAR)
    if far.any():  # nothing is ruled out for these, so what float32 makes of them doesn't matter
        coordinates.values[far] = 0
    first_stage = np.zeros((coordinates.first_stage.shape[1], -(-len(queries) // 64) * 64), np.float32)
    first_stage[:, : len(queries)] = coordinates.first_stage.T
    bounds = [np.where(far, np.inf, error_bound * (coordinates.norms + norm) + 1e-40) for norm in max_norms]
    prepared = native.Queries(queries, -coordinates.values, first_stage, coordinates.squared_norms())
    return PreparedQueries(prepared, bounds)
