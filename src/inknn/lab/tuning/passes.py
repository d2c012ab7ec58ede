"""One pass over the neighbors of held-out digits, and from it the errors for every k and both votes.

Neighbors come ordered, so the vote of k is that of k − 1 and one voter more: a search for the largest k
answers for all smaller ones. The votes are counted as :class:`inknn.KNeighborsClassifier` counts them, to the
last bit, so the errors are those that cross-validating it for each k would give.
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
from ...metrics import METRICS, kneighbors
from ..spaces import metric_and_parameters

__all__ = ["WEIGHTS", "FoldErrors", "errors_by_k", "measure_fold"]

WEIGHTS = ("uniform", "distance")
_BATCH = 2048  # digits asked about between two reports of progress,
_COSTLY_BATCH = 128  # in a metric that compares pictures, or in one that looks at all references
_WORTH_AN_INDEX = 70_000_000  # pairs of vectors: to measure them takes as long as to build one


@dataclass(frozen=True, slots=True)
class FoldErrors:
    """Wrong answers in one fold, by vote and k = 1, 2, ...

    Attributes
    ----------
    asked, asked_in_training : int
        Digits held out; and digits of the training part asked about again, themselves among the neighbors.
    wrong, wrong_in_training : mapping of str to tuple of int
        By the name of the vote, wrong answers among them for each k from 1 on.
    seconds : float
    """

    asked: int
    asked_in_training: int
    wrong: Mapping[str, tuple[int, ...]]
    wrong_in_training: Mapping[str, tuple[int, ...]]
    seconds: float

    @property
    def most_neighbors(self) -> int:
        """The largest k there is an answer for."""
        return len(self.wrong[WEIGHTS[0]])

    def to_dict(self) -> dict[str, Any]:
        """As plain values; ``FoldErrors.from_dict`` takes them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> FoldErrors:
        """From :meth:`to_dict`'s values; a KeyError, TypeError or ValueError says they are none."""

        def counts(key: str) -> dict[str, tuple[int, ...]]:
            return {weights: tuple(int(wrong) for wrong in plain[key][weights]) for weights in WEIGHTS}

        return cls(
            int(plain["asked"]),
            int(plain["asked_in_training"]),
            counts("wrong"),
            counts("wrong_in_training"),
            float(plain["seconds"]),
        )


def measure_fold(
    known: tuple[NDArray[Any], NDArray[np.int64]],
    held_out: tuple[NDArray[Any], NDArray[np.int64]],
    again: NDArray[np.int64],
    *,
    metric: str,
    k: int,
    n_labels: int,
    tell: Callable[[float], None] = lambda part: None,
) -> FoldErrors:
    """Search once for k neighbors, and vote with 1 to k of them.

    Parameters
    ----------
    known : (n, d) and int64 (n,)
        Vectors to find neighbors among, and their classes, 0 to ``n_labels`` − 1.
    held_out : (q, d) and int64 (q,)
        Vectors to ask about, and their true classes.
    again : int64 (m,)
        Rows of ``known`` to ask about as well, for the training error.
    metric : str
        A name, as :func:`inknn.lab.spaces.metric_and_parameters` takes it.
    k : int
        1 to n.
    n_labels : int
    tell : callable
        Hears the part that is done, 0 to 1.

    Returns
    -------
    FoldErrors
    """
    start = time.perf_counter()
    (rows, classes), (asked, truth) = known, held_out
    name = metric_and_parameters(metric)[0]
    batch = _BATCH if name == "euclidean" else _COSTLY_BATCH if METRICS[name].shortlist else 4 * _COSTLY_BATCH
    total, done = len(asked) + len(again), 0
    search = _search(rows, metric, k, total)

    def wrong(queries: NDArray[Any], expected: NDArray[np.int64]) -> dict[str, tuple[int, ...]]:
        nonlocal done
        counts = {weights: np.zeros(k, np.int64) for weights in WEIGHTS}
        for first in range(0, len(queries), batch):
            part = slice(first, first + batch)
            distances, indices = search(queries[part])
            for weights, sums in counts.items():
                sums += errors_by_k(distances, classes[indices], expected[part], weights, n_labels)
            done += len(distances)
            tell(done / total)
        return {weights: tuple(sums.tolist()) for weights, sums in counts.items()}

    of_strangers = wrong(asked, truth)
    of_known = wrong(rows[again], classes[again])
    return FoldErrors(len(asked), len(again), of_strangers, of_known, time.perf_counter() - start)


def _search(
    rows: NDArray[Any], metric: str, k: int, queries: int
) -> Callable[[NDArray[Any]], tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """What finds the k nearest of some vectors: with an index only where it makes up for being built."""
    name, parameters = metric_and_parameters(metric)
    if rows.dtype in (np.uint8, np.float32) and queries * len(rows) < _WORTH_AN_INDEX:
        return lambda some: kneighbors(some, rows, k, metric=name, **parameters)
    with threadpool_limits(1, user_api="blas"):  # threads that wait for each other can make 1 s last 10
        index = NearestNeighbors(k, metric=name, metric_params=parameters).fit(rows)

    def ask(some: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        distances, indices = index.kneighbors(some)
        return distances, indices

    return ask


def errors_by_k(
    distances: NDArray[np.float64],
    classes: NDArray[np.int64],
    truth: NDArray[np.int64],
    weights: str,
    n_labels: int,
) -> NDArray[np.int64]:
    """Wrong answers of the vote of the first, the first two, ... the first k neighbors.

    Parameters
    ----------
    distances : float64 (q, k)
        Ascending.
    classes : int64 (q, k)
        Of the neighbors, 0 to ``n_labels`` − 1.
    truth : int64 (q,)
    weights : {"uniform", "distance"}
        See :class:`inknn.KNeighborsClassifier`.
    n_labels : int

    Returns
    -------
    int64 (k,)
    """
    count, k = classes.shape
    ballots = np.ones_like(distances)
    if weights == "distance":
        with np.errstate(divide="ignore"):
            ballots = 1 / distances
        same = np.isinf(ballots)  # those at distance zero come first, and outvote all others for every k
        ballots = np.where(same.any(axis=1, keepdims=True), same, ballots)
    votes = np.zeros((count, n_labels))
    everyone = np.arange(count)
    wrong = np.empty(k, np.int64)
    for voter in range(k):
        votes[everyone, classes[:, voter]] += ballots[:, voter]
        # Shares, not votes: dividing can make equals of two that differ in the last bit.
        totals = votes.sum(axis=1, keepdims=True)
        shares = np.divide(votes, totals, out=np.full_like(votes, 1 / n_labels), where=totals > 0)
        wrong[voter] = np.count_nonzero(shares.argmax(axis=1) != truth)
    return wrong
