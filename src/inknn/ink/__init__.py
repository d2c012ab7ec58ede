"""A picture of any kind → upright gray pixels → a map of its ink. Knows nothing of digits.

``decode`` turns files, bytes, PIL images and arrays into :class:`Picture` pages, safely: ``source`` gets the
bytes, ``pillow`` opens and decodes them, and ``pixels`` brings every mode and dtype to 8 bits. ``heif`` opens
HEIC files. ``pdf`` draws the pages of a PDF in a process of its own, ``pdf_worker``. ``page_range`` says
which pages are wanted. ``memory`` has the error for pictures that there is not enough memory for.

``sheet`` forgets the table a sheet lies on; ``binarize`` finds the polarity, divides out the light and
keeps the ink, with ``quantile`` and copies that ``reduce`` makes; ``components`` tells where connected ink
lies; ``stroke`` measures how wide strokes are and widens hairlines.
"""

from __future__ import annotations

from .binarize import Ink, separate
from .decode import Picture, PictureSource, open_pages

__all__ = ["Ink", "Picture", "PictureSource", "open_pages", "separate"]
