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


@dataclass(frozen=True, slots=True, repr=False)
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

    def __repr__(self) -> str:
        doubt = "" if self.verdict == "digit" else f", {self.verdict}"
        return f"Digit({self.label}{doubt}, confidence {self.confidence}, at {tuple(self.box)})"


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """Digits that stand in one row, from left to right."""

    box: Box
    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The characters of the row, ``?`` for a digit the reader refuses to name."""
        return "".join(digit.text for digit in self.digits)

    def __repr__(self) -> str:
        return f"Line({self.text!r}, at {tuple(self.box)})"


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What was read on one page of one picture, rows from top to bottom.

    ``source`` is the picture's path as it was given, or ``-``; ``page`` counts from 1; ``width`` and
    ``height`` are those of the upright picture in pixels; ``warnings`` are what to be careful about.
    ``dpi`` is None but for a page that was drawn from a PDF: then it is the number of pixels per inch of that
    page, which PDF measures from its lower left corner in points, 72 per inch.
    """

    source: str
    page: int
    width: int
    height: int
    lines: tuple[Line, ...]
    warnings: tuple[Remark, ...] = ()
    dpi: int | None = None

    @property
    def text(self) -> str:
        """The rows, joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    def __repr__(self) -> str:
        digits = self.digits
        doubtful = sum(digit.verdict != "digit" for digit in digits)
        parts = [
            repr(self.source),
            *([f"page {self.page}"] if self.page > 1 else []),
            f"{len(self.lines)} line{'' if len(self.lines) == 1 else 's'}",
            f"{len(digits)} digit{'' if len(digits) == 1 else 's'}",
            *([f"{doubtful} in doubt"] if doubtful else []),
        ]
        return f"Reading({', '.join(parts)})"

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain lists, dicts, strings and numbers, ready for ``json.dumps``."""
        return {
            "source": self.source,
            "page": self.page,
            "width": self.width,
            "height": self.height,
            "dpi": self.dpi,
            "lines": [{"text": line.text, **asdict(line)} for line in self.lines],
            "warnings": [asdict(warning) for warning in self.warnings],
        }
