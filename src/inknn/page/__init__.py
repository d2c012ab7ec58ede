"""The ink of a page → lines of glyphs in reading order. Knows nothing of features and neighbors.

The steps, in the order in which :func:`find_lines` takes them:

1. ``rules`` finds ruled lines, table grids and boxes, which ``runs`` sees as straight thin runs of ink;
2. ``erase`` removes them and keeps the strokes that cross them;
3. ``components`` drops dirt from what is left, and tells how high the writing is;
4. ``lines`` joins components to glyphs and arranges the glyphs in lines;
5. ``glyphs`` cuts out each glyph with its soft edges.

``normalized`` takes the whole way, from a gray page to glyphs in MNIST's normal form.
"""

from __future__ import annotations

from ..errors import PictureError
from ..ink import Ink
from ..ink.components import find_components
from .components import LOWEST, drop_dirt, writing_height
from .erase import drop_box_sides, drop_leftovers, erase
from .glyphs import Glyph, cut_out
from .lines import arrange_lines, join_components
from .rules import find_rules

__all__ = ["Glyph", "find_lines"]

MOST_GLYPHS = 6_000
"""Of a page: a full one has 2,000. To read more takes long, and no texture should."""

MOST_COMPONENTS = 30_000
"""That are joined to glyphs."""


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

    Raises
    ------
    PictureError
        If it has more than :data:`MOST_GLYPHS`.
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
    _check_count(len(components.number), MOST_COMPONENTS)
    glyphs = join_components(components, height)
    _check_count(len(glyphs), MOST_GLYPHS)
    lines = arrange_lines(glyphs, components, height)
    return [[cut_out(group, components, ink) for group in line] for line in lines]


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise PictureError(
            f"more than {MOST_GLYPHS:,} things are on it: a texture or a screen, or else divide the picture"
        )
