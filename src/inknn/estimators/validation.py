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

__all__ = [
    "check_enough_references",
    "check_images",
    "check_n_neighbors",
    "check_square_images",
]


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
