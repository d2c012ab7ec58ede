"""A gray page → the glyphs on it, each in MNIST's normal form.

Reading a page, predicting a single digit and importing labeled pictures all take this way, so that a digit
looks the same to the model wherever it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry import Box
from ..glyph import normalize
from ..ink import separate
from ..ink.memory import enough_memory
from ..remarks import Remark
from . import find_lines

__all__ = ["NormalizedGlyph", "normalized_lines", "single_glyph"]


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedGlyph:
    """One glyph, ready to be recognized.

    Attributes
    ----------
    box : Box
        Where it is on the page.
    image : uint8 (28, 28)
        Its normal form, ink bright on black.
    amount : int
        Of ink: the sum of its gray levels on the page.
    """

    box: Box
    image: NDArray[np.uint8]
    amount: int


def normalized_lines(gray: NDArray[np.uint8]) -> list[list[NormalizedGlyph]]:
    """Find the glyphs of a page.

    Parameters
    ----------
    gray : uint8 (height, width)
        Of any polarity and light.

    Returns
    -------
    list of lists of NormalizedGlyph
        Lines from top to bottom, glyphs in each from left to right; empty for a blank page.

    Raises
    ------
    PictureError
        If there is not enough memory for it.
    """
    with enough_memory(*gray.shape[::-1]):
        return [
            [
                NormalizedGlyph(glyph.box, normalize(glyph.ink), int(glyph.ink.sum(dtype=np.int64)))
                for glyph in line
            ]
            for line in find_lines(separate(gray))
        ]


def single_glyph(gray: NDArray[np.uint8]) -> tuple[NormalizedGlyph | None, Remark | None]:
    """Find the glyph on a picture of one digit.

    Parameters
    ----------
    gray : uint8 (height, width)
        Of any polarity and light.

    Returns
    -------
    glyph : NormalizedGlyph, or None
        The one with the most ink; None where nothing is found.
    remark : Remark, or None
        Unless exactly one glyph was found: its code is ``blank`` or ``several-glyphs``.
    """
    glyphs = [glyph for line in normalized_lines(gray) for glyph in line]
    if not glyphs:
        message = "no digit found: the picture is blank, or its ink is too faint or too small"
        return None, Remark("blank", message)
    largest = max(glyphs, key=lambda glyph: glyph.amount)
    if len(glyphs) == 1:
        return largest, None
    return largest, Remark("several-glyphs", f"{len(glyphs)} glyphs found, the one with the most ink taken")
