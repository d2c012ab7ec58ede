"""Re-ranking: where the neighbors that vote disagree, whole labels are compared instead of neighbors.

Two distances from a digit to each label are multiplied. The first is that to the mean of its nearest
references of the label. A mean of several stands for the place of its label, however the single ones happen
to scatter about it (Mitani & Hamamoto, "A local mean-based nonparametric classifier", 2006).

The second compares pictures, by image distortion (:mod:`inknn.metrics.idm`), after both were sheared upright:
into which of the labels can the digit's edges be shifted? Keysers, Deselaers, Gollan & Ney ("Deformation
models for image recognition", 2007) found it the best simple distance for digits. Alone it is no better here
than the learned metric, but its errors are others.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..glyph.deskew import deskew
from ..metrics.edges import edges
from ..metrics.idm import edge_distances

__all__ = ["Pictures", "blended", "label_distortions", "local_mean_distances", "upright"]

_BATCH = 32


class Pictures(Protocol):
    """Pictures of digits by their indices: an array uint8 (m, 28, 28), or what loads them when needed."""

    def __getitem__(self, rows: NDArray[np.int64], /) -> NDArray[np.uint8]: ...


def local_mean_distances(
    queries: NDArray[np.float32],
    neighbors: NDArray[np.float32],
    neighbor_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    size: int = 12,
) -> NDArray[np.float64]:
    """Distance of each query to the mean of its nearest neighbors of each label.

    Parameters
    ----------
    queries : float32 (n, d)
    neighbors : float32 (n, k, d)
        Nearest first.
    neighbor_labels : int (n, k)
        0 to ``n_labels`` − 1.
    n_labels : int
    size : int
        How many neighbors of each label to take the mean of, or as many as there are.

    Returns
    -------
    float64 (n, n_labels)
        Infinite for labels that no neighbor has.
    """
    codes = np.asarray(neighbor_labels)
    result = np.full((len(queries), n_labels), np.inf)
    for label in np.unique(codes):
        mine = codes == label
        mine &= mine.cumsum(axis=1) <= size
        counts = mine.sum(axis=1)
        there = counts > 0
        sums = np.einsum("nk,nkd->nd", mine[there].astype(np.float32), neighbors[there])
        away = queries[there] - sums / counts[there, None]
        result[there, label] = np.sqrt(np.einsum("nd,nd->n", away, away))
    return result


def label_distortions(
    pictures: NDArray[np.uint8],
    references: Pictures,
    rows: NDArray[np.int64],
    row_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    size: int = 3,
    n_threads: int | None = None,
) -> NDArray[np.float64]:
    """How far digits have to be distorted into references of each label.

    Parameters
    ----------
    pictures : uint8 (n, 28, 28)
    references : Pictures
        Only those in ``rows`` are loaded.
    rows : int64 (n, k)
        The references to compare each digit with.
    row_labels : int (n, k)
        Their labels, 0 to ``n_labels`` − 1.
    n_labels : int
    size : int
        The mean of so many of each label's least distortions is taken. Where a label has fewer, the largest
        distortion of the row stands for each that is missing.
    n_threads : int, optional
        All CPUs by default.

    Returns
    -------
    float64 (n, n_labels)
    """
    found = np.empty(rows.shape)
    for start in range(0, len(rows), _BATCH):
        batch = slice(start, start + _BATCH)
        needed, places = np.unique(rows[batch], return_inverse=True)
        query_edges, reference_edges = (
            edges(upright(digits), root_of_strength=True, n_threads=n_threads)
            for digits in (pictures[batch], references[needed])
        )
        places = places.reshape(rows[batch].shape)
        found[batch] = edge_distances(query_edges, reference_edges, places, n_threads=n_threads)
    largest = found.max(axis=1, keepdims=True)
    means = np.empty((len(rows), n_labels))
    size = min(size, rows.shape[1])
    for label in range(n_labels):
        of_label = np.where(row_labels == label, found, largest)
        means[:, label] = np.partition(of_label, size - 1, axis=1)[:, :size].mean(axis=1)
    return means


def upright(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Digits sheared upright about their center of gravity, their width kept: uint8 (n, 28, 28)."""
    straight = np.empty((len(images), 28, 28), dtype=np.uint8)
    for start in range(0, len(images), 1024):
        batch = slice(start, start + 1024)
        straight[batch] = np.rint(deskew(images[batch], 28)).astype(np.uint8)
    return straight


def blended(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geometric mean of two kinds of distances to labels, (n, c) each; the unit of neither matters."""
    return np.sqrt(one) * np.sqrt(other)
