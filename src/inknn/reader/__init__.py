"""A picture goes in, a reading comes out.

``reader`` composes the rooms below; ``result`` is what it gives; ``overlay`` draws that onto the picture.
``predict`` names pictures of single digits.
"""

from __future__ import annotations

from .reader import DigitReader
from .result import Alternative, Digit, Line, Neighbor, Reading, Verdict

__all__ = ["Alternative", "Digit", "DigitReader", "Line", "Neighbor", "Reading", "Verdict"]
