"""Single digits, each a picture or a row of a set, and what a model says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.normal_form import normal_form_of, to_normal_form
from ..errors import PictureError
from ..ink import PictureSource, open_pages
from ..progress import Progress, no_progress
from .models import Model

__all__ = ["Prediction", "predict_digits", "predict_picture"]

_BATCH = 1000  # digits between two reports of progress
_SHOWN = 5  # neighbors


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of one digit.

    ``neighbors`` are the indices of the nearest references, ``neighbor_labels`` what they are, nearest
    first; ``note`` is a remark on the picture.
    """

    source: str
    label: int
    verdict: str
    confidence: float
    credibility: float
    neighbors: tuple[int, ...]
    neighbor_labels: tuple[int, ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for ``json.dumps``."""
        return {
            "source": self.source,
            "label": self.label,
            "verdict": self.verdict,
            "confidence": self.confidence,
            "credibility": self.credibility,
            "neighbors": [
                {"index": index, "label": label}
                for index, label in zip(self.neighbors, self.neighbor_labels, strict=True)
            ],
        }


def predict_picture(model: Model, picture: PictureSource, name: str) -> Prediction:
    """Answer a picture of one digit, found and brought into normal form as the reader does it.

    Parameters
    ----------
    model : Model
    picture
        As for :func:`inknn.ink.open_pages`, of which the first page counts.
    name : str
        For the prediction's ``source``.

    Returns
    -------
    Prediction
        Of the glyph with the most ink, where there are several; ``note`` says so.

    Raises
    ------
    PictureError
        If the picture can't be opened, or nothing is on it.
    """
    remarks: list[str] = []
    images, _ = normal_form_of([next(open_pages(picture)).gray], lambda _, remark: remarks.append(remark))
    if not len(images):
        raise PictureError("no digit found: the picture is blank, or its ink is too faint or too small")
    return _answers(model, images, [name], remarks[0] if remarks else "")[0]


def predict_digits(
    model: Model, images: NDArray[np.uint8], names: Sequence[str], progress: Progress = no_progress
) -> Iterator[Prediction]:
    """Answer digits of a set, in batches.

    Parameters
    ----------
    model : Model
    images : uint8 (n, height, width)
        Ink bright on black; brought into normal form where the set as a whole isn't.
    names : sequence of str (n,)
    progress
        Told how far it is.

    Yields
    ------
    Prediction
    """
    normal, _ = to_normal_form(images, progress)
    for start in range(0, len(normal), _BATCH):
        progress("recognizing", start / len(normal))
        yield from _answers(model, normal[start : start + _BATCH], names[start : start + _BATCH])


def _answers(
    model: Model, images: NDArray[np.uint8], names: Sequence[str], note: str = ""
) -> list[Prediction]:
    answers = model.recognizer.recognize(images)
    return [
        Prediction(
            name,
            int(model.classes[answers.labels[i]]),
            str(answers.verdicts[i]),
            round(float(answers.confidence[i]), 4),
            round(float(answers.credibility[i]), 4),
            tuple(answers.neighbor_indices[i, :_SHOWN].tolist()),
            tuple(model.classes[answers.neighbor_labels[i, :_SHOWN]].tolist()),
            note,
        )
        for i, name in enumerate(names)
    ]
