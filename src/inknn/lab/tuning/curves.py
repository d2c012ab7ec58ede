"""Error over k, from the errors of the folds: the best k, what cannot be told from it, and why so.

The choice follows Breiman's one-standard-error rule (Breiman, Friedman, Olshen & Stone, "Classification and
regression trees", 1984, 3.4.3): the simplest model whose error is within one standard error of the lowest.
Of votes the simplest is that of the largest k, which draws the smoothest borders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .passes import FoldErrors

__all__ = ["Curve"]


@dataclass(frozen=True, slots=True)
class Curve:
    """Errors of one vote in one space and metric, over k.

    Attributes
    ----------
    feature, metric, weights : str
    k : tuple of int
        Ascending.
    by_fold : tuple of tuple of float
        For each fold, the part of the held-out digits that was wrong, 0 to 1, for each k.
    training_error : tuple of float
        Part of digits of the training folds, themselves among the neighbors, that was wrong, for each k.
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
        """From the errors of its folds, which have been asked for at least the largest k."""

        def at(wrong: Sequence[int], count: int) -> tuple[float, ...]:
            return tuple(wrong[each - 1] / count for each in k)

        learned = np.sum(
            [[fold.wrong_in_training[weights][each - 1] for each in k] for fold in folds], axis=0
        )
        again = sum(fold.asked_in_training for fold in folds)
        return cls(
            feature,
            metric,
            weights,
            tuple(k),
            tuple(at(fold.wrong[weights], fold.asked) for fold in folds),
            tuple(at_k / again for at_k in learned.tolist()),
        )

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
        """What is to be said of a k: "best", "chosen" or both, "as good" within one standard error, or ""."""
        names = [name for name, its in (("best", self.best_k), ("chosen", self.chosen_k)) if its == k]
        return ", ".join(names) or ("as good" if k in self.within_one_se else "")

    @property
    def name(self) -> str:
        """What it is a curve of."""
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
        error, learned = self.validation_error, self.training_error
        first, last = self.k[0], self.k[-1]
        parts = []
        if self.weights == "distance":
            parts.append(
                "Votes count by nearness, so a digit among the references outvotes all others: the training "
                f"error is {_percent(max(learned))} whatever k, and tells nothing."
            )
        elif first == 1:
            parts.append(
                f"At k = 1 every digit is its own nearest neighbor: it errs on {_percent(learned[0])} of the "
                f"training digits but on {_percent(error[0])} of those held out. That gap is variance: each "
                "odd digit has an island of its own."
            )
        if last > first:
            parts.append(self._toward(last))
        parts.append(self._choice())
        return " ".join(parts)

    def _toward(self, last: int) -> str:
        error = float(self.validation_error[-1])
        if self.best_k == last:
            return f"The error is lowest at k = {last}, the largest asked for: look further, with larger k."
        known = (
            f", {_percent(self.training_error[-1])} on training digits" if self.weights == "uniform" else ""
        )
        return (
            f"Toward k = {last} the neighbors come from farther away and the borders get smoother "
            f"({_percent(error)} held out{known}): what is rare is outvoted, and that is bias."
        )

    def _choice(self) -> str:
        figures = f"{_percent(self.best_error)} ± {_percent(self.best_se)}"
        best = f"The lowest error is at k = {self.best_k}: {figures}"
        near = self.within_one_se
        if len(near) == 1:
            return f"{best}; no other k is within one standard error."
        return (
            f"{best}; k = {_ranges(near, self.k)} are within one standard error and can't be told apart. "
            f"Of these k = {self.chosen_k} draws the smoothest borders."
        )


def _percent(rate: float) -> str:
    return f"{100 * rate:.2f} %"


def _ranges(some: Sequence[int], all_k: Sequence[int]) -> str:
    """Numbers as ranges where they follow each other in ``all_k``: 1, 3–5."""
    runs: list[list[int]] = []
    for k in some:
        follows = runs and all_k.index(k) == all_k.index(runs[-1][-1]) + 1
        if follows:
            runs[-1].append(k)
        else:
            runs.append([k])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
