"""Remarks: what a person should know of an answer or of data that are good all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Code", "Remark"]

Code = Literal["animation", "blank", "no-digit", "no-writing", "several-glyphs", "unknown-orientation"]
"""What a remark is about.

``animation``: only the first frame was read; ``blank``: nothing is on the picture; ``no-digit``: something
is, and none of it looks like a digit; ``no-writing``: hardly anything on a full page does;
``several-glyphs``: a picture of one digit shows several things; ``unknown-orientation``: which side is up
could not be read.
"""


@dataclass(frozen=True, slots=True)
class Remark:
    """A code for programs and a message for people.

    Attributes
    ----------
    code : str
        One of :data:`Code`.
    message : str
        One line; also what ``str()`` gives.
    """

    code: Code
    message: str

    def __str__(self) -> str:
        return self.message
