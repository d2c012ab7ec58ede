"""The features as scikit-learn transformers, to combine with everything else in a ``Pipeline``.

>>> from sklearn.neighbors import KNeighborsClassifier
>>> from sklearn.pipeline import make_pipeline
>>> pipeline = make_pipeline(GradientHistograms(), WithinClassWhitening(), KNeighborsClassifier(3))

Reading pictures doesn't come by here: it uses the functions of the neighboring files, and never pays
for importing scikit-learn.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..features.gradient import GradientSettings, gradient_histograms
from ..features.images import as_images
from ..features.projection import Projection, fit_projection

__all__ = ["GradientHistograms", "WithinClassWhitening", "checked_images"]


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
        checked_images(self, X, reset=True)
        self._n_features_out = (self.settings or GradientSettings()).n_features
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Histograms of uint8 (n, 784) or (n, 28, 28): float32 (n, settings.n_features)."""
        check_is_fitted(self)
        return gradient_histograms(checked_images(self, X), self.settings, n_threads=self.n_jobs)


class WithinClassWhitening(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Vectors → principal components, whitened within the classes (:mod:`inknn.features.projection`).

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
        features, labels = validate_data(self, X, y, dtype=np.float32)
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
        return self.projection_.apply(validate_data(self, X, dtype=np.float32, reset=False))

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: the result is always float32."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def checked_images(transformer: BaseEstimator, X: ArrayLike, *, reset: bool = False) -> NDArray[np.uint8]:
    """Digits as uint8 (n, 28, 28), after scikit-learn has had its look at them."""
    if getattr(X, "ndim", 2) == 3:
        X = as_images(X).reshape(-1, 784)
    return as_images(validate_data(transformer, X, dtype="numeric", reset=reset))
