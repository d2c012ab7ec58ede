"""Components become glyphs, and glyphs lines, as a slow and simple program would have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inknn.ink.components import find_components
from inknn.page.lines import (
    HIGHEST_JOINED,
    LINE_APART,
    LINE_OVERLAP,
    LOWEST_GLYPH,
    SMALL,
    WIDEST_GLYPH,
    WIDEST_JOINED,
    arrange_lines,
    join_components,
    union_box,
)

HEIGHT = 12.0
BOXES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 20), st.integers(1, 20)),
    min_size=1,
    max_size=30,
)


def components_with(boxes):
    empty = find_components(np.zeros((4, 4), np.bool_))
    box = np.array(boxes, np.int64)
    return replace(empty, number=np.arange(1, len(box) + 1), box=box, area=box[:, 2] * box[:, 3])


def joined_slowly(boxes, height):
    """Compares every component with every other."""
    boxes = np.array(boxes, float)
    groups = [[i] for i in range(len(boxes))]
    for i in np.argsort(boxes[:, 3]):
        candidates = [(-sum(overlaps(boxes[i], boxes[j])), j) for j in range(len(boxes)) if j != i]
        for _, j in sorted(candidates):
            if belongs(boxes[i], boxes[j], height) and groups[i] is not groups[j]:
                together = groups[i] + groups[j]
                _, _, wide, tall = union_box(boxes[together])
                tallest = max(boxes[together, 3].max(), height)
                if tall <= HIGHEST_JOINED * tallest and wide <= WIDEST_JOINED * tallest:
                    for k in together:
                        groups[k] = together
    found = []
    for group in sorted({tuple(sorted(group)) for group in groups}):
        _, _, wide, tall = union_box(boxes[list(group)])
        if tall >= LOWEST_GLYPH * height and wide <= WIDEST_GLYPH * tall:
            found.append(group)
    return found


def overlaps(one, other):
    return [min(one[k] + one[k + 2], other[k] + other[k + 2]) - max(one[k], other[k]) for k in (0, 1)]


def belongs(one, other, height):
    across, down = overlaps(one, other)
    above = across >= 0.5 * min(one[2], other[2])
    crumb = one[3] < SMALL * height and -across <= 0.12 * height and down >= 0.5 * one[3]
    both_tall = min(one[3], other[3]) >= SMALL * height and down >= 0.5 * min(one[3], other[3])
    return (above or crumb) and -down <= 0.3 * height and not both_tall


def arranged_slowly(groups, boxes, height):
    boxes = np.array(boxes, float)
    bounds = {group: union_box(boxes[list(group)]) for group in groups}

    def middle(group):
        return bounds[group][1] + bounds[group][3] / 2

    lines = []
    for group in sorted(groups, key=lambda group: bounds[group][0]):
        best, least = None, LINE_APART * height
        _, y, _, tall = bounds[group]
        for line in lines:
            _, top, _, last = bounds[line[-1]]
            away = abs(sum(map(middle, line[-3:])) / len(line[-3:]) - middle(group))
            shared = min(top + last, y + tall) - max(top, y)
            if away < least and shared > LINE_OVERLAP * min(last, tall):
                best, least = line, away
        if best is None:
            lines.append([group])
        else:
            best.append(group)
    return sorted(lines, key=lambda line: sum(map(middle, line)) / len(line))


@given(BOXES)
def test_components_are_joined_as_if_all_were_compared(boxes):
    assert join_components(components_with(boxes), HEIGHT) == joined_slowly(boxes, HEIGHT)


@given(BOXES)
def test_glyphs_are_arranged_as_if_all_lines_were_looked_at(boxes):
    components = components_with(boxes)
    groups = join_components(components, HEIGHT)
    assert arrange_lines(groups, components, HEIGHT) == arranged_slowly(groups, boxes, HEIGHT)
