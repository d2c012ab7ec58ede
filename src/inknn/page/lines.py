"""Join the components of one glyph and arrange the glyphs in lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..ink.components import Components

SMALL = 0.5
"""A component lower than this share of the writing's height is a crumb: it belongs to a glyph near it ..."""

LOWEST_GLYPH = 0.42
"""... and what is still lower than this when all is joined is no digit."""

WIDEST_GLYPH = 4.0
"""Nor is what is this many times as wide as high: a dash, an underline."""

HIGHEST_JOINED, WIDEST_JOINED = 1.35, 1.5
"""Joined components are at most this much higher and wider than the writing, or than the highest of them."""

LINE_APART = 0.6
"""Glyphs of a line stand at most this share of the writing's height above or below those before them."""

LINE_OVERLAP = 0.3
"""... and share at least this part of the lower one's height with the last."""

Group = tuple[int, ...]
"""Rows of :class:`Components` that make one glyph."""

_Bounds = tuple[float, float, float, float]  # x, y, width, height


def join_components(components: Components, height: float) -> list[Group]:
    """Join components of one glyph: the bar of a 5 and its body, both halves of a broken 8.

    Two components belong together when the narrower stands mostly above or below the other, the gap between
    them is small and together they are no higher than writing is; two tall ones side by side are two digits.
    """
    boxes = components.box.astype(float)
    groups: list[list[int]] = [[i] for i in range(len(boxes))]
    for i in np.argsort(boxes[:, 3]):  # lowest first: crumbs find their digit
        for j in _partners(boxes, int(i), height):
            _unite(groups, int(i), int(j), boxes, height)
    unique = {tuple(sorted(group)) for group in groups}
    return [group for group in sorted(unique) if _is_big_enough(boxes[list(group)], height)]


def arrange_lines(groups: list[Group], components: Components, height: float) -> list[list[Group]]:
    """Arrange glyphs in lines from top to bottom, and from left to right in each.

    Glyphs are taken from left to right; each joins the line whose end it continues, so that a line may
    slope or wobble.
    """
    bounds = {group: union_box(components.box[list(group)].astype(float)) for group in groups}
    lines: list[list[Group]] = []
    for group in sorted(groups, key=lambda g: bounds[g][0]):
        line = _line_for(bounds[group], lines, bounds, height)
        if line is None:
            lines.append([group])
        else:
            line.append(group)
    return sorted(lines, key=lambda line: _mean([_middle(bounds[group]) for group in line]))


def union_box(boxes: NDArray[np.float64]) -> _Bounds:
    """The smallest box around boxes of shape (n, 4)."""
    x, y = boxes[:, 0].min(), boxes[:, 1].min()
    right, foot = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    return float(x), float(y), float(right - x), float(foot - y)


def _partners(boxes: NDArray[np.float64], i: int, height: float) -> NDArray[np.int64]:
    """Components that component ``i`` may belong to, nearest first."""
    x, y, wide, tall = boxes.T
    overlap_x = np.minimum(x + wide, x[i] + wide[i]) - np.maximum(x, x[i])
    overlap_y = np.minimum(y + tall, y[i] + tall[i]) - np.maximum(y, y[i])
    stacked = overlap_x >= 0.5 * np.minimum(wide, wide[i])
    near = -overlap_y <= 0.3 * height
    both_tall = (
        (tall[i] >= SMALL * height)
        & (tall >= SMALL * height)
        & (overlap_y >= 0.5 * np.minimum(tall, tall[i]))
    )
    crumb = (tall[i] < SMALL * height) & (-overlap_x <= 0.12 * height) & (overlap_y >= 0.5 * tall[i])
    fits = (stacked | crumb) & near & ~both_tall
    fits[i] = False
    chosen = np.flatnonzero(fits)
    return chosen[np.argsort(-(overlap_x + overlap_y)[chosen], kind="stable")]


def _unite(groups: list[list[int]], i: int, j: int, boxes: NDArray[np.float64], height: float) -> None:
    if groups[i] is groups[j]:
        return
    together = groups[i] + groups[j]
    _, _, wide, tall = union_box(boxes[together])
    tallest = max(float(boxes[together, 3].max()), height)
    if tall <= HIGHEST_JOINED * tallest and wide <= WIDEST_JOINED * tallest:
        for k in together:
            groups[k] = together


def _is_big_enough(boxes: NDArray[np.float64], height: float) -> bool:
    _, _, wide, tall = union_box(boxes)
    return tall >= LOWEST_GLYPH * height and wide <= WIDEST_GLYPH * tall


def _middle(box: _Bounds) -> float:
    return box[1] + box[3] / 2


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _line_for(
    box: _Bounds, lines: list[list[Group]], bounds: dict[Group, _Bounds], height: float
) -> list[Group] | None:
    """The line whose last three glyphs a glyph with that box continues best."""
    best, least = None, LINE_APART * height
    for line in lines:
        ends = [bounds[group] for group in line[-3:]]
        away = abs(_mean([_middle(end) for end in ends]) - _middle(box))
        shared = min(ends[-1][1] + ends[-1][3], box[1] + box[3]) - max(ends[-1][1], box[1])
        if away < least and shared > LINE_OVERLAP * min(ends[-1][3], box[3]):
            best, least = line, away
    return best
