"""Choose k, the metric, the features and the vote by cross-validation on training digits.

    digits ──folds──▶ vectors, learned without the fold ──one search for the largest k──▶ neighbors
        ──vote_by_k──▶ errors for every k and both votes ──result──▶ the best k, and all that are as good

``grid`` tries all combinations. ``cross_validation`` measures one of them, with the ``fold_errors`` of each
fold, and takes what an earlier run has measured from its ``checkpoint``.
"""

from __future__ import annotations

from .grid import parse_ks, tune
from .result import Curve, TuneResult

__all__ = ["Curve", "TuneResult", "parse_ks", "tune"]
