"""Small charts as inline SVG, for pages that must work anywhere: no library, no script, no font.

They take their colors from the page (``currentColor`` and the classes ``line``, ``dot``, ``mark``,
``whisker`` and ``guide``), so they follow it into the dark and onto paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Chart", "Scale", "covering"]

_WIDTH, _HEIGHT = 640, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 20, 68

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: what it says, and the values at its ends."""

    label: str
    low: float
    high: float

    def ticks(self) -> list[float]:
        """Four to eight round values from one end to the other."""
        step = _round_step((self.high - self.low) / 5)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(i * step, 10) for i in range(first, last + 1)]

    def part(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high one."""
        return (value - self.low) / (self.high - self.low)


def covering(label: str, values: Iterable[float], least: float, most: float) -> Scale:
    """An axis with round ends around values, within ``least`` and ``most``."""
    values = list(values)
    low, high = min(values), max(values)
    step = _round_step(max(high - low, (most - least) / 1000) / 4)
    bottom = max(least, math.floor(low / step + 1e-9) * step)
    top = min(most, math.ceil(high / step - 1e-9) * step)
    if top - bottom < step / 2:  # a single value, on a step
        bottom, top = (bottom - step, top) if bottom - step >= least else (bottom, top + step)
    return Scale(label, bottom, top)


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, not below ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


class Chart:
    """A chart with two axes, drawn mark by mark.

    Parameters
    ----------
    name : str
        Tells it from other charts of the page: letters.
    title, description : str
        For those who can't see it.
    x, y : Scale
    """

    def __init__(self, name: str, title: str, description: str, x: Scale, y: Scale) -> None:
        self.name, self.title, self.description, self.x, self.y = name, title, description, x, y
        self._marks: list[str] = []

    def line(self, points: Sequence[Point], style: str = "line") -> None:
        """A line through points."""
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
        self._marks.append(f'<polyline class="{style}" points="{path}"/>')

    def dot(self, point: Point, style: str = "dot", radius: float = 5, tip: str = "") -> None:
        """A dot, and what it says when pointed at."""
        self._marks.append(
            f'<circle class="{style}" cx="{self._x(point[0]):.1f}" cy="{self._y(point[1]):.1f}" '
            f'r="{radius:.1f}"><title>{escape(tip)}</title></circle>'
        )

    def whisker(self, x: float, low: float, high: float) -> None:
        """An interval of y."""
        self.line([(x, low), (x, high)], "whisker")

    def words(self, point: Point, text: str, anchor: str = "start", dy: float = 0) -> None:
        """A remark beside a point."""
        dx = {"start": 12, "end": -12}.get(anchor, 0)
        self._marks.append(
            f'<text x="{self._x(point[0]) + dx:.1f}" y="{self._y(point[1]) + dy:.1f}" '
            f'text-anchor="{anchor}">{escape(text)}</text>'
        )

    def svg(self) -> str:
        """The chart as an element of a page."""
        bottom, middle = _HEIGHT - _BOTTOM, (_TOP + _HEIGHT - _BOTTOM) / 2
        parts = [
            f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-text">',
            f'<title id="{self.name}-title">{escape(self.title)}</title>',
            f'<desc id="{self.name}-text">{escape(self.description)}</desc>',
        ]
        for value in self.x.ticks():
            x = self._x(value)
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>')
            parts.append(f'<text x="{x:.1f}" y="{bottom + 24}" text-anchor="middle">{value:g}</text>')
        for value in self.y.ticks():
            y = self._y(value)
            parts.append(
                f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
            parts.append(f'<text x="{_LEFT - 10}" y="{y + 6:.1f}" text-anchor="end">{value:g}</text>')
        parts.append(
            f'<text class="axis" x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 14}" '
            f'text-anchor="middle">{escape(self.x.label)}</text>'
        )
        parts.append(
            f'<text class="axis" x="20" y="{middle}" text-anchor="middle" '
            f'transform="rotate(-90 20 {middle})">{escape(self.y.label)}</text>'
        )
        return "\n".join([*parts, *self._marks, "</svg>"])

    def _x(self, value: float) -> float:
        return _LEFT + self.x.part(value) * (_WIDTH - _LEFT - _RIGHT)

    def _y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - self.y.part(value) * (_HEIGHT - _TOP - _BOTTOM)
