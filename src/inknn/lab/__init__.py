"""Study models of labeled digits: evaluate, compare, tune, audit, condense, and plot them.

``data`` chooses folds and held-out digits, ``pipeline`` turns digits into vectors, ``scores`` and
``statistics`` hold the figures. ``evaluation``, ``comparison``, ``condensation``, ``tuning`` and ``audit``
are one study each; ``plots`` and ``reports`` show their results. Names are imported on first use: most need
scikit-learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .evaluation import Evaluation, evaluate, evaluate_data
    from .statistics import wilson_interval

__all__ = ["Evaluation", "evaluate", "evaluate_data", "wilson_interval"]

_MODULES = {
    "Evaluation": "evaluation",
    "evaluate": "evaluation",
    "evaluate_data": "evaluation",
    "wilson_interval": "statistics",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
