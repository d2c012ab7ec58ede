"""scikit-learn's k-nearest-neighbor classifier, with inknn's search and metrics."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import neighbors
from sklearn.utils.validation import check_is_fitted

from .neighbors import SearchMixin

__all__ = ["KNeighborsClassifier"]


class KNeighborsClassifier(SearchMixin, neighbors.KNeighborsClassifier):
    """A vote among the k nearest neighbors: ``sklearn.neighbors.KNeighborsClassifier``, faster.

    A subclass with the same parameters and methods. Its answers differ only in the choice among equally
    near neighbors. It searches as :class:`inknn.NearestNeighbors` does, and scikit-learn's own code
    counts the votes: of equal votes the lowest label wins.

    Parameters
    ----------
    n_neighbors : int
        Neighbors that vote.
    weights : {"uniform", "distance"}, callable or None
        One vote for each neighbor; one over the distance; or a function of distances (q, k) that returns
        weights (q, k).
    algorithm, leaf_size, p, metric, metric_params, n_jobs
        As of :class:`inknn.NearestNeighbors`.

    Attributes
    ----------
    classes_ : (c,)
        The labels seen in ``fit``, sorted.
    effective_engine_ : {"inknn", "scikit-learn"}
        What searches for the neighbors.
    effective_metric_, effective_metric_params_, outputs_2d_, n_features_in_, n_samples_fit_
        As in scikit-learn.

    Examples
    --------
    >>> KNeighborsClassifier(n_neighbors=1).fit([[0.0], [1.0]], ["no", "yes"]).predict([[0.8]]).tolist()
    ['yes']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **neighbors.KNeighborsClassifier._parameter_constraints,
        **SearchMixin._parameter_constraints,
    }

    def predict(self, X: ArrayLike | None) -> NDArray[Any]:
        """Labels with the most votes, (q,), of the type seen in ``fit``; of ``X`` (q, dims)."""
        view = self._searching(X)
        if view is self or self.weights not in ("uniform", None):
            return np.asarray(super(KNeighborsClassifier, view).predict(X))
        shares = super(KNeighborsClassifier, view).predict_proba(X)
        if not self.outputs_2d_:
            return np.asarray(self.classes_[shares.argmax(axis=1)])
        columns = zip(self.classes_, shares, strict=True)
        return np.stack([classes[share.argmax(axis=1)] for classes, share in columns], axis=1)

    def predict_proba(self, X: ArrayLike | None) -> Any:
        """Share of the vote of each of ``classes_``, float64 (q, c); of ``X`` (q, dims)."""
        return super(KNeighborsClassifier, self._searching(X)).predict_proba(X)

    def _searching(self, X: ArrayLike | None) -> Self:
        """Itself, or where inknn searches, a view of it that scikit-learn asks for neighbors.

        For brute force, scikit-learn would take a shortcut past :meth:`kneighbors`.
        """
        check_is_fitted(self)
        if self._engine_for(X, self.n_neighbors) is None:
            return self
        view = copy.copy(self)
        view._fit_method = "inknn"
        return view
