"""Whether a digit is named, doubted, or refused as no digit at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGIT", "NOT_A_DIGIT", "UNSURE", "Thresholds"]

DIGIT, UNSURE, NOT_A_DIGIT = "digit", "unsure", "not-a-digit"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Beyond which a prediction is refused. None of them depends on the unit of the metric.

    Attributes
    ----------
    max_distance : float
        A digit with a larger normalized distance is no digit
        (:meth:`inknn.recognizer.calibration.Calibration.normalized_distance`): about 1 is usual, and 2 in
        1,000 of MNIST's digits are beyond 1.7.
    max_non_digit_ratio : float
        A digit with a larger ratio is no digit (:func:`inknn.recognizer.non_digits.non_digit_ratio`): at 1 it
        is as near to pieces and pairs of digits as to digits.
    min_confidence : float
        A digit with less confidence is unsure.
    """

    max_distance: float = 1.7
    max_non_digit_ratio: float = 0.95
    min_confidence: float = 0.9

    def verdicts(
        self,
        confidence: NDArray[np.float64],
        normalized_distance: NDArray[np.float64],
        non_digit_ratio: NDArray[np.float64],
    ) -> NDArray[np.str_]:
        """``digit``, ``unsure`` or ``not-a-digit`` for each of n predictions, str (n,)."""
        named = np.where(confidence < self.min_confidence, UNSURE, DIGIT)
        refused = (normalized_distance > self.max_distance) | (non_digit_ratio > self.max_non_digit_ratio)
        return np.where(refused, NOT_A_DIGIT, named)
