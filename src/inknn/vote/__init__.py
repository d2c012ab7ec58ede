"""From neighbours to an answer: label, confidence, credibility and verdict.

    distances and labels of the neighbours ──vote──▶ winner, shares, margin ──second look, where split──▶
        ──calibration──▶ confidence, farness, credibility ──rules──▶ verdict

``vote`` counts; ``local_mean_distances`` is the second look; ``Calibration`` has learnt what margins and
distances mean; ``Rules`` draws the lines.
"""

from __future__ import annotations

from .calibration import Calibration
from .verdict import DIGIT, NOT_A_DIGIT, UNSURE, Rules
from .votes import Votes, local_mean_distances, reaches, vote

__all__ = [
    "DIGIT",
    "NOT_A_DIGIT",
    "UNSURE",
    "Calibration",
    "Rules",
    "Votes",
    "local_mean_distances",
    "reaches",
    "vote",
]
