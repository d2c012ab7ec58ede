"""Methods side by side on the same digits: errors, what they cost, and whether differences are chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets import LabeledDigits, load_digits
from ..errors import DataError, UnknownNameError
from ..progress import Progress, no_progress, step_of
from .data import encode_labels, groups_of, hold_out, sample
from .machine import machine_facts
from .methods import METHODS, Method, measure
from .statistics import mcnemar, wilson_interval

__all__ = ["QUICK", "Comparison", "Row", "Task", "compare", "load_task"]

QUICK = (6000, 1000)
"""Digits to learn from and to test on in a quick comparison."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Digits to learn from and digits to test on, these in random order; and how they were chosen.

    ``quick`` says that there are fewer than there could be; ``remarks`` are what users have to know of them.
    """

    train: LabeledDigits
    test: LabeledDigits
    how: str
    quick: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one method.

    Attributes
    ----------
    name, what : str
    train, test, errors : int
        Digits learned and tested, and wrong answers.
    fit_seconds, ms_per_digit : float
    bytes : int
        See :mod:`inknn.lab.methods`.
    wrong : tuple of bool
        For each digit tested, in order.
    only_ours, only_this : int, optional
        Digits on which only the method compared with is wrong, and on which only this one is.
    p : float, optional
        McNemar's, of these two numbers.
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

    def against(self, ours: Row) -> Row:
        """The same, compared with another method on the digits that both were tested on."""
        both = min(ours.test, self.test)
        one, other = np.array(ours.wrong[:both], bool), np.array(self.wrong[:both], bool)
        only_ours, only_this = int((one & ~other).sum()), int((other & ~one).sum())
        return replace(self, only_ours=only_ours, only_this=only_this, p=mcnemar(only_ours, only_this))

    def to_dict(self) -> dict[str, Any]:
        """As plain values, without the single answers."""
        values = asdict(self)
        del values["wrong"]
        return {**values, "error_rate": self.error_rate, "interval": list(self.interval)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was measured, the lowest error first.

    ``ours`` is the method the others are compared with; ``failed`` are methods that failed, and why;
    ``missing`` those that were not measured because of an interruption.
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
        """What users have to know besides the figures, a line each."""
        remarks = [f"{name} failed and was left out: {why}" for name, why in self.failed]
        if self.missing:
            remarks.append(f"not measured before the interruption: {', '.join(self.missing)}")
        return remarks


def load_task(data: str | Path, *, quick: bool = False, progress: Progress = no_progress) -> Task:
    """The digits of a comparison.

    Parameters
    ----------
    data : str or path
        As :func:`inknn.datasets.load_digits` takes it. Methods learn its part for training and are tested on
        that for tests; if it has one part, a fifth is held out by :func:`inknn.lab.data.hold_out`.
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
    train = load_digits(data, "train", normalize=True, progress=progress)
    if train.part is None:
        split = hold_out(train.labels, groups_of(train))
        train, test = train.rows(split.known), train.rows(split.held_out)
        how = f"its only part, a fifth held out {split.how}"
    else:
        test = load_digits(data, "test", normalize=True, progress=progress)
        how = "its parts for training and for tests"
    if train.images.shape[1:] != test.images.shape[1:]:
        raise DataError(
            f"{train.name}: its parts for training and for tests hold pictures of different sizes, "
            f"{train.images.shape[1:]} and {test.images.shape[1:]}; bring them to one size"
        )
    remarks = tuple(dict.fromkeys(map(str, (*train.remarks, *test.remarks))))
    if quick and (len(train) > QUICK[0] or len(test) > QUICK[1]):
        train, test = (
            part.rows(sample(part.labels, most)) for part, most in zip((train, test), QUICK, strict=True)
        )
        how += "; a random sample of them, each label its share"
    encode_labels(train, 2)
    order = np.random.default_rng(0).permutation(len(test))
    return Task(train, test.rows(order), how, quick, remarks)


def compare(task: Task, *, only: Sequence[str] = (), progress: Progress = no_progress) -> Comparison:
    """Measure methods one after the other; if one fails, or on Ctrl-C, none of the others is lost.

    Parameters
    ----------
    task : Task
    only : sequence of str
        Keys of :data:`inknn.lab.methods.METHODS`; all by default.
    progress : Progress, optional

    Returns
    -------
    Comparison

    Raises
    ------
    UnknownNameError
        If there is no such method; the message offers the nearest.
    """
    for name in only:
        if name not in METHODS:
            raise UnknownNameError("method", name, METHODS)
    names = [name for name in METHODS if not only or name in only]
    rows: list[Row] = []
    failed: list[tuple[str, str]] = []
    missing: tuple[str, ...] = ()
    for i, name in enumerate(names):
        try:
            row = _row(METHODS[name], task, step_of(progress, i, len(names), name))
        except KeyboardInterrupt:
            missing = tuple(names[i:])
            break
        except (
            Exception
        ) as error:  # whatever goes wrong in a method, other people's too, ends that method only
            failed.append((name, " ".join(str(error).split()) or type(error).__name__))
            continue
        rows.append(row.against(rows[0]) if rows else row)
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


def _row(method: Method, task: Task, progress: Progress) -> Row:
    train, test = task.train, task.test.rows(slice(method.limits[0 if task.quick else 1]))
    found = measure(method, train.images, train.labels, test.images, progress)
    wrong = found.predictions != test.labels
    return Row(
        method.name,
        method.what,
        len(train),
        len(test),
        int(wrong.sum()),
        found.fit_seconds,
        1000 * found.predict_seconds / len(test),
        found.bytes,
        tuple(wrong.tolist()),
        remark="; ".join(found.remarks),
    )
