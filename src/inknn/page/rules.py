"""Find ruled lines, table grids and rows of boxes.

A rule is a straight thin run of ink, much longer than the writing is high.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from ..ink.components import Components, find_components
from .components import (
    FEWEST,
    count_alike,
    drop_dirt,
    drop_specks,
    writing_height,
)
from .erase import Rules, erase
from .runs import find_runs

LONG = 2.0
"""A rule is at least this many times as long as the writing is high ..."""

SPANNING = 0.3
"""... or spans this share of the picture, and writing remains without it."""

SLENDER = 24.0
"""A rule is at least this many times as long as it is thick; strokes of digits aren't."""


def find_rules(ink: Ink) -> tuple[list[Rules], float]:
    """Find the rules of a page.

    Rules that span much of the picture are found first, since they may touch all the writing and hide how
    high it is; then those that are long compared with the writing.

    Parameters
    ----------
    ink : Ink

    Returns
    -------
    rules : list of Rules
        Those that go across the page and those that go down it, where there are any.
    height : float
        Of the writing in pixels, seen without the spanning rules; 0 where nothing is written.
    """
    rules, without = _find_spanning(ink)
    writing = drop_dirt(without, ink)
    height = writing_height(writing, ink)
    length = int(LONG * height)
    if length and (rules or _has_long(writing, length)):
        rules = _unite(rules + _find_straight(ink, length, 1.5 * ink.stroke))
    return rules, height


def _find_spanning(ink: Ink) -> tuple[list[Rules], Components]:
    """Rules that span much of the picture, and the components without them.

    A big 1, 4 or 7 has long runs as well: they are rules only if at least :data:`FEWEST` components of like
    height remain without them.
    """
    length = int(SPANNING * max(ink.mask.shape))
    if _may_be_ruled(drop_specks(ink.components, ink), length):
        rules = _find_straight(ink, length, length / SLENDER)
        if rules:
            without = find_components(erase(ink, rules))
            height = np.sort(drop_specks(without, ink).box[:, 3])
            if count_alike(height[height > 2.5 * ink.stroke]).max(initial=0) >= FEWEST:
                return rules, without
    return [], ink.components


def _may_be_ruled(components: Components, length: int) -> bool:
    """Saves the search on pictures of one or two digits that stand free."""
    if not _has_long(components, length):
        return False
    large = components.box[:, 2:].max(axis=1) > 0.8 * max(components.labels.shape)
    return len(components.number) >= FEWEST or bool((components.at_border | large).any())


def _has_long(components: Components, length: int) -> bool:
    """Whether any component is long enough to hold a rule, small gaps allowed for."""
    return bool((components.box[:, 2:] >= 0.55 * length).any())


def _find_straight(ink: Ink, length: int, thickness: float) -> list[Rules]:
    """Rules that are at least so long and at most so thick."""
    across, down = find_runs(ink.mask.view(np.uint8), length, thickness)
    _drop_large_digits(ink.components, across, down, length)
    return [
        Rules(pixels, _contrast(pixels.view(np.bool_), ink, length), turned)
        for pixels, turned in ((across, False), (down, True))
        if cv2.countNonZero(pixels)
    ]


def _drop_large_digits(
    components: Components, across: NDArray[np.uint8], down: NDArray[np.uint8], length: int
) -> None:
    """Set runs to 0 that are strokes of large digits.

    A large digit is a component that is no grid: compact, hardly longer than a rule, with at most one bar
    and one stem. Where small print sets the height of the writing, the bar of a large 7 is as long as a rule.
    """
    width, height = components.box[:, 2:].T
    compact = (width < 1.5 * height) & (height < 3 * width) & (np.maximum(width, height) < 2.5 * length)
    touched = components.labels[(across | down).view(np.bool_)]
    inked = np.bincount(touched, minlength=components.number.max(initial=0) + 1)
    held = inked[components.number] > 0
    for i in np.flatnonzero(compact & held):
        x, y, wide, tall = components.box[i]
        box = slice(y, y + tall), slice(x, x + wide)
        own = components.labels[box] == components.number[i]
        runs = [(pixels[box] & own) for pixels in (across, down)]
        if max(cv2.connectedComponents(pixels, connectivity=8)[0] for pixels in runs) <= 2:  # one is paper
            across[box][own] = down[box][own] = 0


def _contrast(pixels: NDArray[np.bool_], ink: Ink, length: int) -> NDArray[np.float32]:
    """The contrast of the rule that a pixel lies on, 0 beside rules."""
    runs = find_components(pixels)
    label = runs.labels[pixels]
    # Sort by run, then by contrast: numbers that aren't negative are in the order of their bits.
    ordered = np.sort(label.astype(np.int64) << 32 | ink.contrast[pixels].view(np.uint32))
    core = np.cumsum(runs.area) - runs.area + (0.85 * runs.area).astype(np.int64)  # not a rule's soft edge
    strength = ordered[core].astype(np.uint32).view(np.float32)
    # A short run was taken for a rule because it is in line with one; it may be a stroke all the same.
    long = runs.box[:, 2:].max(axis=1) >= 0.9 * length
    if long.any():
        strength = np.where(long, strength, np.minimum(strength, np.median(strength[long])))
    contrast = np.zeros(pixels.shape, np.float32)
    contrast[pixels] = strength[label - 1]
    return contrast


def _unite(rules: list[Rules]) -> list[Rules]:
    """The rules of each direction in one."""
    united: dict[bool, Rules] = {}
    for one in rules:
        if one.down in united:
            other = united[one.down]
            one = Rules(one.pixels | other.pixels, np.maximum(one.contrast, other.contrast), one.down)
        united[one.down] = one
    return list(united.values())
