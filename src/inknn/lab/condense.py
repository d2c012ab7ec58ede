"""Keep fewer references, and say what that costs.

The cost is measured on a fifth of the digits, held out by :func:`inknn.lab.data.hold_out`: the metric is
learned from the other four fifths, what to keep is chosen among them, and the held-out digits are asked of
all and of those that are kept.
What is given out is chosen in the same way among all digits. So the errors are those of a set that is a
fifth smaller; none of the digits that count them had a say in anything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..datasets.load import LabeledDigits
from ..errors import InknnError, UnknownNameError
from ..estimators.digits import DigitClassifier
from ..glyph.normal_form import to_normal_form
from ..progress import Progress, no_progress
from ..recognizer import Recognizer
from ..recognizer.calibration import Calibration, calibrate
from ..recognizer.settings import Settings
from .audit import checked_classes
from .condensing import METHODS, Method
from .data import groups_of, hold_out
from .statistics import wilson_interval

__all__ = [
    "Condensed",
    "Cost",
    "KeepError",
    "checked_method",
    "condense",
    "save_digits",
    "save_model",
    "wanted_count",
]


class KeepError(InknnError, ValueError):
    """What is to be kept makes no sense."""

    exit_code = 2
    http_status = 422


@dataclass(frozen=True, slots=True)
class Cost:
    """How some references did on the held-out digits.

    Attributes
    ----------
    name : str
    references, errors, count : int
        Digits kept, held-out digits answered wrongly, held-out digits.
    milliseconds : float
        Of the search alone, for each digit.
    """

    name: str
    references: int
    errors: int
    count: int
    milliseconds: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval (Wilson) of the error rate."""
        return wilson_interval(self.errors, self.count)


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """What was kept, and its cost.

    Attributes
    ----------
    digits : LabeledDigits
        All there were.
    method : str
    indices : int64 (m,)
        Which of them are kept, ascending.
    how : str
        How the digits held out were chosen.
    costs : list of Cost
        Measured with four fifths: all, kept, as many at random, and kept with a metric learned from them
        alone.
    classifier : DigitClassifier
        Knows the kept digits, in the metric learned from all.
    """

    digits: LabeledDigits
    method: str
    indices: NDArray[np.int64]
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
            "held_out": [
                {
                    "name": cost.name,
                    "references": cost.references,
                    "errors": cost.errors,
                    "count": cost.count,
                    "error_rate": cost.errors / cost.count,
                    "interval": list(cost.interval),
                    "search_milliseconds": cost.milliseconds,
                }
                for cost in self.costs
            ],
        }

    def __str__(self) -> str:
        lines = [
            f"set     {self.digits.name}, {len(self.digits):,} digits",
            f"kept    {len(self.indices):,} ({100 * self.ratio:.1f} %), {self.method}",
            "",
            f"{'asked of':32}{'references':>12}{'errors':>8}{'error %':>9}{'95 % interval':>15}"
            f"{'search ms':>11}",
        ]
        for cost in self.costs:
            low, high = cost.interval
            lines.append(
                f"{cost.name:32}{cost.references:>12,}{cost.errors:>8,}{100 * cost.errors / cost.count:>9.2f}"
                f"{f'{100 * low:.2f}–{100 * high:.2f}':>15}{cost.milliseconds:>11.4f}"
            )
        asked = (
            f"{self.costs[0].count:,} digits held out {self.how};\nchosen among the other "
            f"{self.costs[0].references:,}"
        )
        return "\n".join([*lines, "", asked])


def wanted_count(keep: str | None, count: int) -> int | None:
    """How many of ``count`` digits ``"10%"`` or ``"6000"`` are.

    Raises
    ------
    KeepError
        If it is neither, or not between one digit and all of them.
    """
    if keep is None:
        return None
    number, part = _number_or_part(keep)
    wanted = number * count if part else number
    if wanted > count:
        raise KeepError(f"can't keep {keep} of {count:,} digits; write 10% or {max(1, count // 10)}, say")
    return max(1, round(wanted))


def _number_or_part(keep: str) -> tuple[float, bool]:
    """What is to be kept, however many there are: a number of digits, or a part of them (0 to 1) and True."""
    text = keep.strip()
    part = text.endswith("%")
    try:
        number = float(text[:-1]) / 100 if part else float(int(text))
    except (ValueError, OverflowError):
        raise KeepError(f"{keep!r} is no number of digits to keep; write 10% or 6000, say") from None
    if not 0 < number <= (1 if part else np.inf):  # nan is neither
        raise KeepError(f"can't keep {keep} of the digits; write 10% or 6000, say")
    return number, part


def condense(
    digits: LabeledDigits,
    method: str | None = None,
    keep: str | None = None,
    *,
    progress: Progress = no_progress,
) -> Condensed:
    """Choose fewer references, and measure what that costs.

    Parameters
    ----------
    digits : LabeledDigits
        Of two labels or more.
    method : str, optional
        A key of :data:`inknn.lab.condensing.METHODS`; ``"medoids"`` where ``keep`` is given, else
        ``"edited-condensed"``.
    keep : str, optional
        Like ``"10%"`` or ``"6000"``, for methods that have to be told, one for each label at least; a tenth
        by default.
    progress
        Told how far it is.

    Returns
    -------
    Condensed

    Raises
    ------
    UnknownNameError
        If there is no such method.
    KeepError
        If ``keep`` makes no sense or is less than one for each label, or the method decides for itself.
    DataError
        If there are too few digits, or all bear one label.
    """
    chosen = checked_method(method, keep)
    classes, codes = checked_classes(digits)
    count = _count_for_labels(keep, digits, len(classes))
    images, _ = to_normal_form(digits.images, progress)
    split = hold_out(codes, groups_of(digits))
    others, held = split.known, split.held_out
    costs, calibration = _measured(
        _Part(images[others], codes[others], images[held], codes[held], len(classes)),
        chosen,
        max(len(classes), round(count * len(others) / len(codes))),
        progress,
    )
    classifier = DigitClassifier(chosen.n_neighbors, preset="fast").fit(
        images, digits.labels, progress=_named(progress, "all digits")
    )
    whole = classifier.recognizer_
    indices = chosen.keep(whole.vectors, codes, count, progress)
    kept = replace(_subset(whole, indices, chosen.n_neighbors), calibration=calibration)
    classifier.model_ = replace(classifier.model_, recognizer=kept)
    return Condensed(digits, chosen.name, indices, split.how, costs, classifier)


def _count_for_labels(keep: str | None, digits: LabeledDigits, n_labels: int) -> int:
    """How many digits to keep: what was asked for, which has to be enough, or a tenth and enough."""
    count = wanted_count(keep, len(digits))
    if count is None:
        return max(n_labels, round(len(digits) / 10))
    if count < n_labels:
        raise KeepError(
            f"can't keep {count} of {len(digits):,} digits with {n_labels} labels; keep {n_labels} or more, "
            "one for each label"
        )
    return count


def save_digits(found: Condensed, file: BinaryIO) -> None:
    """Write the kept digits as NPZ: ``images``, ``labels``, and ``indices`` among all that there were."""
    digits, kept = found.digits, found.indices
    np.savez_compressed(file, images=digits.images[kept], labels=digits.labels[kept], indices=kept)


def save_model(found: Condensed, path: str) -> None:
    """Write a model that knows the kept digits, for :meth:`inknn.DigitClassifier.load`."""
    found.classifier.save(path)


def checked_method(method: str | None, keep: str | None) -> Method:
    """The method meant by what :func:`condense` is told, which raises as that does."""
    name = method or ("edited-condensed" if keep is None else "medoids")
    if name not in METHODS:
        raise UnknownNameError("way to condense", name, METHODS)
    if keep is not None:
        _number_or_part(keep)  # that it makes no sense is told before anything is read
        if not METHODS[name].sized:
            sized = " or ".join(each.name for each in METHODS.values() if each.sized)
            raise KeepError(f"{name} decides for itself how many to keep; leave --keep out, or use {sized}")
    return METHODS[name]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Digits to know, and digits to ask about."""

    images: NDArray[np.uint8]
    codes: NDArray[np.int64]
    held_images: NDArray[np.uint8]
    held_codes: NDArray[np.int64]
    n_labels: int


def _measured(part: _Part, method: Method, count: int, progress: Progress) -> tuple[list[Cost], Calibration]:
    """The costs of all, some, as many at random and some alone; and what the answers of some mean."""
    settings = Settings(n_distorted=0)
    everything = Recognizer.fit(
        part.images,
        part.codes,
        _named(progress, "four fifths"),
        settings=settings,
        n_labels=part.n_labels,
    )
    progress("asking about held-out digits", 0.0)
    queries = everything.embed(part.held_images)
    kept = method.keep(everything.vectors, part.codes, count, progress)
    drawn = METHODS["random"].keep(everything.vectors, part.codes, len(kept), no_progress)
    some = _subset(everything, kept, method.n_neighbors)
    costs = [
        _cost("all", everything, queries, part),
        _cost("kept", some, queries, part),
        _cost("as many at random", _subset(everything, drawn, method.n_neighbors), queries, part),
    ]
    alone = Recognizer.fit(
        part.images[kept],
        part.codes[kept],
        _named(progress, "kept digits alone"),
        settings=replace(settings, n_neighbors=method.n_neighbors),
        n_labels=part.n_labels,
    )
    costs.append(_cost("kept, metric learned from them", alone, alone.embed(part.held_images), part))
    return costs, _calibrated(some, queries, part)


def _named(progress: Progress, which: str) -> Progress:
    return lambda what, fraction: progress(f"{which}: {what}", fraction)


def _subset(recognizer: Recognizer, kept: NDArray[np.int64], n_neighbors: int) -> Recognizer:
    """The recognizer with fewer references, in the same space."""
    return replace(recognizer.subset(kept), settings=replace(recognizer.settings, n_neighbors=n_neighbors))


def _cost(name: str, recognizer: Recognizer, queries: NDArray[np.float32], part: _Part) -> Cost:
    started = time.perf_counter()
    recognizer.references.neighbors(queries, recognizer.settings.n_margin_neighbors)
    seconds = time.perf_counter() - started
    _, _, votes = recognizer.references.vote(queries, None, recognizer.settings)
    errors = int(np.count_nonzero(votes.labels != part.held_codes))
    return Cost(name, len(recognizer.labels), errors, len(queries), 1000 * seconds / len(queries))


def _calibrated(recognizer: Recognizer, queries: NDArray[np.float32], part: _Part) -> Calibration:
    """What margins and distances mean among fewer references, which lie farther apart."""
    return calibrate(
        recognizer.references, recognizer.non_digits, recognizer.settings, queries, part.held_codes
    )
