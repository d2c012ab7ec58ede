"""Erase ruled lines, table grids and rows of boxes, and leave the strokes that cross them.

A rule is a straight thin run much longer than the writing is high. Runs are found by morphological
opening with long flat elements, the page sheared to a few small angles so that a photo needn't
be straight. Erased is only where the run across the rule is about as thin as the rule itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from .components import FEWEST, Components, count_alike, drop_specks, find_components

LONG = 2.0
"""A rule is at least this many times as long as the writing is high ..."""

SPANNING = 0.3
"""... or spans this share of the picture, and writing remains without it."""

SLENDER = 24.0
"""A rule is at least this many times as long as it is thick; strokes of digits aren't."""

FILLED = 0.93
"""Share of a rule's length that is inked; the rest are small gaps and crossing strokes."""

IN_LINE = 0.6
"""Where a rule is found, runs of this share of its length are rules as well if they lie in its line."""

DARKER = 1.4
"""Ink of this many times the contrast of a rule is writing."""

SLOPES = tuple(0.02 * step for step in range(-5, 6))
"""Slopes that are looked for, about ±5°."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Pixels on rules that go ``across`` the page and ``down`` it, each uint8 0 or 1.

    ``length`` is the shortest that a rule is by itself; shorter runs are in line with one.
    """

    across: NDArray[np.uint8]
    down: NDArray[np.uint8]
    length: int

    def __bool__(self) -> bool:
        return bool(self.across.any() or self.down.any())

    def __or__(self, other: Rules) -> Rules:
        return Rules(self.across | other.across, self.down | other.down, min(self.length, other.length))

    def erase_from(self, ink: Ink) -> NDArray[np.bool_]:
        """The mask of the ink without the rules, the strokes that cross them made whole again."""
        pixels = ink.mask.astype(np.uint8)
        erased = np.zeros_like(pixels)
        for rules, turn in ((self.across, False), (self.down, True)):
            if rules.any():
                erased |= _thin(pixels, rules, turn) & ~_darker(ink, rules, self.length)
        return _bridge(pixels & ~erased, self.across, self.down).astype(bool)

    def drop_leftovers(self, components: Components) -> Components:
        """Drop components that lie mostly on rules: their thick or ragged parts."""
        inside = np.zeros(len(components.number), bool)
        for rules, turn in ((self.across, False), (self.down, True)):
            if rules.any():
                reach = 2 * _thickness(rules.T if turn else rules) + 3
                near = cv2.dilate(rules, np.ones((reach, reach), np.uint8)).astype(bool)
                covered = np.bincount(components.labels[near], minlength=int(components.labels.max()) + 1)
                inside |= covered[components.number] > 0.6 * components.area
        return components.keep(~inside)


def find_spanning_rules(ink: Ink) -> Rules:
    """Rules that span much of the picture, for pages where rules touch the writing.

    The height of the writing isn't known yet, and a big 1, 4 or 7 has long runs as well: they are
    rules only if at least :data:`FEWEST` components of like height remain without them.
    """
    length = int(SPANNING * max(ink.mask.shape))
    if not _may_be_ruled(drop_specks(find_components(ink.mask, ink.contrast), ink), length):
        return no_rules(ink.mask.shape, length)
    rules = find_rules(ink.mask, length, length / SLENDER)
    if not rules:
        return rules
    height = np.sort(drop_specks(find_components(rules.erase_from(ink), ink.contrast), ink).box[:, 3])
    height = height[height > 2.5 * ink.stroke]
    if count_alike(height).max(initial=0) >= FEWEST:
        return rules
    return no_rules(ink.mask.shape, length)


def no_rules(shape: tuple[int, ...], length: int) -> Rules:
    """Rules of a page that has none."""
    nothing = np.zeros(shape, np.uint8)
    return Rules(nothing, nothing, length)


def has_long_component(components: Components, length: int) -> bool:
    """Whether any component is long enough to hold a rule, small gaps allowed for."""
    return bool((components.box[:, 2:] >= 0.55 * length).any())


def _may_be_ruled(components: Components, length: int) -> bool:
    """Saves the search on pictures of one or two digits that stand free."""
    if not has_long_component(components, length):
        return False
    large = components.box[:, 2:].max(axis=1) > 0.8 * max(components.labels.shape)
    return len(components.number) >= FEWEST or bool((components.at_border | large).any())


def find_rules(mask: NDArray[np.bool_], length: int, thickness: float) -> Rules:
    """Straight thin runs, nearly horizontal or nearly vertical.

    Parameters
    ----------
    mask : ndarray of shape (rows, columns), dtype bool
    length : int
        Shortest rule in pixels, :data:`LONG` times the height of the writing where that is known.
    thickness : float
        Runs thicker than this many pixels are no rules.
    """
    pixels = mask.astype(np.uint8)
    across = _rules(pixels, length, thickness)
    down = _rules(pixels.T.copy(), length, thickness).T
    if across.any() or down.any():
        digits = _large_digits(pixels, across, down, length)
        across, down = across & ~digits, down & ~digits
    return Rules(across, down, length)


def _large_digits(
    pixels: NDArray[np.uint8], across: NDArray[np.uint8], down: NDArray[np.uint8], length: int
) -> NDArray[np.uint8]:
    """Components that are no grid: compact, hardly longer than a rule, with at most one bar and one stem.

    Where small print sets the height of the writing, the bar of a large 7 is long enough for a rule.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    digit = (width < 1.5 * height) & (height < 3 * width) & (np.maximum(width, height) < 2.5 * length)
    for runs in (across, down):
        _, names = cv2.connectedComponents(runs, connectivity=8)
        pairs = np.unique(np.stack([labels[names > 0], names[names > 0]]), axis=1)
        digit &= np.bincount(pairs[0], minlength=count) <= 1
    digit[0] = False
    return digit[labels].astype(np.uint8)


def erase_box_sides(mask: NDArray[np.bool_], rules: Rules, height: float) -> NDArray[np.bool_]:
    """The mask without the short straight components that lead from one rule to the next."""
    pixels = mask.astype(np.uint8)
    pixels &= ~_box_sides(pixels, rules.across, height)
    pixels &= ~_box_sides(pixels.T.copy(), rules.down.T.copy(), height).T
    return pixels.astype(bool)


def _rules(pixels: NDArray[np.uint8], length: int, thickness: float) -> NDArray[np.uint8]:
    """Pixels on nearly horizontal thin runs of at least ``length``, as 0 or 1.

    Looked for on a copy reduced so that ``length`` is about 100 pixels; a slope between two of
    SLOPES strays half a thickness there.
    """
    reduce = max(1, length // 100)
    small = _any_of(pixels, reduce)
    length = length // reduce
    thick = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((int(thickness / reduce) + 2, 1), np.uint8))
    gap = np.ones((1, int(thickness / reduce) + 3), np.uint8)
    thin = cv2.morphologyEx(small & ~thick, cv2.MORPH_CLOSE, gap) & small  # back where rules cross
    lines = cv2.dilate(thin, np.ones((3, 1), np.uint8))
    found = np.zeros_like(small)
    for slope in SLOPES:
        found |= _runs(lines, slope, length)
    found = cv2.dilate(found, np.ones((3, 3), np.uint8))
    found = cv2.resize(found, None, fx=reduce, fy=reduce, interpolation=cv2.INTER_NEAREST)
    return np.asarray(found[: pixels.shape[0], : pixels.shape[1]] & pixels, np.uint8)


def _any_of(pixels: NDArray[np.uint8], reduce: int) -> NDArray[np.uint8]:
    """Each pixel is the maximum of ``reduce`` × ``reduce`` ones."""
    rows, columns = (-(-side // reduce) for side in pixels.shape)
    wide = np.zeros((rows * reduce, columns * reduce), np.uint8)
    wide[: pixels.shape[0], : pixels.shape[1]] = pixels
    return np.asarray(wide.reshape(rows, reduce, columns, reduce).max(axis=(1, 3)), np.uint8)


def _runs(lines: NDArray[np.uint8], slope: float, length: int) -> NDArray[np.uint8]:
    """Filled windows of ``length`` pixels along a slope, and shorter ones in line with them."""
    rows, columns = lines.shape
    rise = int(np.ceil(abs(slope) * columns))
    shear = np.array([[1, 0, 0], [slope, 1, rise if slope < 0 else 0]], np.float64)
    level = cv2.warpAffine(lines, shear, (columns, rows + rise), flags=cv2.INTER_NEAREST)
    long = _filled(level, length)
    if not long.any():
        return np.zeros_like(lines)
    short = _filled(level, int(length * IN_LINE))
    in_line = cv2.dilate(long, np.ones((3, 4 * length + 1), np.uint8))
    runs = long | (short & in_line)
    return np.asarray(
        cv2.warpAffine(runs, shear, (columns, rows), flags=cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST)
    )


def _filled(level: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Pixels in horizontal windows of ``length`` pixels that are inked to :data:`FILLED`."""
    outside = cv2.BORDER_CONSTANT
    filled = cv2.boxFilter(level, cv2.CV_32F, (length, 1), borderType=outside) >= FILLED
    near = cv2.boxFilter(filled.astype(np.float32), cv2.CV_32F, (length, 1), borderType=outside)
    return np.asarray((near > 0.5 / length).astype(np.uint8) & level)


def _thickness(rules: NDArray[np.uint8]) -> int:
    """Median thickness of nearly horizontal rules in pixels."""
    inside = rules[:-1].astype(bool) & rules[1:].astype(bool)
    joined = int(inside.sum())
    pixels = int(rules.sum())
    return max(1, round(pixels / max(1, pixels - joined)))


def _thin(pixels: NDArray[np.uint8], rules: NDArray[np.uint8], turn: bool) -> NDArray[np.uint8]:
    """The part of rules and of their ragged edge where no stroke crosses; ``turn`` for those that go down."""
    if turn:
        return _thin(pixels.T.copy(), rules.T.copy(), False).T
    limit = int(1.6 * _thickness(rules)) + 3
    crossing = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, np.ones((limit, 1), np.uint8))
    near = cv2.dilate(rules, np.ones((5, 3), np.uint8))
    return np.asarray(near & pixels & ~crossing & 1, np.uint8)


def _darker(ink: Ink, rules: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Pixels clearly darker than the rule they are on: writing, even where it runs along one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rules, connectivity=8)
    on = rules.astype(bool)
    label, contrast = labels[on], ink.contrast[on]
    order = np.lexsort((contrast, label))
    first = np.searchsorted(label[order], np.arange(count + 1))
    core = first[:-1] + (0.85 * np.diff(first)).astype(np.int64)  # not a rule's soft edge
    strength = contrast[order][np.minimum(core, len(order) - 1)]
    # A short run was taken for a rule because it is in line with one; it may be a stroke all the same.
    long = stats[:, 2:4].max(axis=1) >= 0.9 * length
    long[0] = False
    if long.any():
        strength = np.where(long, strength, np.minimum(strength, np.median(strength[long])))
    around = cv2.dilate(np.where(on, strength[labels], 0).astype(np.float32), np.ones((5, 5), np.uint8))
    return np.asarray(ink.contrast > DARKER * around, np.uint8)


def _box_sides(pixels: NDArray[np.uint8], rules: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """Straight upright components from one horizontal rule to the next: the sides of boxes."""
    if not rules.any():
        return np.zeros_like(pixels)
    thickness = _thickness(rules)
    reach = 2 * thickness + 3
    near = cv2.dilate(rules, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
    side = np.zeros(count, np.uint8)
    for i in np.flatnonzero(
        (stats[:, 3] >= 1.1 * height) & (stats[:, 2] <= 0.1 * stats[:, 3] + 2 * thickness + 2)
    ):
        x, y, width, tall, _ = stats[i]
        side[i] = near[y, x : x + width].any() and near[y + tall - 1, x : x + width].any()
    side[0] = 0
    return np.asarray(side[labels], np.uint8)


def _bridge(
    written: NDArray[np.uint8], across: NDArray[np.uint8], down: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Close the gaps that erasing left in strokes, only where a rule was."""
    for rules, element in (
        (across, np.ones((2 * _thickness(across) + 3, 1), np.uint8)),
        (down, np.ones((1, 2 * _thickness(down.T) + 3), np.uint8)),
    ):
        if rules.any():
            closed = cv2.morphologyEx(written, cv2.MORPH_CLOSE, element)
            written = written | (closed & cv2.dilate(rules, np.ones((3, 3), np.uint8)))
    return written
