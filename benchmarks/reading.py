"""Reading a picture on one thread, beside the least that any reader has to do, and where the time goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from inknn import DigitReader
from inknn.glyph import normalize
from inknn.ink import open_pages, separate
from inknn.memory import factory_model
from inknn.page import find_lines

from .measuring import timed
from .sizes import Row, Size

__all__ = ["reading"]

_EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_PICTURES = ("note.jpg", "table.jpg", "form.jpg", "single.png")
_REPEATS = 5  # times as many as of other benchmarks, in turns, since each takes little time


def reading(size: Size) -> Iterator[Row]:
    """Milliseconds of reading, of the floor and of each step: decode, ink, page, glyph, recognizer."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        reader = DigitReader(n_jobs=1)
        for name in _PICTURES:
            path = _EXAMPLES / name
            reader.read(path)  # the index is opened, the file is in the system's cache
            times: dict[str, list[float]] = {}
            for _ in range(_REPEATS * size.repeats):
                for step, seconds in _once(reader, path).items():
                    times.setdefault(step, []).append(seconds)
            row = {f"{step}_ms": 1000 * median(seconds) for step, seconds in times.items()}
            yield {"name": f"inknn, {name}", **row, "ratio": row["read_ms"] / row["floor_ms"]}
    finally:
        cv2.setNumThreads(threads)


def _once(reader: DigitReader, path: Path) -> dict[str, float]:
    """Seconds of one reading, of the floor, and of the steps one by one."""
    model = factory_model()
    floor_seconds, _ = timed(_floor, path)
    read_seconds, _ = timed(reader.read, path)
    decode_seconds, picture = timed(lambda: next(open_pages(path)))
    ink_seconds, ink = timed(separate, picture.gray)
    page_seconds, lines = timed(find_lines, ink)
    glyphs = [glyph for line in lines for glyph in line]
    glyph_seconds, images = timed(lambda: np.stack([normalize(glyph.ink) for glyph in glyphs]))
    recognizer_seconds, _ = timed(lambda: model.predict(images, n_threads=1))
    return {
        "read": read_seconds,
        "floor": floor_seconds,
        "decode": decode_seconds,
        "ink": ink_seconds,
        "page": page_seconds,
        "glyph": glyph_seconds,
        "recognizer": recognizer_seconds,
    }


def _floor(path: Path) -> int:
    """What no reader can do without: decode, threshold, number the components."""
    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    ink = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 10)
    return cv2.connectedComponentsWithStats(ink, connectivity=8)[0]
