"""Drop dirt from the components of ink, and tell how high the writing is that they make."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from ..ink.components import Components

LOWEST = 7.0
"""Writing lower than this many picture pixels can't be told from dirt."""

FAINT = 0.4
"""Components fainter than this share of the writing are no writing."""

FAINT_AT_BORDER = 0.65
"""... nor are those that touch the picture's border and are fainter than this."""

ALIKE = 1.8
"""Digits of one hand differ in height by at most this factor."""

FEWEST = 3
"""This many components of like height are writing ..."""

LEAST_WRITING = 0.08
"""... if they have this share of all weight; less is crumbs beside something large."""


def drop_dirt(components: Components, ink: Ink) -> Components:
    """Drop what is no writing: specks, frames and what is faint."""
    return _drop_faint(_drop_frames(drop_specks(components, ink), ink), ink)


def drop_specks(components: Components, ink: Ink) -> Components:
    """Drop components too small for a stroke."""
    least = max(4.0, 0.8 * ink.stroke**2, 4.0 * ink.scale**2)
    longer = components.box[:, 2:].max(axis=1)
    return components.keep(
        (components.area >= least) & (longer >= max(1.5 * ink.stroke, 0.6 * LOWEST * ink.scale))
    )


def _drop_frames(components: Components, ink: Ink) -> Components:
    """Drop components that run along their own bounding box and have other writing inside."""
    frame = np.zeros(len(components.number), bool)
    x, y, width, height = components.box.T
    for i in np.flatnonzero(np.minimum(width, height) > 6 * ink.stroke):
        inside = (x > x[i]) & (y > y[i]) & (x + width < x[i] + width[i]) & (y + height < y[i] + height[i])
        inside &= height > 0.2 * height[i]
        if inside.any():
            frame[i] = _along_its_box(components, int(i), ink.stroke)
    return components.keep(~frame)


def _drop_faint(components: Components, ink: Ink) -> Components:
    """Drop components much fainter than the writing: paper, print-through, most ruled lines.

    What touches the picture's border is more likely the paper's edge or a cut line and must be stronger.
    """
    if not len(components.number):
        return components
    strength = components.mean(ink.contrast)
    strength /= _weighted_median(strength, (components.box[:, 3] * strength) ** 2.0)
    return components.keep(strength >= np.where(components.at_border, FAINT_AT_BORDER, FAINT))


def writing_height(components: Components, ink: Ink) -> float:
    """Typical height of the digits in working pixels, 0 where nothing is written.

    Where at least :data:`FEWEST` components are of like height they are the writing, unless something else
    is far more; otherwise it is the median over all. Components count by the square of height times
    strength: a thousand specks don't outweigh ten digits. Dots, lower than two strokes, don't count.
    """
    width, height = components.box[:, 2].astype(float), components.box[:, 3].astype(float)
    writing = (width < 2.0 * height) & (height < 14.0 * width) & (height > 2.0 * ink.stroke)
    if not writing.any():
        return float(height.max(initial=0.0))
    height = height[writing]
    weight = (height * components.mean(ink.contrast)[writing]) ** 2
    order = np.argsort(height)
    height, total = height[order], np.concatenate([[0.0], np.cumsum(weight[order])])
    first = np.arange(len(height))
    end = first + count_alike(height)
    alike = np.where(end - first >= FEWEST, total[end] - total[first], 0.0)
    best = int(np.argmax(alike))
    if alike[best] > LEAST_WRITING * total[-1]:
        return _weighted_median(height[best : end[best]], weight[order][best : end[best]])
    return _weighted_median(height, weight[order])


def count_alike(height: NDArray[Any]) -> NDArray[np.int64]:
    """For each of n ascending heights, how many from it on one hand may have written; int64 (n,)."""
    return np.searchsorted(height, ALIKE * height, side="right") - np.arange(len(height))


def _weighted_median(values: NDArray[Any], weight: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    below = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


def _along_its_box(components: Components, i: int, stroke: float) -> bool:
    x, y, width, height = components.box[i]
    component = components.labels[y : y + height, x : x + width] == components.number[i]
    edge = int(2 * stroke) + 1
    middle = component[edge:-edge, edge:-edge]
    return bool(middle.sum() < 0.2 * component.sum())
