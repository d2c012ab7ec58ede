"""The features as scikit-learn transformers, to combine with everything else in a ``Pipeline``.

>>> from sklearn.neighbors import KNeighborsClassifier
>>> from sklearn.pipeline import make_pipeline
>>> pipeline = make_pipeline(GradientHistograms(), WithinClassWhitening(), KNeighborsClassifier(3))

Reading pictures does not use them: it calls the functions of :mod:`inknn.features`, and need not import
scikit-learn.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..features import GradientSettings, Projection, fit_projection, gradient_histograms
from ..features.registry import DESCRIPTIONS
from .validation import check_images

__all__ = ["DigitFeatures", "GradientHistograms", "WithinClassWhitening"]


class GradientHistograms(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Images → histograms of edge directions (:func:`inknn.features.gradient_histograms`).

    Parameters
    ----------
    settings : GradientSettings, optional
        How to make them.
    n_jobs : int, optional
        Threads; all CPUs by default.
    """

    def __init__(self, settings: GradientSettings | None = None, n_jobs: int | None = None) -> None:
        self.settings = settings
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn nothing; check that ``X`` is uint8 (n, 784) or (n, 28, 28)."""
        check_images(self, X, reset=True)
        self._n_features_out = (self.settings or GradientSettings()).n_features
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Histograms of uint8 (n, 784) or (n, 28, 28): float32 (n, settings.n_features)."""
        check_is_fitted(self)
        return gradient_histograms(check_images(self, X), self.settings, n_threads=self.n_jobs)


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
        check_images(self, X, reset=True)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Describe uint8 (n, 784) or (n, 28, 28): float32 (n, d)."""
        check_is_fitted(self, "n_features_in_")
        return DESCRIPTIONS[self.kind][0](check_images(self, X))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the d numbers."""
        return np.array(DESCRIPTIONS[self.kind][1], dtype=object)

    def __sklearn_tags__(self) -> Any:
        """The tags of this estimator: the result is always float32."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


class WithinClassWhitening(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Vectors → principal components, whitened within the classes (:mod:`inknn.features.projection`).

    All is computed in float64: the vectors of one digit do not depend on the order and the number of digits
    (products of matrices may, in the last bits), as far as float32, the type of the result, can show.

    Parameters
    ----------
    n_components : int
        Dimensions to keep.
    shrinkage : float
        Share of the scaled identity in the within-class covariance, 0 to 1.
    length_normalization : float
        How far to bring the lengths of the vectors to one, 0 to 1.
    """

    def __init__(
        self, n_components: int = 128, shrinkage: float = 0.2, length_normalization: float = 0.5
    ) -> None:
        self.n_components = n_components
        self.shrinkage = shrinkage
        self.length_normalization = length_normalization

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from vectors (n, D) and their classes (n,)."""
        features, labels = validate_data(self, X, y, dtype=np.float64)
        _, codes = np.unique(labels, return_inverse=True)
        self.projection_: Projection = fit_projection(
            features,
            codes,
            n_components=self.n_components,
            shrinkage=self.shrinkage,
            length_normalization=self.length_normalization,
        )
        self._n_features_out = self.projection_.components.shape[1]
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Project vectors (n, D): float32 (n, d), d ≤ n_components."""
        check_is_fitted(self)
        vectors = self.projection_.apply(validate_data(self, X, dtype=np.float64, reset=False))
        return vectors.astype(np.float32)

    def __sklearn_tags__(self) -> Any:
        """The tags of this estimator: the result is always float32."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
