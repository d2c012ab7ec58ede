"""Keep fewer references, and measure what that costs.

The cost is measured on a fifth of the digits, held out by :func:`inknn.lab.data.hold_out`. The metric is
learned from the other four fifths, and the references to keep are selected among them. The held-out digits
are classified with all of these references and with those kept. The result itself is selected in the same
way among all digits, so the errors are those of a set that is a fifth smaller, counted on digits that had no
influence on it.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..datasets import LabeledDigits
from ..errors import ParameterError, UnknownNameError
from ..estimators.digits import DigitClassifier
from ..glyph.normal_form import to_normal_form
from ..progress import Progress, no_progress, step_of
from ..recognizer import Recognizer
from ..recognizer.calibration import Calibration, calibrate
from ..recognizer.settings import Settings
from ..tables import Table, percent
from .data import Rows, encode_labels, groups_of, hold_out
from .selection import SELECTIONS, Selection
from .statistics import wilson_interval

__all__ = ["Condensed", "Cost", "check_options", "condense", "count_to_keep", "save_digits"]

_WIDTH = 100  # characters of the table, wherever it is printed


@dataclass(frozen=True, slots=True)
class Cost:
    """How some references did on ``count`` held-out digits; milliseconds for each, of the search alone."""

    name: str
    references: int
    errors: int
    count: int
    search_milliseconds: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval (Wilson) of the error rate."""
        return wilson_interval(self.errors, self.count)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "error_rate": self.errors / self.count, "interval": list(self.interval)}


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """The digits kept, and their cost.

    Attributes
    ----------
    digits : LabeledDigits
        All there were.
    method : str
    indices : int64 (m,)
        Which of them are kept, ascending.
    how : str
        How the held-out digits were chosen.
    costs : list of Cost
        Of all other digits, of those kept of them, of as many at random, and of those kept with a metric
        learned from them alone.
    classifier : DigitClassifier
        Has the kept digits as references, in the metric learned from all.
    """

    digits: LabeledDigits
    method: str
    indices: Rows
    how: str
    costs: list[Cost]
    classifier: DigitClassifier

    @property
    def ratio(self) -> float:
        """Part of the digits that is kept, 0 to 1."""
        return len(self.indices) / len(self.digits)

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values, ready for ``json.dumps``."""
        return {
            "dataset": self.digits.name,
            "method": self.method,
            "count": len(self.digits),
            "kept": len(self.indices),
            "ratio": self.ratio,
            "how": self.how,
            "held_out": [cost.to_dict() for cost in self.costs],
        }

    def __str__(self) -> str:
        heads = ("references", "count", "errors", "error %", "95 % interval", "search, ms a digit")
        rows = []
        for cost in self.costs:
            rate, low, high = (f"{100 * part:.2f}" for part in (cost.errors / cost.count, *cost.interval))
            counts = (f"{cost.references:,}", f"{cost.errors:,}")
            rows.append((cost.name, *counts, rate, f"{low}–{high}", f"{cost.search_milliseconds:.4f}"))
        return (
            f"set       {self.digits.name}, {len(self.digits):,} digits\n"
            f"kept      {len(self.indices):,} ({percent(self.ratio, 1)} %), {self.method}\n"
            f"held out  {self.costs[0].count:,} digits, {self.how}\n\n"
            f"{Table(heads, rows).to_text(_WIDTH)}"
        )


def condense(
    digits: LabeledDigits,
    method: str | None = None,
    keep: str | None = None,
    *,
    progress: Progress = no_progress,
) -> Condensed:
    """Select fewer references, and measure what that costs.

    Parameters
    ----------
    digits : LabeledDigits
        Of two labels or more.
    method : str, optional
        A key of :data:`inknn.lab.selection.SELECTIONS`; ``"medoids"`` if ``keep`` is given, else
        ``"edited-condensed"``.
    keep : str, optional
        Like ``"10%"`` or ``"6000"``, for methods that keep as many as wanted; a tenth by default, and always
        at least one for each label.
    progress : Progress, optional

    Returns
    -------
    Condensed

    Raises
    ------
    UnknownNameError
        If there is no such method.
    ParameterError
        If ``keep`` makes no sense, is less than one for each label, or the method keeps as many as it needs.
    DataError
        If there are too few digits, or all have one label.
    """
    selection = check_options(method, keep)
    classes, codes = encode_labels(digits)
    count = count_to_keep(keep, len(digits), len(classes))
    images, _ = to_normal_form(digits.images, progress)
    split = hold_out(codes, groups_of(digits))
    part = _Part(images, codes, split.known, split.held_out, len(classes))
    fewer = max(len(classes), round(count * len(split.known) / len(codes)))
    costs, calibration = _measure(part, selection, fewer, progress)
    classifier = DigitClassifier(selection.n_neighbors, preset="fast")
    classifier.fit(images, digits.labels, progress=step_of(progress, 2, 3, "all digits"))
    whole = classifier.recognizer_
    indices = selection.select(whole.vectors, codes, count, step_of(progress, 2, 3))
    kept = _subset(whole, indices, selection.n_neighbors)
    classifier.model_ = replace(classifier.model_, recognizer=replace(kept, calibration=calibration))
    return Condensed(digits, selection.name, indices, split.how, costs, classifier)


def check_options(method: str | None, keep: str | None) -> Selection:
    """The selection that :func:`condense` would use; raises as it does, before any digit is read."""
    name = method or ("edited-condensed" if keep is None else "medoids")
    if name not in SELECTIONS:
        raise UnknownNameError("way to condense", name, SELECTIONS)
    if keep is not None:
        _parse_keep(keep)
        if not SELECTIONS[name].sized:
            sized = " or ".join(each.name for each in SELECTIONS.values() if each.sized)
            raise ParameterError(f"{name} keeps as many as it needs; leave --keep out, or use {sized}")
    return SELECTIONS[name]


def count_to_keep(keep: str | None, count: int, n_labels: int = 1) -> int:
    """How many of ``count`` digits ``"10%"`` or ``"6000"`` are; a tenth if nothing is given.

    Raises
    ------
    ParameterError
        If it is neither, more than all digits, or less than one for each label.
    """
    if keep is None:
        return max(n_labels, round(count / 10))
    number = _parse_keep(keep)
    wanted = max(1, round(number * count)) if isinstance(number, float) else number
    if wanted > count:
        raise ParameterError(f"can't keep {keep} of {count:,} digits; write 10% or {max(1, count // 10)}")
    if wanted < n_labels:
        raise ParameterError(
            f"can't keep {wanted} of {count:,} digits with {n_labels} labels; keep {n_labels} or more, one "
            "for each label"
        )
    return wanted


def _parse_keep(keep: str) -> float | int:
    """A part of the digits, a float from 0 to 1, or a number of them, an int."""
    text = keep.strip()
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else int(text)
    except ValueError:
        raise ParameterError(f"{keep!r} is no number of digits to keep; write 10% or 6000") from None
    if not number > 0 or (isinstance(number, float) and number > 1):  # nan is not greater than 0
        raise ParameterError(f"can't keep {keep} of the digits; write 10% or 6000")
    return number


def save_digits(found: Condensed, file: BinaryIO) -> None:
    """Write NPZ of the kept digits: ``images``, ``labels``, ``indices`` among all, ``groups`` if known."""
    kept = found.digits.rows(found.indices)
    arrays: dict[str, Any] = {"images": kept.images, "labels": kept.labels, "indices": found.indices}
    if kept.groups is not None:
        arrays["groups"] = np.array(kept.groups)
    np.savez_compressed(file, **arrays)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Digits in normal form, and which of them are held out."""

    images: NDArray[np.uint8]
    codes: NDArray[np.int64]
    known: Rows
    held_out: Rows
    n_labels: int

    def fit(self, rows: Rows, n_neighbors: int | None, progress: Progress) -> Recognizer:
        settings = Settings(n_distorted=0)
        if n_neighbors is not None:
            settings = replace(settings, n_neighbors=n_neighbors)
        return Recognizer.fit(
            self.images[rows], self.codes[rows], progress, settings=settings, n_labels=self.n_labels
        )

    def cost(self, name: str, recognizer: Recognizer, queries: NDArray[Any]) -> Cost:
        started = time.perf_counter()
        recognizer.references.neighbors(queries, recognizer.settings.n_margin_neighbors)
        seconds = time.perf_counter() - started
        _, _, votes = recognizer.references.vote(queries, None, recognizer.settings)
        errors = int(np.count_nonzero(votes.labels != self.codes[self.held_out]))
        return Cost(name, len(recognizer.labels), errors, len(queries), 1000 * seconds / len(queries))


def _measure(
    part: _Part, selection: Selection, count: int, progress: Progress
) -> tuple[list[Cost], Calibration]:
    """The costs of all references, some, as many at random and some alone; and the calibration of some."""
    everything = part.fit(part.known, None, step_of(progress, 0, 3, "four fifths"))
    images, codes = part.images[part.held_out], part.codes[part.known]
    queries = everything.embed(images)
    kept = selection.select(everything.vectors, codes, count, step_of(progress, 0, 3))
    drawn = SELECTIONS["random"].select(everything.vectors, codes, len(kept), no_progress)
    some = _subset(everything, kept, selection.n_neighbors)
    alone = part.fit(part.known[kept], selection.n_neighbors, step_of(progress, 1, 3, "kept digits alone"))
    costs = [
        part.cost("all", everything, queries),
        part.cost("kept", some, queries),
        part.cost("as many at random", _subset(everything, drawn, selection.n_neighbors), queries),
        part.cost("kept, metric learned from them", alone, alone.embed(images)),
    ]
    truth = part.codes[part.held_out]
    # Fewer references lie farther apart, so margins and distances mean something else.
    return costs, calibrate(some.references, some.non_digits, some.settings, queries, truth)


def _subset(recognizer: Recognizer, kept: Rows, n_neighbors: int) -> Recognizer:
    """The recognizer with fewer references, in the same metric."""
    return replace(recognizer.subset(kept), settings=replace(recognizer.settings, n_neighbors=n_neighbors))
