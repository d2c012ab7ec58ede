"""The vote of the nearest neighbors: near ones count for more, and a rule decides between equals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ties", "Votes", "vote", "vote_by_k"]

Ties = Literal["nearest", "lowest label"]
"""Which of the labels with the largest share wins: that of the nearest neighbor, or the lowest one."""

_RERANKING_POWER = 16  # distances to whole labels differ less than distances to single neighbors


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """The vote on n digits among c labels.

    Attributes
    ----------
    labels : int64 (n,)
        The winners.
    shares : float64 (n, c)
        Share of the vote of each label; rows sum to 1, and the winner's is the largest.
    margins : float64 (n,)
        ``(b − a) / (b + a)``, −1 to 1: ``a`` is the distance to the nearest neighbor of the winning
        label, ``b`` to the nearest of another. Negative where a nearer label lost. Exactly 1 where all
        neighbors agree.
    split : bool (n,)
        Whether the neighbors that vote disagree.
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
            Distance to each label; infinite for labels that can't win, but not for all.

        Returns
        -------
        Votes
            In these rows the nearest label wins, a label at distance d has 1/d¹⁶ votes, and the margin
            compares the two nearest labels.
        """
        labels, shares, margins = self.labels.copy(), self.shares.copy(), self.margins.copy()
        labels[rows] = label_distances.argmin(axis=1)
        nearest = label_distances.min(axis=1, keepdims=True)
        shares[rows] = _normalized(_relative_nearness(label_distances, nearest) ** _RERANKING_POWER)
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
    weights: NDArray[np.float64] | None = None,
    ties: Ties = "nearest",
) -> Votes:
    """Decide by distance-weighted vote (Dudani, "The distance-weighted k-nearest-neighbor rule", 1976).

    A neighbor at distance d has 1/dᵖ votes, p being ``power``; those at distance zero outvote all others.

    Parameters
    ----------
    distances : float64 (n, k)
        Ascending.
    neighbor_labels : int (n, k)
        0 to ``n_labels`` − 1.
    n_labels : int
        Labels to share the vote among.
    n_neighbors : int, optional
        How many of the nearest vote, all by default. The others only count for the margin.
    power : float
        0 gives each neighbor one vote, 1 is what scikit-learn calls "distance".
    weights : float64 (n, k), optional
        Votes of each neighbor, instead of 1/dᵖ. Where they sum to zero, each label has the same share.
    ties : {"nearest", "lowest label"}
        Which of the labels with the largest share wins: the one whose nearest neighbor is nearest, or the
        lowest, as in scikit-learn.

    Returns
    -------
    Votes

    Raises
    ------
    ValueError
        If shapes don't match, or there are no neighbors to vote.
    """
    distances, codes = _checked(distances, neighbor_labels)
    count = distances.shape[1] if n_neighbors is None else min(n_neighbors, distances.shape[1])
    if count < 1:
        raise ValueError(f"n_neighbors must be at least 1, got {n_neighbors}")
    if weights is None:
        weights = _weights(distances[:, :count], power)
    voting = codes[:, :count]
    # One histogram for all rows: label l of row i is bin i * n_labels + l.
    bins = voting + n_labels * np.arange(len(codes))[:, None]
    sums = np.bincount(bins.ravel(), weights[:, :count].ravel(), minlength=len(codes) * n_labels)
    shares = _normalized(sums.astype(np.float64, copy=False).reshape(len(codes), n_labels))
    winners = _winners(shares, voting, ties)
    mine = codes == winners[:, None]
    own = np.where(mine, distances, np.inf).min(axis=1)
    other = np.where(mine, np.inf, distances).min(axis=1)
    split = (voting != voting[:, :1]).any(axis=1)
    return Votes(winners, shares, _margins(own, other), split, distances[:, :count].mean(axis=1))


def vote_by_k(
    distances: NDArray[np.float64],
    neighbor_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    power: float = 4,
    ties: Ties = "nearest",
) -> NDArray[np.int64]:
    """The winners of the vote of the nearest one, the nearest two, ... the nearest k neighbors.

    Each vote is the one before and one neighbor more, so all of them cost about as much as the largest.

    Parameters
    ----------
    distances, neighbor_labels, n_labels, power, ties
        As for :func:`vote`.

    Returns
    -------
    int64 (n, k)
        Column j holds the labels that :func:`vote` gives for ``n_neighbors=j + 1``.

    Raises
    ------
    ValueError
        If shapes don't match, or there are no neighbors to vote.
    """
    distances, codes = _checked(distances, neighbor_labels)
    weights = _weights(distances, power)
    sums, rows = np.zeros((len(codes), n_labels)), np.arange(len(codes))
    winners = np.empty(codes.shape, np.int64)
    for last in range(codes.shape[1]):
        sums[rows, codes[:, last]] += weights[:, last]
        winners[:, last] = _winners(_normalized(sums), codes[:, : last + 1], ties)
    return winners


def _checked(
    distances: NDArray[np.float64], neighbor_labels: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    distances = np.asarray(distances, dtype=np.float64)
    codes = np.asarray(neighbor_labels).astype(np.int64)
    if distances.ndim != 2 or distances.shape != codes.shape or distances.shape[1] == 0:
        raise ValueError(
            f"distances and neighbor_labels must both be (n, k), k ≥ 1, got {distances.shape} and "
            f"{codes.shape}"
        )
    return distances, codes


def _weights(distances: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Votes of each neighbor, in units of those of the nearest one."""
    return _relative_nearness(distances, distances[:, :1]) ** power


def _winners(shares: NDArray[np.float64], voting: NDArray[np.int64], ties: Ties) -> NDArray[np.int64]:
    """The label with the largest share in each row; ``voting`` are the neighbors' labels, nearest first."""
    if ties == "lowest label":
        return shares.argmax(axis=1)
    first = np.take_along_axis(shares, voting, axis=1).argmax(axis=1)
    return voting[np.arange(len(voting)), first]


def _normalized(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows that sum to 1; all the same where there are no votes."""
    totals = sums.sum(axis=1, keepdims=True)
    return np.divide(sums, totals, out=np.full_like(sums, 1 / sums.shape[1]), where=totals > 0)


def _relative_nearness(distances: NDArray[np.float64], nearest: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for the nearest, less for others, 0 for infinitely far ones, whatever the unit of distance."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(distances == nearest, 1.0, nearest / distances)


def _margins(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = (other - own) / (other + own)
    margins[np.isinf(own)] = -1.0
    margins[np.isinf(other)] = 1.0
    margins[(other == 0) & (own == 0)] = 0.0
    return margins
