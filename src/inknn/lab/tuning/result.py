"""Curves of error over k: the best k, all that can't be told from it, and why the curve goes down and up.

The choice follows Breiman's one-standard-error rule (Breiman, Friedman, Olshen & Stone, "Classification and
regression trees", 1984, 3.4.3): the simplest model whose error is within one standard error of the lowest.
The simplest vote is that of the largest k, which draws the smoothest borders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .fold_errors import FoldErrors

__all__ = ["Curve", "TuneResult"]


@dataclass(frozen=True, slots=True)
class Curve:
    """Errors of one combination of features, metric and vote, over k.

    Attributes
    ----------
    feature, metric, weights : str
    k : tuple of int
        Ascending.
    by_fold : tuple of tuple of float
        For each fold, the part of the held-out digits that was wrong, 0 to 1, for each k.
    training_error : tuple of float
        For each k, the part of training digits that was wrong, each among its own neighbors.
    """

    feature: str
    metric: str
    weights: str
    k: tuple[int, ...]
    by_fold: tuple[tuple[float, ...], ...]
    training_error: tuple[float, ...]

    @classmethod
    def of(
        cls, feature: str, metric: str, weights: str, k: Sequence[int], folds: Sequence[FoldErrors]
    ) -> Curve:
        """From the errors of all folds, for k up to the largest at least."""
        places = np.array(k) - 1
        held_out = [np.array(fold.wrong[weights])[places] / fold.held_out for fold in folds]
        wrong = np.sum([np.array(fold.wrong_in_training[weights])[places] for fold in folds], axis=0)
        training = wrong / sum(fold.training for fold in folds)
        by_fold = tuple(tuple(errors.tolist()) for errors in held_out)
        return cls(feature, metric, weights, tuple(k), by_fold, tuple(training.tolist()))

    @property
    def validation_error(self) -> NDArray[np.float64]:
        """Mean over the folds, for each k."""
        return np.array(self.by_fold).mean(axis=0)

    @property
    def validation_se(self) -> NDArray[np.float64]:
        """Standard error of that mean, from how much the folds differ."""
        return np.array(self.by_fold).std(axis=0, ddof=1) / np.sqrt(len(self.by_fold))

    @property
    def best_k(self) -> int:
        """The k of the lowest error; of equals, the smallest."""
        return self.k[int(self.validation_error.argmin())]

    @property
    def best_error(self) -> float:
        """The lowest error."""
        return float(self.validation_error.min())

    @property
    def best_se(self) -> float:
        """Its standard error."""
        return float(self.validation_se[self.k.index(self.best_k)])

    @property
    def within_one_se(self) -> tuple[int, ...]:
        """Every k whose error is at most one standard error above the lowest."""
        near = self.validation_error <= self.best_error + self.best_se
        return tuple(k for k, yes in zip(self.k, near, strict=True) if yes)

    @property
    def chosen_k(self) -> int:
        """The one-standard-error choice: the largest k within one standard error of the lowest error."""
        return max(self.within_one_se)

    def rank_of(self, k: int) -> str:
        """A mark for a k: "best", "chosen" or both, "as good" within one standard error, or ""."""
        names = [name for name, its in (("best", self.best_k), ("chosen", self.chosen_k)) if its == k]
        return ", ".join(names) or ("as good" if k in self.within_one_se else "")

    @property
    def name(self) -> str:
        """The combination it is a curve of."""
        return f"{self.feature}, {self.metric}, {self.weights}"

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "feature": self.feature,
            "metric": self.metric,
            "weights": self.weights,
            "k": list(self.k),
            "validation_error": self.validation_error.tolist(),
            "validation_se": self.validation_se.tolist(),
            "training_error": list(self.training_error),
            "by_fold": [list(fold) for fold in self.by_fold],
            "best_k": self.best_k,
            "chosen_k": self.chosen_k,
            "within_one_se": list(self.within_one_se),
        }

    def story(self) -> str:
        """Why the curve goes down and up, with its own figures: bias and variance."""
        sentences = [self._left_end(), self._right_end(), self._choice()]
        return " ".join(sentence for sentence in sentences if sentence)

    def _left_end(self) -> str:
        if self.weights == "distance":
            return (
                "In a vote weighted by distance, a digit among its own neighbors outvotes all others: the "
                f"error on training digits is {_percent(max(self.training_error))} for every k and tells "
                "nothing."
            )
        if self.k[0] > 1:
            return ""
        return (
            f"At k = 1 every training digit is its own nearest neighbor: {_percent(self.training_error[0])} "
            f"of them are wrong, but {_percent(self.validation_error[0])} of those held out. The gap is "
            "variance: every odd digit has an island of its own."
        )

    def _right_end(self) -> str:
        last, error = self.k[-1], float(self.validation_error[-1])
        if last == self.k[0]:
            return ""
        if self.best_k == last:
            return f"The error is lowest at k = {last}, the largest tried: try larger k."
        training = (
            f", {_percent(self.training_error[-1])} on training digits" if self.weights == "uniform" else ""
        )
        return (
            f"Toward k = {last} the neighbors come from farther away and the borders get smoother "
            f"({_percent(error)} held out{training}): what is rare is outvoted, and that is bias."
        )

    def _choice(self) -> str:
        figures = f"{_percent(self.best_error)} ± {_percent(self.best_se)}"
        best = f"The lowest error is at k = {self.best_k}: {figures}"
        if len(self.within_one_se) == 1:
            return f"{best}; no other k is within one standard error."
        return (
            f"{best}; k = {_ranges(self.within_one_se, self.k)} are within one standard error and can't be "
            f"told apart. Of these k = {self.chosen_k} draws the smoothest borders."
        )


@dataclass(frozen=True, slots=True)
class TuneResult:
    """Curves of error over k, best first.

    Attributes
    ----------
    data : str
    count, folds : int
        Digits, and parts they were divided into.
    how : str
        How the folds were chosen.
    curves : tuple of Curve
        By their lowest error.
    seconds : float
        What all searches took, those of earlier runs included.
    left_out : tuple of str
        Combinations that are not possible, and why.
    searches, taken : int
        Searches behind the curves, one for each fold of each combination, and how many of them an earlier
        run had made.
    fit : str, optional
        The command that makes a model with the best features, metric and vote, and the k chosen of them;
        None where no model can be of that kind.
    warning : str
        What makes the errors too low; empty if nothing is known to.
    """

    data: str
    count: int
    folds: int
    how: str
    curves: tuple[Curve, ...]
    seconds: float
    left_out: tuple[str, ...] = ()
    searches: int = 0
    taken: int = 0
    fit: str | None = None
    warning: str = ""

    @property
    def best(self) -> Curve:
        """The curve with the lowest error."""
        return self.curves[0]

    @property
    def caption(self) -> str:
        """What the best curve shows, in words."""
        best = self.best
        return (
            f"{self.data}: {self.count:,} training digits, {best.feature}, {best.metric} distance, "
            f"{best.weights} votes. {self.folds} folds {self.how}. {best.story()}"
        )

    def remarks(self) -> list[str]:
        """What has to be known besides the figures, a line each."""
        remarks = [self.warning] if self.warning else []
        if self.taken:
            remarks.append(
                f"{self.taken} of {self.searches} searches were taken from an earlier run; --fresh makes "
                "them anew"
            )
        if self.left_out:
            remarks.append("left out: " + "; ".join(self.left_out))
        return remarks

    def to_dict(self) -> dict[str, Any]:
        """The best curve, and all of them as ``curves``, as plain values."""
        return {
            "data": self.data,
            "count": self.count,
            "folds": self.folds,
            "how": self.how,
            **self.best.to_dict(),
            "caption": self.caption,
            "seconds": self.seconds,
            "curves": [curve.to_dict() for curve in self.curves],
            "left_out": list(self.left_out),
            "searches": self.searches,
            "taken_from_earlier_runs": self.taken,
            "fit": self.fit,
        }


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"


def _ranges(some: Sequence[int], all_k: Sequence[int]) -> str:
    """Numbers as ranges where they follow each other in ``all_k``: 1, 3–5."""
    runs: list[list[int]] = []
    for k in some:
        if runs and all_k.index(k) == all_k.index(runs[-1][-1]) + 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
