"""What margins and distances mean, learned from digits whose label is known.

A share of the vote is no probability, and a distance alone says nothing. Digits that did not vote on
themselves give both a meaning (:meth:`inknn.recognizer.recognizer.Recognizer.fit` says which):

- **confidence** is the part of those digits that were answered right at such a margin, where voters
  disagree and where they agree. They are sorted by margin, cut into groups of equal size, and the parts
  made to rise with the margin by pooling neighbors that don't (isotonic regression; Zadrozny & Elkan,
  "Transforming classifier scores into accurate multiclass probability estimates", 2002). Digits on which
  even the witnesses agree, margin 1, form a group of their own.
- **farness** is the mean distance to the voters, in units of the geometric mean of what is usual for the
  label and for all digits. Dividing by the label's alone would go too far: ones lie close together, and
  nearly every 1 of another hand would be far.
- **credibility** is the part of those digits that are at least as odd, oddness being farness times the
  likeness to non-digits (the p-value of conformal prediction; Vovk, Gammerman & Shafer, "Algorithmic
  learning in a random world", 2005).

All are promises about digits like the training digits. Other hands, pens and scanners are answered right
less often than their confidence says, and are less credible than a reader would find them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .votes import Votes

__all__ = ["Calibration"]

_GROUPS = 24  # points of a curve, at most
_SMALLEST_GROUP = 25  # digits; of fewer, no part and no median is worth much
_QUANTILES = 257  # steps of 1/256: credibility is no finer than that


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Arrays that turn margins and distances into confidence, farness and credibility.

    Attributes
    ----------
    split_margins, split_confidences : float64 (g,)
        Points of the rising curve where voters disagree, g ≥ 1; between them it runs straight, beyond
        them it is level.
    agreed_margins, agreed_confidences : float64 (h,)
        The same where they agree.
    radii : float64 (c,)
        Unit of farness for each label; infinite where too few digits were seen to know one.
    oddities : float64 (q,)
        Evenly spaced quantiles of oddness; none where too few digits were seen.
    """

    split_margins: NDArray[np.float64]
    split_confidences: NDArray[np.float64]
    agreed_margins: NDArray[np.float64]
    agreed_confidences: NDArray[np.float64]
    radii: NDArray[np.float64]
    oddities: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        votes: Votes,
        reach: NDArray[np.float64],
        likeness: NDArray[np.float64],
        truth: NDArray[np.integer],
    ) -> Self:
        """Learn from the votes on n digits, n ≥ 0.

        Parameters
        ----------
        votes : Votes
        reach : float64 (n,)
            Distance to the neighbor that completes as many of the true label as vote.
        likeness : float64 (n,)
            To non-digits; see :meth:`credibility`.
        truth : int (n,)
            Their labels.
        """
        right = votes.labels == truth
        radii = _radii(reach, truth, votes.shares.shape[1])
        oddness = (votes.distances / radii[votes.labels] * likeness)[right]
        enough = len(oddness) >= _SMALLEST_GROUP
        return cls(
            *_rising_curve(votes.margins[votes.split], right[votes.split]),
            *_rising_curve(votes.margins[~votes.split], right[~votes.split]),
            radii,
            np.quantile(oddness, np.linspace(0, 1, _QUANTILES)) if enough else np.empty(0),
        )

    def confidence(self, votes: Votes) -> NDArray[np.float64]:
        """Part of such answers that are right, float64 (n,)."""
        return np.where(
            votes.split,
            np.interp(votes.margins, self.split_margins, self.split_confidences),
            np.interp(votes.margins, self.agreed_margins, self.agreed_confidences),
        )

    def farness(self, votes: Votes) -> NDArray[np.float64]:
        """How far from all prototypes, float64 (n,): about 1 for usual digits; 0 where no unit is known."""
        return votes.distances / self.radii[votes.labels]

    def credibility(self, votes: Votes, likeness: NDArray[np.float64]) -> NDArray[np.float64]:
        """Part of digits that are at least as odd.

        Parameters
        ----------
        votes : Votes
        likeness : float64 (n,)
            To non-digits: mean distance to the nearest prototypes over that to the nearest non-digits.

        Returns
        -------
        float64 (n,)
            1 where nothing is known.
        """
        below = np.searchsorted(self.oddities, self.farness(votes) * likeness, side="left")
        return 1 - np.minimum(below / max(1, len(self.oddities) - 1), 1.0)


def _rising_curve(
    margins: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean margin of each group, and the part answered right, pooled so that it rises."""
    order = np.argsort(margins, kind="stable")
    order, unanimous = np.split(order, [int((margins < 1).sum())])
    n_groups = max(1, min(_GROUPS, len(order) // _SMALLEST_GROUP))
    groups = [group for group in [*np.array_split(order, n_groups), unanimous] if len(group)]
    if not groups:
        return np.zeros(1), np.full(1, 0.5)
    pools: list[list[float]] = []  # right answers, size, groups
    for group in groups:
        # One imagined success and failure more keep small groups from certainty (Laplace's rule).
        pools.append([right[group].sum() + 1.0, len(group) + 2.0, 1])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    parts = [np.full(int(size), hits / total) for hits, total, size in pools]
    return np.array([margins[group].mean() for group in groups]), np.concatenate(parts)


def _radii(reach: NDArray[np.float64], truth: NDArray[np.integer], n_labels: int) -> NDArray[np.float64]:
    radii = np.full(n_labels, np.inf)
    seen = reach > 0  # none of the label near, or only copies, says nothing
    for label in range(n_labels):
        mine = reach[seen & (truth == label)]
        if len(mine) >= _SMALLEST_GROUP:
            radii[label] = np.sqrt(np.median(reach[seen]) * np.median(mine))
    return radii
