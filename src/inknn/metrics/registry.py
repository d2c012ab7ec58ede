"""All metrics: one line each, from which the command, the tests and the searches take them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UnknownNameError
from . import (
    chebyshev,
    correlation,
    cosine,
    euclidean,
    idm,
    ink_hamming,
    manhattan,
    minkowski,
    p2dhmdm,
    tangent,
)

__all__ = ["METRICS", "Metric", "MetricLike", "find_metric"]

Distances = Callable[..., NDArray[np.float64]]
MetricLike = str | Callable[[NDArray[Any], NDArray[Any]], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """A distance between vectors, or between digits.

    Attributes
    ----------
    name : str
    formula : str
        To show to people.
    cost : str
        Of one pair, in terms of its d numbers, or roughly, on one core.
    is_metric : bool
        Whether it is one in the mathematical sense: zero only between equals, symmetric, and the triangle
        inequality holds.
    is_symmetric : bool
    distances : callable
        ``distances(queries, references, **parameters)`` → float64 (q, n).
    shortlist : int, optional
        For the costly ones: a search compares so many Euclidean neighbors by default, and ``distances`` takes
        ``rows``, int64 (q, m), to measure only those. None: a search compares all.
    takes_digits : bool
        Takes 28 × 28 digits only, not any vectors.
    abandons : bool
        ``distances`` takes ``limits``, and may stop as soon as a distance exceeds its limit.
    """

    name: str
    formula: str
    cost: str
    is_metric: bool
    distances: Distances
    is_symmetric: bool = True
    shortlist: int | None = None
    takes_digits: bool = False
    abandons: bool = False

    @property
    def is_threaded(self) -> bool:
        """Whether ``distances`` takes ``n_threads``."""
        return "n_threads" in inspect.signature(self.distances).parameters


_LINES = (
    Metric("euclidean", "√Σ(a − b)²", "3d", True, euclidean.distances),
    Metric("manhattan", "Σ|a − b|", "3d", True, manhattan.distances),
    Metric("chebyshev", "max|a − b|", "3d", True, chebyshev.distances),
    Metric("minkowski", "(Σ|a − b|ᵖ)^(1/p), p = 3", "20d", True, minkowski.distances),
    Metric("cosine", "1 − a·b / |a||b|", "2d", False, cosine.distances),
    Metric("correlation", "1 − cosine of a and b less their means", "2d", False, correlation.distances),
    Metric("ink-hamming", "part of the pixels inked in one only", "2d", False, ink_hamming.distances),
    Metric(
        "tangent",
        "least |a + Ta·u − b − Tb·v| over seven small changes of each",
        "0.1 ms",
        False,
        tangent.distances,
        shortlist=200,
        takes_digits=True,
    ),
    Metric(
        "idm",
        "√Σ least 3×3 edge difference within two pixels",
        "3 µs",
        False,
        idm.distances,
        is_symmetric=False,
        shortlist=500,
        takes_digits=True,
        abandons=True,
    ),
    Metric(
        "p2dhmdm",
        "as idm, columns and rows shifting together",
        "15 µs",
        False,
        p2dhmdm.distances,
        is_symmetric=False,
        shortlist=200,
        takes_digits=True,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _LINES}
"""Every metric, by its name."""


def find_metric(metric: MetricLike) -> Metric:
    """The metric of that name, or one around a function.

    Parameters
    ----------
    metric : str or callable
        A name in ``METRICS``; or a function of two vectors, (d,) each, that returns their distance.

    Returns
    -------
    Metric

    Raises
    ------
    UnknownNameError
        If there is none of that name, a ``ValueError``; the message offers the most similar one.
    TypeError
        If it is neither name nor function.
    """
    if isinstance(metric, str):
        if metric in METRICS:
            return METRICS[metric]
        raise UnknownNameError("metric", metric, METRICS)
    if not callable(metric):
        raise TypeError(f"metric must be a name or a function of two vectors, got {metric!r}")
    name = getattr(metric, "__name__", type(metric).__name__)
    return Metric(name, "yours", "unknown", False, _one_by_one(metric), is_symmetric=False)


def _one_by_one(measure: Callable[[NDArray[Any], NDArray[Any]], float]) -> Distances:
    def distances(queries: NDArray[Any], references: NDArray[Any]) -> NDArray[np.float64]:
        result = np.empty((len(queries), len(references)))
        for i, one in enumerate(queries):
            for j, other in enumerate(references):
                result[i, j] = measure(one, other)
        return result

    return distances
