"""Draws pages whose truth is known: MNIST's test digits on paper made here."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np

from inknn import DigitReader
from inknn.datasets import load_mnist
from inknn.geometry import Box
from inknn.reader.result import Reading

CLEAR = {0: 3, 1: 2, 2: 1, 3: 30, 4: 4, 5: 15, 6: 11, 7: 0, 8: 61, 9: 12}
"""For each label one test digit that nobody would read otherwise."""


@cache
def clear_digit(label: int) -> np.ndarray:
    """The ink of one clear digit, uint8, cropped, bright on black."""
    image = load_mnist()[1][0][CLEAR[label]]
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@cache
def the_reader() -> DigitReader:
    """One reader for all tests: its prepared index is mapped once."""
    return DigitReader()


def read(picture) -> Reading:
    """What the default reader makes of a picture."""
    return the_reader().read(picture)


def best(reading: Reading) -> str:
    """The best label of every glyph, whatever the verdict, rows joined by newlines."""
    return "\n".join("".join(str(digit.label) for digit in line.digits) for line in reading.lines)


@dataclass
class Page:
    """A page being written: ``ink`` float32 0 (paper) to 1, and the boxes of its glyphs by row."""

    ink: np.ndarray
    rows: list[str] = field(default_factory=list)
    boxes: list[list[Box]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    def write(
        self, text: str, x: int, y: int, *, height: int = 48, slope: float = 0.0, pitch: int = 0
    ) -> Page:
        """Write a row of digits whose first one has its top left corner at (x, y).

        With a ``pitch`` each digit stands in the middle of a cell that wide, from ``x`` on.
        """
        boxes, left = [], x
        for number, character in enumerate(text):
            digit = clear_digit(int(character))
            width = max(1, round(digit.shape[1] * height / digit.shape[0]))
            if pitch:
                left = x + number * pitch + (pitch - width) // 2
            drawn = cv2.resize(digit, (width, height), interpolation=cv2.INTER_LINEAR) / 255
            top = round(y + slope * (left - x))
            part = self.ink[top : top + height, left : left + width]
            np.maximum(part, drawn, out=part)
            boxes.append(_tight(drawn, left, top))
            left += width + round(0.5 * height)
        self.rows.append(text)
        self.boxes.append(boxes)
        return self

    def line(
        self, start: tuple[int, int], end: tuple[int, int], *, thickness: int = 2, depth: float = 0.8
    ) -> Page:
        """Draw a straight line that is no digit."""
        cv2.line(self.ink, start, end, depth, thickness, cv2.LINE_AA)
        return self

    def box(self, x: int, y: int, width: int, height: int, *, thickness: int = 2, depth: float = 0.8) -> Page:
        """Draw a frame that is no digit."""
        cv2.rectangle(self.ink, (x, y), (x + width, y + height), depth, thickness)
        return self

    def on(self, paper: np.ndarray | float = 230, *, levels: float = 180) -> np.ndarray:
        """The page as a gray picture: ink takes ``levels`` gray levels from white paper."""
        paper = np.broadcast_to(np.asarray(paper, np.float32), self.ink.shape)
        return as_gray(paper * (1 - self.ink * levels / 230))


def blank_page(height: int, width: int) -> Page:
    return Page(np.zeros((height, width), np.float32))


def page_of(*rows: str, height: int = 48, slope: float = 0.0) -> Page:
    """A page of rows of digits, with a margin."""
    width = round((max(map(len, rows)) * 1.5 + 2) * height)
    fall = round(abs(slope) * width)
    page = blank_page(round((len(rows) * 2 + 1) * height) + fall, width)
    for number, row in enumerate(rows):
        top = round((2 * number + 1) * height) + (fall if slope < 0 else 0)
        page.write(row, height, top, height=height, slope=slope)
    return page


def gradient(shape: tuple[int, int], dark: float = 110, bright: float = 235) -> np.ndarray:
    """Paper lit from its top left corner."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return bright - (bright - dark) * (y / shape[0] + x / shape[1]) / 2


def shadowed(shape: tuple[int, int], *, bright: float = 230, dark: float = 110) -> np.ndarray:
    """Paper with a hard shadow whose edge runs aslant through its middle."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.where(x + 0.4 * y < 0.5 * shape[1] + 0.2 * shape[0], bright, dark).astype(np.float32)


def noisy(paper: np.ndarray, sigma: float, seed: int = 0) -> np.ndarray:
    """Paper (or a whole picture) with the noise of a sensor, as uint8."""
    noise = np.random.default_rng(seed).normal(0, sigma, paper.shape)
    return as_gray(paper + noise)


def as_gray(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    tall = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    shared = max(0, wide) * max(0, tall)
    return shared / (a.width * a.height + b.width * b.height - shared)


def _tight(drawn: np.ndarray, left: int, top: int) -> Box:
    rows, columns = (np.flatnonzero((drawn > 0.3).any(axis=axis)) for axis in (1, 0))
    return Box(
        left + int(columns[0]),
        top + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
