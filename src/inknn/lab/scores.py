"""All figures about answers to digits whose label is known. scikit-learn computes what it can.

- **Precision, recall, F1** of each class, and their macro, micro and weighted means; **confusion**;
  **top 2**.
- **Calibration**: answers are binned by their confidence. The mean distance between a bin's confidence and
  the share of its answers that are right is the expected calibration error (Naeini, Cooper & Hauskrecht,
  "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015). The Brier score is that of the
  confidence (Brier, "Verification of forecasts expressed in terms of probability", 1950).
- **Risk–coverage**: the error among the accepted answers, as the lowest confidence that is accepted falls.
  Its mean over all answers is the AURC (Geifman, Uziel & El-Yaniv, "Bias-reduced uncertainty estimation for
  deep neural classifiers", ICLR 2019). Answers of equal confidence are accepted together, since no limit
  separates them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from .statistics import wilson_interval

__all__ = ["BINS", "LIMITS", "Group", "ReliabilityBin", "RiskPoint", "Scores"]

BINS = 10
"""Bins of confidence, of equal width."""

LIMITS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999)
"""Limits of confidence in the table of risk and coverage, ascending."""

_VERDICTS = ("digit", "unsure", "not-a-digit")
_CURVE = 200  # points of a curve, at most


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the answers, ``errors`` of which are wrong."""

    name: str
    count: int
    errors: int

    @property
    def error_rate(self) -> float:
        """Share that is wrong, 0 to 1; NaN if there are none."""
        return self.errors / self.count if self.count else float("nan")

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of :attr:`error_rate`."""
        return wilson_interval(self.errors, self.count) if self.count else None

    def to_dict(self) -> dict[str, Any]:
        """As plain values; without answers the rates are None."""
        return {
            "name": self.name,
            "count": self.count,
            "errors": self.errors,
            "error_rate": self.error_rate if self.count else None,
            "interval": list(self.interval) if self.interval else None,
        }


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers whose confidence is in (low, high]: how many, how many are right, their mean confidence."""

    low: float
    high: float
    count: int
    right: int
    confidence: float

    @property
    def accuracy(self) -> float:
        """Share that is right, 0 to 1."""
        return self.right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of :attr:`accuracy`."""
        return wilson_interval(self.right, self.count)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "accuracy": self.accuracy, "interval": list(self.interval)}


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The answers of confidence ``limit`` or more: how many, how many are wrong, their share of all."""

    limit: float
    accepted: int
    errors: int
    coverage: float

    @property
    def risk(self) -> float | None:
        """Share of the accepted answers that is wrong, 0 to 1; None if there are none."""
        return self.errors / self.accepted if self.accepted else None

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "risk": self.risk}


class Scores:
    """The figures of n answers, n at least 1.

    Parameters
    ----------
    truth, answers : int (n,)
        The labels, and the answers.
    probabilities : float (n, c)
        Probability of each class that can be answered.
    classes : int (c,)
        These classes, ascending. They include all of ``truth`` and ``answers``.
    confidence : float (n,)
        Probability that the answer is right, 0 to 1.
    verdicts : str (n,)
        ``digit``, ``unsure`` or ``not-a-digit``.
    groups : sequence of str, optional
        Writer or folder of each digit.

    Raises
    ------
    ValueError
        If there is no digit, or the lengths differ.
    """

    def __init__(
        self,
        truth: NDArray[np.integer],
        answers: NDArray[np.integer],
        probabilities: NDArray[np.floating],
        classes: NDArray[np.integer],
        confidence: NDArray[np.floating],
        verdicts: NDArray[np.str_],
        groups: Sequence[str] | None = None,
    ) -> None:
        lengths = {len(part) for part in (truth, answers, probabilities, confidence, verdicts)}
        if lengths != {len(truth)} or not len(truth) or (groups and len(groups) != len(truth)):
            raise ValueError("there must be one answer, confidence and verdict for each digit, at least one")
        self._truth, self._answers, self._probabilities = truth, answers, probabilities
        self._known, self._confidence = classes, np.asarray(confidence, np.float64)
        self._verdicts, self._groups = verdicts, groups
        self._right = truth == answers

    @property
    def count(self) -> int:
        """How many answers there are."""
        return len(self._truth)

    @property
    def errors(self) -> int:
        """How many of them are wrong."""
        return int(np.count_nonzero(~self._right))

    @cached_property
    def classes(self) -> tuple[int, ...]:
        """All labels and answers that occur, ascending: the rows of the tables below."""
        return tuple(np.union1d(self._truth, self._answers).tolist())

    @cached_property
    def per_class(self) -> list[dict[str, Any]]:
        """``class``, ``precision``, ``recall``, ``f1`` and ``support`` of each class; 0 where undefined."""
        parts = metrics.precision_recall_fscore_support(
            self._truth, self._answers, labels=self.classes, zero_division=0
        )
        names = ("class", "precision", "recall", "f1", "support")
        rows = zip(self.classes, *(part.tolist() for part in parts), strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]

    @cached_property
    def averages(self) -> dict[str, dict[str, float]]:
        """``precision``, ``recall`` and ``f1`` for each of ``macro``, ``micro`` and ``weighted``."""
        found = {}
        for average in ("macro", "micro", "weighted"):
            three = metrics.precision_recall_fscore_support(
                self._truth, self._answers, average=average, zero_division=0
            )[:3]
            found[average] = dict(zip(("precision", "recall", "f1"), map(float, three), strict=True))
        return found

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """How many digits of each class (row) got each answer (column), int64 (c, c)."""
        return metrics.confusion_matrix(self._truth, self._answers, labels=self.classes)

    @property
    def confusions(self) -> list[tuple[int, int, int]]:
        """Label, wrong answer and how often, most frequent first."""
        table = self.confusion
        found = [
            (self.classes[row], self.classes[column], int(table[row, column]))
            for row, column in zip(*np.nonzero(table), strict=True)
            if row != column
        ]
        return sorted(found, key=lambda pair: (-pair[2], pair))

    @cached_property
    def top2(self) -> float:
        """Share of the digits whose label is one of the two most probable classes, 0 to 1."""
        if len(self._known) <= 2:
            return 1.0
        return float(metrics.top_k_accuracy_score(self._truth, self._probabilities, k=2, labels=self._known))

    @cached_property
    def brier(self) -> float:
        """Mean squared difference between confidence and 1 (a right answer) or 0 (a wrong one)."""
        return float(metrics.brier_score_loss(self._right, self._confidence, pos_label=True))

    @cached_property
    def reliability(self) -> list[ReliabilityBin]:
        """The bins of confidence that hold an answer, ascending."""
        edges = np.linspace(0, 1, BINS + 1)
        bins = np.searchsorted(edges[1:-1], self._confidence)
        counts = np.bincount(bins, minlength=BINS)
        right = np.bincount(bins, self._right, BINS).astype(np.int64)
        confidence = np.bincount(bins, self._confidence, BINS)
        return [
            ReliabilityBin(
                float(edges[i]),
                float(edges[i + 1]),
                int(counts[i]),
                int(right[i]),
                float(confidence[i] / counts[i]),
            )
            for i in np.flatnonzero(counts)
        ]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: mean over answers of | accuracy − confidence | of their bin, 0 to 1."""
        return (
            sum(each.count * abs(each.accuracy - each.confidence) for each in self.reliability) / self.count
        )

    @cached_property
    def _steps(self) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Each confidence that occurs, descending; how many answers reach it; how many of these are wrong."""
        limits, inverse = np.unique(-self._confidence, return_inverse=True)
        accepted = np.cumsum(np.bincount(inverse))
        errors = np.cumsum(np.bincount(inverse, ~self._right)).astype(np.int64)
        return -limits, accepted, errors

    @property
    def risk_coverage(self) -> list[RiskPoint]:
        """The curve, from the most confident answers to all; thinned evenly to 200 points."""
        limits, accepted, errors = self._steps
        every = np.arange(len(limits))
        keep = every if len(every) <= _CURVE else np.unique(np.linspace(0, every[-1], _CURVE).astype(int))
        return [self._point(limits[i], accepted[i], errors[i]) for i in keep]

    def at_limits(self, limits: Sequence[float] = LIMITS) -> list[RiskPoint]:
        """The answers that are accepted at given limits of confidence."""
        points = []
        for limit in limits:
            accepted = self._confidence >= limit
            errors = np.count_nonzero(accepted & ~self._right)
            points.append(self._point(limit, np.count_nonzero(accepted), errors))
        return points

    def _point(self, limit: float, accepted: int | np.integer, errors: int | np.integer) -> RiskPoint:
        return RiskPoint(float(limit), int(accepted), int(errors), int(accepted) / self.count)

    @property
    def aurc(self) -> float:
        """Area under the risk–coverage curve: the mean risk with the confidence of each answer as limit."""
        _, accepted, errors = self._steps
        return float(np.sum(np.diff(accepted, prepend=0) * errors / accepted) / self.count)

    @property
    def best_aurc(self) -> float:
        """The area if every wrong answer were less confident than any right one: the least possible."""
        position = np.arange(1, self.count + 1)
        return float(np.mean(np.maximum(0, position - (self.count - self.errors)) / position))

    @property
    def verdicts(self) -> list[Group]:
        """The answers by verdict, including verdicts that no answer has."""
        return [self._group(name, self._verdicts == name) for name in _VERDICTS]

    @cached_property
    def groups(self) -> list[Group]:
        """The answers by writer or folder, the worst first; empty where these aren't known."""
        if not self._groups:
            return []
        names, inverse = np.unique(np.asarray(self._groups), return_inverse=True)
        counts, wrong = np.bincount(inverse), np.bincount(inverse, ~self._right)
        found = [
            Group(str(name), int(n), int(bad)) for name, n, bad in zip(names, counts, wrong, strict=True)
        ]
        return sorted(found, key=lambda group: (-group.error_rate, -group.count, group.name))

    def _group(self, name: str, mine: NDArray[np.bool_]) -> Group:
        return Group(name, int(mine.sum()), int((mine & ~self._right).sum()))

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain values, ready for ``json.dumps``."""
        verdicts = [{**group.to_dict(), "share": group.count / self.count} for group in self.verdicts]
        averages: Mapping[str, Any] = self.averages
        return {
            "accuracy": 1 - self.errors / self.count,
            "top2_accuracy": self.top2,
            "per_class": self.per_class,
            "averages": dict(averages),
            "confusion": {"classes": list(self.classes), "counts": self.confusion.tolist()},
            "verdicts": verdicts,
            "calibration": {
                "expected_error": self.calibration_error,
                "brier": self.brier,
                "bins": [each.to_dict() for each in self.reliability],
            },
            "risk_coverage": {
                "aurc": self.aurc,
                "best_aurc": self.best_aurc,
                "limits": [point.to_dict() for point in self.at_limits()],
                "curve": [point.to_dict() for point in self.risk_coverage],
            },
            "groups": [group.to_dict() for group in self.groups],
        }
