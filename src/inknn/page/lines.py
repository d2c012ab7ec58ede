"""Join the components of one glyph and arrange the glyphs in lines."""

from __future__ import annotations

from collections.abc import Iterator

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
    groups = _Groups(boxes, height)
    for i, partners in _partners(boxes, height):
        for j in partners:
            groups.unite(i, j)
    return [group for group in groups.members() if _is_big_enough(boxes[list(group)], height)]


def arrange_lines(groups: list[Group], components: Components, height: float) -> list[list[Group]]:
    """Arrange glyphs in lines from top to bottom, and from left to right in each.

    Glyphs are taken from left to right; each joins the line whose end it continues, so that a line may
    slope or wobble.
    """
    bounds = {group: union_box(components.box[list(group)].astype(float)) for group in groups}
    lines: list[list[Group]] = []
    ends = np.empty((4, len(groups)))  # of each line: what _end gives
    for group in sorted(groups, key=lambda g: bounds[g][0]):
        line = _line_for(bounds[group], ends[:, : len(lines)], height)
        if line is None:
            line = len(lines)
            lines.append([])
        lines[line].append(group)
        ends[:, line] = _end([bounds[group] for group in lines[line][-3:]])
    return sorted(lines, key=lambda line: _mean([_middle(bounds[group]) for group in line]))


def union_box(boxes: NDArray[np.float64]) -> _Bounds:
    """The smallest box around boxes of shape (n, 4)."""
    x, y = boxes[:, 0].min(), boxes[:, 1].min()
    right, foot = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    return float(x), float(y), float(right - x), float(foot - y)


def _partners(boxes: NDArray[np.float64], height: float) -> Iterator[tuple[int, list[int]]]:
    """Each component, lowest first, with those that it may belong to, nearest first."""
    reach = 0.3 * height
    bands = _bands(boxes)
    for i in np.argsort(boxes[:, 3]):  # lowest first: crumbs find their digit
        x, y, wide, tall = boxes[i]
        near = np.sort(np.concatenate([band.between(y - reach, y + tall + reach) for band in bands]))
        others_x, others_y, others_wide, others_tall = boxes[near].T
        overlap_x = np.minimum(others_x + others_wide, x + wide) - np.maximum(others_x, x)
        overlap_y = np.minimum(others_y + others_tall, y + tall) - np.maximum(others_y, y)
        fits = overlap_x >= 0.5 * np.minimum(others_wide, wide)  # one stands above the other
        if tall < SMALL * height:
            fits |= (-overlap_x <= 0.12 * height) & (overlap_y >= 0.5 * tall)
        else:  # two tall ones side by side
            fits &= (others_tall < SMALL * height) | (overlap_y < 0.5 * np.minimum(others_tall, tall))
        fits &= (-overlap_y <= reach) & (near != i)
        chosen = np.flatnonzero(fits)
        order = np.argsort(-(overlap_x + overlap_y)[chosen], kind="stable")
        yield int(i), near[chosen[order]].tolist()


class _Band:
    """Components of nearly one height, in the order of their upper edges."""

    def __init__(self, boxes: NDArray[np.float64], members: NDArray[np.int64]) -> None:
        self._members = members[np.argsort(boxes[members, 1])]
        self._top = boxes[self._members, 1]
        self._tallest = boxes[members, 3].max()

    def between(self, top: float, foot: float) -> NDArray[np.int64]:
        """Those that reach into these rows, and perhaps some more."""
        first, end = np.searchsorted(self._top, [top - self._tallest - 1, foot + 1])
        return self._members[first:end]


def _bands(boxes: NDArray[np.float64]) -> list[_Band]:
    doublings = np.frexp(boxes[:, 3])[1]
    return [_Band(boxes, np.flatnonzero(doublings == number)) for number in np.unique(doublings)]


class _Groups:
    """Components that were joined; at first each is alone. A tree for each group, with the root's bounds."""

    def __init__(self, boxes: NDArray[np.float64], height: float) -> None:
        self._parent = list(range(len(boxes)))
        self._bounds = [(x, y, x + w, y + h, max(h, height)) for x, y, w, h in boxes.tolist()]

    def unite(self, i: int, j: int) -> None:
        """Join two groups, unless together they would be larger than a glyph."""
        i, j = self._root(i), self._root(j)
        if i == j:
            return
        one, other = self._bounds[i], self._bounds[j]
        x, y = min(one[0], other[0]), min(one[1], other[1])
        right, foot, tallest = (max(one[k], other[k]) for k in (2, 3, 4))
        if foot - y <= HIGHEST_JOINED * tallest and right - x <= WIDEST_JOINED * tallest:
            self._parent[max(i, j)] = min(i, j)
            self._bounds[min(i, j)] = x, y, right, foot, tallest

    def members(self) -> list[Group]:
        """The groups, each ascending, in the order of their first components."""
        groups: dict[int, list[int]] = {}
        for i in range(len(self._parent)):
            groups.setdefault(self._root(i), []).append(i)
        return [tuple(group) for group in groups.values()]

    def _root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i


def _is_big_enough(boxes: NDArray[np.float64], height: float) -> bool:
    _, _, wide, tall = union_box(boxes)
    return tall >= LOWEST_GLYPH * height and wide <= WIDEST_GLYPH * tall


def _middle(box: _Bounds) -> float:
    return box[1] + box[3] / 2


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _end(last: list[_Bounds]) -> tuple[float, float, float, float]:
    """Where a line's last three glyphs are: their mean middle, and top, foot and height of the last."""
    _, y, _, tall = last[-1]
    return _mean([_middle(box) for box in last]), y, y + tall, tall


def _line_for(box: _Bounds, ends: NDArray[np.float64], height: float) -> int | None:
    """The line that a glyph with that box continues best."""
    middle, top, foot, tall = ends
    away = np.abs(middle - _middle(box))
    shared = np.minimum(foot, box[1] + box[3]) - np.maximum(top, box[1])
    away[shared <= LINE_OVERLAP * np.minimum(tall, box[3])] = np.inf
    best = int(np.argmin(away)) if away.size else 0
    return best if away.size and away[best] < LINE_APART * height else None
