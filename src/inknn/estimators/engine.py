"""inknn's own search behind scikit-learn's interface, and when it is the faster one."""

from __future__ import annotations

import math
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from ..metrics import MetricLike, build_index
from ..search import ExactIndex, Index, is_compiled, kneighbors
from ..search.index import WithinRadius
from ..search.topk import Neighbors

__all__ = ["Engine", "is_faster", "threads_for"]

_TYPES = (np.uint8, np.float32, np.float64)  # searched as they are; all others become the last
_TREE = 15  # dimensions up to which scikit-learn builds a tree
_FEWEST = 5  # dimensions from which a scan is faster than its tree
_MOST_BESIDE_A_TREE = 50_000  # references up to which it is, though scikit-learn has built its tree by then
_MANY = 4096  # queries and references from which an index saves more time than it costs
_FEW = 24  # queries that a scan answers in the time of one, which is that of reading all references
_SAMPLE = 512  # references that tell how many dimensions they fill
_FLAT = 40  # of which an index rules out most references


def is_faster(n_references: int, dims: int, k: int, n_threads: int) -> bool:
    """Whether inknn's scan finds Euclidean neighbors faster than what scikit-learn chooses by itself.

    Both times are estimates, in nanoseconds a query, fitted to measurements on AVX2 (``python -m benchmarks
    estimators``): a part for each pair of numbers, for each reference, and for each of the ``k (1 + ln n/k)``
    references that are among the nearest for a while. scikit-learn uses all cores for its brute force.

    Parameters
    ----------
    n_references, dims, k : int
    n_threads : int
        That inknn may use.
    """
    if not is_compiled() or dims < _FEWEST:
        return False
    passing = k * (1 + math.log(max(1.0, n_references / k)))
    if dims <= _TREE:
        return n_references <= _MOST_BESIDE_A_TREE and passing < n_references / 4
    if n_references < _MANY:
        return False  # brute force among so few takes little longer than to start threads
    ours = n_references * (0.026 * dims + 0.8) + passing * (0.25 * dims + 70)
    theirs = n_references * (0.072 * dims + 7) + passing * 120
    return ours / n_threads < 0.8 * theirs / _cores()


def threads_for(n_jobs: int | None, dims: int) -> int:
    """How many threads a search may use: those that scikit-learn would use in its place.

    Its trees use one, or what a parallel backend of joblib says. Its brute force uses those of OpenMP,
    whatever ``n_jobs`` says: one for each core, unless a backend has divided them.

    Parameters
    ----------
    n_jobs : int or None
        Of the estimator. A number is obeyed; -1 is one for each core.
    dims : int

    Raises
    ------
    ValueError
        If it is 0.
    """
    threads = int(joblib.effective_n_jobs(n_jobs))
    return max(threads, _cores()) if n_jobs is None and dims > _TREE else threads


def _cores() -> int:
    """Threads that scikit-learn's brute force uses."""
    return int(_openmp_effective_n_threads())


class Engine:
    """References in a metric that inknn searches itself.

    Parameters
    ----------
    rows : (n, dims)
        uint8 and floats are not copied: don't change them afterwards.
    metric : str or callable, parameters : dict
        Of :data:`inknn.metrics.METRICS`.
    """

    def __init__(self, rows: NDArray[Any], metric: MetricLike, parameters: dict[str, Any]) -> None:
        self.rows = rows if rows.dtype in _TYPES else rows.astype(np.float64)
        self.metric, self.parameters = metric, parameters
        self._index: Index | None = None if metric == "euclidean" else self._build()
        self._wide: tuple[NDArray[Any], NDArray[np.int64]] | None = None
        self._asked, self._changed = 0, False

    @property
    def is_changed(self) -> bool:
        """Whether references have come or gone."""
        return self._changed

    @property
    def n_ids(self) -> int:
        """One more than the largest index given so far."""
        return len(self.rows) if self._index is None else self._index.n_ids

    def __len__(self) -> int:
        return len(self.rows) if self._index is None else len(self._index)

    def references(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references there are, (n, dims), and their indices, ascending."""
        return (self.rows, np.arange(len(self.rows))) if self._index is None else self._index.references()

    def query(self, queries: NDArray[Any], k: int, n_threads: int) -> Neighbors:
        """The k nearest references of each query, (q, dims), by (distance, index)."""
        if self.metric != "euclidean":
            assert self._index is not None
            return self._index.query(queries, k, n_threads)
        self._asked += max(_FEW, len(queries))
        same = _lossless(queries, self.rows.dtype)
        if same is None:
            wide, ids = self._widened()
            distances, found = kneighbors(queries.astype(np.float64), wide, k, n_threads=n_threads)
            return distances, ids[found]
        if self._index is None and self._asked >= _MANY and self._deserves_an_index():
            self._index = self._build()
        if self._index is None:
            return kneighbors(same, self.rows, k, n_threads=n_threads)
        return self._index.query(same, k, n_threads)

    def query_radius(self, queries: NDArray[Any], r: float, n_threads: int) -> WithinRadius:
        """All references within ``r`` of each query, by (distance, index)."""
        index = self._kept()
        same = _lossless(queries, self.rows.dtype)
        if self.metric != "euclidean" or same is not None:
            return index.query_radius(queries if same is None else same, r, n_threads)
        wide, ids = self._widened()
        distances, found = ExactIndex(wide, n_threads).query_radius(queries.astype(np.float64), r)
        return distances, [ids[mine] for mine in found]

    def add(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Add references, (m, dims), and return their indices.

        Raises
        ------
        ValueError
            If the type of the references there are can't hold their numbers.
        """
        same = _lossless(rows, self.rows.dtype)
        if same is None:
            raise ValueError(
                f"references are {self.rows.dtype}, and X holds numbers which that type does not"
            )
        indices = self._kept().add(same)
        self._wide, self._changed = None, True
        return indices

    def remove(self, indices: Any) -> None:
        """Remove references by their indices; ``IndexError`` if there is no such one."""
        self._kept().remove(indices)
        self._wide, self._changed = None, True

    def _kept(self) -> Index:
        if self._index is None:
            self._index = self._build()
        return self._index

    def _build(self) -> Index:
        return build_index(self.rows, self.metric, metric_params=self.parameters)

    def _widened(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The references as float64, which holds the numbers of queries of any type, and their indices."""
        if self._wide is None:
            rows, ids = self.references()
            self._wide = rows.astype(np.float64, order="C"), ids
        return self._wide

    def _deserves_an_index(self) -> bool:
        """Whether few coordinates tell most references apart: then an index measures few distances.

        The references fill about ``(Σλ)² / Σλ²`` dimensions, λ being the variances along their principal
        components.
        """
        count, dims = self.rows.shape
        if count < _MANY or dims <= _TREE:
            return count >= _MANY
        sample = self.rows[:: -(-count // _SAMPLE)].astype(np.float64)
        away = sample - sample.mean(axis=0)
        products = away @ away.T
        filled = np.trace(products) ** 2 / max(float(np.square(products).sum()), 1e-300)
        return bool(filled <= min(_FLAT, dims / 2))

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state["_wide"] = None
        if not self._changed and self.metric == "euclidean":
            state["_index"] = None  # built again where it is wanted
        return state


def _lossless(rows: NDArray[Any], dtype: Any) -> NDArray[Any] | None:
    """The rows in another type, C-contiguous; None if it can't hold the same numbers."""
    if rows.dtype == dtype:
        return np.ascontiguousarray(rows)
    if dtype == np.uint8 and not ((rows >= 0) & (rows <= 255)).all():
        return None
    with np.errstate(over="ignore"):
        cast = rows.astype(dtype, order="C")
    return cast if (cast == rows).all() else None
