"""Queries as the index's kernels read them."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pca_bound import Coordinates

__all__ = ["Asked", "ask"]

_FAR = 2.0**40  # queries farther away, in units of the references' spread, are compared with all


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Some queries.

    Attributes
    ----------
    native
        What the kernels take.
    slacks : list of float64 (q,)
        How far each query's coordinates may mislead, for each segment.
    """

    native: Any
    slacks: list[NDArray[np.float64]]


def ask(
    native: ModuleType, queries: NDArray[Any], coordinates: Coordinates, slack: float, reaches: list[float]
) -> Asked:
    """Prepare queries.

    Parameters
    ----------
    native : module
        The kernels.
    queries : (q, dims)
    coordinates : Coordinates
        Of the queries.
    slack : float
        Of the reduction that gave them.
    reaches : list of float
        Length of each segment's longest reference.

    Returns
    -------
    Asked
    """
    far = ~(coordinates.lengths < _FAR)
    if far.any():  # nothing is ruled out for these, so what float32 makes of them doesn't matter
        coordinates.tile[far] = 0
    boxes = np.zeros((coordinates.box.shape[1], -(-len(queries) // 64) * 64), np.float32)
    boxes[:, : len(queries)] = coordinates.box.T
    slacks = [np.where(far, np.inf, slack * (coordinates.lengths + reach) + 1e-40) for reach in reaches]
    return Asked(native.Queries(queries, -coordinates.tile, boxes, coordinates.norms()), slacks)
