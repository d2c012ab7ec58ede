"""Check arrays of a recognizer that were stored: whoever crafts a file can make its checksums right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..features import Projection
from .calibration import Calibration
from .settings import LEARNED, Settings

__all__ = ["calibration_of", "labeled_vectors_of", "projection_of"]

_LARGEST = 1e6  # of a number that is learned: what digits are multiplied with stays finite
_LONGEST = 1e15  # of a number in a vector: squares of differences do


def projection_of(arrays: Mapping[str, NDArray[Any]], settings: Settings) -> Projection | None:
    """The projection, where the settings want one; a ``ValueError`` if it is one of other features."""
    if settings.feature != LEARNED:
        return None
    mean = _floats(arrays, "projection_mean", 1)
    components = _floats(arrays, "projection_components", 2)
    if len(components) != settings.gradient.n_features or len(mean) != len(components):
        raise ValueError("a projection of other features")
    return Projection(mean, components, settings.length_normalization)


def calibration_of(arrays: Mapping[str, NDArray[Any]]) -> Calibration:
    """The calibration; a ``ValueError`` if its curves and units are none."""
    values = {
        each.name: _floats(arrays, f"calibration_{each.name}", 1, np.inf) for each in fields(Calibration)
    }
    found = Calibration(**values)
    for margins, confidences in (
        (found.split_margins, found.split_confidences),
        (found.agreed_margins, found.agreed_confidences),
    ):
        if len(margins) != len(confidences) or len(margins) == 0 or not np.isfinite(margins).all():
            raise ValueError("margins and confidences that don't fit each other")
        if confidences.min() < 0 or confidences.max() > 1:
            raise ValueError("confidences that are no shares")
    if len(found.class_scales) == 0 or found.class_scales.min() <= 0:
        raise ValueError("units of distance that are not positive")
    return found


def labeled_vectors_of(
    arrays: Mapping[str, NDArray[Any]], n_labels: int
) -> tuple[NDArray[np.integer], NDArray[Any], NDArray[Any]]:
    """Labels (m,), vectors (m, d) and non-digits (p, d); a ``ValueError`` if they don't fit each other."""
    labels, vectors, non_digits = arrays["labels"], arrays["vectors"], arrays["non_digits"]
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or len(labels) == 0:
        raise ValueError("labels that are no codes")
    if labels.min() < 0 or labels.max() >= n_labels:
        raise ValueError(f"labels that are not 0 to {n_labels - 1}")
    if vectors.ndim != 2 or len(vectors) != len(labels) or vectors.dtype not in (np.uint8, np.float32):
        raise ValueError("vectors that are not those of the labels")
    if non_digits.ndim != 2 or non_digits.shape[1] != vectors.shape[1] or non_digits.dtype != vectors.dtype:
        raise ValueError("non-digits in another space")
    if not (_within(vectors, _LONGEST) and _within(non_digits, _LONGEST)):
        raise ValueError("vectors that are too long")
    return labels, vectors, non_digits


def _floats(
    arrays: Mapping[str, NDArray[Any]], name: str, n_dimensions: int, largest: float = _LARGEST
) -> NDArray[Any]:
    array = arrays[name]
    if array.ndim != n_dimensions or array.dtype not in (np.float32, np.float64):
        raise ValueError(f"{name} is {array.dtype} {array.shape}")
    if not _within(array, largest):
        raise ValueError(f"{name} has numbers that are out of range")
    return array


def _within(array: NDArray[Any], largest: float) -> bool:
    """Whether all numbers are from −largest to largest; NaN is not."""
    return array.size == 0 or bool(array.min() >= -largest and array.max() <= largest)
