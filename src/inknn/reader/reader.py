"""The reader: picture in, reading out.

It composes the rooms. It decides one thing itself: when a page as a whole shows no digits.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..geometry import Box
from ..ink import Picture, PictureSource, open_pages
from ..ink.decode import MAX_PIXELS
from ..ink.page_range import ALL_PAGES, PageRange
from ..ink.pdf import DPI, LARGEST_DPI, SMALLEST_DPI
from ..page.normalized import NormalizedGlyph, normalized_lines
from ..progress import Progress, no_progress
from ..remarks import Remark
from .result import Alternative, Digit, Line, Neighbor, Reading

if TYPE_CHECKING:
    from ..estimators.digits import DigitClassifier
    from ..memory import Model
    from ..recognizer import Predictions

_log = logging.getLogger(__name__)

_BLANK = Remark("blank", "no digits found: the picture is blank, or its ink is too faint or too small")
_NO_DIGIT = Remark("no-digit", "no digits found: nothing on it looks like one")
_NO_WRITING = Remark(
    "no-writing", "hardly anything on it looks like a digit: a photograph, or other writing?"
)

FEWEST_GLYPHS = 12
"""A page with at least so many glyphs shows no writing as a whole ..."""

SMALLEST_SHARE = 0.25
"""... if less than this share of them is accepted as digits: the few that are, are accepted by chance."""


class DigitReader:
    """Reads handwritten digits from pictures by their nearest neighbors.

    Parameters
    ----------
    model : path, Model or DigitClassifier, optional
        Other digits to compare with than MNIST's: a file of ``inknn fit`` or
        :meth:`inknn.DigitClassifier.save`, a :class:`inknn.memory.Model`, or a fitted classifier; its labels
        must be digits.
    max_pixels : int
        Pictures with more pixels are refused (a guard against decompression bombs).
    dpi : int
        Pixels per inch at which the pages of a PDF are drawn, 36 to 1200.
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
    >>> reading.text, reading.warnings[0].code
    ('', 'blank')
    >>> print(reading.warnings[0])
    no digits found: the picture is blank, or its ink is too faint or too small

    Raises
    ------
    DataError
        If the model can't be read, or its labels aren't digits.
    TypeError
        If it is neither a file nor a model nor a fitted DigitClassifier.
    """

    def __init__(
        self,
        *,
        model: str | os.PathLike[str] | Model | DigitClassifier | None = None,
        max_pixels: int = MAX_PIXELS,
        dpi: int = DPI,
        n_neighbors: int = 5,
        n_jobs: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        if max_pixels < 1:
            raise ValueError(f"max_pixels must be at least 1, got {max_pixels}")
        if not SMALLEST_DPI <= dpi <= LARGEST_DPI:
            raise ValueError(f"dpi must be from {SMALLEST_DPI} to {LARGEST_DPI}, got {dpi}")
        if n_neighbors < 0:
            raise ValueError(f"n_neighbors must not be negative, got {n_neighbors}")
        self.max_pixels = max_pixels
        self.dpi = dpi
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs
        self._progress = progress
        self._model = None if model is None else _model_of_digits(model)

    @property
    def classifier(self) -> DigitClassifier:
        """The fitted scikit-learn classifier that answers for each glyph."""
        from ..estimators.digits import DigitClassifier

        return DigitClassifier.from_model(self._prepared())

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
        MissingExtraError
            If it is a PDF or HEIC file, and the optional package that opens it isn't installed.
        DataError
            If the digits in the package are damaged, or no folder to prepare the index in can be written.
        TypeError
            If ``picture`` is none of these.
        """
        return next(self.read_pages(picture))

    def read_pages(self, picture: PictureSource, *, pages: str | None = None) -> Iterator[Reading]:
        """Read all pages of a PDF or TIFF file; other pictures have one.

        A page is decoded and read when the iterator comes to it.

        Parameters
        ----------
        picture : path, bytes, binary file object, PIL image or array
            As for :meth:`read`.
        pages : str, optional
            The pages to read, as ``"2-5"`` or ``"1,3,7-"``; all by default. They keep their numbers.

        Yields
        ------
        Reading

        Raises
        ------
        ParameterError
            If ``pages`` is no range of pages.
        PictureError
            If the picture can't be opened, or has no such page.
        InknnError
            As of :meth:`read`.
        """
        return map(self._read_page, self._open(picture, pages))

    def read_pages_in_color(
        self, picture: PictureSource, *, pages: str | None = None
    ) -> Iterator[tuple[Reading, NDArray[np.uint8]]]:
        """As :meth:`read_pages`, each reading with the upright page it was read on.

        For those who draw onto the page, as :func:`inknn.reader.overlay.draw_overlay` does: the picture is
        decoded only once, and of several pages only one is in memory, if the caller keeps none.

        Yields
        ------
        reading : Reading
        page : uint8 (height, width, 3)
            RGB.
        """
        return map(self._read_in_color, self._open(picture, pages))

    def _read_in_color(self, page: Picture) -> tuple[Reading, NDArray[np.uint8]]:
        return self._read_page(page), page.color

    def _open(self, picture: PictureSource, pages: str | None) -> Iterator[Picture]:
        """The pages, to be mapped over: the variable of a loop keeps a page while the next one is opened."""
        wanted = ALL_PAGES if pages is None else PageRange.parse(pages)
        return open_pages(picture, max_pixels=self.max_pixels, dpi=self.dpi, pages=wanted)

    def _read_page(self, page: Picture) -> Reading:
        height, width = page.gray.shape
        _log.debug("%s, page %d: %d×%d pixels decoded", page.source, page.page, width, height)
        lines = normalized_lines(page.gray)
        digits = self._answer([glyph for line in lines for glyph in line])
        remark = _remark_on(digits)
        if remark is _NO_WRITING:
            digits = [replace(digit, verdict="not-a-digit") for digit in digits]
        rest = iter(digits)
        read = tuple(_line([next(rest) for _ in line]) for line in lines)
        _log.debug("%s, page %d: %d glyphs read", page.source, page.page, len(digits))
        warnings = page.warnings if remark is None else (*page.warnings, remark)
        return Reading(page.source, page.page, width, height, read, warnings, page.dpi)

    def _answer(self, glyphs: list[NormalizedGlyph]) -> list[Digit]:
        if not glyphs:
            return []
        images = np.stack([glyph.image for glyph in glyphs])
        predictions = self._prepared().predict(images, n_threads=self.n_jobs)
        return [_digit(glyph.box, predictions, i, self.n_neighbors) for i, glyph in enumerate(glyphs)]

    def _prepared(self) -> Model:
        if self._model is None:
            from ..memory import factory_model

            self._model = factory_model(progress=self._progress or no_progress)
        return self._model


def _model_of_digits(model: str | os.PathLike[str] | Model | DigitClassifier) -> Model:
    from ..memory import Model, open_model

    if isinstance(model, str | os.PathLike):
        return open_model(model)
    fitted = getattr(model, "model_", model)  # of a DigitClassifier, which needn't be imported
    if not isinstance(fitted, Model):
        raise TypeError(
            f"model must be a file, a Model or a fitted DigitClassifier, got {type(model).__name__}"
        )
    return fitted.of_digits()


def _remark_on(digits: list[Digit]) -> Remark | None:
    """The remark on a page that shows nothing, or stars, leaves or letters."""
    if not digits:
        return _BLANK
    accepted = sum(digit.verdict == "digit" for digit in digits)
    if len(digits) >= FEWEST_GLYPHS and accepted < SMALLEST_SHARE * len(digits):
        return _NO_WRITING
    return _NO_DIGIT if all(digit.verdict == "not-a-digit" for digit in digits) else None


def _line(digits: list[Digit]) -> Line:
    left = min(digit.box.x for digit in digits)
    top = min(digit.box.y for digit in digits)
    right = max(digit.box.x + digit.box.width for digit in digits)
    foot = max(digit.box.y + digit.box.height for digit in digits)
    return Line(Box(left, top, right - left, foot - top), tuple(digits))


def _digit(box: Box, predictions: Predictions, i: int, n_neighbors: int) -> Digit:
    return Digit(
        label=int(predictions.labels[i]),
        verdict=str(predictions.verdicts[i]),  # type: ignore[arg-type]
        confidence=round(float(predictions.confidence[i]), 4),
        credibility=round(float(predictions.credibility[i]), 4),
        box=box,
        alternatives=tuple(
            Alternative(label, round(share, 4)) for label, share in predictions.alternatives(i)
        ),
        neighbors=tuple(
            Neighbor(index, label, round(distance, 4))
            for index, label, distance in predictions.neighbors(i, n_neighbors)
        ),
    )
