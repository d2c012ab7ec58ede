"""The ink of a page → lines of glyphs in reading order. Knows nothing of features and neighbors.

One step, one module: ``components`` (connected components of ink, dirt dropped, the size of writing),
``rules`` (ruled lines, tables and boxes erased), ``lines`` (components of one glyph joined, lines found),
``glyphs`` (each glyph cut out with its soft edges). :func:`find_lines` runs them in that order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from .components import (
    LOWEST,
    Components,
    drop_faint,
    drop_frames,
    drop_specks,
    find_components,
    writing_height,
)
from .glyphs import Glyph, cut_out
from .lines import arrange_lines, join_components
from .rules import LONG, erase_box_sides, find_rules, find_spanning_rules, has_long_component

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
    components, height = _writing(rules.erase_from(ink) if rules else ink.mask, ink)
    if height < LOWEST * ink.scale:
        return []
    length = int(LONG * height)
    if rules or has_long_component(components, length):
        rules |= find_rules(ink.mask, length, 1.5 * ink.stroke)
    if rules:
        components, _ = _writing(erase_box_sides(rules.erase_from(ink), rules, height), ink)
        components = rules.drop_leftovers(components)
        height = writing_height(components, ink.stroke)
    lines = arrange_lines(join_components(components, height), components, height)
    return [[cut_out(group, components, ink) for group in line] for line in lines]


def _writing(mask: NDArray[np.bool_], ink: Ink) -> tuple[Components, float]:
    """The components of a mask without dirt, and the height of the writing."""
    components = drop_faint(drop_frames(drop_specks(find_components(mask, ink.contrast), ink), ink))
    return components, writing_height(components, ink.stroke)
