"""Evaluate a model on labeled digits.

:mod:`inknn.lab.scores` computes the figures. Here they are joined by the worst mistakes and by everything
that is needed to reproduce them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import DataError
from ..glyph.normal_form import to_normal_form
from ..progress import Progress, no_progress
from .data import find_groups
from .mistakes import Mistake, count_known, notes_on, worst_mistakes
from .statistics import wilson_interval

if TYPE_CHECKING:
    from ..datasets.load import Part
    from ..memory import Model
    from ..recognizer import Predictions
    from .scores import Scores

__all__ = ["Evaluation", "evaluate", "evaluate_data"]

N_MISTAKES = 24
"""Mistakes that are kept with their pictures, unless another number is given."""

_BATCH = 1000  # digits between two reports of progress


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How well a model did on a labeled set.

    Attributes
    ----------
    dataset : str
        Name of the digits.
    scores : Scores
        All figures.
    seconds : float
        From pictures of digits in normal form to answers, without loading.
    settings : mapping
        What the figures depend on, as plain values.
    mistakes : tuple of Mistake
        The worst of them, most confident first.
    notes : tuple of str
        Reasons to doubt the figures, such as digits that the model knows.
    """

    dataset: str
    scores: Scores
    seconds: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many digits were evaluated."""
        return self.scores.count

    @property
    def errors(self) -> int:
        """How many answers are wrong; a digit that is refused counts by its best label."""
        return self.scores.errors

    @property
    def error_rate(self) -> float:
        """Share of the answers that are wrong, 0 to 1."""
        return self.errors / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of :attr:`error_rate`."""
        return wilson_interval(self.errors, self.count)

    @property
    def milliseconds_per_digit(self) -> float:
        """Time for each digit, with all threads at work."""
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
    n_mistakes: int = N_MISTAKES,
    progress: Progress = no_progress,
) -> Evaluation:
    """Evaluate the factory model, or a model of one's own, on labeled digits by name or path.

    Parameters
    ----------
    data
        As :func:`inknn.datasets.load_digits` takes it.
    part : {"test", "train"}
        Which part of it, where it has two.
    model
        A file of ``inknn fit`` or :meth:`inknn.DigitClassifier.save`; None or "mnist" is the factory model,
        which knows MNIST's training digits.
    preset : {"best", "fast"}, optional
        Of the factory model; that of ``inknn read`` by default.
    n_mistakes : int
        Mistakes to keep, at most.
    progress
        Called as the work goes on.

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
    opened = open_model(model, preset, progress)
    _check_known(digits.labels, opened.classes, digits.name)
    images, changed = digits.images, True
    if not digits.several_sizes:
        images, changed = to_normal_form(images, progress)
    found = evaluate(
        opened,
        images,
        digits.labels,
        dataset=digits.name,
        groups=digits.groups,
        settings={
            **_part(data, part),
            "pictures": _treatment(None if digits.several_sizes else digits.images.shape[1:], changed),
            "model": opened.name,
        },
        n_mistakes=n_mistakes,
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
    n_mistakes: int = N_MISTAKES,
    progress: Progress = no_progress,
) -> Evaluation:
    """Evaluate a model on labeled digits.

    Parameters
    ----------
    model
        Of digits, as :func:`inknn.memory.open_model` gives it.
    images : uint8 (n, 28, 28)
        In MNIST's normal form.
    labels : int (n,)
        What the digits are.
    dataset
        Name of the digits, for reports.
    groups
        The writer or file of each digit, where known.
    settings
        Further settings to report, before those of the recognizer.
    n_mistakes : int
        Mistakes to keep, at most.
    progress
        Called as the work goes on.

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
    started = time.perf_counter()
    answers = _recognize(model, images, progress)
    seconds = time.perf_counter() - started

    from .scores import Scores  # scikit-learn: a second that wrong input needn't wait for

    facts = model.recognizer.facts
    truth = np.asarray(labels, np.int64)
    return Evaluation(
        dataset,
        Scores(
            truth,
            answers.labels,
            answers.probabilities(),
            model.classes,
            answers.confidence,
            answers.verdicts,
            find_groups(groups, truth),
        ),
        seconds,
        {**(settings or {}), **facts, "inknn": __version__},
        worst_mistakes(
            answers,
            images,
            truth,
            pictures=model.pictures,
            groups=groups,
            n_neighbors=facts["k"],
            limit=n_mistakes,
        ),
        notes_on(images, count_known(answers, images, model.pictures)),
    )


def _recognize(model: Model, images: NDArray[np.uint8], progress: Progress) -> Predictions:
    """The answers to all digits, in batches between which progress is reported."""
    batches: list[Predictions] = []
    for start in range(0, len(images), _BATCH):
        progress("recognizing", start / len(images))
        batches.append(model.predict(images[start : start + _BATCH]))
    progress("recognizing", 1.0)
    names = [part.name for part in fields(batches[0]) if part.name != "classes"]
    return replace(
        batches[0], **{name: np.concatenate([getattr(batch, name) for batch in batches]) for name in names}
    )


def _check_labels(labels: NDArray[np.integer], name: str) -> None:
    """Refuse digits that can't show how well a model tells labels apart."""
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
    """The part that was evaluated, for the report; a file has only one."""
    if os.path.isfile(data):
        return {}
    return {"part": f"{part}, where there are two" if os.path.isdir(data) else part}


def _treatment(shape: tuple[int, ...] | None, changed: bool) -> str:
    """How pictures of this (height, width), or of several sizes, were prepared."""
    if shape is None:
        return "of several sizes, each brought into MNIST's normal form"
    height, width = shape
    done = "each brought into MNIST's normal form" if changed else "already in MNIST's normal form"
    return f"{height}×{width}, {done}"
