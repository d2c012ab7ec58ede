"""Join the pieces of one glyph and put the glyphs into rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .components import Parts

SMALL = 0.5
"""A piece lower than this share of the writing's height is a crumb: it belongs to a glyph near it ..."""

LOWEST_GLYPH = 0.42
"""... and what is still lower than this when all is joined is no digit."""

WIDEST_GLYPH = 4.0
"""Nor is what is this many times as wide as high: a dash, an underline."""

HIGHEST_JOINED, WIDEST_JOINED = 1.35, 1.5
"""Joined pieces are at most so much higher and wider than the writing, or than the highest of them."""

ROW_APART = 0.6
"""Glyphs of a row stand at most this share of the writing's height above or below those before them."""

ROW_OVERLAP = 0.3
"""... and share at least this part of the lower one's height with the last."""

Piece = tuple[int, ...]
"""Indices into :class:`Parts` of what makes one glyph."""


def join_pieces(parts: Parts, height: float) -> list[Piece]:
    """Join pieces that belong to one glyph: the bar of a 5 to its body, both halves of a broken 8.

    Two pieces belong together when the narrower stands mostly above or below the other, the gap between
    them is small and together they are no higher than writing is; two tall ones side by side are two digits.
    """
    boxes = parts.box.astype(float)
    groups: list[list[int]] = [[i] for i in range(len(boxes))]
    for i in np.argsort(boxes[:, 3]):  # lowest first: crumbs find their digit
        for j in _partners(boxes, int(i), height):
            _unite(groups, int(i), int(j), boxes, height)
    unique = {tuple(sorted(group)) for group in groups}
    return [group for group in sorted(unique) if _big_enough(boxes[list(group)], height)]


def find_rows(pieces: list[Piece], parts: Parts, height: float) -> list[list[Piece]]:
    """Rows from top to bottom, glyphs in each from left to right.

    Glyphs are taken from left to right; each joins the row whose end it continues, so that a row may
    slope or wobble.
    """
    boxes = {piece: union_box(parts.box[list(piece)].astype(float)) for piece in pieces}
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: boxes[p][0]):
        row = _row_for(boxes[piece], rows, boxes, height)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    return sorted(rows, key=lambda row: float(np.mean([_middle(boxes[p]) for p in row])))


def union_box(boxes: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The smallest box around boxes of shape (n, 4)."""
    x, y = boxes[:, 0].min(), boxes[:, 1].min()
    right, foot = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    return float(x), float(y), float(right - x), float(foot - y)


def _partners(boxes: NDArray[np.float64], i: int, height: float) -> NDArray[np.int64]:
    """Pieces that piece ``i`` may belong to, nearest first."""
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


def _big_enough(boxes: NDArray[np.float64], height: float) -> bool:
    _, _, wide, tall = union_box(boxes)
    return tall >= LOWEST_GLYPH * height and wide <= WIDEST_GLYPH * tall


def _middle(box: tuple[float, float, float, float]) -> float:
    return box[1] + box[3] / 2


def _row_for(
    box: tuple[float, float, float, float],
    rows: list[list[Piece]],
    boxes: dict[Piece, tuple[float, float, float, float]],
    height: float,
) -> list[Piece] | None:
    best, least = None, ROW_APART * height
    for row in rows:
        ends = [boxes[piece] for piece in row[-3:]]
        away = abs(float(np.mean([_middle(end) for end in ends])) - _middle(box))
        shared = min(ends[-1][1] + ends[-1][3], box[1] + box[3]) - max(ends[-1][1], box[1])
        if away < least and shared > ROW_OVERLAP * min(ends[-1][3], box[3]):
            best, least = row, away
    return best
