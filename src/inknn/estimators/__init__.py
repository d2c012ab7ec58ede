"""inknn for scikit-learn: classifiers, neighbor searches, transformers and preprocessing as estimators.

``digits`` is the recognizer as a classifier, ``neighbors`` the exact search, ``neighbors_classifier`` a plain
vote in any metric. ``transformers`` turn digits into vectors, and ``registry`` lists them by name;
``preprocessing`` holds the steps before them. ``validation`` holds the checks they share.
"""

from __future__ import annotations

from .digits import DigitClassifier
from .neighbors import NearestNeighbors
from .neighbors_classifier import KNeighborsClassifier
from .preprocessing import PREPROCESSING, preprocess
from .registry import FEATURES, Feature, feature
from .transformers import GradientHistograms, WithinClassWhitening

__all__ = [
    "FEATURES",
    "PREPROCESSING",
    "DigitClassifier",
    "Feature",
    "GradientHistograms",
    "KNeighborsClassifier",
    "NearestNeighbors",
    "WithinClassWhitening",
    "feature",
    "preprocess",
]
