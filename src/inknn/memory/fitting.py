"""Fit a model to digits by name or path: what ``inknn fit`` does."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..datasets import LabeledDigits, load_digits
from ..datasets.load import Part
from ..errors import DataError
from ..glyph.normal_form import to_normal_form
from ..progress import Progress, no_progress
from ..recognizer.settings import LEARNED, choose_settings
from .model import Model

__all__ = ["Fitted", "fit_data"]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model, and the facts of its making.

    Attributes
    ----------
    model : Model
    dataset : str
        Name of the set.
    normalized : bool
        Whether its pictures had to be brought into MNIST's normal form.
    seconds : float
    notes : tuple of str
        What users should know about the set.
    """

    model: Model
    dataset: str
    normalized: bool
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many digits the model was fitted to."""
        return len(self.model.recognizer.references)

    def __str__(self) -> str:
        settings = self.model.recognizer.settings
        facts = {**self.model.recognizer.facts, "weights": settings.weights}
        if settings.feature == LEARNED:
            facts["preset"] = settings.preset
        brought = ", brought into MNIST's normal form" if self.normalized else ""
        return "\n".join(
            (
                f"set       {self.dataset}, {self.count:,} digits{brought}",
                f"classes   {' '.join(map(str, self.model.classes.tolist()))}",
                f"settings  {', '.join(f'{name} {value}' for name, value in facts.items())}",
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
    """Fit a :class:`inknn.memory.Model` to a set.

    Parameters
    ----------
    data, part
        As for :func:`inknn.datasets.load_digits`. Pictures that aren't in MNIST's normal form are brought
        into it.
    progress
        Called with what is being done, and how much of it is done.
    **parameters
        As for :func:`inknn.recognizer.choose_settings`.

    Returns
    -------
    Fitted

    Raises
    ------
    UnknownNameError
        If there is no such set, feature, metric, preset or weighting.
    ValueError
        If the parameters don't go together.
    DataError
        If the data can't be read, is all blank, has digits of one class only, or no more digits than
        neighbors that vote.
    """
    settings = choose_settings(**parameters)
    digits = load_digits(data, part, normalize=True, progress=progress)
    classes = np.unique(digits.labels)
    if len(classes) < 2:
        raise DataError(f"all digits of {digits.name} are {classes[0]}s; a model needs two classes at least")
    if len(digits) <= settings.n_neighbors:
        raise DataError(
            f"{digits.name} has {len(digits)} digits, too few for the votes of {settings.n_neighbors} "
            "neighbors; give more digits, or fewer neighbors with -k"
        )
    notes = (*map(str, digits.remarks), *_blank_pictures(digits))
    started = time.perf_counter()
    images, changed = digits.images, True
    if not digits.several_sizes:
        images, changed = to_normal_form(images, progress)
    model = Model.fit(images, digits.labels, settings, name=digits.name, progress=progress)
    return Fitted(model, digits.name, changed, time.perf_counter() - started, notes)


def _blank_pictures(digits: LabeledDigits) -> list[str]:
    """A note on pictures without ink, if there are any."""
    blank = len(digits) - int(digits.images.any(axis=(1, 2)).sum())
    if blank == len(digits):
        raise DataError(f"all {blank} pictures of {digits.name} are blank; a model needs digits")
    if not blank:
        return []
    return [f"{blank} of the {len(digits)} pictures are blank, and became references; better leave them out"]
