"""Whether to say the digit, to doubt it, or to say that it is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGIT", "NOT_A_DIGIT", "UNSURE", "Rules"]

DIGIT, UNSURE, NOT_A_DIGIT = "digit", "unsure", "not-a-digit"


@dataclass(frozen=True, slots=True)
class Rules:
    """When an answer is refused. All three limits are in units that don't change with the metric.

    Attributes
    ----------
    far : float
        More farness is no digit (:meth:`inknn.recognizer.calibration.Calibration.farness`): about 1 is usual, 2 in 1,000
        of MNIST's digits are beyond 1.7.
    alike : float
        More likeness to pieces and pairs of digits is no digit: at 1 it is as near to them as to digits.
    unsure : float
        Less confidence than this is doubt.
    """

    far: float = 1.7
    alike: float = 0.95
    unsure: float = 0.9

    def verdicts(
        self,
        confidence: NDArray[np.float64],
        farness: NDArray[np.float64],
        likeness: NDArray[np.float64],
    ) -> NDArray[np.str_]:
        """``digit``, ``unsure`` or ``not-a-digit`` for each of n answers, str (n,)."""
        doubted = np.where(confidence < self.unsure, UNSURE, DIGIT)
        return np.where((farness > self.far) | (likeness > self.alike), NOT_A_DIGIT, doubted)
