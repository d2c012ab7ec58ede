"""The promises of the verdict: each threshold refuses what is beyond it."""

from __future__ import annotations

import numpy as np

from inknn.recognizer.verdict import Thresholds


def test_verdicts_follow_the_thresholds():
    thresholds = Thresholds(max_distance=2.0, max_non_digit_ratio=0.9, min_confidence=0.8)
    confidence = np.array([0.99, 0.7, 0.99, 0.7, 0.99])
    distance, ratio = np.array([1, 1, 2.1, 2.1, 1]), np.array([0.5, 0.5, 0.5, 0.5, 0.95])
    verdicts = thresholds.verdicts(confidence, distance, ratio)
    assert verdicts.tolist() == ["digit", "unsure", "not-a-digit", "not-a-digit", "not-a-digit"]


def test_what_is_exactly_at_a_threshold_is_accepted():
    thresholds = Thresholds()
    limits = thresholds.min_confidence, thresholds.max_distance, thresholds.max_non_digit_ratio
    assert thresholds.verdicts(*(np.array([limit]) for limit in limits)).tolist() == ["digit"]
