"""One glyph of any size → the 28×28 normal form of MNIST, which all that follows expects.

``normalize`` makes it from one glyph, ``normal_form`` from arrays of digits; ``deskew`` shears digits in it
upright, as the first step of their features.
"""

from __future__ import annotations

from .normalize import normalize

__all__ = ["normalize"]
