"""Erase rules from the ink, and not the strokes that cross them.

A rule is erased only where the ink across it is about as thin as the rule, and not much darker. What is left
of rules and boxes afterwards are components of their own, which are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from ..ink.components import Components

DARKER = 1.4
"""Ink of this many times the contrast of a rule is writing, even where it runs along the rule."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that go across a page, or those that go down it.

    Attributes
    ----------
    pixels : ndarray of shape (height, width), dtype uint8
        1 for ink on a rule.
    contrast : ndarray of shape (height, width), dtype float32
        How dark that rule is, 0 beside rules.
    down : bool
    """

    pixels: NDArray[np.uint8]
    contrast: NDArray[np.float32]
    down: bool

    @property
    def thickness(self) -> int:
        """Mean thickness in pixels."""
        inner = self.pixels[:, :-1] & self.pixels[:, 1:] if self.down else self.pixels[:-1] & self.pixels[1:]
        area = cv2.countNonZero(self.pixels)
        return max(1, round(area / max(1, area - cv2.countNonZero(inner))))

    def element(self, across: int, along: int = 1) -> NDArray[np.uint8]:
        """A structuring element of so many pixels across the rules and along them."""
        return np.ones((along, across) if self.down else (across, along), np.uint8)

    def grown(self, reach: int) -> NDArray[np.uint8]:
        """The pixels within ``reach`` of a rule, in a square, as 0 or 1."""
        return np.asarray(
            cv2.dilate(self.pixels, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)), np.uint8
        )


def erase(ink: Ink, rules: list[Rules]) -> NDArray[np.bool_]:
    """Erase rules.

    Parameters
    ----------
    ink : Ink
    rules : list of Rules

    Returns
    -------
    ndarray of shape (height, width), dtype bool
        The mask of the ink without the rules, the strokes that cross them made whole again.
    """
    written = ink.mask.view(np.uint8).copy()
    for one in rules:
        thin = np.flatnonzero(_thin(ink.mask.view(np.uint8), one).view(np.bool_))
        rule = cv2.dilate(one.contrast, np.ones((5, 5), np.uint8)).ravel()[thin]
        written.ravel()[thin[ink.contrast.ravel()[thin] <= DARKER * rule]] = 0
    for one in rules:
        closed = cv2.morphologyEx(written, cv2.MORPH_CLOSE, one.element(2 * one.thickness + 3))
        written |= closed & one.grown(1)
    return written.view(np.bool_)


def _thin(pixels: NDArray[np.uint8], rules: Rules) -> NDArray[np.uint8]:
    """The part of rules and of their ragged edge where no stroke crosses."""
    crossing = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, rules.element(int(1.6 * rules.thickness) + 3))
    near = cv2.dilate(rules.pixels, rules.element(5, 3))
    return near & pixels & ~crossing


def drop_box_sides(components: Components, rules: list[Rules], height: float) -> Components:
    """Drop short straight components that lead from one rule to the next: the sides of boxes.

    Parameters
    ----------
    components : Components
        Found after the rules were erased.
    rules : list of Rules
    height : float
        Of the writing in pixels.
    """
    side = np.zeros(len(components.number), np.bool_)
    for one in rules:
        x, y, width, tall = components.box[:, [1, 0, 3, 2] if one.down else [0, 1, 2, 3]].T
        upright = (tall >= 1.1 * height) & (width <= 0.1 * tall + 2 * one.thickness + 2)
        if upright.any():
            near = one.grown(2 * one.thickness + 3)
            near = near.T if one.down else near
            for i in np.flatnonzero(upright):
                columns = slice(x[i], x[i] + width[i])
                side[i] |= near[y[i], columns].any() and near[y[i] + tall[i] - 1, columns].any()
    return components.keep(~side)


def drop_leftovers(components: Components, rules: list[Rules]) -> Components:
    """Drop components that lie mostly on rules: their thick or ragged parts."""
    on_rule = np.zeros(len(components.number), np.bool_)
    for one in rules:
        near = one.grown(one.thickness + 1).view(np.bool_)
        covered = np.bincount(components.labels[near], minlength=components.number.max(initial=0) + 1)
        on_rule |= covered[components.number] > 0.6 * components.area
    return components.keep(~on_rule)
