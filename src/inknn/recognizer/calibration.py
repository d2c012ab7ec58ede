"""What margins and distances mean, learned from digits whose label is known.

A share of the vote is no probability, and a distance alone means nothing. Digits that did not vote on
themselves give both a meaning:

- **confidence** is the share of those digits that were predicted right at such a margin, where neighbors
  disagree and where they agree. They are sorted by margin, cut into groups of equal size, and the shares
  made to rise with the margin by pooling groups that don't (isotonic regression; Zadrozny & Elkan,
  "Transforming classifier scores into accurate multiclass probability estimates", 2002). Digits all of whose
  neighbors agree, margin 1, form a group of their own.
- **normalized distance** is the mean distance to the neighbors that vote, in units of the geometric mean of
  what is usual for the label and for all digits. Dividing by the label's alone would go too far: ones lie
  close together, and nearly every 1 of another hand would be far.
- **credibility** is the share of those digits that conform at most as well. Nonconformity is the normalized
  distance times the non-digit ratio (:func:`inknn.recognizer.non_digits.non_digit_ratio`), and credibility
  the p-value of conformal prediction (Vovk, Gammerman & Shafer, "Algorithmic learning in a random world",
  2005).

All are promises about digits like the training digits. Digits of other hands, pens and scanners are
predicted right less often than their confidence promises, and are less credible than they look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from .non_digits import non_digit_ratio
from .votes import Votes, vote

if TYPE_CHECKING:
    from .references import References
    from .reranking import Pictures
    from .settings import Settings

__all__ = ["Calibration", "calibrate", "kth_same_class_distance"]

_GROUPS = 24  # points of a curve, at most
_SMALLEST_GROUP = 25  # digits; a share or a median of fewer is worth little
_QUANTILES = 257  # steps of 1/256: credibility is no finer than that


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Arrays that turn margins and distances into confidence, normalized distance and credibility.

    Attributes
    ----------
    split_margins, split_confidences : float64 (g,)
        Points of the rising curve where the neighbors that vote disagree, g ≥ 1; between them it is
        linear, beyond them level.
    agreed_margins, agreed_confidences : float64 (h,)
        The same where they agree.
    class_scales : float64 (c,)
        Unit of distance for each label; infinite where too few digits were seen to know one.
    nonconformities : float64 (q,)
        Evenly spaced quantiles of nonconformity; none where too few digits were seen.
    """

    split_margins: NDArray[np.float64]
    split_confidences: NDArray[np.float64]
    agreed_margins: NDArray[np.float64]
    agreed_confidences: NDArray[np.float64]
    class_scales: NDArray[np.float64]
    nonconformities: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        votes: Votes,
        same_class_distances: NDArray[np.float64],
        non_digit_ratios: NDArray[np.float64],
        truth: NDArray[np.integer],
    ) -> Self:
        """Learn from the votes on n digits, n ≥ 0.

        Parameters
        ----------
        votes : Votes
        same_class_distances : float64 (n,)
            Distance to the k-th neighbor of the true label, where k neighbors vote
            (:func:`kth_same_class_distance`).
        non_digit_ratios : float64 (n,)
            See :func:`inknn.recognizer.non_digits.non_digit_ratio`.
        truth : int (n,)
            Their labels.
        """
        right = votes.labels == truth
        scales = _class_scales(same_class_distances, truth, votes.shares.shape[1])
        nonconformity = (votes.distances / scales[votes.labels] * non_digit_ratios)[right]
        enough = len(nonconformity) >= _SMALLEST_GROUP
        return cls(
            *_rising_curve(votes.margins[votes.split], right[votes.split]),
            *_rising_curve(votes.margins[~votes.split], right[~votes.split]),
            scales,
            np.quantile(nonconformity, np.linspace(0, 1, _QUANTILES)) if enough else np.empty(0),
        )

    def confidence(self, votes: Votes) -> NDArray[np.float64]:
        """Share of such predictions that are right, float64 (n,)."""
        return np.where(
            votes.split,
            np.interp(votes.margins, self.split_margins, self.split_confidences),
            np.interp(votes.margins, self.agreed_margins, self.agreed_confidences),
        )

    def normalized_distance(self, votes: Votes) -> NDArray[np.float64]:
        """Distance to the references, float64 (n,): about 1 for usual digits, 0 where no unit is known."""
        return votes.distances / self.class_scales[votes.labels]

    def credibility(self, votes: Votes, non_digit_ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of digits that conform at most as well.

        Parameters
        ----------
        votes : Votes
        non_digit_ratios : float64 (n,)

        Returns
        -------
        float64 (n,)
            1 where nothing is known.
        """
        nonconformity = self.normalized_distance(votes) * non_digit_ratios
        below = np.searchsorted(self.nonconformities, nonconformity, side="left")
        return 1 - np.minimum(below / max(1, len(self.nonconformities) - 1), 1.0)


def calibrate(
    references: References,
    non_digits: NDArray[Any],
    settings: Settings,
    queries: NDArray[Any],
    truth: NDArray[np.integer],
    *,
    pictures: Pictures | None = None,
    own: NDArray[np.int64] | None = None,
    n_threads: int | None = None,
) -> Calibration:
    """Learn from a vote on digits whose label is known.

    Parameters
    ----------
    references : References
        They vote.
    non_digits : (p, d)
    settings : Settings
    queries : (n, d)
        The digits to vote on, n ≥ 0, in the space of the references.
    truth : int (n,)
        Their labels.
    pictures : Pictures, optional
        Of the queries; needed where the references have pictures.
    own : int64 (n,), optional
        For each query the reference that it is itself, to leave out.
    n_threads : int, optional
        All CPUs by default.

    Returns
    -------
    Calibration
    """
    if len(queries) == 0:
        nothing = np.empty((0, 1))
        votes = vote(nothing, nothing.astype(np.int64), n_labels=references.n_labels)
        return Calibration.fit(votes, np.empty(0), np.empty(0), truth)
    distances, indices, votes = references.vote(queries, pictures, settings, own, n_threads=n_threads)
    return Calibration.fit(
        votes,
        kth_same_class_distance(distances, references.labels[indices], truth, settings.n_neighbors),
        non_digit_ratio(votes.distances, queries, non_digits, settings, n_threads=n_threads),
        truth,
    )


def kth_same_class_distance(
    distances: NDArray[np.float64],
    neighbor_labels: NDArray[np.integer],
    labels: NDArray[np.integer],
    k: int,
) -> NDArray[np.float64]:
    """Distance to the k-th neighbor of a label, or to the last one where there are fewer; 0 without any.

    Parameters
    ----------
    distances : float64 (n, m)
        Ascending.
    neighbor_labels : int (n, m)
    labels : int (n,)
        Which label to count in each row.
    k : int

    Returns
    -------
    float64 (n,)
    """
    mine = neighbor_labels == labels[:, None]
    mine &= mine.cumsum(axis=1) <= k
    return np.where(mine, distances, 0.0).max(axis=1, initial=0.0)


def _rising_curve(
    margins: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean margin of each group, and the share predicted right, pooled so that it rises."""
    order = np.argsort(margins, kind="stable")
    order, unanimous = np.split(order, [int((margins < 1).sum())])
    n_groups = max(1, min(_GROUPS, len(order) // _SMALLEST_GROUP))
    groups = [group for group in [*np.array_split(order, n_groups), unanimous] if len(group)]
    if not groups:
        return np.zeros(1), np.full(1, 0.5)
    pools: list[list[float]] = []  # right predictions, size, groups
    for group in groups:
        # One imagined success and failure more keep small groups from certainty (Laplace's rule).
        pools.append([right[group].sum() + 1.0, len(group) + 2.0, 1])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    shares = [np.full(int(size), hits / total) for hits, total, size in pools]
    return np.array([margins[group].mean() for group in groups]), np.concatenate(shares)


def _class_scales(
    distances: NDArray[np.float64], truth: NDArray[np.integer], n_labels: int
) -> NDArray[np.float64]:
    scales = np.full(n_labels, np.inf)
    known = distances > 0  # no neighbor of the label, or only copies, gives no scale
    for label in range(n_labels):
        mine = distances[known & (truth == label)]
        if len(mine) >= _SMALLEST_GROUP:
            scales[label] = np.sqrt(np.median(distances[known]) * np.median(mine))
    return scales
