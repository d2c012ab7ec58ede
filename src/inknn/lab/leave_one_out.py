"""Digits asked about by all the others: neighbors, and distances to labels, with themselves left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, no_progress
from ..search import Index, kneighbors, without_itself

__all__ = ["label_distances", "other_neighbors"]

_BATCH = 2000  # queries between two reports of progress


def other_neighbors(
    index: Index,
    vectors: NDArray[np.float32],
    rows: NDArray[np.int64],
    k: int,
    progress: Progress = no_progress,
    what: str = "asking each digit's neighbors",
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The k nearest of each reference but itself.

    Parameters
    ----------
    index : Index
        Of ``vectors``.
    vectors : float32 (n, d)
    rows : int64 (q,)
        Which of them to ask about.
    k : int
        Or as many as there are others.
    progress, what
        Told how far it is, under this name.

    Returns
    -------
    distances, indices : float64, int64 (q, min(k, n − 1))
        Ascending.
    """
    k = min(k, len(vectors) - 1)
    distances, indices = np.empty((len(rows), k)), np.empty((len(rows), k), np.int64)
    for start in range(0, len(rows), _BATCH):
        progress(what, start / len(rows))
        some = slice(start, start + _BATCH)
        found = index.query(vectors[rows[some]], k + 1)
        distances[some], indices[some] = without_itself(*found, rows[some])
    return distances, indices


def label_distances(
    vectors: NDArray[np.float32],
    codes: NDArray[np.int64],
    rows: NDArray[np.int64],
    n_labels: int,
    progress: Progress = no_progress,
) -> NDArray[np.float64]:
    """From some digits to the mean of their nearest digits of each label, themselves left out.

    Parameters
    ----------
    vectors : float32 (n, d)
    codes : int64 (n,)
        Labels, 0 to ``n_labels`` − 1.
    rows : int64 (q,)
        Which digits to ask about.
    n_labels : int
    progress
        Told how far it is.

    Returns
    -------
    float64 (q, n_labels)
        Infinite only for a label that no other digit bears.
    """
    size = int(np.clip(len(vectors) // (20 * n_labels), 3, 12))  # as many as lie close together, and no more
    result = np.full((len(rows), n_labels), np.inf)
    for label in range(n_labels):
        progress("comparing labels", label / n_labels)
        mine = np.flatnonzero(codes == label)
        theirs = np.ascontiguousarray(vectors[mine])
        own = codes[rows] == label
        others = np.flatnonzero(~own)
        result[others, label] = _to_mean(vectors[rows[others]], theirs, size)
        if len(mine) > 1:
            itself = np.searchsorted(mine, rows[own])
            result[own, label] = _to_mean(vectors[rows[own]], theirs, min(size, len(mine) - 1), itself)
    return result


def _to_mean(
    queries: NDArray[np.float32],
    references: NDArray[np.float32],
    size: int,
    own: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """From each query to the mean of its nearest references, less ``own`` where given, float64 (q,)."""
    away = np.empty(len(queries))
    for start in range(0, len(queries), _BATCH):
        some = slice(start, start + _BATCH)
        near = kneighbors(queries[some], references, min(len(references), size + (own is not None)))
        indices = near[1] if own is None else without_itself(*near, own[some])[1]
        away[some] = np.linalg.norm(queries[some] - references[indices].mean(axis=1), axis=1)
    return away
