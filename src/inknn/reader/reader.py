"""The reader: picture in, reading out.

It composes the rooms; all it decides itself is when a page as a whole is no writing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..geometry import Box
from ..glyph import normalize
from ..ink import Picture, PictureSource, open_pages, separate
from ..ink.decode import MAX_PIXELS
from ..page import Glyph, find_lines
from ..progress import Progress
from .result import Alternative, Digit, Line, Neighbor, Reading

if TYPE_CHECKING:
    from ..estimators.digits import DigitClassifier
    from ..recognizer import Predictions, Recognizer

NOTHING_FOUND = "no digits found: the picture is blank, or its ink is too faint or too small"

NO_WRITING = "hardly anything on it looks like a digit: a photograph, or other writing?"
FEWEST_GLYPHS = 12
"""A page with so many glyphs is doubted as a whole ..."""

SMALLEST_SHARE = 0.25
"""... where less than this share of them passes for digits: the few that do are chance."""


class DigitReader:
    """Reads handwritten digits from pictures by their nearest neighbors.

    Parameters
    ----------
    model : path or DigitClassifier, optional
        Other digits to compare with than MNIST's: a file of ``inknn fit`` or
        :meth:`inknn.DigitClassifier.save`, or a fitted classifier; its labels must be digits.
    max_pixels : int
        Pictures with more pixels are refused (a guard against decompression bombs).
    n_neighbors : int
        How many neighbors each answer shows, at most the 12 that are looked at; no answer depends on it.
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

    Raises
    ------
    DataError
        If the model can't be read, or its labels aren't digits.
    TypeError
        If it is neither a file nor a fitted DigitClassifier.
    """

    def __init__(
        self,
        *,
        model: str | os.PathLike[str] | DigitClassifier | None = None,
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
        self._model: tuple[Recognizer, NDArray[np.int64]] | None = None
        if model is not None:
            from ..memory import digit_classes, read_digit_model

            if isinstance(model, str | os.PathLike):
                self._model = read_digit_model(model)
            elif not hasattr(model, "recognizer_"):
                raise TypeError(
                    f"model must be a file or a fitted DigitClassifier, got {type(model).__name__}"
                )
            else:
                self._model = model.recognizer_, digit_classes(model.classes_, "this classifier")

    @property
    def classifier(self) -> DigitClassifier:
        """The fitted scikit-learn classifier that answers for each glyph."""
        from ..estimators.digits import DigitClassifier

        recognizer, classes = self._prepared()
        classifier = DigitClassifier._from_recognizer(recognizer)
        classifier.classes_ = classes.astype(np.uint8)
        return classifier

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
        lines = find_lines(separate(page.gray))
        digits = self._answer([glyph for line in lines for glyph in line])
        warnings = page.warnings
        if not digits:
            warnings = (*warnings, NOTHING_FOUND)
        elif _is_no_writing(digits):
            warnings = (*warnings, NO_WRITING)
            digits = [replace(digit, verdict="not-a-digit") for digit in digits]
        height, width = page.gray.shape
        rest = iter(digits)
        read = tuple(_line([next(rest) for _ in line]) for line in lines)
        return Reading(page.source, page.page, width, height, read, warnings)

    def _answer(self, glyphs: list[Glyph]) -> list[Digit]:
        if not glyphs:
            return []
        images = np.stack([normalize(glyph.ink) for glyph in glyphs])
        recognizer, classes = self._prepared()
        answers = recognizer.recognize(images, n_threads=self.n_jobs)
        return [_digit(glyph.box, answers, i, classes, self.n_neighbors) for i, glyph in enumerate(glyphs)]

    def _prepared(self) -> tuple[Recognizer, NDArray[np.int64]]:
        """The recognizer, and the digits its labels stand for."""
        if self._model is None:
            from ..memory import factory_recognizer

            recognizer = factory_recognizer(self._progress)
            self._model = recognizer, np.arange(recognizer.n_labels)
        return self._model


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


def _digit(box: Box, answers: Predictions, i: int, classes: NDArray[np.int64], n_neighbors: int) -> Digit:
    shares = answers.shares[i]
    best = sorted(
        np.flatnonzero(shares).tolist(), key=lambda label: (label != answers.labels[i], -shares[label])
    )
    neighbors = zip(
        answers.neighbor_indices[i, :n_neighbors].tolist(),
        classes[answers.neighbor_labels[i, :n_neighbors]].tolist(),
        answers.neighbor_distances[i, :n_neighbors].tolist(),
        strict=True,
    )
    return Digit(
        label=int(classes[answers.labels[i]]),
        verdict=str(answers.verdicts[i]),  # type: ignore[arg-type]
        confidence=round(float(answers.confidence[i]), 4),
        credibility=round(float(answers.credibility[i]), 4),
        box=box,
        alternatives=tuple(
            Alternative(int(classes[label]), round(float(shares[label]), 4)) for label in best
        ),
        neighbors=tuple(Neighbor(index, label, round(distance, 4)) for index, label, distance in neighbors),
    )
