"""The reader: picture in, reading out.

It composes the rooms; all it decides itself is when a page as a whole is no writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .glyph import normalize
from .ink import Picture, PictureSource, open_pages, separate
from .ink.opening import MAX_PIXELS
from .page import Glyph, find_lines
from .progress import Progress
from .reading import Alternative, Box, Digit, Line, Neighbour, Reading

if TYPE_CHECKING:
    from .classifier import DigitClassifier
    from .recogniser import Answers, Recogniser

NOTHING_FOUND = "no digits found: the picture is blank, or its ink is too faint or too small"

NO_WRITING = "hardly anything on it looks like a digit: a photograph, or other writing?"
FEWEST_GLYPHS = 12
"""A page with so many glyphs is doubted as a whole ..."""

SMALLEST_SHARE = 0.25
"""... where less than this share of them passes for digits: the few that do are chance."""


class DigitReader:
    """Reads handwritten digits from pictures by their nearest neighbours.

    Parameters
    ----------
    max_pixels : int
        Pictures with more pixels are refused (a guard against decompression bombs).
    n_neighbors : int
        How many neighbours each answer shows, at most the 12 that are looked at; no answer depends on it.
    n_jobs : int, optional
        Threads for the search; all CPUs by default. No answer depends on it.
    progress : callable, optional
        Called with what is being prepared and how far it is (0 to 1), on first use only.

    Examples
    --------
    >>> import numpy as np
    >>> reader = DigitReader()
    >>> reading = reader.read(np.full((60, 80), 255, np.uint8))
    >>> reading.text, reading.warnings
    ('', ('no digits found: the picture is blank, or its ink is too faint or too small',))
    """

    def __init__(
        self,
        *,
        max_pixels: int = MAX_PIXELS,
        n_neighbors: int = 5,
        n_jobs: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        if max_pixels < 1:
            raise ValueError(f"max_pixels must be at least 1, got {max_pixels}")
        if n_neighbors < 0:
            raise ValueError(f"n_neighbors must not be negative, got {n_neighbors}")
        self.max_pixels = max_pixels
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs
        self._progress = progress
        self._recogniser: Recogniser | None = None

    @property
    def classifier(self) -> DigitClassifier:
        """The fitted scikit-learn classifier that answers for each glyph."""
        from .classifier import DigitClassifier

        return DigitClassifier._from_recogniser(self._prepared())

    def read(self, picture: PictureSource) -> Reading:
        """Read the first page of a picture.

        Parameters
        ----------
        picture : path, bytes, binary file object, PIL image or array
            See :func:`inknn.ink.open_pages` for what arrays may be.

        Returns
        -------
        Reading
            Without lines, and with a warning, where nothing is written.

        Raises
        ------
        PictureError
            If the picture can't be opened.
        DataError
            If the digits in the package are damaged, or no folder to prepare the index in can be written.
        TypeError
            If ``picture`` is none of these.
        """
        return next(self.read_pages(picture))

    def read_pages(self, picture: PictureSource) -> Iterator[Reading]:
        """Read all pages of a picture; only TIFF files have more than one.

        Parameters and errors are those of :meth:`read`. Pages are read as they are asked for.
        """
        for page in open_pages(picture, max_pixels=self.max_pixels):
            yield self._read_page(page)

    def _read_page(self, page: Picture) -> Reading:
        lines = find_lines(separate(page.grey))
        digits = self._answer([glyph for line in lines for glyph in line])
        warnings = page.warnings
        if not digits:
            warnings = (*warnings, NOTHING_FOUND)
        elif _is_no_writing(digits):
            warnings = (*warnings, NO_WRITING)
            digits = [replace(digit, verdict="not-a-digit") for digit in digits]
        height, width = page.grey.shape
        rest = iter(digits)
        read = tuple(_line([next(rest) for _ in line]) for line in lines)
        return Reading(page.source, page.page, width, height, read, warnings)

    def _answer(self, glyphs: list[Glyph]) -> list[Digit]:
        if not glyphs:
            return []
        images = np.stack([normalize(glyph.ink) for glyph in glyphs])
        answers = self._prepared().recognise(images, n_threads=self.n_jobs)
        return [_digit(glyph.box, answers, i, self.n_neighbors) for i, glyph in enumerate(glyphs)]

    def _prepared(self) -> Recogniser:
        if self._recogniser is None:
            from .memory import factory_recogniser

            self._recogniser = factory_recogniser(self._progress)
        return self._recogniser


def _is_no_writing(digits: list[Digit]) -> bool:
    """Whether the page shows stars, leaves or letters: of many glyphs, hardly any passes for a digit."""
    accepted = sum(digit.verdict == "digit" for digit in digits)
    return len(digits) >= FEWEST_GLYPHS and accepted < SMALLEST_SHARE * len(digits)


def _line(digits: list[Digit]) -> Line:
    left = min(digit.box.x for digit in digits)
    top = min(digit.box.y for digit in digits)
    right = max(digit.box.x + digit.box.width for digit in digits)
    foot = max(digit.box.y + digit.box.height for digit in digits)
    return Line(Box(left, top, right - left, foot - top), tuple(digits))


def _digit(box: Box, answers: Answers, i: int, n_neighbors: int) -> Digit:
    shares = answers.shares[i]
    best = sorted(
        np.flatnonzero(shares).tolist(), key=lambda label: (label != answers.labels[i], -shares[label])
    )
    neighbours = zip(
        answers.neighbour_indices[i, :n_neighbors].tolist(),
        answers.neighbour_labels[i, :n_neighbors].tolist(),
        answers.neighbour_distances[i, :n_neighbors].tolist(),
        strict=True,
    )
    return Digit(
        label=int(answers.labels[i]),
        verdict=str(answers.verdicts[i]),  # type: ignore[arg-type]
        confidence=round(float(answers.confidence[i]), 4),
        credibility=round(float(answers.credibility[i]), 4),
        box=box,
        alternatives=tuple(Alternative(label, round(float(shares[label]), 4)) for label in best),
        neighbours=tuple(
            Neighbour(index, label, round(distance, 4)) for index, label, distance in neighbours
        ),
    )
