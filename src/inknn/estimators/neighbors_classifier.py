"""scikit-learn's k-nearest-neighbor classifier, with inknn's searches and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ..metrics import MetricLike
from ..recognizer.votes import Votes, vote
from .neighbors import NearestNeighbors
from .validation import check_search_parameters

__all__ = ["KNeighborsClassifier"]

Weights = Literal["uniform", "distance"] | Callable[[NDArray[np.float64]], NDArray[np.float64]]


class KNeighborsClassifier(ClassifierMixin, BaseEstimator):
    """Classify by a vote among the k nearest neighbors, in any metric of :data:`inknn.metrics.METRICS`.

    A drop-in for ``sklearn.neighbors.KNeighborsClassifier`` where each row has one label. Ties are decided:
    of equally near neighbors the one seen first in ``fit`` comes first, of equal votes the lowest label wins.

    Parameters
    ----------
    n_neighbors : int
        Neighbors that vote.
    metric : str or callable
        A name in ``METRICS``, or a function of two vectors. Costly metrics (``"tangent"``, ``"idm"``,
        ``"p2dhmdm"``) take 28 × 28 digits only and are exact within a shortlist of Euclidean neighbors,
        whose length the table of metrics says.
    weights : {"uniform", "distance"} or callable
        One vote for each neighbor; one over the distance, where neighbors at distance zero outvote all
        others; or a function of distances (n, k) that returns weights (n, k). None is ``"uniform"``.
    algorithm, leaf_size, p, metric_params
        As of :class:`inknn.NearestNeighbors`.
    n_jobs : int, optional
        Threads; all CPUs by default. No prediction depends on it.

    Attributes
    ----------
    classes_ : (c,)
        The labels seen in ``fit``, sorted.
    n_features_in_ : int
    n_samples_fit_ : int

    Examples
    --------
    >>> KNeighborsClassifier(n_neighbors=1).fit([[0.0], [1.0]], ["no", "yes"]).predict([[0.8]]).tolist()
    ['yes']
    """

    def __init__(
        self,
        n_neighbors: int = 5,
        *,
        metric: MetricLike = "euclidean",
        weights: Weights | None = "uniform",
        algorithm: str = "auto",
        leaf_size: int = 30,
        p: float = 2,
        metric_params: dict[str, Any] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.weights = weights
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.p = p
        self.metric_params = metric_params
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Keep the rows whose nearest neighbors will vote.

        Parameters
        ----------
        X : (n, d)
            Numbers; uint8 and float32 are kept as they are, all others as float64.
        y : (n,)
            Labels of any kind.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``X``, ``y`` or a parameter is refused; with scikit-learn's message where there is one.
        """
        self._check_parameters()
        rows, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, self._codes = np.unique(y, return_inverse=True)
        self._search = NearestNeighbors(
            metric=self.metric,
            algorithm=self.algorithm,
            p=self.p,
            metric_params=self.metric_params,
            n_jobs=self.n_jobs,
        ).fit(rows)
        self.n_samples_fit_ = len(rows)
        return self

    @overload
    def kneighbors(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        return_distance: Literal[True] = True,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]: ...
    @overload
    def kneighbors(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, *, return_distance: Literal[False]
    ) -> NDArray[np.int64]: ...
    def kneighbors(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]] | NDArray[np.int64]:
        """The rows of ``fit`` nearest to each of ``X``.

        Parameters
        ----------
        X : (n, d), optional
            By default the rows of ``fit``, each without itself among its neighbors.
        n_neighbors : int, optional
            As many as vote, by default.
        return_distance : bool
            False returns ``indices`` alone.

        Returns
        -------
        distances : float64 (n, k)
            Ascending.
        indices : int64 (n, k)
        """
        check_is_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        rows = None if X is None else validate_data(self, X, reset=False)
        distances, indices = self._search.kneighbors(rows, k)
        return (distances, indices) if return_distance else indices

    def kneighbors_graph(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
    ) -> Any:
        """The neighbors as a sparse matrix: :meth:`inknn.NearestNeighbors.kneighbors_graph`."""
        check_is_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        rows = None if X is None else validate_data(self, X, reset=False)
        return self._search.kneighbors_graph(rows, k, mode)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Share of the vote of each class, float64 (n, c), in the order of ``classes_``; of ``X`` (n, d)."""
        return self._votes(X).shares

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels with the most votes, (n,), of the type seen in ``fit``; of ``X`` (n, d)."""
        votes = self._votes(X)
        return self.classes_[votes.labels]

    def _votes(self, X: ArrayLike) -> Votes:
        check_is_fitted(self)
        self._check_parameters()
        distances, indices = self.kneighbors(X)
        return vote(
            distances,
            self._codes[indices],
            n_labels=len(self.classes_),
            power=1 if self.weights == "distance" else 0,
            weights=self._given_weights(distances),
            ties="lowest label",
        )

    def _check_parameters(self) -> None:
        check_search_parameters(self)
        if not callable(self.weights) and self.weights not in ("uniform", "distance", None):
            raise ValueError(
                f"weights must be 'uniform', 'distance' or a function of distances, got {self.weights!r}"
            )

    def _given_weights(self, distances: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """What a function for ``weights`` returns, (n, k)."""
        if not callable(self.weights):
            return None
        weights = np.asarray(self.weights(distances), dtype=np.float64)
        if weights.shape != distances.shape:
            raise ValueError(
                f"weights must give one for each distance, {distances.shape}, got {weights.shape}"
            )
        return weights
