"""inknn for scikit-learn: classifiers, neighbor searches, transformers and preprocessing as estimators.

``digits`` is the recognizer as a classifier, ``neighbors`` the exact search, ``neighbors_classifier`` a plain
vote in any metric, ``transformers`` and ``features`` turn digits into vectors, ``preprocessing`` is what may be
done to digits before. Only this room and the lab import scikit-learn.
"""

from __future__ import annotations

from .digits import DigitClassifier
from .features import FEATURES, Feature, feature
from .neighbors import NearestNeighbors
from .neighbors_classifier import KNeighborsClassifier
from .preprocessing import PREPROCESSING, preprocess
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
