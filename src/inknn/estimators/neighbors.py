"""Nearest neighbors as a scikit-learn estimator: exact, in any metric, of references that come and go."""

from __future__ import annotations

import numbers
from typing import Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from ..metrics import MeasuredReferences, MetricLike, find_metric
from ..search import ExactIndex

__all__ = ["NearestNeighbors"]

_OTHER_NAMES = {"l1": "manhattan", "cityblock": "manhattan", "l2": "euclidean"}
_POWERS = {1: "manhattan", 2: "euclidean", np.inf: "chebyshev"}  # of Minkowski's distance, with names
_TYPES = [np.float64, np.float32, np.uint8]  # kept as they are; all else becomes the first

Found = tuple[NDArray[np.float64], NDArray[np.int64]]
Lists = tuple[list[NDArray[np.float64]], list[NDArray[np.int64]]]


class NearestNeighbors(BaseEstimator):
    """The nearest of many vectors, exactly, as ``sklearn.neighbors.NearestNeighbors`` gives them.

    A drop-in that is faster, keeps pixels as uint8, orders neighbors by (distance, index) and learns and
    forgets references without being fitted anew. Each reference keeps its index: rows of ``fit`` count from
    0, those of :meth:`add` go on from there, and the index of a removed one is never used again.

    Parameters
    ----------
    n_neighbors : int
        What :meth:`kneighbors` looks for by default.
    metric : str or callable
        A name in :data:`inknn.metrics.METRICS`, or a function of two vectors; ``"l1"``, ``"l2"`` and
        ``"cityblock"`` are understood. Costly metrics are exact within a shortlist of Euclidean neighbors,
        whose length that table says.
    radius : float
        What :meth:`radius_neighbors` looks within by default.
    algorithm : {"auto", "brute", "kd_tree", "ball_tree"}, leaf_size : int
        For scikit-learn's sake: there is one search, exact and the fastest for all.
    p : float
        Of ``"minkowski"``; 2, as in scikit-learn, is Euclid's.
    metric_params : dict, optional
        Of the metric, like ``{"p": 3}`` of ``"minkowski"``.
    n_jobs : int, optional
        Threads; all CPUs by default, and for -1. No answer depends on it.

    Attributes
    ----------
    n_samples_fit_ : int
        How many references there are.
    n_features_in_ : int

    Examples
    --------
    >>> towns = NearestNeighbors(n_neighbors=2).fit([[0, 0], [3, 4], [0, 2]])
    >>> distances, indices = towns.kneighbors([[0, 1]])
    >>> distances.tolist(), indices.tolist()
    ([[1.0, 1.0]], [[0, 2]])
    """

    def __init__(
        self,
        n_neighbors: int = 5,
        metric: MetricLike = "euclidean",
        *,
        radius: float = 1.0,
        algorithm: str = "auto",
        leaf_size: int = 30,
        p: float = 2,
        metric_params: dict[str, Any] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.radius = radius
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.p = p
        self.metric_params = metric_params
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Take ``X``, uint8 or float (n, dims), as references; uint8 is not copied. ``y`` is ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``X`` is not finite, not two-dimensional or empty, or a parameter out of range.
        TypeError
            If ``n_neighbors`` is no whole number.
        """
        checked_k(self.n_neighbors)
        check_algorithm(self.algorithm)
        find_metric(in_our_terms(self.metric, self.p, self.metric_params)[0])
        _threads(self.n_jobs)
        rows = validate_data(self, X, dtype=_TYPES, order="C")
        self._searched = self._search_over(rows)
        self._others: dict[str, _Renamed] = {}
        self.n_samples_fit_ = len(rows)
        return self

    def kneighbors(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Found | NDArray[np.int64]:
        """The references nearest to each of ``X``.

        Parameters
        ----------
        X : (q, dims), optional
            The references themselves by default, none of which then is its own neighbor.
        n_neighbors : int, optional
        return_distance : bool
            False returns ``indices`` alone.

        Returns
        -------
        distances : float64 (q, k)
            Ascending.
        indices : int64 (q, k)
            Of equally near ones, the smaller index comes first.

        Raises
        ------
        ValueError
            If ``X`` doesn't fit, or there are fewer references than neighbors asked for.
        """
        check_is_fitted(self)
        k = checked_k(self.n_neighbors if n_neighbors is None else n_neighbors)
        check_enough(k, self.n_samples_fit_, None if X is None else np.shape(X)[0])
        if X is None:
            rows, ids = self._searched.references()
            distances, indices = _without_self(*self._searched.query(rows, k + 1), ids)
        else:
            searched, rows = self._for_queries(X)
            distances, indices = searched.query(rows, k)
        return (distances, indices) if return_distance else indices

    def kneighbors_graph(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
    ) -> Any:
        """The neighbors as a sparse matrix, ``scipy.sparse.csr_matrix`` (q, indices in use).

        Parameters
        ----------
        X, n_neighbors
            As for :meth:`kneighbors`.
        mode : {"connectivity", "distance"}
            What it holds for each neighbor: 1, or the distance.
        """
        distances, indices = self.kneighbors(X, n_neighbors)
        count, k = indices.shape
        return self._graph(distances.ravel(), indices.ravel(), np.arange(0, count * k + 1, k), mode)

    def radius_neighbors_graph(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
        sort_results: bool = True,
    ) -> Any:
        """Those within a radius as a sparse matrix, as :meth:`kneighbors_graph` gives the nearest."""
        distances, indices = self.radius_neighbors(X, radius)
        ends = np.cumsum([0, *map(len, indices)])
        return self._graph(np.concatenate([*distances]), np.concatenate([*indices]), ends, mode)

    def _graph(
        self, distances: NDArray[np.float64], indices: NDArray[np.int64], ends: NDArray[np.int64], mode: str
    ) -> Any:
        """A matrix with a row for each query; its entries lie between two ``ends``."""
        from scipy.sparse import csr_matrix

        if mode not in ("connectivity", "distance"):
            raise ValueError(
                f'Unsupported mode, must be one of "connectivity", or "distance" but got "{mode}" instead'
            )
        values = np.ones(indices.size) if mode == "connectivity" else distances
        return csr_matrix((values, indices, ends), shape=(len(ends) - 1, self._searched.n_ids))

    def radius_neighbors(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        return_distance: bool = True,
        sort_results: bool = True,
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
            For compatibility: they are always sorted.

        Returns
        -------
        distances, indices : (q,) of arrays (m,)
            Float64, ascending; and int64.
        """
        check_is_fitted(self)
        r = self.radius if radius is None else radius
        if X is None:
            rows, ids = self._searched.references()
            distances, indices = self._searched.radius(rows, r)
            others = [mine != me for mine, me in zip(indices, ids, strict=True)]
            distances = [mine[kept] for mine, kept in zip(distances, others, strict=True)]
            indices = [mine[kept] for mine, kept in zip(indices, others, strict=True)]
        else:
            searched, rows = self._for_queries(X)
            distances, indices = searched.radius(rows, r)
        return (_ragged(distances), _ragged(indices)) if return_distance else _ragged(indices)

    def add(self, X: ArrayLike) -> NDArray[np.int64]:
        """Take in more references, (m, dims), and return their indices.

        They become numbers of the type of those in ``fit``; what would not survive that is refused.

        Raises
        ------
        ValueError
            If they don't fit.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=_TYPES, order="C", reset=False)
        cast = rows.astype(self._searched.dtype) if _survives(rows, self._searched.dtype) else None
        if cast is None:
            raise ValueError(
                f"references are {self._searched.dtype}, and X holds numbers which that type does not"
            )
        indices = self._searched.add(cast)
        self._changed()
        return indices

    def remove(self, indices: ArrayLike) -> Self:
        """Forget references by their indices, each given at most once; the others keep theirs.

        Raises
        ------
        IndexError
            If there is no such reference (any more). None is removed then.
        """
        check_is_fitted(self)
        self._searched.remove(indices)
        self._changed()
        return self

    def _changed(self) -> None:
        self.n_samples_fit_ = len(self._searched)
        self._others = {}

    def _search_over(self, rows: NDArray[Any]) -> _Searched:
        metric, parameters = in_our_terms(self.metric, self.p, self.metric_params)
        if metric == "euclidean":
            return ExactIndex(rows, _threads(self.n_jobs))
        return MeasuredReferences(rows, metric, parameters, _threads(self.n_jobs))

    def _for_queries(self, X: ArrayLike) -> tuple[_Searched | _Renamed, NDArray[Any]]:
        """Queries in the type of the references; else both in the queries' type, whose numbers decide."""
        mine = self._searched.dtype
        if self._are_plain_bytes(X) and mine == np.uint8:
            return self._searched, np.ascontiguousarray(X)
        rows = validate_data(self, X, dtype=_TYPES, order="C", reset=False)
        if _survives(rows, mine):
            return self._searched, rows.astype(mine, copy=False)
        wide = np.result_type(mine, rows.dtype)
        if wide.name not in self._others:
            self._others[wide.name] = _Renamed(self, *self._searched.references(), wide)
        return self._others[wide.name], rows.astype(wide, copy=False)

    def _are_plain_bytes(self, X: ArrayLike) -> bool:
        """Whether scikit-learn's checks, a third of the time of one query, would find nothing to say."""
        return (
            type(X) is np.ndarray
            and X.dtype == np.uint8
            and X.shape[1:] == (self.n_features_in_,)
            and len(X) > 0
            and not hasattr(self, "feature_names_in_")
        )


class _Searched(Protocol):
    """What looks for neighbors: an ExactIndex, or something that stands in for one."""

    dtype: np.dtype[Any]

    @property
    def n_ids(self) -> int: ...
    def __len__(self) -> int: ...
    def query(self, queries: NDArray[Any], k: int) -> Found: ...
    def radius(self, queries: NDArray[Any], r: float) -> Lists: ...
    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]: ...
    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]: ...
    def remove(self, indices: ArrayLike) -> None: ...


class _Renamed:
    """References in a wider type than their own, under their old indices."""

    def __init__(
        self, owner: NearestNeighbors, rows: NDArray[Any], ids: NDArray[np.int64], dtype: np.dtype[Any]
    ) -> None:
        self._searched, self._ids = owner._search_over(rows.astype(dtype)), ids

    def query(self, queries: NDArray[Any], k: int) -> Found:
        distances, found = self._searched.query(queries, k)
        return distances, self._ids[found]

    def radius(self, queries: NDArray[Any], r: float) -> Lists:
        distances, found = self._searched.radius(queries, r)
        return distances, [self._ids[mine] for mine in found]


def _without_self(
    distances: NDArray[np.float64], indices: NDArray[np.int64], ids: NDArray[np.int64]
) -> Found:
    """Neighbors less each query itself; less the last where it isn't among them, behind its equals."""
    kept = indices != ids[:, None]
    kept[kept.all(axis=1), -1] = False
    shape = (len(ids), indices.shape[1] - 1)
    return distances[kept].reshape(shape), indices[kept].reshape(shape)


def _survives(rows: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Whether ``rows`` are the same numbers in that type."""
    if np.can_cast(rows.dtype, dtype, "safe"):
        return True
    if dtype == np.uint8 and not ((rows >= 0) & (rows <= 255)).all():
        return False
    with np.errstate(over="ignore"):
        return bool((rows.astype(dtype) == rows).all())


def in_our_terms(
    metric: MetricLike, p: float, parameters: dict[str, Any] | None
) -> tuple[MetricLike, dict[str, Any]]:
    """A metric as scikit-learn may name it, by our name for it, and its parameters."""
    given = dict(parameters or {})
    if not isinstance(metric, str):
        return metric, given
    metric = _OTHER_NAMES.get(metric, metric)
    if metric != "minkowski":
        return metric, given
    power = given.pop("p", p)
    if power in _POWERS:
        return _POWERS[power], given
    return metric, {**given, "p": power}


def check_algorithm(algorithm: str) -> None:
    """ValueError for what scikit-learn wouldn't take either."""
    if algorithm not in ("auto", "brute", "kd_tree", "ball_tree"):
        raise ValueError(f"algorithm must be auto, brute, kd_tree or ball_tree, got {algorithm!r}")


def checked_k(k: Any) -> int:
    """A number of neighbors, checked as scikit-learn does it: TypeError, ValueError."""
    if isinstance(k, bool) or not isinstance(k, numbers.Integral):
        raise TypeError(f"n_neighbors does not take {type(k)} value, enter integer value")
    if k < 1:
        raise ValueError(f"Expected n_neighbors > 0. Got {k}")
    return int(k)


def check_enough(k: int, n_references: int, n_queries: int | None) -> None:
    """ValueError where there are fewer references than neighbors; None queries are the references."""
    if k > n_references - (n_queries is None):
        sign, asked = ("<", n_references) if n_queries is None else ("<=", n_queries)
        raise ValueError(
            f"Expected n_neighbors {sign} n_samples_fit, but n_neighbors = {k}, "
            f"n_samples_fit = {n_references}, n_samples = {asked}"
        )


def _threads(n_jobs: int | None) -> int | None:
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning")
    return None if n_jobs is None or n_jobs < 0 else n_jobs


def _ragged(parts: list[NDArray[Any]]) -> NDArray[Any]:
    result = np.empty(len(parts), dtype=object)
    for row, part in enumerate(parts):
        result[row] = part  # one by one: parts of equal length would be taken for a table
    return result
