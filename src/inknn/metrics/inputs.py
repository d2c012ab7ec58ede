"""Checks and conversions of the arguments of metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..features import as_images

__all__ = ["as_digits", "as_vectors", "every_row", "needed_only"]


def as_digits(digits: NDArray[Any]) -> NDArray[np.uint8]:
    """Digits of either shape as uint8 (n, 28, 28); ``ValueError`` if they are none."""
    return np.ascontiguousarray(as_images(digits))


def as_vectors(
    queries: NDArray[Any], references: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as float64 (·, d) of the same d; images become rows."""
    both = []
    for name, values in (("queries", queries), ("references", references)):
        values = np.asarray(values)
        if values.ndim < 2 or values.dtype.kind not in "buif":
            raise ValueError(f"{name} must be an array of numbers (n, d), got {values.dtype} {values.shape}")
        both.append(values.reshape(len(values), int(np.prod(values.shape[1:]))).astype(np.float64))
    one, other = both
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"queries have {one.shape[1]} numbers each, references {other.shape[1]}")
    return one, other


def every_row(queries: NDArray[Any], references: NDArray[Any]) -> NDArray[np.int64]:
    """Rows of all references for each query, int64 (q, n)."""
    return np.tile(np.arange(len(references), dtype=np.int64), (len(queries), 1))


def needed_only(
    references: NDArray[Any], rows: NDArray[np.int64] | None
) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """The references that occur in ``rows``, and their rows among these; all of them if ``rows`` is None."""
    if rows is None:
        return references, None
    needed, places = np.unique(rows, return_inverse=True)
    return references[needed], places.reshape(rows.shape).astype(np.int64)
