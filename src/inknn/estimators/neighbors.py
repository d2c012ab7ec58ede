"""scikit-learn's nearest neighbors, with inknn's search where it is faster and inknn's metrics of digits."""

from __future__ import annotations

import copy
import itertools
from numbers import Integral
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn import neighbors
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from ..metrics import METRICS, MetricLike
from ..search import without_itself
from .engine import Engine, is_faster, threads_for

__all__ = ["NearestNeighbors", "SearchMixin"]

_OURS = "inknn"  # as a name of an algorithm and of an engine
_OWN_METRICS = frozenset(METRICS) - set(itertools.chain(*neighbors.VALID_METRICS.values()))
_OTHER_NAMES = {"l1": "manhattan", "cityblock": "manhattan", "l2": "euclidean"}
_CONSTRAINTS = neighbors.NearestNeighbors._parameter_constraints


class SearchMixin:
    """What :class:`inknn.NearestNeighbors` and :class:`inknn.KNeighborsClassifier` add to scikit-learn's.

    It comes before scikit-learn's class among the bases. What inknn's search doesn't answer, scikit-learn's
    own code does.
    """

    n_neighbors: int
    n_jobs: int | None
    n_features_in_: int
    n_samples_fit_: int
    algorithm: str
    metric: Any
    metric_params: dict[str, Any] | None
    p: float
    effective_metric_: Any
    effective_metric_params_: dict[str, Any]
    _fit_X: Any
    _fit_method: str
    _tree: Any
    _engine: Engine | None

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "algorithm": [*_CONSTRAINTS["algorithm"], StrOptions({_OURS})],
        "metric": [*_CONSTRAINTS["metric"], StrOptions(set(_OWN_METRICS))],
    }

    def _check_algorithm_metric(self) -> None:
        if not self._needs_engine() or self.algorithm not in ("auto", "brute"):
            super()._check_algorithm_metric()  # type: ignore[misc]

    def _fit(self, X: Any, y: Any = None) -> Self:
        fitted = self
        if self.algorithm == _OURS:  # scikit-learn prepares all that is not inknn's for brute force
            self._check_ours()
            fitted = copy.copy(self)
            fitted.algorithm = "brute"
        super(SearchMixin, fitted)._fit(X, y)  # type: ignore[misc]
        if fitted is not self:
            vars(self).update({**vars(fitted), "algorithm": _OURS})
        fitted_before = isinstance(X, (neighbors.KDTree, neighbors.BallTree)) or hasattr(X, "_fit_method")
        self._engine = None if fitted_before else self._made_engine()
        ours = self._engine is not None and self._takes(self.n_neighbors)
        self.effective_engine_ = _OURS if ours else "scikit-learn"
        return self

    def _check_ours(self) -> None:
        """``ValueError`` if inknn has no search of its own for the metric."""
        power = (self.metric_params or {}).get("p", self.p)
        if not (self._needs_engine() or _is_euclidean(self.metric, power)):
            raise ValueError(
                f"algorithm='inknn' searches by Euclidean distance or one of {sorted(_OWN_METRICS)}, "
                f"not by {self.metric!r}; use algorithm='auto'"
            )

    def _made_engine(self) -> Engine | None:
        """inknn's engine, if it can search these references at all."""
        rows = self._fit_X
        if not (type(rows) is np.ndarray and rows.dtype.kind in "biuf" and rows.dtype.itemsize <= 8):
            return None
        if self._needs_engine():
            return Engine(rows, self.metric, self.effective_metric_params_)
        euclidean = _is_euclidean(self.effective_metric_) and not self.effective_metric_params_
        if euclidean and self.algorithm in ("auto", _OURS):
            return Engine(rows, "euclidean", {})
        return None

    def _needs_engine(self) -> bool:
        return isinstance(self.metric, str) and self.metric in _OWN_METRICS

    def _takes(self, k: int, X: Any = None) -> bool:
        """Whether the engine, if there is one, searches for the k nearest of ``X``."""
        if self._engine is None:
            return False
        if self._needs_engine() or self._engine.is_changed:
            return True
        if issparse(X):
            return False
        if self.algorithm == _OURS:
            return True
        count, dims = self._engine.rows.shape
        return is_faster(count, dims, k, threads_for(self.n_jobs, dims))

    def _engine_for(self, X: Any, k: Any) -> Engine | None:
        """The engine to search with; None where scikit-learn searches, or says what is wrong with ``k``."""
        most = self.n_samples_fit_ - (X is None)
        if not isinstance(k, Integral) or not 1 <= int(k) <= most or not self._takes(int(k), X):
            return None
        return self._engine

    def kneighbors(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """The references nearest to each of ``X``.

        Parameters
        ----------
        X : (q, dims), optional
            The references themselves by default, none of which then is its own neighbor.
        n_neighbors : int, optional
            That of the estimator by default.
        return_distance : bool
            False returns ``indices`` alone.

        Returns
        -------
        distances : float64 (q, k)
            Ascending.
        indices : int64 (q, k)
            Where ``effective_engine_`` is ``"inknn"``, of equally near ones the smaller index comes first.

        Raises
        ------
        ValueError
            If ``X`` doesn't fit, or there are fewer references than neighbors to find.
        """
        check_is_fitted(self)
        engine = self._engine_for(X, self.n_neighbors if n_neighbors is None else n_neighbors)
        if engine is None:
            return super().kneighbors(X, n_neighbors, return_distance)  # type: ignore[misc]
        k = int(self.n_neighbors if n_neighbors is None else n_neighbors)
        threads = threads_for(self.n_jobs, self.n_features_in_)
        if X is None:
            rows, ids = engine.references()
            distances, indices = without_itself(*engine.query(rows, k + 1, threads), ids)
        else:
            distances, indices = engine.query(self._checked(X), k, threads)
        return (distances, indices) if return_distance else indices

    def _checked(self, X: ArrayLike) -> NDArray[Any]:
        """Queries as scikit-learn checks them, which takes a third of the time of one query of bytes."""
        if (
            type(X) is np.ndarray
            and X.dtype == np.uint8
            and X.shape[1:] == (self.n_features_in_,)
            and len(X) > 0
            and not hasattr(self, "feature_names_in_")
        ):
            return X
        return np.asarray(validate_data(self, X, reset=False, order="C"))

    def kneighbors_graph(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
    ) -> Any:
        """The neighbors as a sparse matrix, ``csr_matrix`` (q, indices in use).

        Parameters
        ----------
        X, n_neighbors
            As for :meth:`kneighbors`.
        mode : {"connectivity", "distance"}
            What it holds for each neighbor: 1, or the distance.
        """
        return super(SearchMixin, self._with_all_ids()).kneighbors_graph(X, n_neighbors, mode)  # type: ignore[misc]

    def _with_all_ids(self) -> Self:
        """Itself, or where references were removed, a view whose graphs have a column for each index."""
        check_is_fitted(self)
        if self._engine is None or not self._engine.is_changed:
            return self
        view = copy.copy(self)
        view.n_samples_fit_ = self._engine.n_ids
        return view


class NearestNeighbors(SearchMixin, neighbors.NearestNeighbors):
    """The nearest of many vectors: ``sklearn.neighbors.NearestNeighbors``, faster.

    A subclass with the same parameters and methods. Its answers differ only in the choice among equally
    near neighbors. Dense vectors in Euclidean distance are searched by inknn where that is faster,
    exactly and by (distance, index). All else is scikit-learn's own code: sparse input, other metrics,
    few dimensions, small sets. ``effective_engine_`` says which.

    Beyond scikit-learn it compares digits in inknn's own metrics, and :meth:`add` and :meth:`remove` change
    the references without fitting anew. Each reference keeps its index: rows of ``fit`` count from 0, those
    of :meth:`add` go on from there, and the index of a removed one is never used again.

    Parameters
    ----------
    n_neighbors : int
        Neighbors that :meth:`kneighbors` finds by default.
    radius : float
        Distance within which :meth:`radius_neighbors` searches by default.
    algorithm : {"auto", "inknn", "brute", "kd_tree", "ball_tree"}
        ``"auto"`` chooses what is faster; ``"inknn"`` is inknn's search, the others are scikit-learn's.
    leaf_size : int
        Of scikit-learn's trees.
    metric : str, callable or DistanceMetric
        As in scikit-learn; or of 28 × 28 digits ``"tangent"``, ``"idm"`` and ``"p2dhmdm"``, which are exact
        within a shortlist of Euclidean neighbors, and ``"ink-hamming"``. :data:`inknn.metrics.METRICS`
        explains them.
    p : float
        Of ``"minkowski"``; 2 is Euclid's.
    metric_params : dict, optional
        Of the metric.
    n_jobs : int, optional
        Threads; all cores for -1. By default those of scikit-learn: all cores where its brute force is
        replaced, one where a tree is, or what a parallel backend says. No result depends on it.

    Attributes
    ----------
    effective_engine_ : {"inknn", "scikit-learn"}
        What searches for ``n_neighbors`` neighbors of dense queries.
    effective_metric_, effective_metric_params_, n_features_in_, feature_names_in_, n_samples_fit_
        As in scikit-learn.

    Examples
    --------
    >>> towns = NearestNeighbors(n_neighbors=2).fit([[0, 0], [3, 4], [0, 2]])
    >>> distances, indices = towns.kneighbors([[0, 1]])
    >>> distances.tolist(), indices.tolist()
    ([[1.0, 1.0]], [[0, 2]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {**_CONSTRAINTS, **SearchMixin._parameter_constraints}

    def radius_neighbors(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        return_distance: bool = True,
        sort_results: bool = False,
    ) -> Any:
        """All references within a radius of each of ``X``, that distance included.

        Parameters
        ----------
        X : (q, dims), optional
            The references themselves by default, none of which then is its own neighbor.
        radius : float, optional
        return_distance : bool
            False returns ``indices`` alone.
        sort_results : bool
            Whether the nearest come first.

        Returns
        -------
        distances, indices : (q,) of arrays (m,)
            Float64 and int64.
        """
        check_is_fitted(self)
        engine = self._engine
        if engine is None or not (self._needs_engine() or engine.is_changed):
            return super().radius_neighbors(X, radius, return_distance, sort_results)
        r, threads = self.radius if radius is None else radius, threads_for(self.n_jobs, self.n_features_in_)
        if X is None:
            rows, ids = engine.references()
            distances, indices = engine.query_radius(rows, r, threads)
            others = [mine != me for mine, me in zip(indices, ids, strict=True)]
            distances = [mine[kept] for mine, kept in zip(distances, others, strict=True)]
            indices = [mine[kept] for mine, kept in zip(indices, others, strict=True)]
        else:
            distances, indices = engine.query_radius(self._checked(X), r, threads)
        return (_ragged(distances), _ragged(indices)) if return_distance else _ragged(indices)

    def radius_neighbors_graph(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
        sort_results: bool = False,
    ) -> Any:
        """Those within a radius as a sparse matrix, as :meth:`kneighbors_graph` gives the nearest."""
        view = self._with_all_ids()
        return super(NearestNeighbors, view).radius_neighbors_graph(X, radius, mode, sort_results)

    def add(self, X: ArrayLike) -> NDArray[np.int64]:
        """Add references, (m, dims), and return their indices.

        They are converted to the type of those in ``fit``, which must hold the same numbers.

        Raises
        ------
        ValueError
            If they don't fit, that type can't hold them, or there is no index for the metric.
        """
        check_is_fitted(self)
        indices = self._lasting_engine().add(np.asarray(validate_data(self, X, reset=False, order="C")))
        self._note_change()
        return indices

    def remove(self, indices: ArrayLike) -> Self:
        """Remove references by their indices, each given at most once; the others keep theirs.

        Raises
        ------
        IndexError
            If there is no such reference (any more). None is removed then.
        ValueError
            If there is no index for the metric.
        """
        check_is_fitted(self)
        self._lasting_engine().remove(indices)
        self._note_change()
        return self

    def _lasting_engine(self) -> Engine:
        """The engine; made now for a metric that otherwise scikit-learn would search."""
        if self._engine is None:
            metric: MetricLike = self.effective_metric_
            if isinstance(metric, str):
                metric = _OTHER_NAMES.get(metric, metric)
            parameters = {name: p for name, p in self.effective_metric_params_.items() if p is not None}
            if type(self._fit_X) is not np.ndarray:
                raise ValueError(
                    "references in a sparse matrix or a tree can't come and go; fit a dense array"
                )
            if isinstance(metric, str) and metric not in METRICS:
                raise ValueError(
                    f"references in the metric {metric!r} can't come and go; choose a function or one of "
                    f"{', '.join(METRICS)}"
                )
            self._engine = Engine(self._fit_X, metric, parameters)
        return self._engine

    def _note_change(self) -> None:
        assert self._engine is not None
        self.n_samples_fit_ = len(self._engine)
        self.effective_engine_ = _OURS
        self._fit_X = self._tree = None  # what scikit-learn would search is no longer true


def _is_euclidean(metric: Any, p: float = 1) -> bool:
    return isinstance(metric, str) and (metric in ("euclidean", "l2") or (metric == "minkowski" and p == 2))


def _ragged(parts: list[NDArray[Any]]) -> NDArray[Any]:
    result = np.empty(len(parts), dtype=object)
    for row, part in enumerate(parts):
        result[row] = part  # one by one: parts of equal length would be taken for a table
    return result
