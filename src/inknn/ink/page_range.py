"""Which pages of a document are wanted: ``2-5``, or ``1,3,7-``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import ParameterError, PictureError

__all__ = ["ALL_PAGES", "PageRange"]

_PART = re.compile(r"\s*([0-9]{1,9})\s*(?:(-)\s*([0-9]{1,9})?\s*)?")


@dataclass(frozen=True, slots=True)
class PageRange:
    """Page numbers, from 1.

    Attributes
    ----------
    parts : tuple of (int, int or None)
        First and last page of each part; None for the last page of the document.
    """

    parts: tuple[tuple[int, int | None], ...]

    @classmethod
    def parse(cls, text: str) -> PageRange:
        """Page numbers and ranges between commas.

        Raises
        ------
        ParameterError
            If it is none.

        Examples
        --------
        >>> list(PageRange.parse("2-3,7-").of(8))
        [2, 3, 7, 8]
        """
        parts = []
        for part in text.split(","):
            match = _PART.fullmatch(part)
            if match is None:
                raise ParameterError(f"{text!r} is no range of pages; write it as 2-5 or 1,3,7-")
            first = int(match[1])
            last = first if match[2] is None else None if match[3] is None else int(match[3])
            if first < 1:
                raise ParameterError(f"{text!r} begins with page 0; pages count from 1")
            if last is not None and last < first:
                raise ParameterError(f"{text!r} has a range that ends before it begins")
            parts.append((first, last))
        return cls(tuple(parts))

    def __contains__(self, number: int) -> bool:
        return any(first <= number and (last is None or number <= last) for first, last in self.parts)

    @property
    def furthest(self) -> int:
        """The last page that is named."""
        return max(max(first, last or 0) for first, last in self.parts)

    def ends_before(self, number: int) -> bool:
        """Whether neither that page nor any later one is wanted."""
        return all(last is not None and last < number for _, last in self.parts)

    def of(self, count: int) -> Iterator[int]:
        """Those pages of a document, each once and in its order.

        Parameters
        ----------
        count : int
            Pages of the document.

        Returns
        -------
        iterator of int

        Raises
        ------
        PictureError
            If the document ends before one of them.
        """
        if self.furthest > count:
            has = "1 page" if count == 1 else f"{count} pages"
            raise PictureError(f"there is no page {self.furthest}: the file has {has}; choose others")
        return (number for number in range(1, count + 1) if number in self)


ALL_PAGES = PageRange(((1, None),))
