"""Choose k, the metric, the features and the vote by cross-validation on training digits.

    digits ──folds──▶ space, fitted without the fold ──one search for the largest k──▶ errors for every k

A search finds the neighbors for all k and both votes at once, so a curve over k costs what one k costs. The
folds are those of scikit-learn's ``StratifiedKFold`` **in the order of the data**, as ``GridSearchCV(cv=5)``
takes them: in most sets neighboring digits are of one hand, and shuffling would put a writer's other digits
among the references (on MNIST's pixels that makes the error look 0.2 points smaller than it is).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from ...datasets import LabeledDigits
from ...errors import UnknownNameError
from ...metrics import METRICS
from ...progress import Progress, no_progress
from ..fit_command import fit_command, steps_to_digits
from ..spaces import Space, SpaceError, metric_and_parameters
from .curves import Curve
from .folds import Folds
from .passes import WEIGHTS, FoldErrors

__all__ = ["TuneResult", "combinations", "parse_ks", "tune"]


@dataclass(frozen=True, slots=True)
class TuneResult:
    """Curves of error over k, best first.

    Attributes
    ----------
    data : str
    count, folds : int
        Digits, and parts they were divided into.
    curves : tuple of Curve
        By their lowest error.
    seconds : float
        What all passes took, those of earlier runs included.
    left_out : tuple of str
        Combinations that can't be, and trials that were given up.
    searches, taken : int
        Searches that all of it took, one for each fold of each combination; and how many of them an earlier
        run had made.
    fit : str, optional
        The command that makes a model with the best features, metric and vote, and the k chosen of them;
        None where no model can be of that kind.
    """

    data: str
    count: int
    folds: int
    curves: tuple[Curve, ...]
    seconds: float
    left_out: tuple[str, ...] = ()
    searches: int = 0
    taken: int = 0
    fit: str | None = None

    @classmethod
    def of(
        cls,
        parted: Folds,
        curves: Iterable[Curve],
        measured: Sequence[FoldErrors],
        left_out: Iterable[str],
    ) -> TuneResult:
        """From what has been measured on some folds."""
        digits = parted.digits
        ordered = tuple(sorted(curves, key=lambda curve: curve.best_error))
        best = ordered[0]
        return cls(
            digits.name,
            len(digits),
            parted.count,
            ordered,
            sum(fold.seconds for fold in measured),
            tuple(left_out),
            len(measured),
            parted.checkpoint.taken,
            fit_command(
                digits.name, digits.images.shape[1:], best.feature, best.metric, best.weights, best.chosen_k
            ),
        )

    @property
    def best(self) -> Curve:
        """The curve with the lowest error."""
        return self.curves[0]

    @property
    def caption(self) -> str:
        """What the best curve shows, in words."""
        best = self.best
        return (
            f"{self.data}, {self.count:,} training digits, {self.folds}-fold cross-validation, "
            f"{best.feature}, {best.metric} distance, {best.weights} votes. {best.story()}"
        )

    def remarks(self) -> list[str]:
        """What a user should hear besides the figures, a line each."""
        said = []
        if self.taken:
            said.append(
                f"{self.taken} of {self.searches} searches were taken from an earlier run; "
                "--fresh makes them anew"
            )
        if self.left_out:
            said.append("left out: " + "; ".join(self.left_out))
        return said

    def to_dict(self) -> dict[str, Any]:
        """The best curve, and all of them as ``curves``, as plain values."""
        return {
            "data": self.data,
            "count": self.count,
            "folds": self.folds,
            **self.best.to_dict(),
            "caption": self.caption,
            "seconds": self.seconds,
            "curves": [curve.to_dict() for curve in self.curves],
            "left_out": list(self.left_out),
            "searches": self.searches,
            "taken_from_earlier_runs": self.taken,
            "fit": self.fit,
        }


def tune(
    digits: LabeledDigits,
    *,
    k: Sequence[int] = tuple(range(1, 16)),
    features: Sequence[str] = ("pixels",),
    metrics: Sequence[str] = ("euclidean",),
    weights: Sequence[str] = ("uniform",),
    folds: int = 5,
    limit: int | None = None,
    fresh: bool = False,
    progress: Progress = no_progress,
) -> TuneResult:
    """Try all combinations, and every k in each.

    What has been measured is kept in the user's cache, so that a run that was interrupted, or one with more
    to try, measures only what is missing.

    Parameters
    ----------
    digits : LabeledDigits
        For training: test digits are no business of tuning.
    k : sequence of int
        Numbers of neighbors.
    features : sequence of str
        As :class:`inknn.lab.spaces.Space` takes them.
    metrics : sequence of str
        Keys of :data:`inknn.metrics.METRICS`; Minkowski's p as ``"minkowski:4"``.
    weights : sequence of {"uniform", "distance"}
    folds : int
        At least 2.
    limit : int, optional
        Use only so many digits, of each label its share.
    fresh : bool
        Measure anew what an earlier run has measured.
    progress : Progress, optional

    Returns
    -------
    TuneResult

    Raises
    ------
    UnknownNameError
        If a feature, metric or vote is unknown; it offers the nearest.
    SpaceError
        If no combination can be.
    DataError
        If there are too few digits, or all have one label.
    """
    for name in weights:
        if name not in WEIGHTS:
            raise UnknownNameError("vote", name, WEIGHTS)
    parted = Folds(digits, max(k), folds=folds, limit=limit, fresh=fresh)
    pairs, left_out = combinations(parted.digits, features, metrics)
    curves: list[Curve] = []
    everything: list[FoldErrors] = []
    for i, (feature, metric) in enumerate(pairs):

        def tell(what: str, part: float, i: int = i) -> None:
            progress(what, (i + part) / len(pairs))

        found = list(parted.measure(feature, metric, tell))
        everything += found
        curves += [Curve.of(feature, metric, vote, sorted(set(k)), found) for vote in dict.fromkeys(weights)]
    progress("done", 1.0)
    return TuneResult.of(parted, curves, everything, left_out)


def combinations(
    digits: LabeledDigits, features: Sequence[str], metrics: Sequence[str], *, sized: bool = True
) -> tuple[list[tuple[str, str]], list[str]]:
    """Which features go with which metrics, and why others don't.

    Where one takes 28 × 28 digits only, square pictures of another size are brought into MNIST's normal form
    first, and its name says so.

    Parameters
    ----------
    digits : LabeledDigits
    features, metrics : sequence of str
    sized : bool
        Whether features get the dimensions they have by default in their name.

    Returns
    -------
    pairs : list of (str, str)
        Features one after another, since what they give is used for all metrics.
    left_out : list of str
        "feature, metric: reason".

    Raises
    ------
    UnknownNameError, SpaceError
        If a name is unknown, or there is no pair.
    """
    pairs, left_out = [], []
    shape = digits.images.shape[1:]
    spaces = {Space(name).name if sized else name: Space(name) for name in features}
    kinds = {metric: METRICS[metric_and_parameters(metric)[0]] for metric in dict.fromkeys(metrics)}
    for (feature, space), (metric, kind) in product(spaces.items(), kinds.items()):
        reason = space.refusal(shape, digits=kind.takes_digits)
        formed = steps_to_digits(shape) + feature
        if reason and not Space(formed).refusal(shape, digits=kind.takes_digits):
            feature, reason = formed, ""
        if kind.takes_digits and not space.is_pixels:
            reason = f"{metric} compares pictures: only with pixels"
        if reason:
            left_out.append(f"{feature}, {metric}: {reason}")
        else:
            pairs.append((feature, metric))
    if not pairs:
        raise SpaceError(f"nothing to try: {left_out[0]}; choose another feature or metric")
    return pairs, left_out


def parse_ks(text: str) -> tuple[int, ...]:
    """Numbers of neighbors from text.

    Parameters
    ----------
    text : str
        Numbers and ranges, joined by commas: ``"1-15"``, ``"1,3,5"``, ``"1-9,15,25-45:5"``; the number after
        the colon is the step of the range.

    Returns
    -------
    tuple of int
        Ascending, each once.

    Raises
    ------
    ValueError
        If it is nothing of the kind; it says what would be.

    Examples
    --------
    >>> parse_ks("1-3,9")
    (1, 2, 3, 9)
    """
    found: set[int] = set()
    for part in text.split(","):
        span, colon, step = part.strip().partition(":")
        first, dash, last = span.partition("-")
        words = [first, *([last] if dash else []), *([step] if colon else [])]
        if not all(word.strip().isdecimal() for word in words) or (colon and not dash):
            raise ValueError(f"{part.strip()!r} is no number or range; write 1-15 or 1,3,5")
        low, high = int(first), int(last or first)
        stride = int(step or 1)
        if low < 1 or high < low or stride < 1:
            raise ValueError(f"{part.strip()!r}: k starts at 1, and a range goes up; write 1-15 or 1,3,5")
        if high - low > 10_000:
            raise ValueError(f"{part.strip()!r}: more than 10,000 neighbors; take a smaller range")
        found.update(range(low, high + 1, stride))
    return tuple(sorted(found))
