"""A model of one's own digits, in a file that the reader takes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets import load_digits
from ..datasets.labelled import Part
from ..datasets.normal_form import to_normal_form
from ..errors import DataError
from ..progress import Progress, no_progress

if TYPE_CHECKING:
    from ..classifier import DigitClassifier

__all__ = ["Fitted", "fit_data"]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted classifier and the facts of its making."""

    classifier: DigitClassifier
    dataset: str
    count: int
    classes: tuple[int, ...]
    normalised: bool
    seconds: float

    def __str__(self) -> str:
        settings = ", ".join(f"{name} {value}" for name, value in self.classifier.recogniser_.facts.items())
        brought = ", brought into MNIST's normal form" if self.normalised else ""
        return "\n".join(
            (
                f"set       {self.dataset}, {self.count:,} digits{brought}",
                f"classes   {' '.join(map(str, self.classes))}",
                f"settings  {settings}",
                f"time      {self.seconds:.1f} s",
            )
        )


def fit_data(
    data: str | os.PathLike[str],
    part: Part = "train",
    *,
    progress: Progress = no_progress,
    **parameters: Any,
) -> Fitted:
    """Fit a :class:`inknn.DigitClassifier` to a set.

    Parameters
    ----------
    data, part
        As for :func:`inknn.datasets.load_digits`.
    progress
        Told how far it is.
    **parameters
        Of the classifier.

    Returns
    -------
    Fitted

    Raises
    ------
    UnknownNameError
        If there is no such set, feature or metric.
    DataError
        If the data can't be read, holds one class only, or fewer digits than neighbours that vote.
    """
    from ..classifier import DigitClassifier

    classifier = DigitClassifier(**parameters)
    classifier.check_parameters()
    digits = load_digits(data, part, progress=progress)
    classes = np.unique(digits.labels)
    if len(classes) < 2:
        raise DataError(f"all digits of {digits.name} are {classes[0]}s; a model needs two classes at least")
    if len(digits) <= classifier.n_neighbors:
        raise DataError(
            f"{digits.name} has {len(digits)} digits, too few for the votes of {classifier.n_neighbors} "
            "neighbours; give more digits, or fewer neighbours with -k"
        )
    started = time.perf_counter()
    images, changed = to_normal_form(digits.images, progress)
    classifier.fit(images, digits.labels, progress=progress)
    seconds = time.perf_counter() - started
    return Fitted(classifier, digits.name, len(digits), tuple(classes.tolist()), changed, seconds)
