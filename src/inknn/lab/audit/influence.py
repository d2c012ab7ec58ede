"""Which references cause mistakes when each digit is classified by all the others.

Some digits are among the neighbors of many others, the more so the more dimensions there are: hubs. If the
others have other labels they are bad hubs (Radovanović, Nanopoulos & Ivanović, "Hubs in space: popular
nearest neighbors in high-dimensional data", 2010). A bad neighbor need not change an answer. So each vote is
counted again without each of its voters, which gives the answers as they would be without that digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...recognizer.votes import vote

__all__ = ["Influence", "measure_influence"]


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """What each of n digits does to the answers about the others.

    Attributes
    ----------
    occurrences : int64 (n,)
        In how many votes it takes part.
    bad : int64 (n,)
        In how many of them the digit in question has another label.
    fixed, broken : int64 (n,)
        Wrong answers that would be right without it, and right answers that would be wrong.
    """

    occurrences: NDArray[np.int64]
    bad: NDArray[np.int64]
    fixed: NDArray[np.int64]
    broken: NDArray[np.int64]

    @property
    def hubness(self) -> float:
        """Skewness of the occurrences: about 0 if all digits are neighbors equally often."""
        from scipy.stats import skew

        return float(skew(self.occurrences)) if self.occurrences.any() else 0.0

    def spread(self, places: NDArray[np.int64], count: int) -> Influence:
        """The same for ``count`` digits, of which these are the ones at ``places``; 0 for the others."""
        wide = [np.zeros(count, np.int64) for _ in range(4)]
        for new, old in zip(wide, (self.occurrences, self.bad, self.fixed, self.broken), strict=True):
            new[places] = old
        return Influence(*wide)

    def worst(self) -> NDArray[np.int64]:
        """Digits without which more answers would be right, the most harmful first."""
        net = self.fixed - self.broken
        order = np.lexsort((np.arange(len(net)), -self.bad, -net))
        return order[net[order] > 0]


def measure_influence(
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    codes: NDArray[np.int64],
    *,
    n_labels: int,
    n_neighbors: int = 5,
) -> Influence:
    """Count what each digit does to the plain distance-weighted votes on the others.

    Parameters
    ----------
    distances, indices : float64, int64 (n, k)
        The neighbors of each digit without itself, nearest first. With k > ``n_neighbors`` the next neighbor
        votes in place of the one left out.
    codes : int64 (n,)
        Labels, 0 to ``n_labels`` − 1.
    n_labels, n_neighbors : int
    """

    def is_right(distances: NDArray[np.float64], indices: NDArray[np.int64]) -> NDArray[np.bool_]:
        return vote(distances, codes[indices], n_labels=n_labels, n_neighbors=n_neighbors).labels == codes

    def counts(voters: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(voters.ravel(), minlength=len(indices))

    voters, right = indices[:, :n_neighbors], is_right(distances, indices)
    fixed, broken = np.zeros(len(indices), np.int64), np.zeros(len(indices), np.int64)
    for place in range(voters.shape[1] if indices.shape[1] > 1 else 0):
        without = is_right(np.delete(distances, place, axis=1), np.delete(indices, place, axis=1))
        fixed += counts(voters[without & ~right, place])
        broken += counts(voters[right & ~without, place])
    return Influence(counts(voters), counts(voters[codes[voters] != codes[:, None]]), fixed, broken)
