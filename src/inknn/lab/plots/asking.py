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
    """Ask the factory model about the digits for testing.

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
    from ...memory.factory import factory_model

    asked = normalized(request.digits("test"))
    model = factory_model(progress=request.progress)
    if request.limit:
        asked = request.sample(asked, request.limit)
    answers = model.predict(asked.images)
    facts = model.recognizer.facts
    words = f"Set: {asked.name}. {facts['references']:,} references, k = {facts['k']}, learned metric."
    for note in notes_on(asked.images, count_known(answers, asked.images, model.pictures)):
        request.remark(note)
        words += f" {note}."
    return asked, answers, words
