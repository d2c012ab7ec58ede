"""Ask a recognizer about labeled digits, and keep what its answers were worth.

The figures are in :mod:`inknn.lab.scores`; here they get the mistakes, with the neighbors that misled, and
all that has to be known to make them again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import DataError
from ..glyph.normal_form import to_normal_form
from ..progress import Progress, no_progress
from .asked import Asked, Mistake
from .statistics import wilson_interval

if TYPE_CHECKING:
    from ..datasets.load import Part
    from ..memory import Model
    from .scores import Scores

__all__ = ["Evaluation", "evaluate", "evaluate_data"]

_BATCH = 1000  # digits between two reports of progress


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How a recognizer did on a labeled set.

    Attributes
    ----------
    dataset : str
        What the digits are called.
    scores : Scores
        All figures.
    seconds : float
        From pictures of digits in normal form to answers; loading is not in it.
    settings : mapping
        What the figures depend on, as plain values.
    mistakes : tuple of Mistake
        The most confident wrong answers first, :data:`inknn.lab.asked.WORST` at most.
    notes : tuple of str
        What has to be known before the figures are believed.
    """

    dataset: str
    scores: Scores
    seconds: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many digits were asked about."""
        return self.scores.count

    @property
    def errors(self) -> int:
        """How many answers are wrong; a refused digit counts by its best label."""
        return self.scores.errors

    @property
    def error_rate(self) -> float:
        """The part that is wrong, 0 to 1."""
        return self.errors / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of :attr:`error_rate`."""
        return wilson_interval(self.errors, self.count)

    @property
    def milliseconds_per_digit(self) -> float:
        """Time for each digit, all threads together."""
        return 1000 * self.seconds / self.count

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain values, ready for ``json.dumps``."""
        return {
            "dataset": self.dataset,
            "count": self.count,
            "errors": self.errors,
            "error_rate": self.error_rate,
            "interval": list(self.interval),
            "seconds": self.seconds,
            "milliseconds_per_digit": self.milliseconds_per_digit,
            "settings": dict(self.settings),
            "notes": list(self.notes),
            **self.scores.to_dict(),
            "mistakes": [mistake.to_dict() for mistake in self.mistakes],
        }


def evaluate_data(
    data: str | os.PathLike[str],
    part: Part = "test",
    *,
    model: str | os.PathLike[str] | None = None,
    preset: str | None = None,
    progress: Progress = no_progress,
) -> Evaluation:
    """Evaluate inknn, or a model of one's own, on labeled digits by name or path.

    Parameters
    ----------
    data
        As :func:`inknn.datasets.load_digits` takes it.
    part : {"test", "train"}
        Which part of it, where it has two.
    model
        A file of :meth:`inknn.DigitClassifier.save`, instead of inknn as it comes (None or "mnist").
    preset : {"best", "fast"}, optional
        Of inknn as it comes; that of ``inknn read`` by default.
    progress
        Told how far it is.

    Returns
    -------
    Evaluation

    Raises
    ------
    UnknownNameError
        If there is no such set or preset.
    DataError
        If the data or the model can't be read, or don't fit each other.
    """
    from ..datasets import load_digits
    from ..memory import open_model

    digits = load_digits(data, part, normalize=True, progress=progress)
    _check_labels(digits.labels, digits.name)
    asked = open_model(model, preset, progress)
    _check_known(digits.labels, asked.classes, digits.name)
    images, changed = digits.images, True
    if not digits.several_sizes:
        images, changed = to_normal_form(images, progress)
    found = evaluate(
        asked,
        images,
        digits.labels,
        dataset=digits.name,
        groups=digits.groups,
        settings={
            **_part(data, part),
            "pictures": _treatment(None if digits.several_sizes else digits.images.shape[1:], changed),
            "model": asked.name,
        },
        progress=progress,
    )
    return replace(found, notes=(*map(str, digits.remarks), *found.notes))


def evaluate(
    model: Model,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    *,
    dataset: str = "given digits",
    groups: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> Evaluation:
    """Ask a model about labeled digits.

    Parameters
    ----------
    model
        Whom to ask: :func:`inknn.memory.open_model` gives it.
    images : uint8 (n, 28, 28)
        In MNIST's normal form.
    labels : int (n,)
        What they are.
    dataset
        What to call them in the report.
    groups
        The writer or file of each, where known.
    settings
        To name in the report before those of the recognizer.
    progress
        Told how far it is.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If there is not one label for each digit.
    DataError
        If there are no digits, digits of one class only, or of a class that the model doesn't know.
    """
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} digits can't be compared with {len(labels)} labels")
    _check_labels(labels, dataset)
    _check_known(labels, model.classes, dataset)
    asked = Asked(model, images, np.asarray(labels, np.int64), groups)
    started = time.perf_counter()
    for start in range(0, len(images), _BATCH):
        progress("recognizing", start / len(images))
        asked.ask(start, start + _BATCH)
    seconds = time.perf_counter() - started
    progress("recognizing", 1.0)
    return Evaluation(
        dataset,
        asked.scores(),
        seconds,
        {**(settings or {}), **model.recognizer.facts, "inknn": __version__},
        asked.mistakes(),
        asked.notes(),
    )


def _check_labels(labels: NDArray[np.integer], name: str) -> None:
    """Whether anything can be said of how well these digits are told apart."""
    if not len(labels):
        raise DataError(f"{name} holds no digits; there is nothing to evaluate")
    if (labels == labels[0]).all():
        raise DataError(
            f"{name} has only the digit {labels[0]}; how well digits are told apart shows with two or more"
        )


def _check_known(labels: NDArray[np.integer], classes: NDArray[np.int64], name: str) -> None:
    unknown = np.setdiff1d(labels, classes)
    if len(unknown):
        raise DataError(
            f"{name} has the digits {_listed(unknown)}, but the model knows only {_listed(classes)}; fit it "
            "with them, or leave them out"
        )


def _listed(digits: NDArray[np.integer]) -> str:
    return ", ".join(map(str, digits.tolist()))


def _part(data: str | os.PathLike[str], part: str) -> dict[str, str]:
    """The part asked about, for the report; a file has but one."""
    if os.path.isfile(data):
        return {}
    return {"part": f"{part}, where there are two" if os.path.isdir(data) else part}


def _treatment(shape: tuple[int, ...] | None, changed: bool) -> str:
    """What was done to pictures (height, width), or of several sizes, before they were asked about."""
    if shape is None:
        return "of several sizes, each brought into MNIST's normal form"
    height, width = shape
    done = "each brought into MNIST's normal form" if changed else "already in MNIST's normal form"
    return f"{height}×{width}, {done}"
