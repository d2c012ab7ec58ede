"""Nearest neighbors as a scikit-learn estimator: exact, in any metric, among references that come and go."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from ..metrics import MetricLike, build_index
from ..search import Index, without_itself
from ..search.index import WithinRadius
from ..search.topk import Neighbors
from .validation import (
    check_enough_references,
    check_n_jobs,
    check_n_neighbors,
    check_search_parameters,
    resolve_metric,
)

__all__ = ["NearestNeighbors"]

_TYPES = [np.float64, np.float32, np.uint8]  # kept as they are; all others become the first


class NearestNeighbors(BaseEstimator):
    """The nearest of many vectors, exactly, as ``sklearn.neighbors.NearestNeighbors`` gives them.

    A drop-in that is faster, keeps pixels as uint8, orders neighbors by (distance, index) and adds and
    removes references without being fitted anew. Each reference keeps its index: rows of ``fit`` count from
    0, those of :meth:`add` go on from there, and the index of a removed one is never used again.

    Parameters
    ----------
    n_neighbors : int
        Neighbors that :meth:`kneighbors` finds by default.
    metric : str or callable
        A name in :data:`inknn.metrics.METRICS`, or a function of two vectors; ``"l1"``, ``"l2"`` and
        ``"cityblock"`` are understood. Costly metrics are exact within a shortlist of Euclidean neighbors;
        that table holds its length.
    radius : float
        Distance within which :meth:`radius_neighbors` searches by default.
    algorithm : {"auto", "brute", "kd_tree", "ball_tree"}, leaf_size : int
        For compatibility with scikit-learn: they change nothing, as there is one search for all.
    p : float
        Of ``"minkowski"``; 2, as in scikit-learn, is Euclid's.
    metric_params : dict, optional
        Of the metric, like ``{"p": 3}`` of ``"minkowski"``.
    n_jobs : int, optional
        Threads; all CPUs by default, and for -1. No result depends on it.

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
        check_search_parameters(self)
        rows = validate_data(self, X, dtype=_TYPES, order="C")
        self._index = self._build(rows)
        self._wider: dict[str, _WiderIndex] = {}
        self.n_samples_fit_ = len(rows)
        return self

    def kneighbors(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Neighbors | NDArray[np.int64]:
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
            If ``X`` doesn't fit, or there are fewer references than neighbors to find.
        """
        check_is_fitted(self)
        k = check_n_neighbors(self.n_neighbors if n_neighbors is None else n_neighbors)
        check_enough_references(k, self.n_samples_fit_, None if X is None else np.shape(X)[0])
        if X is None:
            rows, ids = self._index.references()
            distances, indices = without_itself(*self._index.query(rows, k + 1), ids)
        else:
            index, rows = self._for_queries(X)
            distances, indices = index.query(rows, k)
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
        """A matrix with a row for each query; its entries are those between two ``ends``."""
        from scipy.sparse import csr_matrix

        if mode not in ("connectivity", "distance"):
            raise ValueError(
                f'Unsupported mode, must be one of "connectivity", or "distance" but got "{mode}" instead'
            )
        values = np.ones(indices.size) if mode == "connectivity" else distances
        return csr_matrix((values, indices, ends), shape=(len(ends) - 1, self._index.n_ids))

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
            rows, ids = self._index.references()
            distances, indices = self._index.query_radius(rows, r)
            others = [mine != me for mine, me in zip(indices, ids, strict=True)]
            distances = [mine[kept] for mine, kept in zip(distances, others, strict=True)]
            indices = [mine[kept] for mine, kept in zip(indices, others, strict=True)]
        else:
            index, rows = self._for_queries(X)
            distances, indices = index.query_radius(rows, r)
        return (_ragged(distances), _ragged(indices)) if return_distance else _ragged(indices)

    def add(self, X: ArrayLike) -> NDArray[np.int64]:
        """Add references, (m, dims), and return their indices.

        They are converted to the type of those in ``fit``, which must hold the same numbers.

        Raises
        ------
        ValueError
            If they don't fit, or that type can't hold them.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=_TYPES, order="C", reset=False)
        cast = rows.astype(self._index.dtype) if _survives(rows, self._index.dtype) else None
        if cast is None:
            raise ValueError(
                f"references are {self._index.dtype}, and X holds numbers which that type does not"
            )
        indices = self._index.add(cast)
        self._changed()
        return indices

    def remove(self, indices: ArrayLike) -> Self:
        """Remove references by their indices, each given at most once; the others keep theirs.

        Raises
        ------
        IndexError
            If there is no such reference (any more). None is removed then.
        """
        check_is_fitted(self)
        self._index.remove(indices)
        self._changed()
        return self

    def _changed(self) -> None:
        self.n_samples_fit_ = len(self._index)
        self._wider = {}

    def _build(self, rows: NDArray[Any]) -> Index:
        metric, parameters = resolve_metric(self.metric, self.p, self.metric_params)
        return build_index(rows, metric, metric_params=parameters, n_threads=check_n_jobs(self.n_jobs))

    def _for_queries(self, X: ArrayLike) -> tuple[Index | _WiderIndex, NDArray[Any]]:
        """The index to search, and the queries in its type: one that holds all numbers of both."""
        mine = self._index.dtype
        if self._are_plain_bytes(X) and mine == np.uint8:
            return self._index, np.ascontiguousarray(X)
        rows = validate_data(self, X, dtype=_TYPES, order="C", reset=False)
        if _survives(rows, mine):
            return self._index, rows.astype(mine, copy=False)
        wide = np.result_type(mine, rows.dtype)
        if wide.name not in self._wider:
            references, ids = self._index.references()
            self._wider[wide.name] = _WiderIndex(self._build(references.astype(wide)), ids)
        return self._wider[wide.name], rows.astype(wide, copy=False)

    def _are_plain_bytes(self, X: ArrayLike) -> bool:
        """Whether scikit-learn's checks, which take a third of the time of one query, would surely pass."""
        return (
            type(X) is np.ndarray
            and X.dtype == np.uint8
            and X.shape[1:] == (self.n_features_in_,)
            and len(X) > 0
            and not hasattr(self, "feature_names_in_")
        )


class _WiderIndex:
    """References in a wider type than their own, under their own indices."""

    def __init__(self, index: Index, ids: NDArray[np.int64]) -> None:
        self._index, self._ids = index, ids

    def query(self, queries: NDArray[Any], k: int) -> Neighbors:
        distances, found = self._index.query(queries, k)
        return distances, self._ids[found]

    def query_radius(self, queries: NDArray[Any], r: float) -> WithinRadius:
        distances, found = self._index.query_radius(queries, r)
        return distances, [self._ids[mine] for mine in found]


def _survives(rows: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Whether ``rows`` are the same numbers in that type."""
    if np.can_cast(rows.dtype, dtype, "safe"):
        return True
    if dtype == np.uint8 and not ((rows >= 0) & (rows <= 255)).all():
        return False
    with np.errstate(over="ignore"):
        return bool((rows.astype(dtype) == rows).all())


def _ragged(parts: list[NDArray[Any]]) -> NDArray[Any]:
    result = np.empty(len(parts), dtype=object)
    for row, part in enumerate(parts):
        result[row] = part  # one by one: parts of equal length would be taken for a table
    return result
