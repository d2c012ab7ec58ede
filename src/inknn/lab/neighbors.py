"""Neighbors of many digits, with progress."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, no_progress
from ..recognizer.references import References

__all__ = ["find_neighbors"]

_BATCH = 2000  # queries between two reports of progress


def find_neighbors(
    references: References,
    queries: NDArray[Any],
    k: int,
    own: NDArray[np.int64] | None = None,
    *,
    progress: Progress = no_progress,
    what: str = "searching neighbors",
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The k nearest references of each query (q, d), or as many as there are; ``own`` are left out if given.

    As :meth:`inknn.recognizer.references.References.neighbors`, in batches, with progress under the name
    ``what``. Returns distances, ascending, and indices, float64 and int64 (q, k).
    """
    found = []
    for start in range(0, len(queries), _BATCH):
        progress(what, start / len(queries))
        some = slice(start, start + _BATCH)
        found.append(references.neighbors(queries[some], k, None if own is None else own[some]))
    distances, indices = zip(*found, strict=True)
    return np.concatenate(distances), np.concatenate(indices)
