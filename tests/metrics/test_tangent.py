"""The promises of tangent distance."""

from __future__ import annotations

import numpy as np

from inknn.metrics import METRICS


def test_tangent_distance_forgives_small_shifts(train_digits):
    X = np.pad(train_digits[0][:30, 4:24, 4:24], ((0, 0), (4, 4), (4, 4)))
    moved = np.roll(X, 1, axis=2)
    forgiving, plain = (np.diag(METRICS[name].distances(X, moved)) for name in ("tangent", "euclidean"))
    assert (forgiving < 0.7 * plain).all()
    assert (METRICS["tangent"].distances(X, X) <= METRICS["euclidean"].distances(X, X) + 1e-6).all()
