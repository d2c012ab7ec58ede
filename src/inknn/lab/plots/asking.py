"""What inknn as it comes says of the digits for testing: what several plots show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..asked import count_known, notes_on
from .request import Request, normalized

if TYPE_CHECKING:
    from ...datasets.load import LabeledDigits
    from ...recognizer.predictions import Predictions

__all__ = ["ask_factory"]


def ask_factory(request: Request) -> tuple[LabeledDigits, Predictions, str]:
    """Ask the factory recognizer about the digits for testing.

    Parameters
    ----------
    request : Request
        Is told what has to be known before the plot is believed.

    Returns
    -------
    LabeledDigits
        What was asked, in normal form.
    Predictions
    str
        Words on both for the caption, with what has to be known.
    """
    from ...memory.factory import factory_images, factory_recognizer

    asked = normalized(request.digits("test"))
    recognizer = factory_recognizer(request.progress)
    if request.limit:
        asked = request.sample(asked, request.limit)
    answers = recognizer.recognize(asked.images)
    words = (
        f"Set: {asked.name}. {len(recognizer.labels):,} references, k = {recognizer.settings.n_neighbors}, "
        "learned metric."
    )
    for note in notes_on(asked.images, count_known(answers, asked.images, factory_images())):
        request.remark(note)
        words += f" {note}."
    return asked, answers, words
