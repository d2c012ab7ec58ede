"""The model as a scikit-learn estimator."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from typing import Any, BinaryIO, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from ..features import as_images
from ..memory import Model
from ..progress import Progress
from ..recognizer import Predictions, Recognizer
from ..recognizer.settings import LEARNED, Settings, choose_settings
from .validation import check_enough_references, check_n_neighbors

__all__ = ["DigitClassifier"]


class DigitClassifier(ClassifierMixin, BaseEstimator):
    """Classify 28 × 28 digits by their nearest neighbors in a learned metric.

    Gradient histograms, a metric learned in closed form, exact k nearest neighbors, a distance-weighted vote
    and re-ranking where it is split: see :mod:`inknn.recognizer`. There is no training run; ``fit`` on
    MNIST's 60,000 digits takes some seconds.

    Parameters
    ----------
    n_neighbors : int
        Neighbors that vote.
    preset : {"best", "fast"}
        Where neighbors disagree, ``"fast"`` compares the vectors of more neighbors, ``"best"`` their pictures
        too (:mod:`inknn.recognizer.reranking`). It keeps these pictures, 784 bytes each, and takes a little
        longer. Both were chosen by cross-validation on MNIST's training digits; :class:`inknn.DigitReader`
        uses ``"best"``, which makes fewer errors on the digits of other people and scanners too.
    features : str
        What digits are compared by: ``"learned"``, or one of :data:`inknn.features.registry.DESCRIPTIONS`,
        for which nothing is learned and nothing re-ranked; the preset is then of no effect, nor are
        ``n_components`` and ``shrinkage``.
    metric : str
        A name in :data:`inknn.metrics.METRICS`; those that compare pictures go with ``features="pixels"``.
    weights : {"distance", "uniform"}
        A neighbor at distance d has 1/d⁴ votes, or each has one; of equal votes the nearest decides.
    n_components : int
        Dimensions of the learned space.
    shrinkage : float
        Share of the scaled identity in the within-class covariance, 0 to 1.
    n_jobs : int, optional
        Threads; all CPUs by default. No prediction depends on it.

    Attributes
    ----------
    classes_ : (c,)
        The labels seen in ``fit``, sorted; of any type.
    model_ : Model
        What was fitted.
    recognizer_ : Recognizer
        The model's recognizer.
    n_features_in_ : int
        784.

    Examples
    --------
    >>> from inknn.datasets import load_mnist
    >>> (X, y), (X_test, y_test) = load_mnist()
    >>> classifier = DigitClassifier(n_neighbors=3).fit(X[:2000], y[:2000])
    >>> classifier.predict(X_test[:5]).tolist()
    [7, 2, 1, 0, 4]
    """

    def __init__(
        self,
        n_neighbors: int = 5,
        *,
        preset: str = "best",
        features: str = LEARNED,
        metric: str = "euclidean",
        weights: str = "distance",
        n_components: int = 128,
        shrinkage: float = 0.2,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.preset = preset
        self.features = features
        self.metric = metric
        self.weights = weights
        self.n_components = n_components
        self.shrinkage = shrinkage
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: ArrayLike, *, progress: Progress | None = None) -> Self:
        """Learn digits.

        Parameters
        ----------
        X : uint8 (n, 28, 28) or (n, 784)
            In MNIST's normal form (:func:`inknn.glyph.normalize` makes it), ink bright on black.
        y : (n,)
            Labels of any kind: numbers, strings, ...
        progress : Progress, optional
            Called with what is being done, and how much of it is done.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``X`` is no digits, ``y`` no labels, there isn't one for each, or a parameter is wrong; for an
            unknown name the message offers the nearest.
        TypeError
            If ``n_neighbors`` is no whole number.
        """
        settings = self._settings()
        if y is None:
            raise ValueError("DigitClassifier requires y to be passed, but the target y is None")
        images = self._images(X, reset=True)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        if len(labels) != len(images):
            raise ValueError(
                f"there must be one label for each digit, got {len(labels)} for {len(images)} digits"
            )
        self.model_ = Model.fit(
            images, labels, settings, name="this classifier", n_threads=self.n_jobs, progress=progress
        )
        return self

    def _settings(self) -> Settings:
        return choose_settings(
            preset=self.preset,
            n_neighbors=check_n_neighbors(self.n_neighbors),
            features=self.features,
            metric=self.metric,
            weights=self.weights,
            n_components=self.n_components,
            shrinkage=self.shrinkage,
        )

    @classmethod
    def from_model(cls, model: Model) -> Self:
        """The estimator that ``fit`` would have given, around a model."""
        settings = model.recognizer.settings
        classifier = cls(
            n_neighbors=settings.n_neighbors,
            preset=settings.preset,
            features=settings.feature,
            metric=settings.metric,
            weights=settings.weights,
            n_components=settings.n_components,
            shrinkage=settings.shrinkage,
        )
        classifier.model_ = model
        classifier.n_features_in_ = 784
        return classifier

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels seen in ``fit``, sorted, (c,)."""
        return self.model_.classes

    @property
    def recognizer_(self) -> Recognizer:
        """What recognizes the digits; its labels are places in ``classes_``."""
        return self.model_.recognizer

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Keep what was learned in a file, in one step: plain arrays under a checksum, no pickle.

        Parameters
        ----------
        path
            The file to write, or one that is open for it.

        Raises
        ------
        ValueError
            If the labels are neither numbers nor text, which is all the file can hold.
        OSError
            If it can't be written.
        """
        check_is_fitted(self)
        self._current_model().save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """A classifier from a file of :meth:`save`; the file is mapped into memory, not read.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DigitClassifier
            Fitted. ``n_jobs`` is not kept.

        Raises
        ------
        DataError
            If the file is damaged, no model, or one of another version; the message says which.
        FileNotFoundError
            If there is none.
        """
        return cls.from_model(Model.open(path))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels of digits, uint8 (n, 28, 28) or (n, 784): (n,), of the type seen in ``fit``."""
        return self._predictions(X).labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probability of each class, in the order of ``classes_``.

        The label :meth:`predict` gives has the calibrated confidence (:mod:`inknn.recognizer.calibration`);
        the rest is divided among the other labels (:meth:`inknn.recognizer.Predictions.probabilities`).

        Parameters
        ----------
        X : uint8 (n, 28, 28) or (n, 784)

        Returns
        -------
        float64 (n, c)
            Rows sum to 1; the largest is that of :meth:`predict`.
        """
        return self._predictions(X).probabilities()

    @overload
    def kneighbors(
        self, X: ArrayLike, n_neighbors: int | None = None, return_distance: Literal[True] = True
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]: ...
    @overload
    def kneighbors(
        self, X: ArrayLike, n_neighbors: int | None = None, *, return_distance: Literal[False]
    ) -> NDArray[np.int64]: ...
    def kneighbors(
        self, X: ArrayLike, n_neighbors: int | None = None, return_distance: bool = True
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]] | NDArray[np.int64]:
        """The digits of ``fit`` nearest to each of ``X``.

        Parameters
        ----------
        X : uint8 (n, 28, 28) or (n, 784)
        n_neighbors : int, optional
            As many as vote, by default.
        return_distance : bool
            False returns ``indices`` alone.

        Returns
        -------
        distances : float64 (n, k)
            In the learned metric, ascending.
        indices : int64 (n, k)
            Rows of the ``X`` of ``fit``; of equally near ones, the smaller index comes first.
        """
        check_is_fitted(self)
        k = check_n_neighbors(self.n_neighbors if n_neighbors is None else n_neighbors)
        images = self._images(X)
        check_enough_references(k, len(self.recognizer_.labels), len(images))
        distances, indices = self.recognizer_.neighbors(images, k, n_threads=self.n_jobs)
        return (distances, indices) if return_distance else indices

    def _images(self, X: ArrayLike, *, reset: bool = False) -> NDArray[np.uint8]:
        """Digits as uint8 (n, 28, 28), after scikit-learn has had its look at them."""
        if getattr(X, "ndim", 2) == 3:
            X = as_images(X).reshape(-1, 784)
        images = as_images(validate_data(self, X, dtype="numeric", reset=reset))
        if _on_white(images):
            warnings.warn(
                "these digits look like dark ink on bright paper; ink must be bright on black: give 255 - X",
                stacklevel=3,
            )
        return images

    def _predictions(self, X: ArrayLike) -> Predictions:
        check_is_fitted(self)
        return self._current_model().predict(self._images(X), n_threads=self.n_jobs)

    def _current_model(self) -> Model:
        """The model, with as many neighbors voting as ``set_params`` may have set since ``fit``."""
        if self.recognizer_.settings.n_neighbors == self.n_neighbors:
            return self.model_
        return replace(self.model_, recognizer=self.recognizer_.with_neighbors(self.n_neighbors))


def _on_white(images: NDArray[np.uint8]) -> bool:
    """Whether nearly all digits have bright corners, where MNIST's have no ink."""
    corners = images[:, ::27, ::27].reshape(len(images), -1)
    return bool(((corners > 127).all(axis=1)).mean() > 0.9)
