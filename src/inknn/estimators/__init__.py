"""inknn for scikit-learn: classifiers, neighbor searches, transformers and preprocessing as estimators.

``digits`` is the recognizer as a classifier. ``neighbors`` and ``neighbors_classifier`` are scikit-learn's,
with the search of ``engine`` where it is faster. ``transformers`` turn digits into vectors, and ``registry``
lists them by name; ``preprocessing`` holds the steps before them. ``validation`` holds the checks they share.
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
