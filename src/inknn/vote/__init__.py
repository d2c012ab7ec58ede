"""From neighbours to an answer: label, confidence, credibility and verdict.

    distances and labels of the neighbours ──vote──▶ winner, shares, margin
        ──calibration──▶ confidence, credibility ──rules──▶ verdict

``vote`` counts; ``Calibration`` has learnt what margins and distances mean; ``Rules`` draws the lines.
"""

from __future__ import annotations

from .calibration import Calibration
from .verdict import DIGIT, NOT_A_DIGIT, UNSURE, Rules
from .votes import Votes, vote

__all__ = ["DIGIT", "NOT_A_DIGIT", "UNSURE", "Calibration", "Rules", "Votes", "vote"]
