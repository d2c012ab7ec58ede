"""Checks of parameters and data that estimators share, in the words of scikit-learn where it has some."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from ..features import as_images
from ..metrics import MetricLike, find_metric

__all__ = [
    "check_enough_references",
    "check_images",
    "check_n_jobs",
    "check_n_neighbors",
    "check_search_parameters",
    "check_square_images",
    "resolve_metric",
]

_OTHER_NAMES = {"l1": "manhattan", "cityblock": "manhattan", "l2": "euclidean"}
_POWERS = {1: "manhattan", 2: "euclidean", np.inf: "chebyshev"}  # of Minkowski's distance, with names


def check_n_neighbors(k: Any) -> int:
    """A number of neighbors as ``int``.

    Raises
    ------
    TypeError
        If it is no whole number.
    ValueError
        If it is not positive.
    """
    if isinstance(k, bool) or not isinstance(k, numbers.Integral):
        raise TypeError(f"n_neighbors does not take {type(k)} value, enter integer value")
    if k < 1:
        raise ValueError(f"Expected n_neighbors > 0. Got {k}")
    return int(k)


def check_enough_references(k: int, n_references: int, n_queries: int | None) -> None:
    """``ValueError`` if there are too few references; None queries: each reference is one, without itself."""
    if k > n_references - (n_queries is None):
        sign, n_samples = ("<", n_references) if n_queries is None else ("<=", n_queries)
        raise ValueError(
            f"Expected n_neighbors {sign} n_samples_fit, but n_neighbors = {k}, "
            f"n_samples_fit = {n_references}, n_samples = {n_samples}"
        )


def check_n_jobs(n_jobs: int | None) -> int | None:
    """The number of threads, None for all CPUs; ``ValueError`` if it is 0."""
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning")
    return None if n_jobs is None or n_jobs < 0 else n_jobs


def resolve_metric(
    metric: MetricLike, p: float, metric_params: dict[str, Any] | None
) -> tuple[MetricLike, dict[str, Any]]:
    """A metric as scikit-learn may name it, by its name in :data:`inknn.metrics.METRICS`, and its parameters.

    Raises
    ------
    TypeError, ValueError
        If there is no such metric.
    """
    given = dict(metric_params or {})
    if isinstance(metric, str):
        metric = _OTHER_NAMES.get(metric, metric)
        if metric == "minkowski":
            power = given.pop("p", p)
            if power in _POWERS:
                metric = _POWERS[power]
            else:
                given["p"] = power
    find_metric(metric)
    return metric, given


def check_search_parameters(estimator: Any) -> None:
    """Check ``n_neighbors``, ``algorithm``, ``metric`` and ``n_jobs`` of an estimator.

    Raises
    ------
    TypeError, ValueError
        If one of them can't be.
    """
    check_n_neighbors(estimator.n_neighbors)
    if estimator.algorithm not in ("auto", "brute", "kd_tree", "ball_tree"):
        raise ValueError(f"algorithm must be auto, brute, kd_tree or ball_tree, got {estimator.algorithm!r}")
    resolve_metric(estimator.metric, estimator.p, estimator.metric_params)
    check_n_jobs(estimator.n_jobs)


def check_images(estimator: BaseEstimator, X: ArrayLike, *, reset: bool = False) -> NDArray[np.uint8]:
    """Digits, (n, 784) or (n, 28, 28), as uint8 (n, 28, 28); with ``reset`` the estimator notes their size.

    Raises
    ------
    ValueError
        If they are no digits, or not as scikit-learn expects data to be.
    """
    if getattr(X, "ndim", 2) == 3:
        X = as_images(X).reshape(-1, 784)
    return as_images(validate_data(estimator, X, dtype="numeric", reset=reset))


def check_square_images(estimator: BaseEstimator, X: ArrayLike, *, reset: bool = False) -> NDArray[np.uint8]:
    """Square images of any size, (n, pixels) or (n, side, side), as uint8 (n, side, side).

    Raises
    ------
    ValueError
        If they are not square, hold no gray levels, or are not as scikit-learn expects data to be.
    """
    if getattr(X, "ndim", 2) == 3:
        X = np.asarray(X).reshape(len(X), -1)  # type: ignore[arg-type]
    flat = validate_data(estimator, X, dtype="numeric", reset=reset)
    side = math.isqrt(flat.shape[1])
    if side * side != flat.shape[1]:
        raise ValueError(f"X must hold square pictures, and {flat.shape[1]} pixels make no square")
    with np.errstate(invalid="ignore"):
        gray = flat.astype(np.uint8)
    if not np.array_equal(gray, flat):
        raise ValueError("X must hold gray levels, whole numbers from 0 to 255")
    return gray.reshape(-1, side, side)
