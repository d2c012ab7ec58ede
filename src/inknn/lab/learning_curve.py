"""Errors with more and more references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..features import gradient_histograms
from ..progress import Progress, no_progress
from ..recognizer import Recognizer
from ..recognizer.votes import vote
from ..search import kneighbors

__all__ = ["measure_learning"]

_K = 3  # neighbors that vote on plain features


def measure_learning(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    queries: NDArray[np.uint8],
    truth: NDArray[np.integer],
    *,
    sizes: Sequence[int],
    progress: Progress = no_progress,
) -> list[dict[str, Any]]:
    """Count errors of pixels and of gradient histograms (k = 3), and of the recognizer.

    Parameters
    ----------
    images, labels : uint8 (n, 28, 28), integer (n,)
        References; of each size, the first so many are used.
    queries, truth : uint8 (q, 28, 28), integer (q,)
        Other digits.
    sizes : sequence of int
        Numbers of references, each at most n.
    progress
        Called as the work goes on.

    Returns
    -------
    list of dict
        ``name``, ``references``, ``errors`` and ``count``, for :func:`inknn.lab.plots.learning_curve`.
    """
    features: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
        f"raw pixels, k = {_K}": (_pixels(images), _pixels(queries)),
        f"gradient histograms, k = {_K}": (gradient_histograms(images), gradient_histograms(queries)),
    }
    n_labels = int(max(labels.max(), truth.max())) + 1
    rows = []
    for place, size in enumerate(sizes):
        progress("learning more and more digits", place / len(sizes))
        errors = {}
        for name, (references, searched) in features.items():
            distances, found = kneighbors(searched, references[:size], min(_K, size))
            votes = vote(distances, labels[found], n_labels=n_labels, power=0, ties="lowest label")
            errors[name] = int((votes.labels != truth).sum())
        recognizer = Recognizer.fit(images[:size], labels[:size], n_labels=n_labels)
        errors["inknn: learned metric"] = int((recognizer.recognize(queries).labels != truth).sum())
        rows += [
            {"name": name, "references": size, "errors": wrong, "count": len(truth)}
            for name, wrong in errors.items()
        ]
    return rows


def _pixels(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(images.reshape(len(images), -1))
