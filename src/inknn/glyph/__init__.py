"""One glyph of any size → the 28×28 normal form of MNIST, which all that follows expects."""

from __future__ import annotations

from .normalize import normalize

__all__ = ["normalize"]
