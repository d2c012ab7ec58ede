"""All features there are: one line each, from which transformers and tests take them.

>>> from sklearn.pipeline import make_pipeline, make_union
>>> from sklearn.neighbors import KNeighborsClassifier
>>> shape = make_union(feature("topology"), feature("zoning"))
>>> pipeline = make_pipeline(shape, feature("whitening", n_components=20), KNeighborsClassifier(3))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from ..errors import UnknownNameError
from ..features.registry import DESCRIPTIONS
from .transformers import GradientHistograms, WithinClassWhitening, checked_images

__all__ = ["FEATURES", "DigitFeatures", "Feature", "feature"]


@dataclass(frozen=True, slots=True)
class Feature:
    """A way to describe digits.

    Attributes
    ----------
    name, what : str
    make : callable
        The transformer; keyword arguments are its parameters.
    takes_digits : bool
        Digits, uint8 (n, 784) or (n, 28, 28); otherwise any vectors.
    needs_labels : bool
        To be fitted.
    """

    name: str
    what: str
    make: Callable[..., Any]
    takes_digits: bool = True
    needs_labels: bool = False


class DigitFeatures(TransformerMixin, BaseEstimator):
    """Digits → numbers that people have a name for (:mod:`inknn.features.shape`); nothing is learned.

    Parameters
    ----------
    kind : str
        A key of ``DESCRIPTIONS``.
    """

    def __init__(self, kind: str = "zoning") -> None:
        self.kind = kind

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check that ``X`` is uint8 (n, 784) or (n, 28, 28)."""
        if self.kind not in DESCRIPTIONS:
            raise ValueError(f"kind must be one of {', '.join(DESCRIPTIONS)}, got {self.kind!r}")
        checked_images(self, X, reset=True)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Describe uint8 (n, 784) or (n, 28, 28): float32 (n, d)."""
        check_is_fitted(self, "n_features_in_")
        return DESCRIPTIONS[self.kind][0](checked_images(self, X))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the d numbers."""
        return np.array(DESCRIPTIONS[self.kind][1], dtype=object)

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: the result is always float32."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def _described(name: str, what: str) -> Feature:
    return Feature(name, what, lambda **parameters: DigitFeatures(name, **parameters))


_LINES = (
    _described("pixels", "gray levels"),
    Feature("gradient", "histograms of edge directions", GradientHistograms),
    _described("moments", "central moments of orders two and three"),
    _described("hu", "Hu's seven invariant moments"),
    _described("ink", "ink density and aspect"),
    _described("topology", "pieces, holes, Euler number"),
    _described("crossings", "strokes each row and column meets"),
    _described("profiles", "ink in each row and column"),
    _described("zoning", "ink in 7 × 7 zones"),
    _described("contour", "Fourier descriptors of the outline"),
    Feature("pca", "principal components", PCA, takes_digits=False),
    Feature(
        "whitening", "within-class whitening", WithinClassWhitening, takes_digits=False, needs_labels=True
    ),
)

FEATURES: dict[str, Feature] = {line.name: line for line in _LINES}
"""Every feature, by its name."""


def feature(name: str, **parameters: Any) -> Any:
    """A new transformer.

    Parameters
    ----------
    name : str
        A key of ``FEATURES``.
    **parameters
        Of the transformer.

    Returns
    -------
    scikit-learn transformer

    Raises
    ------
    UnknownNameError
        If there is none of that name, a ``ValueError``; it says which is nearest.
    """
    if name not in FEATURES:
        raise UnknownNameError("feature", name, FEATURES)
    return FEATURES[name].make(**parameters)
