"""Single digits, each a picture or a row of a set, and what a model predicts for them: ``inknn predict``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PictureError
from ..glyph.normal_form import to_normal_form
from ..ink import PictureSource, open_pages
from ..memory import Model
from ..page.normalized import single_glyph
from ..progress import Progress, no_progress
from ..remarks import Remark
from .result import Neighbor

__all__ = ["Prediction", "predict_digits", "predict_picture"]

_BATCH = 1000  # digits between two reports of progress
_SHOWN = 5  # neighbors


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model predicts for one digit.

    ``label``, ``verdict``, ``confidence``, ``credibility`` and ``neighbors`` are as of
    :class:`inknn.Digit`; ``source`` names the picture, and ``note`` is a remark on it, or None.
    """

    source: str
    label: int
    verdict: str
    confidence: float
    credibility: float
    neighbors: tuple[Neighbor, ...]
    note: Remark | None = None

    def to_dict(self) -> dict[str, Any]:
        """The prediction without its note, as plain values, ready for ``json.dumps``."""
        plain = asdict(self)
        del plain["note"]
        return plain


def predict_picture(model: Model, picture: PictureSource, name: str) -> Prediction:
    """Predict the digit on a picture, found and brought into normal form as the reader does it.

    Parameters
    ----------
    model : Model
        Of digits, as :func:`inknn.memory.open_model` gives it.
    picture
        As for :func:`inknn.ink.open_pages`; the first page counts.
    name : str
        For the prediction's ``source``.

    Returns
    -------
    Prediction
        Of the glyph with the most ink; if there are several, ``note`` mentions it.

    Raises
    ------
    PictureError
        If the picture can't be opened, or nothing is on it.
    """
    page = next(open_pages(picture))
    glyph, remark = single_glyph(page.gray)
    if glyph is None:
        error = PictureError(str(remark))
        error.source = None if page.source == "-" else page.source
        raise error
    return _predictions(model, glyph.image[None], [name], remark)[0]


def predict_digits(
    model: Model, images: NDArray[np.uint8], names: Sequence[str], progress: Progress = no_progress
) -> Iterator[Prediction]:
    """Predict the digits of a set, in batches.

    Parameters
    ----------
    model : Model
        Of digits, as :func:`inknn.memory.open_model` gives it.
    images : uint8 (n, height, width)
        Ink bright on black; brought into normal form where the set as a whole isn't.
    names : sequence of str (n,)
        For the predictions' ``source``.
    progress
        Called with what is being done, and how much of it is done.

    Yields
    ------
    Prediction
    """
    normal, _ = to_normal_form(images, progress)
    for start in range(0, len(normal), _BATCH):
        progress("recognizing", start / len(normal))
        yield from _predictions(model, normal[start : start + _BATCH], names[start : start + _BATCH])


def _predictions(
    model: Model, images: NDArray[np.uint8], names: Sequence[str], note: Remark | None = None
) -> list[Prediction]:
    found = model.predict(images)
    return [
        Prediction(
            name,
            int(found.labels[i]),
            str(found.verdicts[i]),
            round(float(found.confidence[i]), 4),
            round(float(found.credibility[i]), 4),
            tuple(
                Neighbor(index, label, round(distance, 4))
                for index, label, distance in found.neighbors(i, _SHOWN)
            ),
            note,
        )
        for i, name in enumerate(names)
    ]
