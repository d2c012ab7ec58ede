"""Which references cause mistakes when all others are asked.

Some digits are among the neighbors of many others, which happens the more the more dimensions there are:
hubs. Where the others bear other labels they are bad hubs (Radovanović, Nanopoulos & Ivanović, "Hubs in
space: popular nearest neighbors in high-dimensional data", 2010). Being a bad neighbor need not change an
answer, so each vote is counted again without each of its voters: that tells what the answers would be if
the digit weren't there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..recognizer.votes import vote

__all__ = ["Leverage", "measure_leverage"]


@dataclass(frozen=True, slots=True, eq=False)
class Leverage:
    """What each of n digits does to the answers about the others.

    Attributes
    ----------
    occurrences : int64 (n,)
        Digits among whose voters it is.
    bad : int64 (n,)
        Those of them that bear another label.
    mended, spoiled : int64 (n,)
        Answers that would become right without it, and wrong.
    """

    occurrences: NDArray[np.int64]
    bad: NDArray[np.int64]
    mended: NDArray[np.int64]
    spoiled: NDArray[np.int64]

    @property
    def hubness(self) -> float:
        """Skewness of the occurrences: about 0 where all digits are neighbors equally often."""
        from scipy.stats import skew

        return float(skew(self.occurrences)) if self.occurrences.any() else 0.0

    def spread(self, places: NDArray[np.int64], count: int) -> Leverage:
        """The same counts for ``count`` digits, of which these are the ones at ``places``; 0 elsewhere."""
        wide = [np.zeros(count, np.int64) for _ in range(4)]
        for new, old in zip(wide, (self.occurrences, self.bad, self.mended, self.spoiled), strict=True):
            new[places] = old
        return Leverage(*wide)

    def worst(self) -> NDArray[np.int64]:
        """Digits without which more answers would be right than are, the costliest first."""
        net = self.mended - self.spoiled
        order = np.lexsort((np.arange(len(net)), -self.bad, -net))
        return order[net[order] > 0]


def measure_leverage(
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    codes: NDArray[np.int64],
    *,
    n_labels: int,
    n_neighbors: int = 5,
) -> Leverage:
    """Count what each digit does to the plain distance-weighted votes on the others.

    Parameters
    ----------
    distances, indices : float64, int64 (n, k)
        The neighbors of each digit, itself left out, nearest first; k > ``n_neighbors`` lets the next one
        step in for who is taken away.
    codes : int64 (n,)
        Labels, 0 to ``n_labels`` − 1.
    n_labels, n_neighbors : int

    Returns
    -------
    Leverage
    """
    count, k = indices.shape
    voters = indices[:, :n_neighbors]
    theirs = codes[voters]
    right = vote(distances, codes[indices], n_labels=n_labels, n_neighbors=n_neighbors).labels == codes
    mended, spoiled = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for place in range(voters.shape[1] if k > 1 else 0):
        some, near = np.delete(distances, place, axis=1), np.delete(indices, place, axis=1)
        without = vote(some, codes[near], n_labels=n_labels, n_neighbors=n_neighbors).labels == codes
        mended += np.bincount(voters[without & ~right, place], minlength=count)
        spoiled += np.bincount(voters[right & ~without, place], minlength=count)
    return Leverage(
        np.bincount(voters.ravel(), minlength=count),
        np.bincount(voters[theirs != codes[:, None]], minlength=count),
        mended,
        spoiled,
    )
