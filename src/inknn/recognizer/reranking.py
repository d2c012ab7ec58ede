"""A last look at doubtful digits: at the pictures, not only at the vectors.

Where voters disagree, the nearest prototypes are compared with the digit once more by image distortion
(:mod:`inknn.metrics.idm`), with both straightened first: which of the labels can the digit's edges be
shifted into? Keysers, Deselaers, Gollan & Ney (2007) found it the best simple distance for digits; alone, it
is no better here than the learned metric, but it errs elsewhere. A label's two distances are multiplied.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..glyph.deskew import deskew
from ..metrics.edges import edges
from ..metrics.idm import edge_distances

__all__ = ["Pictures", "blended", "label_distortions", "straightened"]

_BATCH = 32


class Pictures(Protocol):
    """Pictures of digits by their indices: an array uint8 (m, 28, 28), or what loads them when asked."""

    def __getitem__(self, rows: NDArray[np.int64], /) -> NDArray[np.uint8]: ...


def straightened(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Digits sheared upright about their center of gravity, their width kept: uint8 (n, 28, 28)."""
    straight = np.empty((len(images), 28, 28), dtype=np.uint8)
    for start in range(0, len(images), 1024):
        batch = slice(start, start + 1024)
        straight[batch] = np.rint(deskew(images[batch], 28)).astype(np.uint8)
    return straight


def label_distortions(
    pictures: NDArray[np.uint8],
    prototypes: Pictures,
    rows: NDArray[np.int64],
    row_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    size: int = 3,
    n_threads: int | None = None,
) -> NDArray[np.float64]:
    """How far digits have to be distorted into prototypes of each label.

    Parameters
    ----------
    pictures : uint8 (n, 28, 28)
    prototypes : Pictures
        Of which only those in ``rows`` are asked for.
    rows : int64 (n, k)
        The prototypes to compare each digit with.
    row_labels : int (n, k)
        Their labels.
    n_labels : int
    size : int
        Of each label, the mean of so many of the least distortions is taken; the largest of all stands for
        those there aren't.
    n_threads : int, optional

    Returns
    -------
    float64 (n, n_labels)
    """
    found = np.empty(rows.shape)
    for start in range(0, len(rows), _BATCH):
        batch = slice(start, start + _BATCH)
        needed, places = np.unique(rows[batch], return_inverse=True)
        query_edges, prototype_edges = (
            edges(straightened(digits), root_of_strength=True, n_threads=n_threads)
            for digits in (pictures[batch], prototypes[needed])
        )
        places = places.reshape(rows[batch].shape)
        found[batch] = edge_distances(query_edges, prototype_edges, places, n_threads=n_threads)
    largest = found.max(axis=1, keepdims=True)
    means = np.empty((len(rows), n_labels))
    size = min(size, rows.shape[1])
    for label in range(n_labels):
        of_label = np.where(row_labels == label, found, largest)
        means[:, label] = np.partition(of_label, size - 1, axis=1)[:, :size].mean(axis=1)
    return means


def blended(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geometric mean of two kinds of distances to labels: no unit of either matters. (n, c) each."""
    return np.sqrt(one) * np.sqrt(other)
