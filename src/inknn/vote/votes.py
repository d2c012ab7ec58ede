"""Let the neighbours vote: near ones count more, and the answer keeps what tells sure from unsure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Votes", "vote"]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """The vote on n digits among c labels.

    Attributes
    ----------
    labels : int64 (n,)
        The winners; of equal shares, the one with the nearest neighbour.
    shares : float64 (n, c)
        Share of the vote of each label; rows sum to 1.
    distances : float64 (n,)
        Distance to the nearest neighbour that has the winning label.
    margins : float64 (n,)
        ``(b − a) / (b + a)``, −1 to 1: ``a`` is that distance, ``b`` the one to the nearest neighbour
        with another label. Negative where the winner was outvoted by nearness. Exactly 1 where all
        neighbours agree.
    """

    labels: NDArray[np.int64]
    shares: NDArray[np.float64]
    distances: NDArray[np.float64]
    margins: NDArray[np.float64]


def vote(
    distances: NDArray[np.float64],
    neighbour_labels: NDArray[np.integer],
    *,
    n_labels: int = 10,
    n_voters: int | None = None,
) -> Votes:
    """Decide by distance-weighted vote (Dudani, "The distance-weighted k-nearest-neighbor rule", 1976).

    A neighbour at distance d has 1/d votes; one at distance zero outvotes all that are farther.

    Parameters
    ----------
    distances : float64 (n, k)
        Ascending.
    neighbour_labels : int (n, k)
        0 to ``n_labels`` − 1.
    n_labels : int
        Labels to share the vote among.
    n_voters : int, optional
        How many of the nearest vote, all by default. The others only witness the margin.

    Returns
    -------
    Votes

    Raises
    ------
    ValueError
        If shapes don't match, or nobody votes.
    """
    distances = np.asarray(distances, dtype=np.float64)
    codes = np.asarray(neighbour_labels).astype(np.int64)
    if distances.ndim != 2 or distances.shape != codes.shape or distances.shape[1] == 0:
        raise ValueError(
            f"distances and neighbour_labels must both be (n, k), k ≥ 1, got {distances.shape} and "
            f"{codes.shape}"
        )
    voters = distances.shape[1] if n_voters is None else min(n_voters, distances.shape[1])
    if voters < 1:
        raise ValueError(f"n_voters must be at least 1, got {n_voters}")
    shares = _shares(distances[:, :voters], codes[:, :voters], n_labels)
    # The share of each voter's label, nearest voter first: argmax takes the nearest of equals.
    row = np.arange(len(codes))
    winners = codes[row, np.take_along_axis(shares, codes[:, :voters], axis=1).argmax(axis=1)]
    mine = codes == winners[:, None]
    own = np.where(mine, distances, np.inf).min(axis=1)
    other = np.where(mine, np.inf, distances).min(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = (other - own) / (other + own)
    margins[np.isinf(other)] = 1.0
    margins[(other == 0) & (own == 0)] = 0.0
    return Votes(winners, shares, own, margins)


def _shares(distances: NDArray[np.float64], codes: NDArray[np.int64], n_labels: int) -> NDArray[np.float64]:
    # Scaled by the nearest distance the weights lie in 0..1, whatever the unit; 0/0 is the nearest itself.
    nearest = distances[:, :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(distances == nearest, 1.0, nearest / distances)
    # One histogram for all rows: label l of row i is bin i * n_labels + l.
    bins = codes + n_labels * np.arange(len(codes))[:, None]
    votes = np.bincount(bins.ravel(), weights.ravel(), minlength=len(codes) * n_labels)
    shares = votes.reshape(len(codes), n_labels)
    return shares / shares.sum(axis=1, keepdims=True)
