"""The ink of a page → lines of glyphs in reading order. Knows nothing of features and neighbors.

Four steps, one module each, in the order in which :func:`find_lines` takes them:

1. ``components``: connected components of ink, without dirt, and how high the writing is;
2. ``rules``: ruled lines, table grids and boxes, found as straight ``runs`` and erased; what is left is
   taken apart into components once more;
3. ``lines``: components joined to glyphs, glyphs arranged in lines;
4. ``glyphs``: each glyph cut out with its soft edges.
"""

from __future__ import annotations

from ..ink import Ink
from ..ink.components import find_components
from .components import LOWEST, drop_dirt, writing_height
from .erase import drop_box_sides, drop_leftovers, erase
from .glyphs import Glyph, cut_out
from .lines import arrange_lines, join_components
from .rules import find_rules

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
    rules, height = find_rules(ink)
    if height < LOWEST * ink.scale:
        return []
    components = ink.components
    if rules:
        components = drop_box_sides(find_components(erase(ink, rules)), rules, height)
    components = drop_dirt(components, ink)
    if rules:
        components = drop_leftovers(components, rules)
        height = writing_height(components, ink)
    lines = arrange_lines(join_components(components, height), components, height)
    return [[cut_out(group, components, ink) for group in line] for line in lines]
