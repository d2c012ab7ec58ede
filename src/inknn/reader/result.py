"""What reading a picture gives: small frozen dataclasses, and the JSON objects made from them.

Boxes are ``(x, y, width, height)`` in pixels of the upright picture, origin at its top left corner,
``x`` to the right and ``y`` down; the box covers pixels ``x <= column < x + width``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..geometry import Box
from ..remarks import Remark

Verdict = Literal["digit", "unsure", "not-a-digit"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A label and its share of the vote, 0 to 1."""

    label: int
    share: float


@dataclass(frozen=True, slots=True)
class Neighbor:
    """One reference an answer came from: its index among the references, label and distance."""

    index: int
    label: int
    distance: float


@dataclass(frozen=True, slots=True)
class Digit:
    """One glyph and the answer to it.

    ``label`` is the best answer even when ``verdict`` refuses it; ``text`` is what to print.
    ``confidence`` (0 to 1) is how certain the label is among the ten digits; ``credibility`` (0 to 1)
    how much the glyph looks like any digit at all. ``alternatives`` are sorted best first and
    start with ``label``; ``neighbors`` are sorted nearest first.
    """

    label: int
    verdict: Verdict
    confidence: float
    credibility: float
    box: Box
    alternatives: tuple[Alternative, ...] = ()
    neighbors: tuple[Neighbor, ...] = ()

    @property
    def text(self) -> str:
        """The label as a character, or ``?`` where the verdict is not ``digit``."""
        return str(self.label) if self.verdict == "digit" else "?"


@dataclass(frozen=True, slots=True)
class Line:
    """Digits that stand in one row, from left to right."""

    box: Box
    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The characters of the row, ``?`` for a digit the reader refuses to name."""
        return "".join(digit.text for digit in self.digits)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read on one page of one picture, rows from top to bottom.

    ``source`` is the picture's path as it was given, or ``-``; ``page`` counts from 1; ``width`` and
    ``height`` are those of the upright picture in pixels; ``warnings`` are what to be careful about.
    """

    source: str
    page: int
    width: int
    height: int
    lines: tuple[Line, ...]
    warnings: tuple[Remark, ...] = ()

    @property
    def text(self) -> str:
        """The rows, joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain lists, dicts, strings and numbers, ready for ``json.dumps``."""
        plain = asdict(self)
        plain["lines"] = [
            {"text": line.text, **plain_line}
            for line, plain_line in zip(self.lines, plain["lines"], strict=True)
        ]
        return plain
