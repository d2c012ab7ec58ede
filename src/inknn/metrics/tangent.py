"""Tangent distance: how near two digits come when both may be moved, turned, scaled, slanted and thickened.

All pictures of a digit that is moved, turned and so on form a curved surface. With the surfaces of two digits
replaced by their tangent planes, the distance between them is a small least-squares problem (Simard, LeCun,
Denker & Victorri, "Transformation invariance in pattern recognition: tangent distance and tangent
propagation", 1998). There are seven tangents to each digit: shifts across and down, scaling, rotation, two
slants and thickness. A weak spring pulls each digit back to where it was, which also makes the solution
unique.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..threads import available_threads, over_blocks
from .inputs import as_digits, every_row

__all__ = ["distances", "tangents"]

_SIGMA = 0.9  # pixels; a picture must be smooth to have derivatives
_SPRING = 1e-3  # relative to the squared length of a tangent, 1
_BLOCK = 256

Floats = NDArray[np.float64]


def tangents(images: NDArray[np.uint8]) -> Floats:
    """The seven tangents of each image at length one, float64 (n, 784, 7); zero where there is no ink."""
    smooth = _blur() @ images.astype(np.float64) @ _blur().T
    across, down = smooth @ _slope().T, _slope() @ smooth
    x = np.arange(28) - 13.5
    y = x[:, None]
    seven = np.stack(
        [
            across,
            down,
            x * across + y * down,
            y * across - x * down,
            x * across - y * down,
            y * across + x * down,
            across * across + down * down,
        ],
        axis=-1,
    ).reshape(len(images), 784, 7)
    lengths = np.sqrt(np.einsum("nij,nij->nj", seven, seven))
    return seven / np.where(lengths > 0, lengths, 1)[:, None]


def distances(
    queries: NDArray[Any],
    references: NDArray[Any],
    rows: NDArray[np.int64] | None = None,
    *,
    n_threads: int | None = None,
) -> Floats:
    """Two-sided tangent distance.

    Parameters
    ----------
    queries : uint8 (q, 784) or (q, 28, 28)
    references : uint8 (n, 784) or (n, 28, 28)
    rows : int64 (q, m), optional
        The references to compare each query with; all of them by default.
    n_threads : int, optional
        All CPUs by default.

    Returns
    -------
    float64 (q, m)
    """
    one, other = as_digits(queries), as_digits(references)
    wanted = every_row(one, other) if rows is None else rows
    result = np.empty(wanted.shape)
    own = tangents(one)
    for first in range(0, wanted.shape[1], _BLOCK):
        columns = slice(first, first + _BLOCK)
        shared = None if rows is not None else tangents(other[columns])

        def measure(start: int, stop: int, columns: slice = columns, shared: Floats | None = shared) -> None:
            for i in range(start, stop):
                them = other[wanted[i, columns]]
                theirs = tangents(them) if shared is None else shared
                result[i, columns] = _apart(one[i], own[i], them, theirs)

        over_blocks(measure, len(one), 4, available_threads(n_threads))
    return result


def _apart(query: NDArray[np.uint8], own: Floats, references: NDArray[np.uint8], theirs: Floats) -> Floats:
    """Distances of one query, with its tangents (784, 7), to m references with theirs, (m, 784, 7)."""
    away = (references.astype(np.float64) - query).reshape(len(references), 784)
    # Normal equations of the 14 unknowns that make away + theirs · b − own · a smallest.
    normal = np.empty((len(references), 14, 14))
    normal[:, :7, :7] = own.T @ own
    normal[:, 7:, 7:] = theirs.transpose(0, 2, 1) @ theirs
    between = own.T @ theirs
    normal[:, :7, 7:] = -between
    normal[:, 7:, :7] = -between.transpose(0, 2, 1)
    normal[:, np.arange(14), np.arange(14)] += _SPRING
    right = np.concatenate([-(away @ own), (away[:, None] @ theirs)[:, 0]], axis=1)
    gained = np.einsum("ni,ni->n", right, np.linalg.solve(normal, right[..., None])[..., 0])
    return np.sqrt(np.maximum(np.einsum("ni,ni->n", away, away) - gained, 0))


def _blur() -> Floats:
    at = np.arange(28)
    weights = np.exp(-0.5 * ((at - at[:, None]) / _SIGMA) ** 2)
    return weights / (_SIGMA * np.sqrt(2 * np.pi))


def _slope() -> Floats:
    return 0.5 * (np.eye(28, k=1) - np.eye(28, k=-1))
