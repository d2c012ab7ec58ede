"""A model of one's own digits, in a file that the reader takes."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets import LabeledDigits, load_digits
from ..datasets.load import Part
from ..datasets.normal_form import to_normal_form
from ..errors import DataError, InknnError, OptionError
from ..features.registry import DESCRIPTIONS
from ..metrics import METRICS
from ..progress import Progress, no_progress
from ..recognizer.settings import LEARNED
from .pipeline import Pipeline, parse_metric

if TYPE_CHECKING:
    from ..estimators.digits import DigitClassifier

__all__ = ["Fitted", "fit_command", "fit_data", "steps_to_digits"]

_LEARNED = Pipeline(LEARNED).name
"""The learned space as :class:`Pipeline` calls it, with the dimensions it has in a model."""

_FITTABLE = (LEARNED, *DESCRIPTIONS)

_NORMAL_FORM = "normal-form+"
_ENLARGED = "resize+" + _NORMAL_FORM  # so that a small digit counts as a digit and not as a dot


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted classifier and the facts of its making."""

    classifier: DigitClassifier
    dataset: str
    count: int
    classes: tuple[int, ...]
    normalized: bool
    seconds: float
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        facts = {**self.classifier.recognizer_.facts, "weights": self.classifier.weights}
        if self.classifier.features == LEARNED:
            facts["preset"] = self.classifier.preset
        settings = ", ".join(f"{name} {value}" for name, value in facts.items())
        brought = ", brought into MNIST's normal form" if self.normalized else ""
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
    OptionError
        If the features or the metric are such that they can be tuned only.
    DataError
        If the data can't be read, is all blank, holds one class only, or fewer digits than neighbors that
        vote.
    """
    from ..estimators.digits import DigitClassifier

    _check_fittable(parameters.get("features", LEARNED), parameters.get("metric", "euclidean"))
    classifier = DigitClassifier(**parameters)
    classifier.check_parameters()
    digits = load_digits(data, part, normalize=True, progress=progress)
    classes = np.unique(digits.labels)
    if len(classes) < 2:
        raise DataError(f"all digits of {digits.name} are {classes[0]}s; a model needs two classes at least")
    if len(digits) <= classifier.n_neighbors:
        raise DataError(
            f"{digits.name} has {len(digits)} digits, too few for the votes of {classifier.n_neighbors} "
            "neighbors; give more digits, or fewer neighbors with -k"
        )
    notes = (*digits.remarks, *_blank_ones(digits))
    started = time.perf_counter()
    images, changed = digits.images, True
    if not digits.several_sizes:
        images, changed = to_normal_form(images, progress)
    classifier.fit(images, digits.labels, progress=progress)
    seconds = time.perf_counter() - started
    return Fitted(classifier, digits.name, len(digits), tuple(classes.tolist()), changed, seconds, notes)


def fit_command(
    data: str, shape: tuple[int, ...], feature: str, metric: str, weights: str, k: int
) -> str | None:
    """The command that makes a model of what was tuned.

    Parameters
    ----------
    data : str
        As ``inknn fit`` takes it.
    shape : (int, int)
        Of the pictures that were tuned with.
    feature, metric : str
        As :class:`~inknn.lab.pipeline.Pipeline` and :func:`~inknn.lab.pipeline.parse_metric` take them.
    weights : str
    k : int

    Returns
    -------
    str, or None
        None where no model can be made of it, since models have one feature.
    """
    feature = feature.removeprefix(_ENLARGED).removeprefix(_NORMAL_FORM)
    feature = LEARNED if feature == _LEARNED else feature
    if feature not in _FITTABLE or metric not in METRICS:
        return None
    plain = " --preset fast" if feature == LEARNED else ""  # the vote alone, as it was tuned
    small = "" if shape == (28, 28) else "  # first brings pictures into MNIST's normal form"
    options = f"-F {feature} -m {metric} -k {k} -w {weights}{plain} -o model.inknn"
    return f"inknn fit {shlex.quote(data)} {options}{small}"


def steps_to_digits(shape: tuple[int, ...]) -> str:
    """What has to come before a space that takes 28×28 digits only, for pictures (height, width)."""
    return _ENLARGED if max(shape) < 28 else _NORMAL_FORM


def _check_fittable(feature: str, metric: str) -> None:
    """Tell names that tuning knows, but no model can have, from those that nobody knows."""
    names: list[tuple[str, tuple[str, ...], str, Callable[[str], object]]] = [
        (feature, _FITTABLE, "-F", Pipeline),
        (metric, tuple(METRICS), "-m", parse_metric),
    ]
    for given, known, option, parse in names:
        if given not in known and _is_known(parse, given):
            raise OptionError(
                f"{given} can be tuned, but no model can be made with it; {option} takes one of "
                f"{', '.join(known)}"
            )


def _is_known(parse: Callable[[str], object], name: str) -> bool:
    try:
        parse(name)
    except InknnError:
        return False
    return True


def _blank_ones(digits: LabeledDigits) -> list[str]:
    """What to say of pictures without ink."""
    blank = len(digits) - int(digits.images.any(axis=(1, 2)).sum())
    if blank == len(digits):
        raise DataError(f"all {blank} pictures of {digits.name} are blank; a model needs digits")
    if not blank:
        return []
    return [f"{blank} of the {len(digits)} pictures are blank, and became references; better leave them out"]
