"""Let the neighbors vote: near ones count more, and where they disagree a second look decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Votes", "local_mean_distances", "reaches", "vote"]

_SECOND_POWER = 16  # of distance to local means, which differ less than distances to single neighbors


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """The vote on n digits among c labels.

    Attributes
    ----------
    labels : int64 (n,)
        The winners; of equal shares, the one with the nearest neighbor.
    shares : float64 (n, c)
        Share of the vote of each label; rows sum to 1, and the winner's is the largest.
    margins : float64 (n,)
        ``(b − a) / (b + a)``, −1 to 1: ``a`` is the distance to the nearest neighbor of the winning
        label, ``b`` to the nearest of another. Negative where nearness was outvoted. Exactly 1 where all
        neighbors agree.
    split : bool (n,)
        Whether voters disagree.
    distances : float64 (n,)
        Mean distance to the neighbors that vote, whatever their label.
    """

    labels: NDArray[np.int64]
    shares: NDArray[np.float64]
    margins: NDArray[np.float64]
    split: NDArray[np.bool_]
    distances: NDArray[np.float64]

    def reranked(self, rows: NDArray[np.int64], label_distances: NDArray[np.float64]) -> Votes:
        """The vote, in some rows decided by distances to whole labels instead of to single neighbors.

        Parameters
        ----------
        rows : int64 (m,)
            Which digits.
        label_distances : float64 (m, c)
            Distance to each label; infinite for those out of the question, but not for all.

        Returns
        -------
        Votes
            There, the nearest label wins, label at distance d has 1/d¹⁶ votes, and the margin compares
            the two nearest labels.
        """
        labels, shares, margins = self.labels.copy(), self.shares.copy(), self.margins.copy()
        labels[rows] = label_distances.argmin(axis=1)
        nearest = label_distances.min(axis=1, keepdims=True)
        weights = _relative_nearness(label_distances, nearest) ** _SECOND_POWER
        shares[rows] = weights / weights.sum(axis=1, keepdims=True)
        second = np.partition(label_distances, 1, axis=1)[:, 1] if label_distances.shape[1] > 1 else np.inf
        margins[rows] = _margins(nearest[:, 0], np.broadcast_to(second, len(rows)))
        return replace(self, labels=labels, shares=shares, margins=margins)


def vote(
    distances: NDArray[np.float64],
    neighbor_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    n_neighbors: int | None = None,
    power: float = 4,
) -> Votes:
    """Decide by distance-weighted vote (Dudani, "The distance-weighted k-nearest-neighbor rule", 1976).

    A neighbor at distance d has 1/d⁴ votes; one at distance zero outvotes all that are farther.

    Parameters
    ----------
    distances : float64 (n, k)
        Ascending.
    neighbor_labels : int (n, k)
        0 to ``n_labels`` − 1.
    n_labels : int
        Labels to share the vote among.
    n_neighbors : int, optional
        How many of the nearest vote, all by default. The others only witness the margin.
    power : float
        Other than 4; 0 gives each neighbor one vote.

    Returns
    -------
    Votes

    Raises
    ------
    ValueError
        If shapes don't match, or nobody votes.
    """
    distances = np.asarray(distances, dtype=np.float64)
    codes = np.asarray(neighbor_labels).astype(np.int64)
    if distances.ndim != 2 or distances.shape != codes.shape or distances.shape[1] == 0:
        raise ValueError(
            f"distances and neighbor_labels must both be (n, k), k ≥ 1, got {distances.shape} and "
            f"{codes.shape}"
        )
    voters = distances.shape[1] if n_neighbors is None else min(n_neighbors, distances.shape[1])
    if voters < 1:
        raise ValueError(f"n_neighbors must be at least 1, got {n_neighbors}")
    ballots = codes[:, :voters]
    shares = _shares(distances[:, :voters], ballots, n_labels, power)
    # The share of each voter's label, nearest voter first: argmax takes the nearest of equals.
    winners = ballots[np.arange(len(codes)), np.take_along_axis(shares, ballots, axis=1).argmax(axis=1)]
    mine = codes == winners[:, None]
    own = np.where(mine, distances, np.inf).min(axis=1)
    other = np.where(mine, np.inf, distances).min(axis=1)
    split = (ballots != ballots[:, :1]).any(axis=1)
    return Votes(winners, shares, _margins(own, other), split, distances[:, :voters].mean(axis=1))


def local_mean_distances(
    queries: NDArray[np.float32],
    neighbors: NDArray[np.float32],
    neighbor_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    size: int = 12,
) -> NDArray[np.float64]:
    """Distance of each query to the mean of its nearest neighbors of each label.

    A mean of several neighbors stands for the place where their label is at home, however the single
    ones happen to scatter about it (Mitani & Hamamoto, "A local mean-based nonparametric classifier", 2006).

    Parameters
    ----------
    queries : float32 (n, d)
    neighbors : float32 (n, k, d)
        Nearest first.
    neighbor_labels : int (n, k)
    n_labels : int
    size : int
        Neighbors of each label to take the mean of, or as many as there are.

    Returns
    -------
    float64 (n, n_labels)
        Infinite for labels no neighbor has.
    """
    codes = np.asarray(neighbor_labels)
    result = np.full((len(queries), n_labels), np.inf)
    for label in np.unique(codes):
        mine = codes == label
        mine &= mine.cumsum(axis=1) <= size
        counts = mine.sum(axis=1)
        there = counts > 0
        sums = np.einsum("nk,nkd->nd", mine[there].astype(np.float32), neighbors[there])
        away = queries[there] - sums / counts[there, None]
        result[there, label] = np.sqrt(np.einsum("nd,nd->n", away, away))
    return result


def reaches(
    distances: NDArray[np.float64],
    neighbor_labels: NDArray[np.integer],
    labels: NDArray[np.integer],
    count: int,
) -> NDArray[np.float64]:
    """Distance to the ``count``-th neighbor of a label, or to the last one of it; 0 without any.

    Parameters
    ----------
    distances : float64 (n, k)
        Ascending.
    neighbor_labels : int (n, k)
    labels : int (n,)
        The label asked for, in each row.
    count : int

    Returns
    -------
    float64 (n,)
    """
    mine = neighbor_labels == labels[:, None]
    mine &= mine.cumsum(axis=1) <= count
    return np.where(mine, distances, 0.0).max(axis=1, initial=0.0)


def _shares(
    distances: NDArray[np.float64], codes: NDArray[np.int64], n_labels: int, power: float
) -> NDArray[np.float64]:
    weights = _relative_nearness(distances, distances[:, :1]) ** power
    # One histogram for all rows: label l of row i is bin i * n_labels + l.
    bins = codes + n_labels * np.arange(len(codes))[:, None]
    votes = np.bincount(bins.ravel(), weights.ravel(), minlength=len(codes) * n_labels)
    shares = votes.reshape(len(codes), n_labels)
    return shares / shares.sum(axis=1, keepdims=True)


def _relative_nearness(distances: NDArray[np.float64], nearest: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for the nearest, less for others, 0 for infinitely far ones, whatever the unit of distance."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(distances == nearest, 1.0, nearest / distances)


def _margins(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = (other - own) / (other + own)
    margins[np.isinf(other)] = 1.0
    margins[(other == 0) & (own == 0)] = 0.0
    return margins
