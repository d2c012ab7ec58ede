"""Classifiers of scikit-learn that ours are compared with."""

from __future__ import annotations

from typing import Any

__all__ = ["random_forest", "support_vectors"]


def support_vectors() -> Any:
    """scikit-learn's support vector machine, for pixels from 0 to 1."""
    from sklearn.svm import SVC

    return SVC(C=10, gamma="scale", cache_size=1000)


def random_forest() -> Any:
    """scikit-learn's random forest."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(300, n_jobs=-1, random_state=0)
