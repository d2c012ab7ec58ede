"""The features that digits are compared by, as the settings name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..features import gradient_histograms
from ..features.registry import DESCRIPTIONS
from .settings import LEARNED, Settings

__all__ = ["describe"]

_BATCH = 2048


def describe(
    images: NDArray[np.uint8],
    settings: Settings,
    n_threads: int | None = None,
    report: Callable[[float], None] = lambda part: None,
) -> NDArray[Any]:
    """Features of digits, before any learned projection.

    Parameters
    ----------
    images : uint8 (n, 28, 28)
    settings : Settings
    n_threads : int, optional
        All CPUs by default.
    report : callable
        Called now and then with the part that is done, 0 to 1.

    Returns
    -------
    (n, D)
        float32, or uint8 for plain pixels.
    """
    blank = _described(np.zeros((1, 28, 28), np.uint8), settings, n_threads)
    features = np.empty((len(images), blank.shape[1]), blank.dtype)
    for start in range(0, len(images), _BATCH):
        report(start / len(images))
        batch = slice(start, start + _BATCH)
        features[batch] = _described(images[batch], settings, n_threads)
    return features


def _described(images: NDArray[np.uint8], settings: Settings, n_threads: int | None) -> NDArray[Any]:
    if settings.feature == LEARNED:
        return gradient_histograms(images, settings.gradient, n_threads=n_threads)
    if settings.feature == "pixels":  # as bytes, which are searched fastest
        return images.reshape(len(images), -1)
    return DESCRIPTIONS[settings.feature][0](images)
