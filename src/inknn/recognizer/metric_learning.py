"""Learn the metric that digits are compared in: features and search work together, once, in closed form.

:mod:`inknn.features.projection` says what the metric is. This module finds the differences that it is learned
from: between digits and deformed copies of themselves, which should not count; and between digits and the
nearest ones of other labels (impostors, as in large-margin nearest neighbors), which should count most.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..features import Projection, fit_projection
from ..features.augmentation import DEFORMATIONS, deform
from ..search import kneighbors
from .description import describe
from .settings import Settings

__all__ = ["SEED", "draw", "learn_projection", "one_tenth"]

SEED = 1998  # the year MNIST appeared; any other would do


def learn_projection(
    images: NDArray[np.uint8],
    histograms: NDArray[np.float32],
    labels: NDArray[np.integer],
    settings: Settings,
    n_threads: int | None = None,
    report: Callable[[float], None] = lambda part: None,
) -> Projection:
    """Learn the metric from digits, their histograms and labels.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    histograms : float32 (n, D)
        What :func:`inknn.recognizer.description.describe` makes of them.
    labels : int (n,)
    settings : Settings
    n_threads : int, optional
        All CPUs by default.
    report : callable
        Called now and then with the part that is done, 0 to 1.

    Returns
    -------
    Projection
    """
    some = draw(len(images), min(settings.n_deformed, one_tenth(images)), 1)
    invariances = []
    for step, kind in enumerate(DEFORMATIONS):
        report(0.1 * step)
        deformed = describe(deform(images[some], kind, SEED), settings, n_threads)
        invariances.append(deformed - histograms[some])
    report(0.6)
    projection = fit_projection(
        histograms,
        labels,
        n_components=settings.n_components,
        shrinkage=settings.shrinkage,
        length_normalization=settings.length_normalization,
        invariances=invariances,
    )
    report(0.8)
    anchors = draw(len(images), settings.n_anchors, 2)
    vectors = projection.apply(histograms)
    differences = _from_impostors(vectors, labels, anchors, settings.n_impostors, n_threads)
    return projection.scaled_by(differences, settings.discriminant_scaling)


def draw(count: int, wanted: int, turn: int = 0) -> NDArray[np.int64]:
    """Up to ``wanted`` of ``range(count)``, each once at most: the same in each run, others in each turn."""
    return np.random.default_rng([SEED, turn]).permutation(count)[:wanted]


def one_tenth(images: NDArray[np.uint8]) -> int:
    """How many digits a tenth of them are, rounded up."""
    return -(-len(images) // 10)


def _from_impostors(
    vectors: NDArray[np.float32],
    labels: NDArray[np.integer],
    anchors: NDArray[np.int64],
    n_impostors: int,
    n_threads: int | None,
) -> NDArray[np.float32]:
    """Differences of some vectors from their nearest of other labels, float32 (m, d)."""
    found = [np.empty((0, vectors.shape[1]), dtype=np.float32)]
    for label in np.unique(labels[anchors]):
        mine, others = vectors[anchors[labels[anchors] == label]], vectors[labels != label]
        if len(others):
            k = min(n_impostors, len(others))
            _, indices = kneighbors(mine, others, k, n_threads=n_threads)
            found.append((mine[:, None] - others[indices]).reshape(-1, vectors.shape[1]))
    return np.concatenate(found)
