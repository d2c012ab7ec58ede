"""From a digit to an answer: label, confidence, credibility, verdict, and the neighbors that decided.

    28×28 digits ──features──▶ vectors ──search──▶ k neighbors ──votes──▶ label and margin
        ──reranking, where they disagree──▶ ──calibration──▶ confidence, credibility ──verdict──▶ answer

``recognizer`` runs these steps, ``settings`` holds all that can be set, ``references`` are the labeled digits
that vote, ``metric_learning`` finds the space they are compared in, ``predictions`` is what comes out. Nothing
here imports scikit-learn or knows about files.
"""

from __future__ import annotations

from .calibration import Calibration
from .predictions import Predictions
from .recognizer import Recognizer
from .settings import LEARNED, Settings
from .verdict import DIGIT, NOT_A_DIGIT, UNSURE, Rules
from .votes import Votes, vote

__all__ = [
    "DIGIT",
    "LEARNED",
    "NOT_A_DIGIT",
    "UNSURE",
    "Calibration",
    "Predictions",
    "Recognizer",
    "Rules",
    "Settings",
    "Votes",
    "vote",
]
