"""Places on a picture."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box"]


class Box(NamedTuple):
    """A rectangle of whole pixels, ``(x, y, width, height)``."""

    x: int
    y: int
    width: int
    height: int
