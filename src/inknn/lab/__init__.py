"""For people who study the reader: how often it is wrong, and how sure we can be of that."""

from __future__ import annotations

from .evaluate import Evaluation, evaluate, evaluate_data
from .statistics import wilson_interval

__all__ = ["Evaluation", "evaluate", "evaluate_data", "wilson_interval"]
