"""Erase ruled lines, table grids and rows of boxes, and leave the strokes that cross them.

A rule is a straight thin run much longer than the writing is high. Runs are found by morphological
opening with long flat elements, the page sheared to a few small angles so that a photo needn't
be straight. Erased is only where the run across the rule is about as thin as the rule itself.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from .parts import drop_specks, find_parts

LONG = 2.6
"""A rule is at least this many times as long as the writing is high ..."""

SPANNING = 0.3
"""... or spans this share of the picture, and writing remains without it."""

SLENDER = 16.0
"""A rule is at least this many times as long as it is thick; strokes of digits aren't."""

FILLED = 0.93
"""Share of a rule's length that is inked; the rest are small gaps and crossing strokes."""

IN_LINE = 0.45
"""Where a rule is found, runs of this share of its length are rules as well if they lie in its line."""

SLOPES = tuple(0.02 * step for step in range(-5, 6))
"""Slopes that are looked for, about ±5°."""


def erase_spanning_rules(ink: Ink) -> NDArray[np.bool_]:
    """The mask without rules that span much of the picture; the same object where there are none.

    For pages on which the rules touch the writing, so that its height isn't known yet. A big 1, 4
    or 7 has such runs as well: they are rules only if at least three pieces of like height remain.
    """
    length = int(SPANNING * max(ink.mask.shape))
    written = erase_rules(ink.mask, length, length / SLENDER)
    if written is ink.mask:
        return written
    height = np.sort(drop_specks(find_parts(written, ink.contrast), ink).box[:, 3])
    height = height[height > 2.5 * ink.stroke]
    alike = np.searchsorted(height, 1.6 * height, side="right") - np.arange(len(height))
    return written if alike.max(initial=0) >= 3 else ink.mask


def erase_rules(mask: NDArray[np.bool_], length: int, thickness: float) -> NDArray[np.bool_]:
    """The mask without straight thin runs of at least ``length`` pixels; the same object where there are none.

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
    if not (across.any() or down.any()):
        return mask
    height = length / LONG
    written = pixels & ~_thin(pixels, across) & ~_thin(pixels.T.copy(), down.T.copy()).T
    written &= ~_box_sides(written, across, height)
    written &= ~_box_sides(written.T.copy(), down.T.copy(), height).T
    return _bridge(written, across, down).astype(bool)


def _rules(pixels: NDArray[np.uint8], length: int, thickness: float) -> NDArray[np.uint8]:
    """Pixels on nearly horizontal thin runs of at least ``length``, as 0 or 1.

    Looked for on a copy reduced so that ``length`` is about 100 pixels; a slope between two of
    SLOPES strays half a thickness there.
    """
    reduce = max(1, length // 100)
    small = _any_of(pixels, reduce)
    length = length // reduce
    thick = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((int(thickness / reduce) + 3, 1), np.uint8))
    lines = cv2.dilate(small & ~thick, np.ones((3, 1), np.uint8))
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
    in_line = cv2.dilate(long, np.ones((5, 2 * (length // 2) + 1), np.uint8))
    runs = long | (short & in_line)
    return np.asarray(
        cv2.warpAffine(runs, shear, (columns, rows), flags=cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST)
    )


def _filled(level: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Pixels in horizontal windows of ``length`` pixels that are inked to :data:`FILLED`."""
    window = {"ksize": (length, 1), "borderType": cv2.BORDER_CONSTANT}
    filled = (cv2.boxFilter(level, cv2.CV_32F, **window) >= FILLED).astype(np.float32)
    return np.asarray((cv2.boxFilter(filled, cv2.CV_32F, **window) > 0.5 / length).astype(np.uint8) & level)


def _thickness(rules: NDArray[np.uint8]) -> int:
    """Median thickness of nearly horizontal rules in pixels."""
    inside = rules[:-1].astype(bool) & rules[1:].astype(bool)
    joined = int(inside.sum())
    pixels = int(rules.sum())
    return max(1, round(pixels / max(1, pixels - joined)))


def _thin(pixels: NDArray[np.uint8], rules: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part of horizontal rules, and of their ragged edge, where no stroke crosses."""
    if not rules.any():
        return rules
    limit = 2 * _thickness(rules) + 3
    crossing = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, np.ones((limit, 1), np.uint8))
    near = cv2.dilate(rules, np.ones((5, 3), np.uint8))
    return np.asarray(near & pixels & ~crossing & 1, np.uint8)


def _box_sides(pixels: NDArray[np.uint8], rules: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """Straight upright pieces from one horizontal rule to the next: the sides of boxes."""
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
