"""What a margin and a distance mean, learnt from digits whose label is known.

A share of the vote is no probability, and a distance alone says nothing. Digits that were not among the
prototypes (see :mod:`inknn.recogniser` for how they are set aside) give both a meaning:

- **confidence** is the part of those digits that were answered right at such a margin. They are sorted by
  margin, cut into groups of equal size, and the parts made to rise with the margin by pooling neighbours
  that don't (isotonic regression; Zadrozny & Elkan, "Transforming classifier scores into accurate
  multiclass probability estimates", 2002). Digits whose neighbours all agree form a group of their own.
- **credibility** is the part of those digits of the same label that lay at least as far from their
  neighbours (the p-value of conformal prediction; Vovk, Gammerman & Shafer, "Algorithmic learning in a
  random world", 2005). Distances are also put in units of their median, which :mod:`inknn.vote.verdict` uses.

Both are promises about digits like the training digits. Other hands, pens and scanners are answered right
less often than their confidence says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .votes import Votes

__all__ = ["Calibration"]

_GROUPS = 24
_SMALLEST_GROUP = 25
_QUANTILES = 129


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Arrays that turn margins and distances into confidence and credibility.

    Attributes
    ----------
    margins, confidences : float64 (g,)
        Points of the rising curve, g ≥ 1; between them it runs straight, beyond them it is level.
    unanimous : float64 ()
        Confidence where all neighbours agree.
    distances : float64 (c, q)
        Per label, q evenly spaced quantiles of the distance to the nearest neighbour of that label;
        infinite for a label too few digits of which were seen.
    """

    margins: NDArray[np.float64]
    confidences: NDArray[np.float64]
    unanimous: NDArray[np.float64]
    distances: NDArray[np.float64]

    @classmethod
    def fit(cls, votes: Votes, truth: NDArray[np.integer]) -> Self:
        """Learn from the votes on digits whose labels, int (n,), are known; n may be 0."""
        right = votes.labels == truth
        agreed = votes.margins == 1.0
        # One imagined success and failure more keep small groups from certainty (Laplace's rule).
        unanimous = np.array((right[agreed].sum() + 1) / (agreed.sum() + 2))
        order = np.argsort(votes.margins[~agreed], kind="stable")
        margins, hits = votes.margins[~agreed][order], right[~agreed][order]
        n_groups = max(1, min(_GROUPS, len(margins) // _SMALLEST_GROUP))
        groups = [part for part in np.array_split(np.arange(len(margins)), n_groups) if len(part)]
        centres = np.array([margins[part].mean() for part in groups] or [0.0])
        wins = np.array([hits[part].sum() + 1.0 for part in groups] or [1.0])
        sizes = np.array([len(part) + 2.0 for part in groups] or [2.0])
        confidences = np.minimum(_rising(wins, sizes), unanimous)
        return cls(centres, confidences, unanimous, _distance_quantiles(votes, right))

    def confidence(self, votes: Votes) -> NDArray[np.float64]:
        """Part of such answers that are right, float64 (n,)."""
        curve = np.interp(votes.margins, self.margins, self.confidences)
        return np.where(votes.margins == 1.0, self.unanimous, curve)

    def credibility(self, votes: Votes) -> NDArray[np.float64]:
        """Part of digits of that label that lie at least as far, float64 (n,)."""
        q = self.distances.shape[1]
        result = np.ones(len(votes.labels))
        for label in np.unique(votes.labels):
            mine = votes.labels == label
            below = np.searchsorted(self.distances[label], votes.distances[mine], side="left")
            result[mine] = 1 - np.minimum(below, q - 1) / (q - 1)
        return result

    def strangeness(self, votes: Votes) -> NDArray[np.float64]:
        """Distance in units of the median for the label, float64 (n,); 0 where none is known."""
        median = self.distances[:, self.distances.shape[1] // 2][votes.labels]
        return np.divide(
            votes.distances, median, out=np.zeros(len(median)), where=np.isfinite(median) & (median > 0)
        )


def _rising(wins: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Parts ``wins / sizes``, made to rise by pooling adjacent groups that fall."""
    pools: list[list[float]] = []  # wins, size, groups
    for win, size in zip(wins, sizes, strict=True):
        pools.append([win, size, 1])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return np.concatenate([np.full(int(groups), win / size) for win, size, groups in pools])


def _distance_quantiles(votes: Votes, right: NDArray[np.bool_]) -> NDArray[np.float64]:
    quantiles = np.full((votes.shares.shape[1], _QUANTILES), np.inf)
    for label in range(len(quantiles)):
        seen = votes.distances[right & (votes.labels == label)]
        if len(seen) >= _SMALLEST_GROUP:
            quantiles[label] = np.quantile(seen, np.linspace(0, 1, _QUANTILES))
    return quantiles
