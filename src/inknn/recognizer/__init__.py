"""From a digit to a prediction: label, confidence, credibility, verdict, and the neighbors it rests on.

    28×28 digits ──description──▶ features ──metric_learning──▶ vectors ──references──▶ k neighbors ──votes──▶
        label and margin ──reranking, where neighbors disagree──▶ ──calibration──▶ confidence, credibility
        ──verdict──▶ predictions

``recognizer`` runs these steps and ``settings`` holds all that can be set. ``references`` are the labeled
digits that vote, ``non_digits`` examples of what is no digit. ``stored`` checks arrays that were stored.
Labels are codes 0 to c − 1 throughout. Nothing here imports scikit-learn or knows about files.
"""

from __future__ import annotations

from .calibration import Calibration
from .predictions import Predictions
from .recognizer import FORMAT, Recognizer
from .references import References
from .settings import FEATURES, LEARNED, PRESETS, Settings, choose_settings
from .verdict import DIGIT, NOT_A_DIGIT, UNSURE, Thresholds
from .votes import Votes, vote, vote_by_k

__all__ = [
    "DIGIT",
    "FEATURES",
    "FORMAT",
    "LEARNED",
    "NOT_A_DIGIT",
    "PRESETS",
    "UNSURE",
    "Calibration",
    "Predictions",
    "Recognizer",
    "References",
    "Settings",
    "Thresholds",
    "Votes",
    "choose_settings",
    "vote",
    "vote_by_k",
]
