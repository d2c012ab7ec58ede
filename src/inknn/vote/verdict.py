"""Whether to say the digit, to doubt it, or to say that it is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGIT", "NOT_A_DIGIT", "UNSURE", "Rules"]

DIGIT, UNSURE, NOT_A_DIGIT = "digit", "unsure", "not-a-digit"


@dataclass(frozen=True, slots=True)
class Rules:
    """When an answer is refused.

    Attributes
    ----------
    strange : float
        Farther than this from every prototype is no digit. In units of the median distance of held-out
        training digits of the label (:meth:`inknn.vote.Calibration.strangeness`): a typical training
        digit has 1, one in a thousand more than about 2.
    unsure : float
        Less confidence than this is doubt.
    """

    strange: float = 2.2
    unsure: float = 0.85

    def verdicts(self, confidence: NDArray[np.float64], strangeness: NDArray[np.float64]) -> NDArray[np.str_]:
        """``digit``, ``unsure`` or ``not-a-digit`` for each of n answers, str (n,)."""
        doubted = np.where(confidence < self.unsure, UNSURE, DIGIT)
        return np.where(strangeness > self.strange, NOT_A_DIGIT, doubted)
