"""Errors measured for a learning curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...progress import Progress, no_progress
from ...search import kneighbors

__all__ = ["measure_learning"]


def _vote_errors(neighbors: NDArray[np.integer], truth: NDArray[np.integer]) -> NDArray[np.float64]:
    """Part of the queries that the first 1, 2, ... k neighbors answer wrong, float64 (k,)."""
    names = np.unique(np.concatenate([neighbors.ravel(), truth]))
    votes = (neighbors[..., None] == names).cumsum(axis=1)
    return (names[votes.argmax(axis=2)] != truth[:, None]).mean(axis=0)


def measure_learning(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    asked: NDArray[np.uint8],
    truth: NDArray[np.integer],
    *,
    sizes: Sequence[int],
    progress: Progress = no_progress,
) -> list[dict[str, Any]]:
    """Errors with ever more references: of pixels and gradient histograms (k = 3), and of the recognizer.

    Parameters
    ----------
    images, labels : uint8 (n, 28, 28), integer (n,)
        References; the first so many of them are used.
    asked, truth : uint8 (q, 28, 28), integer (q,)
        Others.
    sizes : sequence of int
        Each at most n.
    progress : Progress

    Returns
    -------
    list of dict
        For :func:`learning_curve`.
    """
    from ...features import gradient_histograms
    from ...recognizer import Recognizer

    plain: dict[str, Callable[[NDArray[np.uint8]], NDArray[Any]]] = {
        "raw pixels, k = 3": lambda some: np.ascontiguousarray(some.reshape(len(some), -1)),
        "gradient histograms, k = 3": gradient_histograms,
    }
    rows = []
    for i, count in enumerate(sizes):
        progress("learning ever more digits", i / len(sizes))
        wrong = {}
        for name, describe in plain.items():
            k = min(3, count)
            _, found = kneighbors(describe(asked), describe(images[:count]), k)
            wrong[name] = round(_vote_errors(labels[:count][found], truth)[k - 1] * len(truth))
        recognizer = Recognizer.fit(images[:count], labels[:count], n_labels=int(labels.max()) + 1)
        wrong["inknn: learned metric"] = int((recognizer.recognize(asked).labels != truth).sum())
        rows += [
            {"name": name, "references": count, "errors": errors, "count": len(truth)}
            for name, errors in wrong.items()
        ]
    return rows
