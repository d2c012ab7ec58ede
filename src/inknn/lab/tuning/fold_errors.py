"""Errors for every k and both votes from one search: the neighbors for a smaller k are among those found.

The votes are counted as :class:`inknn.KNeighborsClassifier` counts them, so the errors are exactly those of
cross-validating it for each k.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ...estimators.neighbors import NearestNeighbors
from ...metrics import METRICS, build_index
from ...recognizer.votes import vote_by_k
from ...search import kneighbors
from ...threads import available_threads
from ..pipeline import parse_metric

__all__ = ["WEIGHTS", "FoldErrors", "measure_fold"]

WEIGHTS = {"uniform": 0, "distance": 1}
"""The votes: a neighbor at distance d has 1/dᵖ votes, p being the number."""

_BATCH = 2048  # queries between two reports of progress,
_COSTLY_BATCH = 128  # in a metric that compares pictures,
_LINEAR_BATCH = 512  # and in one that looks at all references
_WORTH_AN_INDEX = 70_000_000  # distances; to measure so many takes as long as to build an index

Search = Callable[[NDArray[Any]], tuple[NDArray[np.float64], NDArray[np.int64]]]


@dataclass(frozen=True, slots=True)
class FoldErrors:
    """Wrong answers in one fold, by vote, for k = 1, 2, ...: of the digits held out, and of training digits.

    ``held_out`` and ``training`` are how many there were, ``seconds`` what it took.
    """

    held_out: int
    training: int
    wrong: Mapping[str, list[int]]
    wrong_in_training: Mapping[str, list[int]]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def restored(cls, plain: Any, k: int) -> FoldErrors | None:
        """From the values of :meth:`to_dict`; None if they are none, or end before ``k``."""
        try:
            found = cls(**plain)
            counts = [each[vote] for each in (found.wrong, found.wrong_in_training) for vote in WEIGHTS]
            complete = all(len(wrong) >= k and all(isinstance(n, int) for n in wrong) for wrong in counts)
        except (KeyError, TypeError):
            return None
        return found if complete else None


def measure_fold(
    known: tuple[NDArray[Any], NDArray[np.int64]],
    held_out: tuple[NDArray[Any], NDArray[np.int64]],
    training: NDArray[np.int64],
    *,
    metric: str,
    k: int,
    n_labels: int,
    report: Callable[[float], None] = lambda part: None,
) -> FoldErrors:
    """Search once for k neighbors, and vote with 1 to k of them.

    Parameters
    ----------
    known, held_out : (n, d) and int64 (n,), (q, d) and int64 (q,)
        Vectors and classes, 0 to ``n_labels`` − 1, of references and queries.
    training : int64 (m,)
        Rows of ``known`` to count the training error on; each is its own nearest neighbor.
    metric : str
        As :func:`inknn.lab.pipeline.parse_metric` takes it.
    k, n_labels : int
    report : callable
        Called with the part that is done, 0 to 1.
    """
    start = time.perf_counter()
    vectors, classes = known
    parts = [held_out, (vectors[training], classes[training])]
    total, done = sum(len(truth) for _, truth in parts), 0
    batch, search = _batch(metric), _search(vectors, metric, k, total)
    wrong: list[dict[str, list[int]]] = []
    for queries, truth in parts:
        counts = {weights: np.zeros(k, np.int64) for weights in WEIGHTS}
        for first in range(0, len(queries), batch):
            some = slice(first, first + batch)
            distances, indices = search(queries[some])
            for weights, power in WEIGHTS.items():
                winners = vote_by_k(
                    distances, classes[indices], n_labels=n_labels, power=power, ties="lowest label"
                )
                counts[weights] += (winners != truth[some, None]).sum(axis=0)
            done += len(distances)
            report(done / total)
        wrong.append({weights: each.tolist() for weights, each in counts.items()})
    seconds = time.perf_counter() - start
    return FoldErrors(len(held_out[1]), len(training), wrong[0], wrong[1], seconds)


def _batch(metric: str) -> int:
    name, _ = parse_metric(metric)
    if name == "euclidean":
        return _BATCH
    return _COSTLY_BATCH if METRICS[name].shortlist else _LINEAR_BATCH


def _search(references: NDArray[Any], metric: str, k: int, queries: int) -> Search:
    """A search for the k nearest; with an index only where that saves more time than building it takes."""
    name, parameters = parse_metric(metric)
    if name != "euclidean":
        threads = available_threads()
        nearest = NearestNeighbors(n_neighbors=k, metric=name, n_jobs=threads, **parameters).fit(references)
        return lambda some: nearest.kneighbors(some)
    if queries * len(references) < _WORTH_AN_INDEX:
        return lambda some: kneighbors(some, references, k)
    with threadpool_limits(1, user_api="blas"):  # threads that wait for each other can make 1 s last 10
        index = build_index(references)
    return lambda some: index.query(some, k)
