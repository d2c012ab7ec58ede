"""Choose k, metric, features and vote by cross-validation on training digits.

    digits ──folds──▶ space and search, fitted without the fold ──passes──▶ errors for every k and both votes
        ──curves──▶ the best k, the one-standard-error choice, and how flat it is between them

``grid`` tries all combinations, ``trials`` lets Optuna propose them; ``checkpoint`` keeps what has been
measured, so that nothing is measured twice.
"""

from __future__ import annotations

from .curves import Curve
from .grid import TuneResult, parse_ks, tune
from .trials import tune_by_trials

__all__ = ["Curve", "TuneResult", "parse_ks", "tune", "tune_by_trials"]
