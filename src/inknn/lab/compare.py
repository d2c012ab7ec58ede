"""Methods side by side on the same digits: error, what it costs, and whether differences are chance.

Two methods asked about the same digits are compared by those on which only one of them errs: if both were
equally good, each such digit would be a toss of a coin (Q. McNemar, "Note on the sampling error of the
difference between correlated proportions or percentages", Psychometrika 12, 1947; here the exact binomial).
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets import LabeledDigits, load_digits
from ..errors import DataError, UnknownNameError
from ..glyph.normal_form import to_mnist_form
from ..progress import Progress, no_progress
from .interval import wilson_interval
from .machine import machine_facts
from .methods import METHODS, Method
from .sampling import stratified_sample

__all__ = ["QUICK", "Comparison", "Row", "Task", "compare", "load_task", "mcnemar"]

QUICK = (6000, 1000)
"""Digits known and asked in a quick comparison."""

_FORMED = "pictures brought into MNIST's normal form"
_HELD_OUT = 0.2
_BATCH = 250  # digits asked between two reports of progress


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Digits to learn and digits to be asked about.

    Attributes
    ----------
    train, test : LabeledDigits
        Those of ``test`` in random order, so that the first few stand for all.
    how : str
        Where they come from, for reports.
    quick : bool
        Whether there are fewer than there could be.
    remarks : tuple of str
        What users should hear of them, a line each.
    """

    train: LabeledDigits
    test: LabeledDigits
    how: str
    quick: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What one method did.

    Attributes
    ----------
    name, what : str
    train, test, errors : int
        Digits known and asked, and wrong answers.
    fit_seconds, ms_per_digit : float
    bytes : int
        See :mod:`inknn.lab.methods`.
    wrong : tuple of bool
        For each digit asked, in order.
    only_ours, only_this : int, optional
        Digits on which only the method compared with errs, and on which only this one does.
    p : float, optional
        How often equally good methods would differ as much or more: McNemar's exact test.
    remark : str
        Like that it stopped before it had converged.
    """

    name: str
    what: str
    train: int
    test: int
    errors: int
    fit_seconds: float
    ms_per_digit: float
    bytes: int
    wrong: tuple[bool, ...]
    only_ours: int | None = None
    only_this: int | None = None
    p: float | None = None
    remark: str = ""

    @property
    def error_rate(self) -> float:
        """The part that is wrong, 0 to 1."""
        return self.errors / self.test

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of :attr:`error_rate` (Wilson)."""
        return wilson_interval(self.errors, self.test)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name,
            "what": self.what,
            "train": self.train,
            "test": self.test,
            "errors": self.errors,
            "error_rate": self.error_rate,
            "interval": list(self.interval),
            "only_ours": self.only_ours,
            "only_this": self.only_this,
            "p": self.p,
            "fit_seconds": self.fit_seconds,
            "ms_per_digit": self.ms_per_digit,
            "bytes": self.bytes,
            "remark": self.remark,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was measured, the least error first.

    Attributes
    ----------
    data, how : str
    quick : bool
    ours : str, optional
        The method the others are compared with.
    rows : tuple of Row
    failed : tuple of (str, str)
        Methods that broke, and how.
    missing : tuple of str
        Methods that an interruption kept from being measured.
    """

    data: str
    how: str
    quick: bool
    ours: str | None
    rows: tuple[Row, ...]
    failed: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain values, with the machine's facts."""
        return {
            "data": self.data,
            "how": self.how,
            "quick": self.quick,
            "ours": self.ours,
            "rows": [row.to_dict() for row in self.rows],
            "failed": dict(self.failed),
            "missing": list(self.missing),
            "interrupted": bool(self.missing),
            "machine": machine_facts(),
        }

    def remarks(self) -> list[str]:
        """What a user should hear besides the figures, a line each."""
        said = [f"{name} failed and was left out: {why}" for name, why in self.failed]
        if self.missing:
            said.append(f"not measured before the interruption: {', '.join(self.missing)}")
        return said


def load_task(data: str | Path, *, quick: bool = False, progress: Progress = no_progress) -> Task:
    """The digits of a comparison.

    Parameters
    ----------
    data : str or path
        As :func:`inknn.datasets.load_digits` takes it: its part for training is learned, that for tests is
        asked. Of what has but one part a fifth is held out, of each label its share.
    quick : bool
        At most :data:`QUICK` digits of each, of each label its share.
    progress : Progress, optional

    Returns
    -------
    Task

    Raises
    ------
    UnknownNameError, DataError
        As ``load_digits``; and if there are too few digits, or all have one label.
    """
    train, test = (load_digits(data, part, normalize=True, progress=progress) for part in ("train", "test"))
    remarks = tuple(dict.fromkeys(map(str, (*train.remarks, *test.remarks))))
    if train.images.shape == test.images.shape and np.array_equal(train.images, test.images):
        asked = stratified_sample(train.labels, max(1, round(_HELD_OUT * len(train))))
        train, test = _rows(train, np.setdiff1d(np.arange(len(train)), asked)), _rows(train, asked)
        how = "its only part, a fifth of each label held out"
    else:
        how = "its parts for training and for tests"
    if train.images.shape[1:] != test.images.shape[1:]:
        raise DataError(
            f"{train.name}: its parts for training and for tests hold pictures of different sizes, "
            f"{train.images.shape[1:]} and {test.images.shape[1:]}; bring them to one size"
        )
    if quick and (len(train) > QUICK[0] or len(test) > QUICK[1]):
        train, test = (
            _rows(part, stratified_sample(part.labels, most))
            for part, most in zip((train, test), QUICK, strict=True)
        )
        how += ", a random sample of each label's share"
    if len(np.unique(train.labels)) < 2:
        raise DataError(f"{train.name}: all digits to learn have one label; there is nothing to compare")
    order = np.random.default_rng(0).permutation(len(test))
    return Task(train, _rows(test, order), how, quick, remarks)


def compare(
    task: Task,
    *,
    only: Sequence[str] = (),
    progress: Progress = no_progress,
    told: Callable[[Row], None] = lambda row: None,
) -> Comparison:
    """Measure methods one after the other; one that breaks, or Ctrl-C, loses none of the others.

    Parameters
    ----------
    task : Task
    only : sequence of str
        Keys of :data:`inknn.lab.methods.METHODS`; all by default. Those that take digits of 28×28 only get
        others in MNIST's normal form, and their rows say so.
    progress : Progress, optional
    told : callable, optional
        Hears of each row as soon as it is measured.

    Returns
    -------
    Comparison

    Raises
    ------
    UnknownNameError
        If there is no such method; it offers the nearest.
    """
    methods = _wanted(only)
    rows: list[Row] = []
    failed: list[tuple[str, str]] = []
    missing: tuple[str, ...] = ()
    for i, method in enumerate(methods):

        def tell(what: str, part: float, i: int = i, method: Method = method) -> None:
            progress(f"{method.name}, {what}", (i + part) / len(methods))

        try:
            row = _measure(method, task, tell)
        except KeyboardInterrupt:
            missing = tuple(other.name for other in methods[i:])
            break
        except Exception as error:  # whatever breaks in one method, also in other people's, stays there
            failed.append((method.name, _reason(error)))
            continue
        rows.append(_against(rows[0], row) if rows else row)
        told(rows[-1])
    progress("done", 1.0)
    return Comparison(
        task.train.name,
        task.how,
        task.quick,
        rows[0].name if rows else None,
        tuple(sorted(rows, key=lambda row: (row.error_rate, row.ms_per_digit))),
        tuple(failed),
        missing,
    )


def mcnemar(only_one: int, only_other: int) -> float:
    """Exact two-sided p of McNemar's test.

    Parameters
    ----------
    only_one, only_other : int
        Digits on which only the one method errs, and on which only the other does.

    Returns
    -------
    float
        1 where they err on the same digits.
    """
    from scipy.stats import binomtest

    total = only_one + only_other
    return float(binomtest(only_one, total, 0.5).pvalue) if total else 1.0


def _wanted(only: Sequence[str]) -> list[Method]:
    for name in only:
        if name not in METHODS:
            raise UnknownNameError("method", name, METHODS)
    return [METHODS[name] for name in METHODS if not only or name in only]


def _measure(method: Method, task: Task, tell: Progress) -> Row:
    train, test = task.train, task.test
    most = method.asked[0 if task.quick else 1]
    asked = test if most is None else _rows(test, np.arange(min(most, len(test))))
    contestant = method.make()
    formed = method.takes_digits and train.images.shape[1:] != (28, 28)
    # Within the times measured: the method needs it.
    form: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = to_mnist_form if formed else _as_they_are
    tell("fitting", 0.0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        start = time.perf_counter()
        contestant.fit(form(train.images), train.labels)
        fitted = time.perf_counter()
        answers = []
        for first in range(0, len(asked), _BATCH):
            tell("asking", 0.5 + 0.5 * first / len(asked))
            answers.append(contestant.predict(form(asked.images[first : first + _BATCH])))
        done = time.perf_counter()
    wrong = np.concatenate(answers) != asked.labels
    remarks = [_FORMED] if formed else []
    if any(kind.category.__name__ == "ConvergenceWarning" for kind in said):
        remarks.append("stopped before it had converged")
    return Row(
        method.name,
        method.what,
        len(train),
        len(asked),
        int(wrong.sum()),
        fitted - start,
        1000 * (done - fitted) / len(asked),
        contestant.nbytes(),
        tuple(wrong.tolist()),
        remark="; ".join(remarks),
    )


def _against(ours: Row, row: Row) -> Row:
    """The row, compared with ours on the digits both were asked about."""
    both = min(ours.test, row.test)
    one, other = (np.array(each.wrong[:both], np.bool_) for each in (ours, row))
    only_ours, only_this = int((one & ~other).sum()), int((other & ~one).sum())
    return replace(row, only_ours=only_ours, only_this=only_this, p=mcnemar(only_ours, only_this))


def _as_they_are(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return images


def _reason(error: Exception) -> str:
    """What went wrong, in one line."""
    text = " ".join(str(error).split())
    return text or type(error).__name__


def _rows(digits: LabeledDigits, rows: NDArray[np.int64]) -> LabeledDigits:
    return LabeledDigits(digits.name, digits.images[rows], digits.labels[rows])
