"""The ink of a page → lines of glyphs in reading order. Knows nothing of features and neighbors.

One step, one module: ``parts`` (connected pieces of ink, dirt dropped, the size of writing),
``rules`` (ruled lines, tables and boxes erased), ``rows`` (pieces of one glyph joined, rows found),
``glyphs`` (each glyph cut out with its soft edges). :func:`find_lines` runs them in that order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from .components import LOWEST, Parts, drop_faint, drop_frames, drop_specks, find_parts, writing_height
from .glyphs import Glyph, cut_out
from .lines import find_rows, join_pieces
from .rules import LONG, erase_box_sides, find_rules, find_spanning_rules, has_long_piece

__all__ = ["Glyph", "find_lines"]


def find_lines(ink: Ink) -> list[list[Glyph]]:
    """Find the glyphs of a page.

    Parameters
    ----------
    ink : Ink
        What :func:`inknn.ink.separate` gives.

    Returns
    -------
    list of lists of Glyph
        Lines from top to bottom, glyphs in each from left to right; empty for a blank page.
    """
    rules = find_spanning_rules(ink)
    parts, height = _writing(rules.erase_from(ink) if rules else ink.mask, ink)
    if height < LOWEST * ink.scale:
        return []
    length = int(LONG * height)
    if rules or has_long_piece(parts, length):
        rules |= find_rules(ink.mask, length, 1.5 * ink.stroke)
    if rules:
        parts, _ = _writing(erase_box_sides(rules.erase_from(ink), rules, height), ink)
        parts = rules.drop_leftovers(parts)
        height = writing_height(parts, ink.stroke)
    rows = find_rows(join_pieces(parts, height), parts, height)
    return [[cut_out(piece, parts, ink) for piece in row] for row in rows]


def _writing(mask: NDArray[np.bool_], ink: Ink) -> tuple[Parts, float]:
    """The pieces of a mask without dirt, and the height of the writing."""
    parts = drop_faint(drop_frames(drop_specks(find_parts(mask, ink.contrast), ink), ink))
    return parts, writing_height(parts, ink.stroke)
