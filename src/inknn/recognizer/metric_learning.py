"""Learn the metric digits are compared in: features and search at work together, once, in closed form.

See :mod:`inknn.features.projection` for what the metric is. This room finds what that one needs: differences
between digits and their deformed selves, which mean nothing; and differences between digits and the nearest
ones of other labels, which mean everything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..features import Projection, fit_projection, gradient_histograms
from ..features.augmentation import DEFORMATIONS, deform, halves, pairs
from ..features.registry import DESCRIPTIONS
from ..search import kneighbors
from .settings import LEARNED, Settings

__all__ = ["describe", "draw", "learn_projection", "make_non_digits"]

_BATCH = 2048
_SEED = 1998  # the year MNIST appeared; any other would do


def describe(
    images: NDArray[np.uint8],
    settings: Settings,
    n_threads: int | None = None,
    tell: Callable[[float], None] = lambda part: None,
) -> NDArray[Any]:
    """Features of digits, uint8 (n, 28, 28), in batches: (n, D); ``tell`` hears the part that is done."""
    blank = _described(np.zeros((1, 28, 28), np.uint8), settings, n_threads)
    features = np.empty((len(images), blank.shape[1]), blank.dtype)
    for start in range(0, len(images), _BATCH):
        tell(start / len(images))
        batch = slice(start, start + _BATCH)
        features[batch] = _described(images[batch], settings, n_threads)
    return features


def _described(images: NDArray[np.uint8], settings: Settings, n_threads: int | None) -> NDArray[Any]:
    if settings.feature == LEARNED:
        return gradient_histograms(images, settings.gradient, n_threads=n_threads)
    if settings.feature == "pixels":  # as bytes, in which they are searched fastest
        return images.reshape(len(images), -1)
    return DESCRIPTIONS[settings.feature][0](images)


def learn_projection(
    images: NDArray[np.uint8],
    histograms: NDArray[np.float32],
    labels: NDArray[np.integer],
    settings: Settings,
    n_threads: int | None = None,
    tell: Callable[[float], None] = lambda part: None,
) -> Projection:
    """Learn the metric from digits, their histograms and labels.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    histograms : float32 (n, D)
        What :func:`describe` makes of them.
    labels : int (n,)
    settings : Settings
    n_threads : int, optional
    tell : callable
        Hears the part that is done.

    Returns
    -------
    Projection
    """
    some = draw(len(images), min(settings.n_deformed, _tenth(images)), 1)
    invariances = []
    for step, kind in enumerate(DEFORMATIONS):
        tell(0.1 * step)
        deformed = describe(deform(images[some], kind, _SEED), settings, n_threads)
        invariances.append(deformed - histograms[some])
    tell(0.6)
    projection = fit_projection(
        histograms,
        labels,
        n_components=settings.n_components,
        shrinkage=settings.shrinkage,
        length_normalization=settings.length_normalization,
        invariances=invariances,
    )
    tell(0.8)
    challenged = draw(len(images), settings.n_anchors, 2)
    vectors = projection.apply(histograms)
    differences = _to_enemies(vectors, labels, challenged, settings.n_impostors, n_threads)
    return projection.scaled_by(differences, settings.discriminant_scaling)


def make_non_digits(images: NDArray[np.uint8], settings: Settings) -> NDArray[np.uint8]:
    """Pairs and halves of digits, uint8 (m, 28, 28): made of digits' strokes, but none themselves."""
    wanted = min(settings.n_non_digits, _tenth(images))
    some, others, cut = (draw(len(images), wanted, turn) for turn in (3, 4, 5))
    return np.concatenate([pairs(images[some], images[others], _SEED), halves(images[cut], _SEED)])


def draw(count: int, wanted: int, turn: int = 0) -> NDArray[np.int64]:
    """Up to ``wanted`` of ``range(count)``, each at most once; the same every time, others every turn."""
    return np.random.default_rng([_SEED, turn]).permutation(count)[:wanted]


def _tenth(images: NDArray[np.uint8]) -> int:
    return -(-len(images) // 10)


def _to_enemies(
    vectors: NDArray[np.float32],
    labels: NDArray[np.integer],
    challenged: NDArray[np.int64],
    n_impostors: int,
    n_threads: int | None,
) -> NDArray[np.float32]:
    """Differences of the challenged vectors from their nearest of other labels, float32 (m, d)."""
    found = [np.empty((0, vectors.shape[1]), dtype=np.float32)]
    for label in np.unique(labels[challenged]):
        mine, enemies = challenged[labels[challenged] == label], vectors[labels != label]
        if len(enemies):
            k = min(n_impostors, len(enemies))
            _, indices = kneighbors(vectors[mine], enemies, k, n_threads=n_threads)
            found.append((vectors[mine][:, None] - enemies[indices]).reshape(-1, vectors.shape[1]))
    return np.concatenate(found)
