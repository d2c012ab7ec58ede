"""What is made of digits' strokes and is no digit: examples of it, and how near a digit is to them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..features.augmentation import halves, pairs
from ..metrics import kneighbors
from .metric_learning import SEED, draw, one_tenth
from .settings import Settings

__all__ = ["make_non_digits", "non_digit_ratio"]


def make_non_digits(images: NDArray[np.uint8], settings: Settings) -> NDArray[np.uint8]:
    """Pairs and halves of digits.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    settings : Settings
        At most ``n_non_digits`` pairs and as many halves are made, and at most one of each for ten digits.

    Returns
    -------
    uint8 (m, 28, 28)
        The pairs, then the halves.
    """
    wanted = min(settings.n_non_digits, one_tenth(images))
    left, right, whole = (draw(len(images), wanted, turn) for turn in (3, 4, 5))
    return np.concatenate([pairs(images[left], images[right], SEED), halves(images[whole], SEED)])


def non_digit_ratio(
    distances: NDArray[np.float64],
    queries: NDArray[Any],
    non_digits: NDArray[Any],
    settings: Settings,
    *,
    n_threads: int | None = None,
) -> NDArray[np.float64]:
    """Distance of queries to digits over their distance to non-digits.

    Parameters
    ----------
    distances : float64 (n,)
        Mean distance of each query to the references that vote.
    queries : (n, d)
    non_digits : (p, d)
        In the same space.
    settings : Settings
        Its metric, and the mean of how many of the nearest non-digits to take.
    n_threads : int, optional
        All CPUs by default.

    Returns
    -------
    float64 (n,)
        1 is as near to non-digits as to digits; 0 where there are no non-digits.
    """
    k = min(settings.n_neighbors, len(non_digits))
    if k == 0:
        return np.zeros(len(queries))
    found, _ = kneighbors(queries, non_digits, k, metric=settings.metric, n_threads=n_threads)
    return distances / np.maximum(found.mean(axis=1), 1e-12)
